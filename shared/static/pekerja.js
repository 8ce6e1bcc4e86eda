// The service worker: the static shell and a page for when there is no connection, and what other applications share.
// No page of a person's and no answer of an API is ever kept. The server writes VERSION and SHELL before this.
"use strict";

importScripts("/aset/laci.js");

const CACHE = `alurwarta-${VERSION}`;
const OFFLINE = "/luring";
const SHARED_TO = "/bahan/berbagi";

self.addEventListener("install", (event) => {
  const filled = caches.open(CACHE).then((cache) => cache.addAll([OFFLINE, ...SHELL]));
  event.waitUntil(filled.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const cleared = caches.keys().then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n))));
  event.waitUntil(cleared.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && url.pathname === SHARED_TO) event.respondWith(takeShared(request));
  else if (request.method !== "GET") return;
  else if (url.pathname.startsWith("/aset/")) event.respondWith(shell(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

// As the server has it now, so that a page and its scripts are of one age; as it was kept, where there is no connection.
async function shell(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request, { ignoreSearch: true });
    if (!kept) throw error;
    return kept;
  }
}

async function takeShared(request) {
  const whole = request.clone();
  try {
    const form = await request.formData();
    const id = `${Date.now()}-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const texts = Object.fromEntries(["title", "text", "url"].map((name) => [name, String(form.get(name) || "")]));
    await new Laci().put("kiriman", { id, ...texts, files: form.getAll("berkas").filter((file) => file.size) });
    return Response.redirect(`/bahan/baru?berbagi=${id}`, 303);
  } catch {
    return fetch(whole); // this device keeps nothing: the server takes what it can
  }
}
