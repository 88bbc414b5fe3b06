// Copies a finished page: its scenes with all that they inherit, and every rule of its style sheets, as one document
// that asks nobody for anything and runs nothing.
const SCENE = "section.wall-scene";
const READY = "#wall-ready";
const KEPT_RULES = `
html, body { margin: 0 !important; padding: 0 !important; overflow: hidden !important; }
.wall-way { display: contents !important; }
${SCENE} { position: absolute !important; left: 0 !important; top: 0 !important; margin: 0 !important; visibility: hidden; }
${SCENE}.is-shown { visibility: visible; }
[data-panel].is-stale { opacity: 0.6; }`;

/** The rules of a document, those that scripts have inserted included; fonts stay with the system. */
function rulesOf(page) {
  const sheets = [...page.styleSheets, ...page.adoptedStyleSheets].filter((sheet) => !sheet.disabled);
  const texts = sheets.map((sheet) => {
    try {
      return [...sheet.cssRules]
        .filter((rule) => !(rule instanceof page.defaultView.CSSFontFaceRule || rule instanceof page.defaultView.CSSImportRule))
        .map((rule) => rule.cssText).join("\n");
    } catch {
      return "";
    }
  });
  return texts.join("\n").replaceAll("</style", "<\\/style");
}

/** A node with the scenes below it: ancestors keep what their scenes inherit, but no box and no other child. */
function kept(node) {
  if (node.matches(SCENE)) return node.cloneNode(true);
  const copy = node.cloneNode(false);
  copy.classList.add("wall-way");
  for (const child of node.children) if (child.matches(SCENE) || child.querySelector(SCENE)) copy.append(kept(child));
  return copy;
}

function attributesOf(element) {
  const holder = document.createElement("p");
  for (const { name, value } of element.attributes) holder.setAttribute(name, value);
  return holder.outerHTML.slice(2, -5);
}

/** The finished page as the text of a document. */
function copied(page) {
  const body = kept(page.body);
  for (const one of body.querySelectorAll("script, iframe, object, link")) one.remove();
  return `<!doctype html><html${attributesOf(page.documentElement)}><head><meta charset="utf-8">`
    + `<style>${rulesOf(page)}${KEPT_RULES}</style></head><body${attributesOf(page.body)}>${body.innerHTML}</body></html>`;
}
