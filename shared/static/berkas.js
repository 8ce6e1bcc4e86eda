// The files of a form as cards on the page: chosen, taken by the camera, dropped, pasted, shared, or of a draft.
"use strict";

const FILES_AT_ONCE = 3;
const WORDS = {
  menunggu: "menunggu giliran", mengirim: "sedang dikirim", menyelesaikan: "hampir selesai", terkirim: "terkirim",
  dijeda: "dijeda", terputus: "sambungan terputus, dicoba lagi sebentar lagi",
  keluar: "menunggu Anda masuk lagi", hilang: "belum selesai: pilih lagi berkas yang sama untuk melanjutkan",
};

function rightsOf(card) {
  const filled = {};
  card.querySelectorAll("[data-isi]").forEach((input) => {
    if (input.value.trim()) filled[input.dataset.isi] = input.value.trim();
  });
  const shows = Array.from(card.querySelectorAll("[data-tampak]:checked"), (box) => box.dataset.tampak);
  return shows.length ? { ...filled, shows } : filled;
}

function fillRights(card, saved) {
  card.querySelectorAll("[data-isi]").forEach((input) => {
    if (saved[input.dataset.isi] !== undefined) input.value = saved[input.dataset.isi] || "";
  });
  card.querySelectorAll("[data-tampak]").forEach((box) => { box.checked = (saved.shows || []).includes(box.dataset.tampak); });
}

// One file on the page: its card, its upload, and how that ended. Without `file` it is one of a draft.
class Chosen {
  constructor(files, file, saved) {
    Object.assign(this, { files, saved });
    this.card = files.box.querySelector("template").content.firstElementChild.cloneNode(true);
    this.begun = new Promise((go) => { this.began = go; });
    this.find("[data-jeda]").addEventListener("click", () => this.toggle());
    this.find("[data-ulang]").addEventListener("click", () => this.follow(this.upload.run()));
    this.find("[data-hapus]").addEventListener("click", () => files.remove(this));
    this.find("[data-semua]").addEventListener("click", () => files.sayOfAll(this));
    if (saved) fillRights(this.card, saved);
    if (file) this.take(file);
    else this.old();
  }

  get name() {
    return this.file ? this.file.name : this.saved.name || "berkas";
  }

  get open() {
    return !this.done && !this.sentence;
  }

  find(selector) {
    return this.card.querySelector(selector);
  }

  // Its bytes are here: they go up, from where they were.
  take(file) {
    this.file = file;
    this.find("[data-nama]").textContent = file.name;
    this.preview(file);
    const { line, memory, turns } = this.files;
    this.upload = new Upload(file, { line, memory, files: turns, tell: (state, sent) => this.show(state, sent) });
    this.sentence = null;
    this.show("menunggu", 0);
  }

  // It was up before, or its bytes are on another device.
  old() {
    this.find("[data-nama]").textContent = this.name;
    this.began();
    if (this.saved.sha256) {
      const { upload, sha256, name } = this.saved;
      this.done = { upload, sha256, ...(name ? { name } : {}) };
      this.show("terkirim", 0);
    } else {
      this.sentence = "Pilih lagi berkas yang sama untuk melanjutkan.";
      this.show("hilang", 0);
      this.find("[data-jeda]").hidden = true;
    }
  }

  preview(file) {
    if (!/^image\/(jpeg|png|webp|gif|avif)$/.test(file.type) || file.size > 30 * 1024 * 1024) return;
    const picture = this.find("[data-gambar]");
    const address = URL.createObjectURL(file);
    const end = () => URL.revokeObjectURL(address);
    picture.addEventListener("load", end, { once: true });
    picture.addEventListener("error", () => { picture.hidden = true; end(); }, { once: true });
    picture.src = address;
    picture.hidden = false;
  }

  toggle() {
    if (this.upload.paused) this.upload.resume();
    else this.upload.pause();
  }

  // `ended` never rejects: a file that is refused stops no other.
  follow(promise) {
    this.sentence = null;
    this.find("[data-ulang]").hidden = true;
    this.find("[data-jeda]").hidden = false;
    this.ended = promise.then(
      (done) => { this.done = done; this.files.finished(this); },
      (error) => { if (!this.upload.removed) this.refuse(error); },
    );
    this.began();
  }

  refuse(error) {
    const out = error instanceof LoggedOut;
    this.sentence = error instanceof Refusal ? error.message : "Berkas belum terkirim. Coba lagi.";
    if (out) this.sentence = "Masuk lagi untuk melanjutkan.";
    this.find("[data-keadaan]").textContent = out ? WORDS.keluar : `tidak terkirim: ${this.sentence}`;
    this.find("[data-jeda]").hidden = true;
    this.find("[data-ulang]").hidden = false;
    if (out) this.files.loggedOut();
  }

  show(state, sent) {
    const share = this.file && this.file.size ? Math.floor((100 * sent) / this.file.size) : 0;
    const words = this.find("[data-keadaan]");
    if (words.textContent !== WORDS[state]) words.textContent = WORDS[state]; // read out when it changes, not each time
    const still = state === "terkirim" || state === "hilang";
    this.find("[data-persen]").textContent = still ? "" : `${share} %`;
    this.find("progress").value = share;
    this.find("progress").hidden = still;
    this.find("[data-jeda]").hidden = still;
    this.find("[data-jeda]").textContent = state === "dijeda" ? "Lanjutkan" : "Jeda";
    if (this.upload && this.upload.id && this.upload.id !== this.told) {
      this.told = this.upload.id;
      this.files.changed(); // from now on a draft can name it
    }
  }

