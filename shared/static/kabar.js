// Tells in the navigation how many notices are unread. Without this script the link leads to them all the same.
"use strict";

const KABAR_SECONDS = 60;

async function tellUnread(places) {
  const answer = await fetch("/kabar/jumlah", { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) return;
  const { unread } = await answer.json();
  for (const shown of places) {
    const words = shown.parentElement;
    shown.hidden = !unread;
    shown.textContent = unread > 99 ? "99+" : String(unread);
    if (unread) words.setAttribute("aria-label", `${words.firstChild.textContent.trim()} ${shown.textContent} ${shown.dataset.jumlah}`);
    else words.removeAttribute("aria-label");
  }
}

if (typeof document !== "undefined") {
  const places = [...document.querySelectorAll("[data-jumlah]")]; // the menu of a phone has its own
  const look = () => { if (!document.hidden) tellUnread(places).catch(() => {}); };
  if (places.length) {
    look();
    setInterval(look, KABAR_SECONDS * 1000);
    document.addEventListener("visibilitychange", look);
  }
}
if (typeof module !== "undefined") module.exports = { tellUnread };
