// Says before the session ends that it will, and keeps it alive if the person wants: what is on the screen stays as it is.
"use strict";
{
const BEFORE = 5 * 60; // seconds

function words(seconds, language = "id") {
  const [minutes, rest] = language === "en" ? ["minutes", "seconds"] : ["menit", "detik"];
  return seconds >= 60 ? `${Math.floor(seconds / 60)} ${minutes}` : `${Math.max(0, seconds)} ${rest}`;
}

// Another tab may have used the session meanwhile; asking is no use by itself.
async function really() {
  const answer = await fetch("/api/v1/session", { headers: { Accept: "application/json", "X-Background": "1" } });
  return answer.ok ? Number((await answer.json()).seconds_left) : null;
}

function watch(meta, dialog) {
  let ends = performance.now() + Number(meta.content) * 1000;
  const left = () => Math.round((ends - performance.now()) / 1000);
  let asking = false;
  const warn = async () => {
    asking = true;
    const found = await really().catch(() => null);
    asking = false;
    if (found !== null) ends = performance.now() + found * 1000;
    if (left() <= BEFORE && left() > 0 && !dialog.open) dialog.showModal();
  };
  const look = () => {
    dialog.querySelector("[data-sisa]").textContent = words(left(), document.documentElement.lang);
    if (left() <= BEFORE && left() > 0 && !dialog.open && !asking) warn();
    if (left() <= 0 && dialog.open) dialog.close();
  };
  dialog.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const answer = await fetch(form.action, {
      method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": form.elements.csrf.value },
    }).catch(() => null);
    if (!answer || !answer.ok) return form.submit();
    const told = await answer.json().catch(() => ({}));
    ends = performance.now() + Number(told.seconds_left || meta.content) * 1000;
    dialog.close();
  });
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  setInterval(look, 1000);
  // A phone that slept: timers stood still meanwhile.
  document.addEventListener("visibilitychange", look);
  look();
}

if (typeof document !== "undefined") {
  const meta = document.querySelector("meta[name=alurwarta-session]");
  const dialog = document.querySelector("[data-sesi]");
  if (meta && dialog) watch(meta, dialog);
}
if (typeof module !== "undefined") module.exports = { words, watch };
}
