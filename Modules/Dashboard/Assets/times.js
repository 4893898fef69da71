// Turns exact times into "4 minutes ago" and keeps them current.

const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const units = [
  ["second", 60],
  ["minute", 60],
  ["hour", 24],
  ["day", 30],
  ["month", 12],
  ["year", Infinity],
];

/** The server's clock minus this machine's, in milliseconds: a machine that is wrong must not mislead. */
let offset = 0;

/** Learns the server's clock from an answer's Date, which is exact to a second. */
export function learnClock(headers) {
  const date = Date.parse(headers.get("Date") ?? "");
  if (!Number.isNaN(date) && Math.abs(date - Date.now()) > 5000) offset = date - Date.now();
}

function relative(milliseconds) {
  let value = Math.round(milliseconds / 1000);
  for (const [unit, size] of units) {
    if (Math.abs(value) < size) {
      // The last minutes of a reservation matter; past times need no seconds.
      if (unit === "second") return value > 0 ? `in ${value} s` : "just now";
      return words.format(value, unit);
    }
    if (unit === "second" && value > 0 && value < 600) {
      return `in ${Math.floor(value / 60)} min ${String(value % 60).padStart(2, "0")} s`;
    }
    value = Math.trunc(value / size);
  }
}

/** Rewrites all times below a node. */
export function showTimes(root = document) {
  const now = Date.now() + offset;
  for (const element of root.querySelectorAll("time[data-relative]")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    const text = relative(at - now);
    if (element.textContent !== text) element.textContent = text;
    if (!element.dataset.titled) {
      element.title = `${exact.format(at)} (${element.title})`;
      element.dataset.titled = "yes";
    }
  }
}

export function startTimes() {
  showTimes();
  setInterval(() => {
    if (!document.hidden) showTimes();
  }, 1000);
}
