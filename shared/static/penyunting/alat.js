// The toolbar of the editor: buttons with words, by keyboard too (arrow keys within, Tab out).
import { redo, setBlockType, Selection, TextSelection, NodeSelection, toggleMark, undo, wrapInList, liftListItem } from "../vendor/prosemirror/prosemirror.js";
import { addressOf } from "./skema.js";
import { button } from "./tombol.js";

export function commandsOf(schema) {
  const { nodes, marks } = schema;
  return {
    bold: toggleMark(marks.strong), italic: toggleMark(marks.em), undo, redo,
    heading: (level) => (state, dispatch) => (is(state, nodes.heading, { level })
      ? setBlockType(nodes.paragraph) : setBlockType(nodes.heading, { level }))(state, dispatch),
    list: (type) => (state, dispatch) => (within(state, type) ? liftListItem(nodes.list_item) : wrapInList(type))(state, dispatch),
    quote: quote(nodes), link: (href) => link(marks.link, href), move, insert: (media) => insertFigure(nodes, media),
  };
}

export function is(state, type, attrs = {}) {
  const { $from } = state.selection;
  return $from.parent.hasMarkup ? $from.parent.hasMarkup(type, attrs) : false;
}

export function within(state, type) {
  const { $from } = state.selection;
  for (let d = $from.depth; d > 0; d--) if ($from.node(d).type === type) return true;
  return false;
}

function hasMark(state, type) {
  const { from, $from, to, empty } = state.selection;
  return empty ? Boolean(type.isInSet(state.storedMarks || $from.marks())) : state.doc.rangeHasMark(from, to, type);
}

// The block of the document in which the selection begins: its place and itself.
function top(state) {
  const { selection } = state;
  if (selection instanceof NodeSelection && selection.$from.depth === 0) return { at: selection.from, node: selection.node };
  if (selection.$from.depth === 0) return null;
  return { at: selection.$from.before(1), node: selection.$from.node(1) };
}

const quote = (nodes) => (state, dispatch) => {
  const found = top(state);
  if (!found || !["paragraph", "quote"].includes(found.node.type.name)) return false;
  const { at, node } = found;
  const cite = node.type === nodes.quote ? node.lastChild : null;
  const made = cite
    ? [nodes.paragraph.create(null, node.firstChild.content), ...(cite.content.size ? [nodes.paragraph.create(null, cite.content)] : [])]
    : [nodes.quote.create(null, [nodes.quote_text.create(null, node.content), nodes.quote_cite.create()])];
  if (dispatch) {
    const tr = state.tr.replaceWith(at, at + node.nodeSize, made);
    dispatch(tr.setSelection(Selection.near(tr.doc.resolve(at + 1))).scrollIntoView());
  }
  return true;
};

const link = (type, href) => (state, dispatch) => {
  let { from, to, empty, $from } = state.selection;
  if (empty) {
    const start = $from.parent.childAfter($from.parentOffset);
    if (!start.node || !type.isInSet(start.node.marks)) return false;
    from = $from.start() + start.offset;
    to = from + start.node.nodeSize;
  }
  if (dispatch) dispatch(href ? state.tr.removeMark(from, to, type).addMark(from, to, type.create({ href })) : state.tr.removeMark(from, to, type));
  return true;
};

const move = (by) => (state, dispatch) => {
  const found = top(state);
  if (!found) return false;
  const index = state.doc.resolve(found.at).index(0);
  const other = index + by;
  if (other < 0 || other >= state.doc.childCount) return false;
  if (dispatch) {
    const offset = state.selection.from - found.at;
    const neighbour = state.doc.child(other);
    const to = by < 0 ? found.at - neighbour.nodeSize : found.at + neighbour.nodeSize;
    const tr = state.tr.delete(found.at, found.at + found.node.nodeSize).insert(to, found.node);
    const selection = found.node.isAtom ? NodeSelection.create(tr.doc, to) : TextSelection.near(tr.doc.resolve(to + offset));
    dispatch(tr.setSelection(selection).scrollIntoView());
  }
  return true;
};

const insertFigure = (nodes, media) => (state, dispatch) => {
  const found = top(state);
  const at = found ? found.at + found.node.nodeSize : state.doc.content.size;
  if (dispatch) {
    const tr = state.tr.insert(at, nodes.figure.create({ media }));
    dispatch(tr.setSelection(NodeSelection.create(tr.doc, at)).scrollIntoView());
  }
  return true;
};

