// Makes this site an application of the device: its service worker, and the button that installs it.
"use strict";

if (typeof navigator !== "undefined" && navigator.serviceWorker) {
  navigator.serviceWorker.register("/pekerja.js", { scope: "/" }).catch(() => {}); // without it all works on line
}

if (typeof window !== "undefined") {
  window.addEventListener("beforeinstallprompt", (event) => {
    const box = document.querySelector("[data-pasang]");
    if (!box) return;
    event.preventDefault();
    box.hidden = false;
    box.querySelector("button").addEventListener("click", async () => {
      event.prompt();
      await event.userChoice;
      box.hidden = true;
    });
  });
}
