// Buttons and forms that call the API. Each action has an idempotency key from the moment its control is shown, so that
// a double click or a retry after a lost response has one effect.
import { newKey, notify, post, reason } from "./calls.js";
import { refresh } from "./live.js";

const keys = new WeakMap();

function keyOf(element) {
  if (!keys.has(element)) keys.set(element, newKey());
  return keys.get(element);
}

async function press(button) {
  if (button.getAttribute("aria-busy") === "true") return;
  if (button.dataset.ask && !confirm(button.dataset.ask)) return;
  button.setAttribute("aria-busy", "true");
  const body = button.dataset.body ? JSON.parse(button.dataset.body) : null;
  const answer = await post(button.dataset.call, body, keyOf(button));
  button.removeAttribute("aria-busy");
  if (answer.ok) notify(button.dataset.done);
  else notify(reason(answer), true);
  if (answer.status !== 0 && answer.status < 500) keys.delete(button);
  await refresh();
}

// MARK: Forms

function whole(text) {
  const plain = text.trim().replace(/^[−–]/, "-").replace(/(?<=\d)[, _](?=\d{3}(\D|$))/g, "");
  return /^[+-]?\d{1,15}$/.test(plain) ? Number(plain) : null;
}

/** The request's body, and what cannot be sent as it is: `[[control, message]]`. */
function read(form) {
  const body = { sku: form.dataset.sku };
  const faults = [];
  for (const control of form.elements) {
    if (!control.name || control.name === "mode") continue;
    const name = control.dataset.namedBy ? form.elements[control.dataset.namedBy].value : control.name;
    const text = control.value.trim();
    if (text === "") {
      if (control.required) faults.push([control, "Please fill this in."]);
    } else if (control.dataset.type === "integer") {
      const value = whole(text);
      if (value === null) faults.push([control, "Must be a whole number."]);
      else body[name] = value;
    } else {
      body[name] = text;
    }
  }
  return { body, faults };
}

function clear(form) {
  for (const control of form.querySelectorAll("[aria-invalid]")) {
    control.removeAttribute("aria-invalid");
    const note = document.getElementById(`${control.id}-fault`);
    const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id !== note?.id);
    if (others.join("") === "") control.removeAttribute("aria-describedby");
    else control.setAttribute("aria-describedby", others.join(" "));
    note?.remove();
  }
  form.querySelector(".form-fault").textContent = "";
}

function mark(control, message) {
  const note = document.createElement("p");
  note.className = "fault";
  note.id = `${control.id}-fault`;
  note.textContent = message;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${note.id}`.trim());
  control.after(note);
}

/** The control that a field of the request stands in. */
function control(form, field) {
  for (const element of form.elements) {
    if (element.name && element.name !== "mode" && element.name === field) return element;
    if (element.dataset.namedBy && form.elements[element.dataset.namedBy].value === field) return element;
  }
  return null;
}

/** Where a refusal without fields belongs. */
function culprit(form, code) {
  if (code === "insufficient_stock") return control(form, "quantity") ?? form.elements.amount;
  return null;
}

function refuse(form, answer) {
  const rest = [];
  for (const { field, message } of answer.body.errors ?? []) {
    const element = control(form, field);
    if (element && element.getAttribute("aria-invalid") !== "true") mark(element, sentence(message));
    else if (!element) rest.push(`${field} ${message}`);
  }
  const element = culprit(form, answer.body.code);
  if (element) mark(element, reason(answer));
  const first = form.querySelector("[aria-invalid]");
  if (first) first.focus();
  if (!first || rest.length > 0) form.querySelector(".form-fault").textContent = rest.join(". ") || reason(answer);
}

function sentence(message) {
  return message.charAt(0).toUpperCase() + message.slice(1) + (message.endsWith(".") ? "" : ".");
}

function done(form, body, answer) {
  const count = new Intl.NumberFormat("en");
  if (form.dataset.done === "transferred") {
    return `${count.format(body.quantity)} transferred from ${body.from_warehouse} to ${body.to_warehouse}`;
  }
  const now = `${answer.body.warehouse} has ${count.format(answer.body.new_quantity)} on hand now`;
  if (body.quantity !== undefined) return `${count.format(body.quantity)} ${form.dataset.done}: ${now}`;
  return answer.body.transaction_id === null ? `Nothing to adjust: ${now}` : `Adjusted: ${now}`;
}

async function submit(form) {
  if (form.getAttribute("aria-busy") === "true") return;
  clear(form);
  const { body, faults } = read(form);
  for (const [element, message] of faults) mark(element, message);
  if (faults.length > 0) {
    faults[0][0].focus();
    return;
  }
  form.setAttribute("aria-busy", "true");
  const answer = await post(form.dataset.form, body, keyOf(form));
  form.removeAttribute("aria-busy");
  if (!answer.ok) {
    // The server stores a refusal under its key, so the next attempt needs a new one. The effect of any other failure
    // is unknown, so its key is kept.
    if (answer.status >= 400 && answer.status < 500) keys.delete(form);
    refuse(form, answer);
    return;
  }
  keys.delete(form);
  for (const element of form.querySelectorAll("input:not([type=radio])")) element.value = "";
  notify(done(form, body, answer));
  await refresh();
}

export function startForms() {
  for (const form of document.querySelectorAll("form[data-form]")) {
    keyOf(form);
    // Changed content is a new action.
    form.addEventListener("input", () => keys.delete(form));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      submit(form);
    });
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-call]");
    if (button) press(button);
  });
}
