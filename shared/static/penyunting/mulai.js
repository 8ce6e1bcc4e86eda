// The page of one Story: editor, cutting, preview, autosave. Without any of it the form works as it stands.
import { cutter } from "./potong.js";
import { previewer } from "./pratinjau.js";
import { keeper } from "./simpan.js";

// The editor weighs more than all else on the page: it comes when somebody begins to do something here.
const BEGINNINGS = ["pointermove", "pointerdown", "touchstart", "keydown", "focusin", "scroll"];

const form = document.querySelector("form[data-penyunting]");
if (form) {
  const told = [];
  const changed = () => told.forEach((tell) => tell());
  let coming = null;
  const editor = () => {
    coming = coming || import("./penyunting.js").then(({ mount }) => mount(form.querySelector("[data-isi]"), changed), () => null).then((made) => {
      document.documentElement.dataset.penyunting = made ? "siap" : "teks"; // the editor is there, or the plain text stays
      return made;
    });
    return coming;
  };
  const begin = () => { BEGINNINGS.forEach((kind) => removeEventListener(kind, begin, true)); editor(); };
  BEGINNINGS.forEach((kind) => addEventListener(kind, begin, { capture: true, passive: true }));
  const look = previewer(form);
  told.push(keeper(form, editor), look);
  form.addEventListener("input", look);
  form.querySelectorAll("[data-potong]").forEach((place) => cutter(place, changed));
}
