// What is pasted from Word, Google Docs, mail and WhatsApp, as plain blocks: words, headings, lists, links, bold, italic.

const GONE = "script,style,meta,link,title,xml,img,svg,object,iframe,video,audio,form,input,button,template,noscript";

/** Clean HTML of what an application put on the clipboard. */
export function cleanHtml(html) {
  // Word hides the marks of its lists between these; what is between <!--[if … ]--> is for others.
  const plain = html
    .replace(/<!--\[if [\s\S]*?<!\[endif\]-->/g, "")
    .replace(/<!\[if !supportLists\]>([\s\S]*?)<!\[endif\]>/g, '<i data-tanda="1">$1</i>')
    .replace(/<!\[(?:if|endif)[^>]*>/g, "").replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<style[\s>][\s\S]*?<\/style>/gi, "")
    // Read as data: the page's policy runs no style and no script of anybody, and would say so each time.
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/([\s/"'])style\s*=/gi, "$1 data-gaya=").replace(/([\s/"'])on[a-z]+\s*=/gi, "$1 data-tanpa="));
  const from = new DOMParser().parseFromString(plain, "text/html").body;
  from.querySelectorAll(GONE).forEach((e) => e.remove());
  from.querySelectorAll("*").forEach((e) => { if (e.localName.includes(":")) e.replaceWith(...e.childNodes); });
  listsOfWord(from);
  from.querySelectorAll("[data-tanda]").forEach((e) => e.remove());
  const out = document.implementation.createHTMLDocument("").body;
  copy(from, out, {});
  out.querySelectorAll("p,li,h2,h3,blockquote").forEach((e) => { if (!e.textContent.trim() && !e.querySelector("figure")) e.remove(); });
  out.querySelectorAll("ul,ol").forEach((e) => { if (!e.querySelector("li")) e.remove(); });
  return out.innerHTML;
}

// Word writes an item as a paragraph with "mso-list" in its style (here: data-gaya).
function listsOfWord(body) {
  for (const first of [...body.querySelectorAll("p[data-gaya*='mso-list:']")]) {
    if (!first.parentNode || first.closest("li")) continue;
    const kind = kindOfItem(first);
    const list = document.createElement(kind);
    first.before(list);
    let item = first;
    while (item && item.matches("p[data-gaya*='mso-list:']") && kindOfItem(item) === kind) {
      const next = item.nextElementSibling;
      const li = document.createElement("li");
      item.querySelectorAll("[data-tanda],[data-gaya*='mso-list:Ignore']").forEach((e) => e.remove());
      li.append(...item.childNodes);
      list.append(li);
      item.remove();
      item = next;
    }
  }
}

function kindOfItem(item) {
  const mark = item.querySelector("[data-tanda]") || item.querySelector("[data-gaya*='mso-list:Ignore']");
  return /^\s*[(]?([0-9]+|[a-zA-Z]|[ivx]+)[.)]/.test(mark ? mark.textContent : "") ? "ol" : "ul";
}

const BLOCKS = { P: "p", DIV: "p", H1: "h2", H2: "h2", H3: "h3", H4: "h3", H5: "h3", H6: "h3", PRE: "p", TD: "p", TH: "p", DT: "p", DD: "p", FIGCAPTION: "p" };
const LISTS = ["UL", "OL"];

function copy(from, to, style) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) words(node.textContent, to, style);
    else if (node.nodeType === Node.ELEMENT_NODE) element(node, to, style);
  }
}

function element(node, to, style) {
  const tag = node.tagName;
  const inner = styled(node, style);
  if (tag === "BR") { to.append(document.createElement("br")); return; }
  if (tag === "FIGURE" && node.dataset.media) {
    const figure = document.createElement("figure");
    figure.dataset.media = node.dataset.media;
    to.append(figure);
    return;
  }
  if (LISTS.includes(tag)) { list(node, to, inner); return; }
  if (tag === "BLOCKQUOTE") { block("blockquote", node, to, inner); return; }
  if (tag === "FOOTER" && to.localName === "blockquote") { block("footer", node, to, {}); return; }
  const name = BLOCKS[tag];
  const holdsBlocks = [...node.children].some((e) => BLOCKS[e.tagName] || LISTS.includes(e.tagName) || e.tagName === "TABLE" || e.tagName === "BLOCKQUOTE");
  if (name && !holdsBlocks && to.localName !== "li" && !["p", "h2", "h3"].includes(to.localName)) block(name, node, to, /^h/.test(name) ? {} : inner);
  else copy(node, to, inner);
}

