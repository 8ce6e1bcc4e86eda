// The document of the editor: exactly the blocks of a Version (shared/content.py), and the way between both.
import { Schema } from "../vendor/prosemirror/prosemirror.js";

const textblock = { content: "inline*", group: "block" };

export function schemaFor(files = []) {
  const fileOf = (id) => files.find((f) => f.id === id) || { nama: "berkas", alt: "", alamat: "" };
  return new Schema({
    nodes: {
      doc: { content: "block+" },
      paragraph: { ...textblock, parseDOM: [{ tag: "p" }], toDOM: () => ["p", { dir: "auto" }, 0] },
      heading: {
        content: "text*", marks: "", group: "block", defining: true, attrs: { level: { default: 2 } },
        parseDOM: ["h1", "h2"].map((tag) => ({ tag, attrs: { level: 2 } }))
          .concat(["h3", "h4", "h5", "h6"].map((tag) => ({ tag, attrs: { level: 3 } }))),
        toDOM: (node) => [`h${node.attrs.level}`, { dir: "auto" }, 0],
      },
      bullet_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ul" }], toDOM: () => ["ul", 0] },
      ordered_list: { content: "list_item+", group: "block", parseDOM: [{ tag: "ol" }], toDOM: () => ["ol", 0] },
      list_item: { content: "paragraph", defining: true, parseDOM: [{ tag: "li" }], toDOM: () => ["li", 0] },
      quote: {
        content: "quote_text quote_cite", group: "block", defining: true,
        parseDOM: [{ tag: "blockquote" }], toDOM: () => ["blockquote", 0],
      },
      quote_text: { content: "inline*", parseDOM: [{ tag: "p", context: "quote/" }], toDOM: () => ["p", { dir: "auto" }, 0] },
      quote_cite: {
        content: "text*", marks: "", parseDOM: [{ tag: "footer" }, { tag: "cite" }],
        toDOM: () => ["footer", { dir: "auto" }, 0],
      },
      figure: {
        group: "block", atom: true, draggable: true, attrs: { media: {} },
        parseDOM: [{ tag: "figure[data-media]", getAttrs: (dom) => ({ media: dom.getAttribute("data-media") }) }],
        toDOM: (node) => {
          const file = fileOf(node.attrs.media);
          const seen = file.alamat ? [["img", { src: file.alamat, alt: file.alt || file.nama }]] : [];
          return ["figure", { "data-media": node.attrs.media }, ...seen, ["figcaption", file.nama]];
        },
      },
      text: { group: "inline" },
      hard_break: { inline: true, group: "inline", selectable: false, parseDOM: [{ tag: "br" }], toDOM: () => ["br"] },
    },
    marks: {
      link: {
        attrs: { href: {} }, inclusive: false,
        parseDOM: [{ tag: "a[href]", getAttrs: (dom) => addressOf(dom.getAttribute("href")) }],
        toDOM: (mark) => ["a", { href: mark.attrs.href, rel: "noopener" }, 0],
      },
      strong: { parseDOM: [{ tag: "strong" }, { tag: "b" }], toDOM: () => ["strong", 0] },
      em: { parseDOM: [{ tag: "em" }, { tag: "i" }], toDOM: () => ["em", 0] },
    },
  });
}

/** The address of a link as it may stand in a Version; false for any other. */
export function addressOf(text) {
  const href = (text || "").trim();
  if (href.length > 1900 || !/^(https?:\/\/|mailto:)[^\s]+$/i.test(href)) return false;
  return { href: href.replace(/^[a-z]+:/i, (scheme) => scheme.toLowerCase()) };
}

export function docOf(schema, blocks) {
  const made = (blocks || []).flatMap((block) => nodeOf(schema, block));
  return schema.node("doc", null, made.length ? made : [schema.node("paragraph")]);
}

function nodeOf(schema, block) {
  const inline = (spans) => (spans || []).flatMap((span) => runOf(schema, span));
  const plain = (text) => (text ? [schema.text(text)] : []);
  switch (block.kind) {
    case "heading": return [schema.node("heading", { level: block.level }, plain(block.text))];
    case "list": return block.items.length ? [schema.node(block.ordered ? "ordered_list" : "bullet_list", null,
      block.items.map((item) => schema.node("list_item", null, [schema.node("paragraph", null, inline(item))])))] : [];
    case "quote": return [schema.node("quote", null, [
      schema.node("quote_text", null, inline(block.spans)), schema.node("quote_cite", null, plain(block.cite))])];
    case "figure": return [schema.node("figure", { media: block.media })];
    default: return [schema.node("paragraph", null, inline(block.spans))];
  }
}

function runOf(schema, span) {
  const marks = [];
  if (span.href) marks.push(schema.mark("link", { href: span.href }));
  if (span.bold) marks.push(schema.mark("strong"));
  if (span.italic) marks.push(schema.mark("em"));
  return span.text.split("\n").flatMap((line, n) => [
    ...(n ? [schema.node("hard_break", null, null, marks)] : []), ...(line ? [schema.text(line, marks)] : [])]);
}

/** The blocks of a document; empty ones are none. */
export function blocksOf(doc) {
  const blocks = [];
  doc.forEach((node) => blocks.push(...blockOf(node)));
  return blocks;
}

function blockOf(node) {
  switch (node.type.name) {
    case "heading": {
      const text = node.textContent.trim();
      return text ? [{ kind: "heading", level: node.attrs.level, text }] : [];
    }
    case "bullet_list": case "ordered_list": {
      const items = [];
      node.forEach((item) => items.push(spansOf(item.firstChild)));
      const told = items.filter((spans) => spans.some((s) => s.text.trim()));
      return told.length ? [{ kind: "list", ordered: node.type.name === "ordered_list", items: told }] : [];
    }
    case "quote": {
      const spans = spansOf(node.firstChild);
      return spans.length ? [{ kind: "quote", spans, cite: node.lastChild.textContent.trim() }] : [];
    }
    case "figure": return [{ kind: "figure", media: node.attrs.media }];
    default: {
      const spans = spansOf(node);
      return spans.some((s) => s.text.trim()) ? [{ kind: "paragraph", spans }] : [];
    }
  }
}

function spansOf(node) {
  const spans = [];
  node.forEach((child) => {
    const has = (name) => child.marks.some((mark) => mark.type.name === name);
    const link = child.marks.find((mark) => mark.type.name === "link");
    const span = { text: child.isText ? child.text : "\n", bold: has("strong"), italic: has("em"), href: link ? link.attrs.href : null };
    const last = spans[spans.length - 1];
    if (last && last.bold === span.bold && last.italic === span.italic && last.href === span.href) last.text += span.text;
    else spans.push(span);
  });
  return spans;
}
