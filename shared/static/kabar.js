// Tells in the navigation how many notices are unread. Without this script the link leads to them all the same.
"use strict";

const KABAR_SECONDS = 60;

async function tellUnread(links) {
  const answer = await fetch("/kabar/jumlah", { headers: { Accept: "application/json" }, redirect: "error" });
  if (!answer.ok) return;
  const { unread } = await answer.json();
  for (const link of links) {
    const shown = link.querySelector("[data-jumlah]");
    shown.hidden = !unread;
    shown.textContent = unread > 99 ? "99+" : String(unread);
    if (unread) link.setAttribute("aria-label", `${link.firstChild.textContent.trim()} ${shown.textContent} ${shown.dataset.jumlah}`);
    else link.removeAttribute("aria-label");
  }
}

if (typeof document !== "undefined") {
  const links = [...document.querySelectorAll("a[data-kabar]")]; // the menu of a phone has one of its own
  const look = () => { if (!document.hidden) tellUnread(links).catch(() => {}); };
  if (links.length) {
    look();
    setInterval(look, KABAR_SECONDS * 1000);
    document.addEventListener("visibilitychange", look);
  }
}
if (typeof module !== "undefined") module.exports = { tellUnread };