function block(name, node, to, style) {
  const made = document.createElement(name);
  copy(node, made, style);
  to.append(made);
}

// Lists within lists become one: a Version knows one level.
function list(node, to, style) {
  const made = to.localName === "ul" || to.localName === "ol" ? to : document.createElement(node.tagName.toLowerCase());
  for (const child of node.children) {
    if (LISTS.includes(child.tagName)) { list(child, made, style); continue; }
    const li = document.createElement("li");
    const inner = [...child.querySelectorAll("ul,ol")].filter((l) => l.parentElement.closest("li") === child);
    inner.forEach((l) => l.remove());
    copy(child, li, styled(child, style));
    made.append(li);
    inner.forEach((l) => list(l, made, style));
  }
  if (made !== to) to.append(made);
}

// Bold and italic are told by elements or by styles; a style may also take them back (Google wraps all in <b>).
function styled(node, style) {
  const found = { ...style };
  const css = (node.getAttribute("data-gaya") || "").toLowerCase();
  if (/^(B|STRONG)$/.test(node.tagName)) found.bold = true;
  if (/^(I|EM|CITE)$/.test(node.tagName)) found.italic = true;
  const weight = css.match(/(?:^|;)\s*font-weight\s*:\s*([a-z0-9]+)/);
  if (weight) found.bold = weight[1] === "bold" || weight[1] === "bolder" || Number(weight[1]) >= 600;
  const slant = css.match(/(?:^|;)\s*font-style\s*:\s*([a-z]+)/);
  if (slant) found.italic = slant[1] === "italic" || slant[1] === "oblique";
  if (node.tagName === "A" && /^(https?:|mailto:)/i.test(node.getAttribute("href") || "")) found.href = node.getAttribute("href");
  return found;
}

function words(text, to, style) {
  const told = text.replace(/[\s\u00a0]+/g, " ");
  if (!told.trim() && !["p", "li", "h2", "h3", "blockquote", "footer"].includes(to.localName)) return;
  let made = document.createTextNode(told);
  for (const [is, tag] of [[style.italic, "em"], [style.bold, "strong"], [style.href, "a"]]) {
    if (!is) continue;
    const around = document.createElement(tag);
    if (tag === "a") around.setAttribute("href", style.href);
    around.append(made);
    made = around;
  }
  to.append(made);
}

const FROM_CHAT = /^\[\d{1,2}[.:]\d{2}(?:[.:]\d{2})?,? \d{1,2}\/\d{1,2}\/\d{2,4}\] [^:\n]{1,60}: |^\[\d{1,2}\/\d{1,2}\/\d{2,4},? \d{1,2}[.:]\d{2}(?:[.:]\d{2})?\] [^:\n]{1,60}: /;

/** Blocks of a plain text, as WhatsApp copies messages: without who and when, with its *bold* and _italic_. */
export function blocksOfText(text) {
  const blocks = [];
  for (const line of text.replace(/\r\n?/g, "\n").split("\n")) {
    const told = line.replace(/[\u200e\u200f]/g, "").replace(FROM_CHAT, "").trim();
    const item = told.match(/^(?:[-•*·▪●]|\d{1,3}[.)]) +(.+)$/);
    const last = blocks[blocks.length - 1];
    if (!told) { blocks.push(null); continue; }
    if (!item) { blocks.push({ kind: "paragraph", spans: spansOfText(told) }); continue; }
    const ordered = /^\d/.test(told);
    if (last && last.kind === "list" && last.ordered === ordered) last.items.push(spansOfText(item[1]));
    else blocks.push({ kind: "list", ordered, items: [spansOfText(item[1])] });
  }
  return blocks.filter(Boolean);
}

function spansOfText(text) {
  const spans = [];
  const mark = /(^|[^\w*])\*(\S(?:[^*\n]*\S)?)\*(?![\w*])|(^|[^\w])_(\S(?:[^_\n]*\S)?)_(?!\w)/g;
  let at = 0;
  for (const found of text.matchAll(mark)) {
    const before = found[1] ?? found[3];
    spans.push({ text: text.slice(at, found.index) + before });
    spans.push({ text: found[2] ?? found[4], bold: found[2] !== undefined, italic: found[4] !== undefined });
    at = found.index + found[0].length;
  }
  spans.push({ text: text.slice(at) });
  return spans.filter((span) => span.text);
}
