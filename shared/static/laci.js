// What this device keeps: drafts not yet on the server, files on their way, and what other applications shared.
// Used by pages and by the service worker. Where the browser refuses storage, nothing is kept and nothing fails.
"use strict";

const LACI_KEPT_MS = 30 * 24 * 3600 * 1000;
const LARGEST_KEPT = 200 * 1024 * 1024; // bytes; a larger file is chosen again after the page was closed

class Laci {
  constructor() {
    this.opening = null;
  }

  open() {
    this.opening = this.opening || new Promise((resolve, reject) => {
      const asking = indexedDB.open("alurwarta", 1);
      asking.onupgradeneeded = () => {
        asking.result.createObjectStore("draf", { keyPath: "id" });
        asking.result.createObjectStore("berkas", { keyPath: ["draf", "kunci"] });
        asking.result.createObjectStore("kiriman", { keyPath: "id" });
      };
      asking.onsuccess = () => resolve(asking.result);
      asking.onerror = () => reject(asking.error);
      asking.onblocked = () => reject(new Error("blocked"));
    });
    return this.opening;
  }

  // Resolves when the transaction is on the disk, not merely asked for.
  async run(store, mode, work) {
    const base = await this.open();
    return new Promise((resolve, reject) => {
      const transaction = base.transaction(store, mode);
      const asked = work(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked && asked.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  }

  put(store, value) {
    return this.run(store, "readwrite", (there) => there.put({ ...value, at: Date.now() }));
  }

  get(store, key) {
    return this.run(store, "readonly", (there) => there.get(key));
  }

  all(store, range) {
    return this.run(store, "readonly", (there) => there.getAll(range));
  }

  drop(store, key) {
    return this.run(store, "readwrite", (there) => there.delete(key));
  }

  static fileKey(file) {
    return `${file.name}.${file.size}.${file.lastModified}`;
  }

  static ofDraft(draft) {
    return IDBKeyRange.bound([draft], [draft, []]);
  }

  async keepFile(draft, file) {
    if (file.size <= LARGEST_KEPT) await this.put("berkas", { draf: draft, kunci: Laci.fileKey(file), file });
  }

  dropFile(draft, file) {
    return this.drop("berkas", [draft, Laci.fileKey(file)]);
  }

  async filesOf(draft) {
    return (await this.all("berkas", Laci.ofDraft(draft))).map((kept) => kept.file);
  }

  // A draft that was sent or thrown away, with its files.
  async forget(draft) {
    await this.drop("draf", draft);
    await this.drop("berkas", Laci.ofDraft(draft));
  }

  async tidy() {
    const over = Date.now() - LACI_KEPT_MS;
    for (const draft of await this.all("draf")) if (draft.at < over) await this.forget(draft.id);
    for (const store of ["kiriman", "berkas"]) {
      for (const one of await this.all(store)) {
        if (one.at < over) await this.drop(store, store === "kiriman" ? one.id : [one.draf, one.kunci]);
      }
    }
  }
}
