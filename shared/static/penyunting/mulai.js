// The page of one Story: editor, cutting, preview, autosave. Without any of it the form works as it stands.
import { mount } from "./penyunting.js";
import { cutter } from "./potong.js";
import { previewer } from "./pratinjau.js";
import { keeper } from "./simpan.js";

const form = document.querySelector("form[data-penyunting]");
if (form) {
  const told = [];
  const changed = () => told.forEach((tell) => tell());
  const editor = mount(form.querySelector("[data-isi]"), changed);
  const look = previewer(form);
  told.push(keeper(form, editor), look);
  form.addEventListener("input", look);
  form.querySelectorAll("[data-potong]").forEach((place) => cutter(place, changed));
  document.documentElement.dataset.penyunting = editor ? "siap" : "teks"; // for tests: the editor is there, or plain text
}
