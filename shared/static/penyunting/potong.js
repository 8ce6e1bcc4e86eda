// Cutting a picture and choosing where the eye rests, on the picture itself; the numbers below it do the same by keyboard.
import { button } from "./tombol.js";

const SIDES = ["kiri", "atas", "kanan", "bawah"];

export function cutter(place, changed) {
  const id = place.dataset.potong;
  const field = (name) => document.querySelector(`[name="${name}-${id}"]`);
  if (!field("potong-kiri")) return;
  const picture = place.querySelector("img");
  const frame = document.createElement("span");
  const point = document.createElement("span");
  frame.className = "cutter-frame";
  point.className = "cutter-point";
  place.append(frame, point);
  const read = (name, otherwise) => { const n = parseFloat((field(name).value || "").replace(",", ".")); return Number.isFinite(n) ? Math.min(100, Math.max(0, n)) : otherwise; };
  const write = (name, value) => { field(name).value = String(Math.round(value * 100) / 100); };

  function show() {
    const [left, top, right, bottom] = SIDES.map((side) => read(`potong-${side}`, 0));
    Object.assign(frame.style, { left: `${left}%`, top: `${top}%`, right: `${right}%`, bottom: `${bottom}%` });
    const x = read("fokus-mendatar", NaN); const y = read("fokus-tegak", NaN);
    point.hidden = !(Number.isFinite(x) && Number.isFinite(y));
    if (!point.hidden) Object.assign(point.style, { left: `${left + (x * (100 - left - right)) / 100}%`, top: `${top + (y * (100 - top - bottom)) / 100}%` });
  }

  let mode = ""; let from = null;
  const at = (event) => {
    const box = picture.getBoundingClientRect();
    const share = (value, size) => Math.min(100, Math.max(0, (value / size) * 100));
    return [share(event.clientX - box.left, box.width), share(event.clientY - box.top, box.height)];
  };
  function cutTo([x, y]) {
    write("potong-kiri", Math.min(from[0], x)); write("potong-atas", Math.min(from[1], y));
    write("potong-kanan", 100 - Math.max(from[0], x)); write("potong-bawah", 100 - Math.max(from[1], y));
  }
  function look([x, y]) {
    const [left, top, right, bottom] = SIDES.map((side) => read(`potong-${side}`, 0));
    const within = (value, before, after) => Math.min(100, Math.max(0, ((value - before) / Math.max(1, 100 - before - after)) * 100));
    write("fokus-mendatar", within(x, left, right)); write("fokus-tegak", within(y, top, bottom));
  }
  const done = () => { show(); changed(); };
  place.addEventListener("pointerdown", (event) => {
    if (!mode || event.target.localName === "button") return;
    event.preventDefault();
    if (mode === "look") { look(at(event)); done(); return; }
    from = at(event);
    place.setPointerCapture(event.pointerId);
  });
  place.addEventListener("pointermove", (event) => { if (from) { cutTo(at(event)); show(); } });
  place.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [x, y] = at(event);
    if (Math.abs(x - from[0]) < 3 || Math.abs(y - from[1]) < 3) whole(); else cutTo([x, y]);
    from = null;
    done();
  });
  function whole() { SIDES.forEach((side) => write(`potong-${side}`, 0)); }

  const tools = document.createElement("p");
  tools.className = "actions";
  const choose = (wanted, own, other) => () => {
    mode = mode === wanted ? "" : wanted;
    own().setAttribute("aria-pressed", String(mode === wanted));
    other().setAttribute("aria-pressed", "false");
    place.classList.toggle("cutting", Boolean(mode));
  };
  const cutButton = button("Potong dengan menarik", choose("cut", () => cutButton, () => lookButton), { "aria-pressed": "false" });
  const lookButton = button("Tandai titik perhatian", choose("look", () => lookButton, () => cutButton), { "aria-pressed": "false" });
  tools.append(cutButton, lookButton, button("Utuh lagi", () => { whole(); write("fokus-mendatar", 50); write("fokus-tegak", 50); field("fokus-mendatar").value = ""; field("fokus-tegak").value = ""; done(); }));
  place.after(tools);
  SIDES.forEach((side) => field(`potong-${side}`).addEventListener("input", show));
  ["fokus-mendatar", "fokus-tegak"].forEach((name) => field(name).addEventListener("input", show));
  show();
}
