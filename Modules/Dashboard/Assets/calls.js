// API calls within the page's session.

/** A name for one wish of a person: the same name has one effect, however often it is sent. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return "dashboard-" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The longest that a person is left waiting, in milliseconds: more than the server takes for anything. */
const LIMIT_MS = 20000;

/**
 * Sends a POST.
 * @returns {Promise<{ok: boolean, status: number, body: object}>} never rejects; status 0 if no response arrived.
 */
export async function post(path, body, key) {
  const headers = { "Idempotency-Key": key };
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) headers["X-CSRF-Token"] = token;
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers,
      body: body ? JSON.stringify(body) : undefined,
      credentials: "same-origin",
      signal: AbortSignal.timeout(LIMIT_MS),
    });
    let json = {};
    try {
      json = await answer.json();
    } catch {
      // Perhaps a proxy's response; the status is enough.
    }
    return { ok: answer.ok, status: answer.status, body: json };
  } catch {
    return { ok: false, status: 0, body: { detail: "No answer from the server. Nothing is lost: try again." } };
  }
}

/** What went wrong, for a person. */
export function reason(answer) {
  if (answer.status === 401) return "The session has ended. Please sign in again.";
  if (answer.status === 403) return "The key's scopes do not allow this.";
  return answer.body.detail ?? answer.body.title ?? `The server answered ${answer.status}.`;
}

/** Shows a notice for a while and says it to screen readers. */
export function notify(text, isFault = false) {
  const toast = document.createElement("p");
  toast.className = isFault ? "toast fault" : "toast";
  toast.textContent = text;
  document.getElementById("toasts").append(toast);
  announce(text);
  setTimeout(() => toast.remove(), isFault ? 12000 : 5000);
}

/** Says something to screen readers. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
