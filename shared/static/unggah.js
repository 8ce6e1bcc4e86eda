// The forms of Reports: their files go up from when they are chosen, what is typed is kept, and sending waits for all.
// Without this script the forms work too, with the files in the form itself.
"use strict";

// An answer or an addition: no draft, only files.
function prepareFiles(form, line, hooks) {
  const box = form.querySelector("[data-unggah]");
  const saved = Array.from(box.querySelectorAll("[data-terlampir]"), (card) => {
    card.remove();
    return JSON.parse(card.dataset.terlampir);
  });
  return { files: new Files(box, line, hooks), saved };
}

async function takeShared(laci, keeper, id) {
  const shared = await laci.get("kiriman", id);
  if (!shared) return;
  const empty = (name) => !keeper.form.elements[name].value.trim();
  if (shared.title && empty("title")) keeper.form.elements.title.value = shared.title.slice(0, 300);
  const text = [shared.text, shared.url].filter(Boolean).join("\n\n");
  if (text && empty("text")) keeper.form.elements.text.value = text;
  keeper.files.add(shared.files);
  keeper.changed();
  await Promise.all(shared.files.map((file) => laci.keepFile(keeper.id, file)));
  await keeper.save().catch(() => {});
  await laci.drop("kiriman", id); // only when all of it lies elsewhere
}

function prepare(form) {
  const line = new Line(form.elements.csrf.value);
  const laci = new Laci();
  const message = form.querySelector("[data-pesan]");
  const button = form.querySelector("[data-kirim]");
  const keeper = form.dataset.draf ? new Keeper(form, line, laci) : null;
  const quietly = (promise) => promise.catch(() => {});
  let leaving = false;

  const tell = (words) => {
    message.textContent = words;
    message.hidden = !words;
    if (words) message.scrollIntoView({ block: "center" });
  };

  const { files, saved } = prepareFiles(form, line, {
    onkeep: (file) => { if (keeper) quietly(laci.keepFile(keeper.id, file)); },
    onchange: (finished) => {
      if (!keeper) return;
      keeper.changed();
      if (finished) quietly(laci.dropFile(keeper.id, finished));
    },
    onloggedout: () => { if (keeper) keeper.loggedOut(); },
  });
  if (keeper) {
    keeper.files = files;
    const shared = new URLSearchParams(location.search).get("berbagi");
    quietly(keeper.restore(saved).then(() => shared && takeShared(laci, keeper, shared)).then(() => laci.tidy()));
    form.querySelector("[data-masuk] a").addEventListener("click", () => { leaving = true; });
  } else {
    files.restore(saved);
  }

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && files.open.length) event.preventDefault();
  });

  const refuse = (words) => {
    tell(words);
    button.disabled = false;
  };

  // The draft is on the server before the form goes: a lost answer or session loses nothing.
  const kept = async () => {
    for (let tries = 0; keeper; tries += 1) {
      try {
        await keeper.save();
        return true;
      } catch (error) {
        if (!(error instanceof Away)) return error instanceof Refusal; // the form itself says what is wrong
        tell("Tidak ada sambungan. Bahan tersimpan di perangkat ini dan dikirim begitu tersambung. Biarkan halaman ini terbuka.");
        await line.wait(tries);
      }
    }
    return true;
  };

  form.addEventListener("submit", async (event) => {
    const action = event.submitter && event.submitter.name === "aksi" ? event.submitter.value : "";
    event.preventDefault();
    if (action) {
      if (keeper) keeper.changed();
      if (keeper) keeper.soon(0);
      return;
    }
    button.disabled = true;
    await files.allEnded(tell);
    const refused = files.refused;
    if (refused) {
      refuse(`Berkas ${refused.name} tidak terkirim: ${refused.sentence} Hapus berkas itu dari daftar, atau coba lagi.`);
      return;
    }
    if (!(await kept())) {
      refuse("");
      return;
    }
    form.querySelectorAll("input[name=media]").forEach((input) => input.remove());
    files.about.forEach((about) => {
      const input = document.createElement("input");
      Object.assign(input, { type: "hidden", name: "media", value: JSON.stringify(about) });
      form.append(input);
    });
    leaving = true;
    if (keeper) quietly(noteSent(keeper.id));
    form.submit();
  });

  // Coming back by the browser's own button finds the form able to send again.
  window.addEventListener("pageshow", () => { button.disabled = false; });
}

const SENT = "alurwarta.terkirim";

async function noteSent(draft) {
  window.sessionStorage.setItem(SENT, draft);
}

// What was sent is no draft of this device any more: the Report's page says that it was taken.
function forgetSent() {
  const told = new URLSearchParams(location.search).get("terkirim");
  const sent = told || window.sessionStorage.getItem(SENT);
  window.sessionStorage.removeItem(SENT);
  if (!sent || !document.querySelector("[data-bahan-satu]")) return;
  new Laci().forget(sent).catch(() => {});
  if (told) history.replaceState(null, "", location.pathname);
}

if (typeof document !== "undefined") {
  document.querySelectorAll("[data-bahan], [data-jawab]").forEach(prepare);
  try {
    forgetSent();
  } catch {
    // storage is forbidden: then nothing was kept
  }
}
if (typeof module !== "undefined") module.exports = { ...require("./sha256.js"), ...require("./jaringan.js"), ...require("./kirim.js") };