/** The toolbar above an editor; gives what refreshes its state. */
export function toolbar(view, files, commands) {
  const { schema } = view.state;
  const run = (command) => () => { command(view.state, view.dispatch); view.focus(); };
  const bar = document.createElement("div");
  bar.className = "editor-bar";
  bar.setAttribute("role", "toolbar");
  bar.setAttribute("aria-label", "Bentuk tulisan");
  const asking = linkForm(view, commands);
  const states = [
    [button("Tebal", run(commands.bold), { title: "Ctrl+B" }), (s) => hasMark(s, schema.marks.strong)],
    [button("Miring", run(commands.italic), { title: "Ctrl+I" }), (s) => hasMark(s, schema.marks.em)],
    [button("Tautan", () => asking.open(), { title: "Ctrl+K" }), (s) => hasMark(s, schema.marks.link)],
    [button("Judul bagian", run(commands.heading(2))), (s) => is(s, schema.nodes.heading, { level: 2 })],
    [button("Subjudul", run(commands.heading(3))), (s) => is(s, schema.nodes.heading, { level: 3 })],
    [button("Butir", run(commands.list(schema.nodes.bullet_list))), (s) => within(s, schema.nodes.bullet_list)],
    [button("Nomor", run(commands.list(schema.nodes.ordered_list))), (s) => within(s, schema.nodes.ordered_list)],
    [button("Kutipan", run(commands.quote)), (s) => within(s, schema.nodes.quote)],
  ];
  const others = [
    button("Naik", run(commands.move(-1)), { title: "Alt+panah atas" }), button("Turun", run(commands.move(1)), { title: "Alt+panah bawah" }),
    button("Urungkan", run(commands.undo), { title: "Ctrl+Z" }), button("Ulangi", run(commands.redo), { title: "Ctrl+Y" }),
  ];
  bar.append(...states.map(([made]) => made), ...others);
  if (files.length) bar.append(...figurePicker(view, files, commands));
  roving(bar);
  return { bar, asking: asking.form, ask: asking.open, refresh: (state) => states.forEach(([made, on]) => made.setAttribute("aria-pressed", String(on(state)))) };
}

function figurePicker(view, files, commands) {
  const pick = document.createElement("select");
  pick.setAttribute("aria-label", "Foto yang disisipkan");
  files.forEach((file, n) => pick.append(new Option(`[foto ${n + 1}] ${file.nama}`, file.id)));
  const insert = () => {
    commands.insert(pick.value)(view.state, view.dispatch);
    const chosen = document.querySelector(`[name="pilih-${pick.value}"]`);
    if (chosen) chosen.checked = true;
    view.focus();
  };
  return [pick, button("Sisipkan foto", insert)];
}

function linkForm(view, commands) {
  const form = document.createElement("div");
  form.className = "editor-link";
  form.hidden = true;
  const label = document.createElement("label");
  label.textContent = "Alamat tautan (https://… atau mailto:…)";
  const field = document.createElement("input");
  field.type = "url";
  field.placeholder = "https://";
  label.append(field);
  const said = document.createElement("p");
  said.setAttribute("role", "alert");
  const close = () => { form.hidden = true; view.focus(); };
  const put = () => {
    const typed = field.value.trim();
    const found = addressOf(/^[a-z]+:/i.test(typed) ? typed : `https://${typed}`);
    if (!found) said.textContent = "Alamat ini belum benar. Contoh: https://bekasikota.go.id";
    else if (!commands.link(found.href)(view.state, view.dispatch)) said.textContent = "Pilih dahulu kata yang menjadi tautan.";
    else close();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); put(); }
    if (event.key === "Escape") close();
  });
  form.append(label, said, button("Pasang tautan", put), button("Lepas tautan", () => { commands.link(null)(view.state, view.dispatch); close(); }), button("Batal", close));
  return { form, open: () => { said.textContent = ""; form.hidden = false; field.focus(); } };
}

// One stop of the Tab key; arrow keys go on within.
function roving(bar) {
  const all = [...bar.querySelectorAll("button, select")];
  all.forEach((e, n) => { e.tabIndex = n ? -1 : 0; });
  bar.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target.localName === "select") return;
    event.preventDefault();
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    all.forEach((e) => { e.tabIndex = e === next ? 0 : -1; });
    next.focus();
  });
  bar.addEventListener("focusin", (event) => all.forEach((e) => { e.tabIndex = e === event.target ? 0 : -1; }));
}
