// Blacking out parts of a picture on the picture itself, with mouse, finger or keys; the numbers below it say the same.
import { button } from "./penyunting/tombol.js";

const SIDES = ["kiri", "atas", "kanan", "bawah"];
const STEP = 1; const LEAST = 1; // percent
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HELP = "Geser dengan tombol panah, ubah ukuran dengan Shift dan panah, hapus dengan Delete.";
const within = (value, least, most) => Math.min(most, Math.max(least, value));

function edges(row) {
  const found = SIDES.map((side) => parseFloat(row.querySelector(`[name="${side}"]`).value.replace(",", ".")));
  const [left, top, right, bottom] = found;
  return found.every((n) => n >= 0 && n <= 100) && left < right && top < bottom ? found : null;
}

function write(row, values) {
  SIDES.forEach((side, n) => { row.querySelector(`[name="${side}"]`).value = values ? String(Math.round(values[n] * 100) / 100) : ""; });
}

// A box moved, or made larger or smaller at its right and lower edge; it stays on the picture.
function pushed([left, top, right, bottom], [x, y], resize) {
  if (resize) return [left, top, within(right + x, left + LEAST, 100), within(bottom + y, top + LEAST, 100)];
  const dx = within(x, -left, 100 - right); const dy = within(y, -top, 100 - bottom);
  return [left + dx, top + dy, right + dx, bottom + dy];
}

function marker(place) {
  const frame = place.querySelector(".samar"); const picture = frame.querySelector("img");
  const more = place.querySelector('[name="tambah"]');
  const rows = () => [...place.querySelectorAll(".samar-bagian")];
  const help = document.createElement("p");
  help.className = "hint"; help.id = `samar-${place.dataset.samar}`; help.textContent = HELP;

  function free() {
    const found = rows().find((row) => SIDES.every((side) => !row.querySelector(`[name="${side}"]`).value));
    if (found) return found;
    const last = rows().at(-1); const made = last.cloneNode(true);
    write(made, null);
    last.after(made);
    made.querySelector("[data-nomor]").textContent = String(rows().length);
    return made;
  }

  function box(row, number, values) {
    const made = button(String(number), () => {}, { "aria-label": `Bagian ${number} yang disamarkan`, "aria-describedby": help.id });
    made.className = "samar-kotak";
    Object.assign(made.style, { left: `${values[0]}%`, top: `${values[1]}%`, width: `${values[2] - values[0]}%`, height: `${values[3] - values[1]}%` });
    made.addEventListener("keydown", (event) => {
      const way = ARROWS[event.key];
      if (!way && event.key !== "Delete" && event.key !== "Backspace") return;
      event.preventDefault();
      write(row, way ? pushed(edges(row), way.map((n) => n * STEP), event.shiftKey) : null);
      show();
      (way ? frame.querySelector(`[data-baris="${rows().indexOf(row)}"]`) : draw)?.focus();
    });
    return made;
  }

  function show() {
    frame.querySelectorAll(".samar-kotak").forEach((one) => one.remove());
    rows().forEach((row, n) => {
      const values = edges(row);
      if (!values) return;
      const made = box(row, n + 1, values);
      made.dataset.baris = String(n);
      frame.append(made);
    });
  }

  let from = null; let drawn = null;
  const at = (event) => {
    const area = picture.getBoundingClientRect();
    const share = (value, size) => within((value / size) * 100, 0, 100);
    return [share(event.clientX - area.left, area.width), share(event.clientY - area.top, area.height)];
  };
  const between = ([x, y]) => [Math.min(from[0], x), Math.min(from[1], y), Math.max(from[0], x), Math.max(from[1], y)];
  frame.addEventListener("pointerdown", (event) => {
    if (!frame.classList.contains("menarik")) return;
    event.preventDefault();
    from = at(event); drawn = free();
    frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => { if (from) { write(drawn, between(at(event))); show(); } });
  const end = (event) => {
    if (!from) return;
    const values = between(at(event));
    const large = values[2] - values[0] >= LEAST && values[3] - values[1] >= LEAST;
    write(drawn, large && event.type === "pointerup" ? values : null);
    from = drawn = null;
    show();
  };
  frame.addEventListener("pointerup", end);
  frame.addEventListener("pointercancel", end);

  const draw = button("Tandai dengan menarik", () => {
    const on = frame.classList.toggle("menarik");
    draw.setAttribute("aria-pressed", String(on));
  }, { "aria-pressed": "false" });
  const put = button("Taruh kotak di tengah", () => {
    const row = free();
    write(row, [40, 40, 60, 60]);
    show();
    frame.querySelector(`[data-baris="${rows().indexOf(row)}"]`).focus();
  });
  const tools = document.createElement("p");
  tools.className = "actions";
  tools.append(draw, put);
  frame.after(tools, help);
  more.addEventListener("click", (event) => {
    event.preventDefault();
    free().querySelector('[name="kiri"]').focus();
  });
  place.addEventListener("input", show);
  show();
}

document.querySelectorAll("[data-samar]").forEach(marker);
