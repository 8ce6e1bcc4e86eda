// A decision is sent once, however often its button is pressed. Without this script the server sees to that alone.
"use strict";

function once(form) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.terkirim) {
      event.preventDefault();
      return;
    }
    form.dataset.terkirim = "1";
    form.setAttribute("aria-busy", "true");
  });
}

if (typeof document !== "undefined") {
  document.querySelectorAll("form[data-sekali]").forEach(once);
  // Come back to by the browser's own "back": it may be sent again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sekali]").forEach((form) => {
      delete form.dataset.terkirim;
      form.removeAttribute("aria-busy");
    });
  });
}
