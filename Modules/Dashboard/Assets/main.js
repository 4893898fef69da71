import { startForms } from "./forms.js";
import { startLive } from "./live.js";
import { startTheme } from "./theme.js";
import { startTimes } from "./times.js";

startTheme();
startTimes();
startForms();
startLive();
