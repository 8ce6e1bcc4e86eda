// Shows an item's way through the stages in the page itself, in the place of the link to it.
// Without this script, or where it cannot be had now, the link still leads there.
"use strict";

async function show(link) {
  const address = new URL(link.href);
  address.searchParams.set("bagian", "1");
  const answer = await fetch(address, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("section");
  if (made) (link.closest("p.way-link") || link).replaceWith(document.adoptNode(made));
}

if (typeof document !== "undefined") {
  document.querySelectorAll("a.perjalanan").forEach((link) => show(link).catch(() => {}));
}
if (typeof module !== "undefined") module.exports = { show };
