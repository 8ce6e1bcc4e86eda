// Keeps the board as it is now: the server says that something changed, and the stages are asked for again.
// Without this script, or where the connection breaks, the page is whole as it is and can be loaded again.
"use strict";

const EVERY = 60_000; // time goes on even where nothing changes
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;
const BACKGROUND = { "X-Background": "1" }; // no person's doing: it prolongs no session

const kabar = document.querySelector("[data-papan-kabar]");
let asking = null;
let again = false;
let over = false;

function say(what) {
  if (kabar && kabar.textContent !== kabar.dataset[what]) kabar.textContent = kabar.dataset[what];
}

function end() {
  over = true;
  say("selesai");
}

// The stages as they are now, in the place of those shown. What has the focus keeps it.
async function ask() {
  const address = new URL(location.href);
  address.searchParams.set("bagian", "1");
  const mark = document.getElementById("papan")?.dataset.tanda;
  const headers = { Accept: "text/html", "If-None-Match": `"${mark}"`, ...BACKGROUND };
  const answer = await fetch(address, { headers, redirect: "manual" });
  if (answer.status === 304) return undefined; // as it is shown
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return end();
  if (!answer.ok) return say("putus");
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("papan");
  const shown = document.getElementById("papan");
  if (!made || !shown) return undefined;
  const focused = shown.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  shown.replaceWith(document.adoptNode(made));
  if (focused) made.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  return undefined;
}

// One question at a time; whatever changed meanwhile is asked for once more afterwards.
function refresh() {
  if (over || document.hidden) return;
  if (asking) {
    again = true;
    return;
  }
  asking = ask()
    .catch(() => say("putus"))
    .finally(() => {
      asking = null;
      if (again) {
        again = false;
        refresh();
      }
    });
}

async function listen() {
  const answer = await fetch("/papan/aliran", { headers: { Accept: "text/event-stream", ...BACKGROUND }, redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return end();
  if (!answer.ok || !answer.body) throw new Error("no stream");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return undefined;
    text += value.replaceAll("\r", "");
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const name = part.match(/^event: *(\S+)/m)?.[1];
      if (name === "selesai") return end();
      if (name === "papan") {
        say("langsung");
        refresh();
      }
    }
  }
}

async function follow() {
  let wait = FIRST_WAIT;
  while (!over) {
    const began = Date.now();
    await listen().catch(() => {});
    if (over) return;
    say("putus");
    wait = Date.now() - began > LONGEST_WAIT ? FIRST_WAIT : Math.min(wait * 2, LONGEST_WAIT);
    await new Promise((done) => setTimeout(done, wait * (0.5 + Math.random())));
  }
}

if (document.getElementById("papan")) {
  document.querySelector("[data-muat]")?.addEventListener("click", (event) => {
    event.preventDefault();
    if (over) location.reload();
    else refresh();
  });
  document.addEventListener("visibilitychange", refresh);
  setInterval(refresh, EVERY);
  follow();
}