  // As a draft keeps it; nothing before the server knows of it.
  about() {
    const upload = this.done ? this.done.upload : (this.upload && this.upload.id) || (this.saved && this.saved.upload);
    if (!upload) return null;
    const sha256 = this.done ? { sha256: this.done.sha256 } : {};
    const size = this.file ? this.file.size : this.saved.size;
    return { upload, ...sha256, name: this.name, ...(size === undefined ? {} : { size }), ...rightsOf(this.card) };
  }
}

// All files of one form.
class Files {
  constructor(box, line, { onchange, onkeep, onloggedout }) {
    Object.assign(this, { box, line, onchange, onkeep, onloggedout });
    this.memory = new Memory(storage());
    this.turns = new Turns(FILES_AT_ONCE);
    this.list = box.querySelector("[data-daftar]");
    this.chosen = new Set();
    box.querySelector("[data-skrip]").hidden = false;
    box.querySelectorAll("input[type=file]").forEach((chooser) => {
      chooser.addEventListener("change", () => {
        const picked = Array.from(chooser.files);
        chooser.value = "";
        this.add(picked);
      });
    });
    this.listen();
  }

  listen() {
    const carriesFiles = (event) => event.dataTransfer && Array.from(event.dataTransfer.types).includes("Files");
    document.addEventListener("dragover", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.box.classList.add("dijatuhi");
    });
    document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) this.box.classList.remove("dijatuhi"); });
    document.addEventListener("drop", (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      this.box.classList.remove("dijatuhi");
      this.add(Array.from(event.dataTransfer.files));
    });
    document.addEventListener("paste", (event) => {
      const pasted = Array.from((event.clipboardData && event.clipboardData.files) || []);
      if (!pasted.length) return;
      event.preventDefault();
      this.add(pasted);
    });
    this.box.addEventListener("input", () => this.changed());
  }

  // New ones begin by one request; one that a draft waits for goes on in its card.
  add(picked) {
    const taken = [];
    picked.forEach((file) => {
      const items = Array.from(this.chosen);
      if (items.some((item) => item.file && Memory.key(item.file) === Memory.key(file))) return;
      const lost = items.find((item) => !item.file && !item.done && item.name === file.name && (item.saved.size === undefined || item.saved.size === file.size));
      if (lost) {
        this.memory.set(file, lost.saved.upload);
        lost.take(file);
      }
      taken.push(lost || this.card(file, null));
      this.onkeep(file);
    });
    this.start(taken);
    if (taken.length) this.changed();
    return taken;
  }

  card(file, saved) {
    const item = new Chosen(this, file, saved);
    this.list.append(item.card);
    this.chosen.add(item);
    this.box.classList.toggle("banyak", this.chosen.size > 1);
    return item;
  }

  start(items) {
    const of = new Map(items.map((item) => [item.upload, item]));
    runAll([...of.keys()], this.line, (upload, promise) => of.get(upload).follow(promise));
  }

  // What the server or a draft knows of; `blobs` are the bytes that this device still has.
  restore(saved, blobs = []) {
    const left = new Map(blobs.map((file) => [Memory.key(file), file]));
    const resumed = [];
    saved.forEach((one) => {
      const blob = one.sha256 ? null : Array.from(left.values()).find((file) => file.name === one.name && file.size === one.size);
      if (blob) {
        left.delete(Memory.key(blob));
        this.memory.set(blob, one.upload);
      }
      const item = this.card(blob, one);
      if (blob) resumed.push(item);
    });
    left.forEach((blob) => {
      const known = saved.some((one) => one.sha256 && one.name === blob.name && one.size === blob.size);
      if (!known) resumed.push(this.card(blob, null));
    });
    this.start(resumed);
  }

  replace(saved) {
    this.chosen.forEach((item) => item.card.remove());
    this.chosen.clear();
    this.restore(saved);
  }

  remove(item) {
    this.chosen.delete(item);
    item.card.remove();
    this.box.classList.toggle("banyak", this.chosen.size > 1);
    if (item.upload) item.upload.remove();
    else this.line.ask("DELETE", `/api/v1/uploads/${item.saved.upload}`).catch(() => {});
    this.changed();
  }

  // The same photographer, permission and people in all of them.
  sayOfAll(from) {
    const { alt, caption, derived_from: source, ...same } = rightsOf(from.card);
    this.chosen.forEach((item) => { if (item !== from) fillRights(item.card, { ...rightsOf(item.card), ...same, shows: same.shows || [] }); });
    this.changed();
  }

  finished(item) {
    this.changed(item.file);
  }

  changed(finished = null) {
    this.onchange(finished);
  }

  loggedOut() {
    this.onloggedout();
  }

  get about() {
    return Array.from(this.chosen, (item) => item.about()).filter(Boolean);
  }

  get open() {
    return Array.from(this.chosen).filter((item) => item.open);
  }

  get refused() {
    return Array.from(this.chosen).find((item) => item.sentence);
  }

  // Until each has ended, also those that are chosen, paused or tried again meanwhile.
  async allEnded(tell) {
    for (let open = this.open; open.length; open = this.open) {
      tell(`Menunggu ${open.length} berkas selesai dikirim. Biarkan halaman ini terbuka.`);
      open.forEach((item) => item.upload.resume());
      await Promise.race(open.map((item) => item.begun.then(() => item.ended)));
    }
  }
}

function storage() {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
