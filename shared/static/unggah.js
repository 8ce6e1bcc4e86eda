// The files of a form: sent straight to the object store from when they are chosen, and the form waits for what is left.
// Without this script the form still works as text only.
"use strict";

const FILES_AT_ONCE = 3;
const WORDS = {
  menunggu: "menunggu giliran", mengirim: "sedang dikirim", menyelesaikan: "hampir selesai", terkirim: "terkirim",
  dijeda: "dijeda", terputus: "sambungan terputus, dicoba lagi sebentar lagi",
};

function rightsOf(card) {
  const filled = {};
  card.querySelectorAll("[data-isi]").forEach((input) => {
    if (input.value.trim()) filled[input.dataset.isi] = input.value.trim();
  });
  const shows = Array.from(card.querySelectorAll("[data-tampak]:checked"), (box) => box.dataset.tampak);
  return shows.length ? { ...filled, shows } : filled;
}

// One chosen file on the page: its card, its upload, and how that ended.
class Chosen {
  constructor(file, card, context) {
    this.file = file;
    this.card = card;
    this.find("[data-nama]").textContent = file.name;
    this.upload = new Upload(file, { ...context, tell: (state, sent) => this.show(state, sent) });
    this.find("[data-jeda]").addEventListener("click", () => this.toggle());
    this.find("[data-ulang]").addEventListener("click", () => this.follow(this.upload.run()));
    this.show("menunggu", 0);
  }

  find(selector) {
    return this.card.querySelector(selector);
  }

  toggle() {
    if (this.upload.paused) this.upload.resume();
    else this.upload.pause();
  }

  // `ended` never rejects: a file that is refused stops no other.
  follow(promise) {
    this.sentence = null;
    this.find("[data-ulang]").hidden = true;
    this.ended = promise.then(
      (done) => { this.done = done; },
      (error) => { if (!this.upload.removed) this.refuse(error); },
    );
  }

  refuse(error) {
    this.sentence = error instanceof Refusal ? error.message : "Berkas belum terkirim. Coba lagi.";
    this.find("[data-keadaan]").textContent = `tidak terkirim: ${this.sentence}`;
    this.find("[data-jeda]").hidden = true;
    this.find("[data-ulang]").hidden = false;
  }

  show(state, sent) {
    const share = this.file.size ? Math.floor((100 * sent) / this.file.size) : 0;
    const words = this.find("[data-keadaan]");
    if (words.textContent !== WORDS[state]) words.textContent = WORDS[state]; // read out when it changes, not each time
    this.find("[data-persen]").textContent = state === "terkirim" ? "" : `${share} %`;
    this.find("progress").value = share;
    this.find("progress").hidden = state === "terkirim";
    this.find("[data-jeda]").hidden = state === "terkirim";
    this.find("[data-jeda]").textContent = state === "dijeda" ? "Lanjutkan" : "Jeda";
  }
}

function prepare(form) {
  const box = form.querySelector("[data-unggah]");
  if (!box) return;
  const list = box.querySelector("[data-daftar]");
  const message = form.querySelector("[data-pesan]");
  const button = form.querySelector("button:not([type=button])");
  const line = new Line(form.elements.csrf.value);
  const context = { line, memory: new Memory(storage()), files: new Turns(FILES_AT_ONCE) };
  const chosen = new Set();
  let leaving = false;

  const tell = (words) => {
    message.textContent = words;
    message.hidden = !words;
    if (words) message.scrollIntoView({ block: "center" });
  };

  const choose = (file) => {
    const card = box.querySelector("template").content.firstElementChild.cloneNode(true);
    const item = new Chosen(file, card, context);
    item.find("[data-hapus]").addEventListener("click", () => {
      chosen.delete(item);
      card.remove();
      item.upload.remove();
    });
    list.append(card);
    chosen.add(item);
    return item;
  };

  const isNew = (file) => !Array.from(chosen).some((item) => Memory.key(item.file) === Memory.key(file));

  box.querySelectorAll("input[type=file]").forEach((chooser) => {
    chooser.addEventListener("change", () => {
      const items = Array.from(chooser.files).filter(isNew).map(choose);
      chooser.value = "";
      const of = new Map(items.map((item) => [item.upload, item]));
      items.forEach((item) => { item.begun = new Promise((go) => { item.began = go; }); });
      runAll([...of.keys()], line, (upload, promise) => {
        of.get(upload).follow(promise);
        of.get(upload).began();
      });
    });
  });

  window.addEventListener("beforeunload", (event) => {
    if (!leaving && Array.from(chosen).some((item) => !item.done && !item.sentence)) event.preventDefault();
  });

  // Until each has ended, also those that are chosen, paused or tried again meanwhile.
  const allEnded = async () => {
    for (;;) {
      const open = Array.from(chosen).filter((item) => !item.done && !item.sentence);
      if (!open.length) return;
      tell(`Menunggu ${open.length} berkas selesai dikirim. Biarkan halaman ini terbuka.`);
      open.forEach((item) => item.upload.resume());
      await Promise.race(open.map((item) => item.begun.then(() => item.ended)));
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    await allEnded();
    const refused = Array.from(chosen).find((item) => item.sentence);
    if (refused) {
      tell(`Berkas ${refused.file.name} tidak terkirim: ${refused.sentence} Hapus berkas itu dari daftar, atau coba lagi.`);
      button.disabled = false;
      return;
    }
    form.querySelectorAll("input[name=media]").forEach((input) => input.remove());
    chosen.forEach((item) => {
      const input = document.createElement("input");
      input.type = "hidden";
      input.name = "media";
      input.value = JSON.stringify({ ...item.done, ...rightsOf(item.card) });
      form.append(input);
    });
    leaving = true;
    form.submit();
  });
}

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

if (typeof document !== "undefined") document.querySelectorAll("[data-bahan]").forEach(prepare);
if (typeof module !== "undefined") module.exports = { ...require("./sha256.js"), ...require("./jaringan.js"), ...require("./kirim.js"), rightsOf };
