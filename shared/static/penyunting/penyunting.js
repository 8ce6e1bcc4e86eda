// The editor in the place of the text with marks; without it that text is what is typed and saved.
import {
  baseKeymap, chainCommands, dropCursor, EditorState, EditorView, Fragment, gapCursor, history, inputRules, keymap, redo, Selection,
  Slice, splitListItem, textblockTypeInputRule, undo, wrappingInputRule,
} from "../vendor/prosemirror/prosemirror.js";
import { commandsOf, toolbar, within } from "./alat.js";
import { blocksOf, docOf, schemaFor } from "./skema.js";
import { blocksOfText, cleanHtml } from "./tempel.js";

/** Put an editor over a place with `data-isi` (blocks) and `data-foto` (files); null where the text cannot be read so, or is being typed. */
export function mount(place, changed) {
  const text = place.querySelector("textarea");
  if (text.value !== text.defaultValue) return null; // somebody has begun to type there
  const focused = document.activeElement === text;
  const files = JSON.parse(place.dataset.foto || "[]");
  const schema = schemaFor(files);
  let doc;
  try { doc = docOf(schema, JSON.parse(place.dataset.isi)); doc.check(); } catch { return null; }
  const sent = document.createElement("input");
  sent.type = "hidden";
  sent.name = "blocks";
  const commands = commandsOf(schema);
  const area = document.createElement("div");
  let bar = null;
  const tell = (state) => { sent.value = JSON.stringify(blocksOf(state.doc)); };
  const view = new EditorView(area, {
    state: EditorState.create({ doc, plugins: plugins(schema, commands, () => bar.ask()) }),
    attributes: { role: "textbox", "aria-multiline": "true", "aria-label": "Isi berita", class: "editor" },
    transformPastedHTML: cleanHtml,
    clipboardTextParser: (plain) => new Slice(Fragment.from(docOf(schema, blocksOfText(plain)).content), 1, 1),
    dispatchTransaction(tr) {
      const state = view.state.apply(tr);
      view.updateState(state);
      bar.refresh(state);
      if (tr.docChanged) { tell(state); changed(); }
    },
  });
  bar = toolbar(view, files, commands);
  bar.refresh(view.state);
  tell(view.state);
  const label = place.querySelector("label");
  label.textContent = "Isi";
  label.removeAttribute("for");
  label.addEventListener("click", () => view.focus());
  text.disabled = true;
  text.hidden = true;
  place.append(bar.bar, bar.asking, area, sent);
  if (focused) view.focus();
  const load = (blocks) => {
    view.updateState(EditorState.create({ doc: docOf(schema, blocks), plugins: view.state.plugins }));
    tell(view.state);
  };
  return { view, load, schema, blocks: () => blocksOf(view.state.doc) };
}

function plugins(schema, commands, ask) {
  const { nodes } = schema;
  const lineBreak = (state, dispatch) => {
    if (!state.selection.$from.parent.inlineContent || state.selection.$from.parent.type.spec.content === "text*") return false;
    if (dispatch) dispatch(state.tr.replaceSelectionWith(nodes.hard_break.create()).scrollIntoView());
    return true;
  };
  const inQuote = (state, dispatch, view) => (state.selection.$from.parent.type === nodes.quote_text ? lineBreak(state, dispatch, view) : false);
  const keys = {
    "Mod-b": commands.bold, "Mod-i": commands.italic, "Mod-z": undo, "Mod-y": redo, "Mod-Shift-z": redo,
    "Mod-k": () => { ask(); return true; },
    "Alt-ArrowUp": commands.move(-1), "Alt-ArrowDown": commands.move(1), "Shift-Enter": lineBreak,
    Enter: chainCommands(splitListItem(nodes.list_item), leaveCite(nodes), inQuote),
  };
  const rules = [
    textblockTypeInputRule(/^(#{2,3})\s$/, nodes.heading, (found) => ({ level: found[1].length })),
    wrappingInputRule(/^\s*-\s$/, nodes.bullet_list), wrappingInputRule(/^1\.\s$/, nodes.ordered_list),
  ];
  return [inputRules({ rules }), keymap(keys), keymap(baseKeymap), history(), dropCursor(), gapCursor()];
}

const leaveCite = (nodes) => (state, dispatch) => {
  const { $from } = state.selection;
  if ($from.parent.type !== nodes.quote_cite || !within(state, nodes.quote)) return false;
  if (dispatch) {
    const after = $from.after(1);
    const tr = state.tr.insert(after, nodes.paragraph.create());
    dispatch(tr.setSelection(Selection.near(tr.doc.resolve(after + 1))).scrollIntoView());
  }
  return true;
};
