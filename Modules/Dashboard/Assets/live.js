// Keeps the page current: the server announces a change, and the parts of the page marked data-live are replaced from a
// fresh copy. Nothing else is touched, so that typing is not disturbed.
import { announce } from "./calls.js";
import { learnClock, showTimes } from "./times.js";

/** Pauses between tries to listen again, in milliseconds, doubled each time. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
/** Without a word for so long the line is dead: the server speaks every ten seconds. */
const SILENCE_MS = 25000;

const shown = new Map();
let source = null;
let pause = FIRST_PAUSE_MS;
let timer = 0;
let watchdog = 0;
let isRefreshing = false;
let isStale = false;

function show(state, text) {
  const element = document.getElementById("live");
  if (!element || element.dataset.state === state) return;
  element.dataset.state = state;
  document.getElementById("live-text").textContent = text;
}

/** Puts a fresh copy of each part in its place, if it differs from the last one that came. */
function apply(page) {
  const changes = [];
  for (const fresh of page.querySelectorAll("[data-live]")) {
    const html = fresh.innerHTML;
    const old = document.getElementById(fresh.id);
    if (!old || shown.get(fresh.id) === html) continue;
    shown.set(fresh.id, html);
    const focus = focusIn(old);
    const open = new Set(Array.from(old.querySelectorAll("details[open][id]"), (element) => element.id));
    const figures = new Map(
      Array.from(old.querySelectorAll("[data-figure]"), (element) => [element.dataset.figure, element.textContent]),
    );
    old.replaceChildren(...document.importNode(fresh, true).childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    for (const element of old.querySelectorAll("[data-figure]")) {
      const before = figures.get(element.dataset.figure);
      if (before !== undefined && before !== element.textContent) {
        element.classList.add("changed");
        changes.push(`${element.parentElement.querySelector("dt").textContent}: ${element.textContent}`);
      }
    }
    focus?.();
    showTimes(old);
  }
  if (changes.length > 0) announce(changes.join(", "));
}

/** A way back to the control that has the focus, if it is in this part and will be in the fresh one. */
function focusIn(part) {
  const active = document.activeElement;
  if (!active || !part.contains(active)) return null;
  const find = () => {
    if (active.dataset.call) return part.querySelector(`[data-call="${CSS.escape(active.dataset.call)}"]`);
    if (active.tagName === "A") return part.querySelector(`a[href="${CSS.escape(active.getAttribute("href"))}"]`);
    return part.querySelector(active.tagName.toLowerCase());
  };
  const key = active.closest("[data-key]")?.dataset.key;
  return () => {
    const next = find() ?? (key && part.querySelector(`[data-key="${CSS.escape(key)}"] a`));
    if (next) next.focus({ preventScroll: true });
    else document.getElementById("main").focus({ preventScroll: true });
  };
}

/** Fetches the page again; once more if something has changed meanwhile. */
export async function refresh(event = "") {
  if (isRefreshing) {
    isStale = true;
    return;
  }
  isRefreshing = true;
  try {
    do {
      isStale = false;
      const headers = event ? { "X-Live": event } : {};
      const answer = await fetch(location.href, { headers, cache: "no-store", credentials: "same-origin" });
      if (answer.redirected && new URL(answer.url).pathname === "/dashboard/sign-in") {
        location.assign(answer.url);
        return;
      }
      learnClock(answer.headers);
      if (!answer.ok) throw new Error(String(answer.status));
      apply(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (source?.readyState === EventSource.OPEN) show("on", "Live");
    } while (isStale);
  } catch {
    show("stale", "No fresh figures");
  } finally {
    isRefreshing = false;
  }
}

function listen() {
  close();
  if (document.hidden) return;
  source = new EventSource("/dashboard/events");
  source.addEventListener("open", () => {
    pause = FIRST_PAUSE_MS;
    show("on", "Live");
    heard();
    // Load the changes that happened while the page was not listening.
    refresh();
  });
  source.addEventListener("change", (event) => {
    heard();
    refresh(event.data);
  });
  source.addEventListener("outage", () => {
    heard();
    show("stale", "No fresh figures");
  });
  source.addEventListener("beat", heard);
  source.addEventListener("error", () => {
    // The stream was refused, not lost: reload the page, which shows the reason or the sign-in if the session has
    // ended.
    const isRefused = source.readyState === EventSource.CLOSED;
    again();
    if (isRefused) refresh();
  });
}

function heard() {
  clearTimeout(watchdog);
  watchdog = setTimeout(again, SILENCE_MS);
}

function close() {
  clearTimeout(watchdog);
  clearTimeout(timer);
  source?.close();
  source = null;
}

/** Ours instead of the browser's own: it would ask a dead server every three seconds for ever, from every page. */
function again() {
  close();
  if (document.hidden) return;
  show("off", "Reconnecting…");
  timer = setTimeout(listen, pause * (0.75 + Math.random() / 2));
  pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
}

export function startLive() {
  if (!document.getElementById("live")) return;
  for (const part of document.querySelectorAll("[data-live]")) shown.set(part.id, part.innerHTML);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      close();
      show("off", "Paused");
    } else {
      pause = FIRST_PAUSE_MS;
      listen();
    }
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && listen());
  listen();
}
