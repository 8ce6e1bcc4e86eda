// Keeps what was typed into forms until it has arrived: a closed tab, a dead battery or an ended session loses nothing.
// It stays in this browser, for this account, for three days, never a password or a file, and goes when one logs out.
// A form that keeps its own draft says so: data-isian="sendiri".
"use strict";
{
const PREFIX = "isian:";
const KEPT_MS = 3 * 24 * 3600 * 1000;
const WORDS = {
  id: { found: "Ada isian yang belum terkirim, dari", back: "Pulihkan isian", away: "Buang" },
  en: { found: "There is something typed here that was not sent, from", back: "Bring it back", away: "Discard" },
};
const NEVER = new Set(["hidden", "password", "file", "submit", "button", "reset", "image"]);

function fields(form) {
  return Array.from(form.elements).filter((e) => e.name && !NEVER.has(e.type) && !e.readOnly && !e.disabled
    && e.tagName !== "BUTTON" && e.tagName !== "FIELDSET" && e.tagName !== "OUTPUT"
    && !/password|one-time-code/.test(e.autocomplete || ""));
}

function typed(form) {
  return fields(form).map((e) => [e.name, e.value, /checkbox|radio/.test(e.type) ? e.checked : null]);
}

function given(form) {
  return fields(form).map((e) => [e.name, /checkbox|radio/.test(e.type) ? e.value
    : e.tagName === "SELECT" ? (Array.from(e.options).find((o) => o.defaultSelected) || e.options[0] || {}).value
    : e.defaultValue, /checkbox|radio/.test(e.type) ? e.defaultChecked : null]);
}

function put(form, values) {
  const rest = fields(form);
  for (const [name, value, checked] of values) {
    const at = rest.findIndex((e) => e.name === name && (checked === null || e.value === value));
    if (at < 0) continue;
    const [field] = rest.splice(at, 1);
    if (checked === null) field.value = value; else field.checked = checked;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function read(store, key) {
  try {
    const found = JSON.parse(store.getItem(key));
    return found && Date.now() - found.at < KEPT_MS ? found : null;
  } catch { return null; }
}

function keys(store, start) {
  return Array.from({ length: store.length }, (_, i) => store.key(i)).filter((k) => k.startsWith(start));
}

// Whether the page that came back says that the last form did not arrive.
function refused() {
  const [way] = performance.getEntriesByType("navigation");
  if (way && way.responseStatus >= 400) return true;
  return Boolean(document.querySelector("main .notice[role=alert]:not([hidden])"));
}

function offer(form, key, found, store) {
  const note = document.createElement("div");
  note.className = "notice";
  note.setAttribute("role", "status");
  const words = document.createElement("p");
  const language = document.documentElement.lang in WORDS ? document.documentElement.lang : "id";
  const when = new Date(found.at).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  words.textContent = `${WORDS[language].found} ${when}.`;
  const actions = document.createElement("p");
  actions.className = "actions";
  for (const [text, look, act] of [
    [WORDS[language].back, "second", () => put(form, found.values)],
    [WORDS[language].away, "quiet", () => store.removeItem(key)],
  ]) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = look;
    button.textContent = text;
    button.addEventListener("click", () => { act(); note.remove(); (fields(form)[0] || form).focus(); });
    actions.append(button);
  }
  note.append(words, actions);
  form.prepend(note);
}

function keep(form, key, store, session) {
  const before = JSON.stringify(given(form));
  const found = read(store, key);
  if (found && JSON.stringify(found.values) !== JSON.stringify(typed(form))) offer(form, key, found, store);
  let waiting = 0;
  const save = () => {
    clearTimeout(waiting);
    const now = typed(form);
    if (JSON.stringify(now) === before) { if (!found) store.removeItem(key); return; }
    try { store.setItem(key, JSON.stringify({ at: Date.now(), values: now })); } catch { /* full, or forbidden */ }
  };
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(save, 300); });
  form.addEventListener("submit", () => { save(); session.setItem("isian-terkirim", key); });
  addEventListener("pagehide", () => { if (waiting) save(); });
}

// Forms that carry what was typed through a log-in: it has not arrived, and has once the last of them was sent.
function carrying() {
  return Array.from(document.querySelectorAll("main form")).filter((form) => "titipan" in form.dataset
    || form.querySelector("input[name=titipan]"));
}

function start(account) {
  const mine = `${PREFIX}${account}:`;
  const sent = sessionStorage.getItem("isian-terkirim");
  const on = carrying();
  // What another account typed is not this one's to take away.
  if (sent && sent.startsWith(mine) && !on.length && !refused()) localStorage.removeItem(sent);
  sessionStorage.removeItem("isian-terkirim");
  if (sent) for (const form of on) form.addEventListener("submit", () => sessionStorage.setItem("isian-terkirim", sent));
  for (const key of keys(localStorage, PREFIX)) if (!read(localStorage, key)) localStorage.removeItem(key);
  const count = new Map();
  for (const form of document.querySelectorAll("main form[method=post]")) {
    if (form.closest("[data-isian=sendiri], [data-bahan]") || on.includes(form) || !fields(form).length) continue;
    const where = location.pathname + new URL(form.action).pathname;
    count.set(where, (count.get(where) || 0) + 1);
    keep(form, `${mine}${where}#${form.id || count.get(where)}`, localStorage, sessionStorage);
  }
  for (const form of document.querySelectorAll("form[action='/keluar']")) {
    form.addEventListener("submit", () => keys(localStorage, mine).forEach((k) => localStorage.removeItem(k)));
  }
}

if (typeof document !== "undefined") {
  const meta = document.querySelector("meta[name=alurwarta-account]");
  try { if (meta) start(meta.content); } catch { /* storage is forbidden here: forms work without */ }
}
if (typeof module !== "undefined") module.exports = { fields, typed, put, read, keys };
}
