// A button that does something on this page alone.
export function button(words, run, more = {}) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "second";
  made.textContent = words;
  for (const [name, value] of Object.entries(more)) made.setAttribute(name, value);
  made.addEventListener("click", run);
  return made;
}
