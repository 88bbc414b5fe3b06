// What is wrong with the scenes that stand on a page: words cut, overlapping, too small or too faint, pictures over
// words, panels that overflow or hold nothing. Returns a list of sentences, empty where all is well.
(wanted) => {
  const faults = new Set();
  const SMALLEST = 17, FAINTEST = 4.5, EDGE = 20, INSIDE = 6;
  const parse = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const luminance = ([red, green, blue]) => {
    const [r, g, b] = [red, green, blue].map((one) => {
      const part = one / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = (front, back, share) => front.map((one, at) => one * share + back[at] * (1 - share));
  const opacityOf = (one) => {
    let product = 1;
    for (let at = one; at && !at.matches("section.wall-scene"); at = at.parentElement) product *= Number(getComputedStyle(at).opacity);
    return product;
  };
  const token = (scene, name) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    scene.append(probe);
    const found = parse(getComputedStyle(probe).color).slice(0, 3);
    probe.remove();
    return found;
  };
  /** The lightest ground that words may stand on there. */
  const groundOf = (one, scene) => {
    if (one.matches(".t-count")) return token(scene, "bar");
    if (one.matches(".t-label")) return token(scene, "background");
    for (let at = one; at && at !== scene; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = parse(getComputedStyle(at).backgroundColor);
      if (alpha > 0.9) return [red, green, blue];
      if (at.matches(".panel")) return token(scene, "panel-top");
    }
    return token(scene, "glow");
  };
  for (const scene of document.querySelectorAll("section.wall-scene")) {
    const name = scene.dataset.scene, frame = scene.getBoundingClientRect(), boxes = [];
    const tell = (what) => faults.add(`${name}: ${what}`);
    if (Math.abs(frame.width - wanted[0]) > 0.5 || Math.abs(frame.height - wanted[1]) > 0.5) tell(`is ${frame.width} x ${frame.height}`);
    for (const panel of scene.querySelectorAll(".panel[data-panel]:not(.card)")) {
      const said = panel.querySelector("header .what")?.textContent ?? "";
      if (!said.trim()) tell(`${panel.dataset.panel} tells neither source nor as-of`);
    }
    for (const one of scene.querySelectorAll("h1")) if (one.textContent.includes("…")) tell(`title cut: ${one.textContent}`);
    const walker = document.createTreeWalker(scene, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode, holder = node.parentElement, said = node.textContent.trim();
      const style = getComputedStyle(holder);
      if (!said || style.visibility === "hidden") continue;
      const size = parseFloat(style.fontSize);
      if (size < SMALLEST) tell(`${size} px: ${said}`);
      const svg = holder.closest("svg"), ground = groundOf(holder, scene);
      const ink = over(parse(svg ? style.fill : style.color).slice(0, 3), ground, opacityOf(holder));
      const [light, dark] = [luminance(ink), luminance(ground)].sort((one, other) => other - one);
      if ((light + 0.05) / (dark + 0.05) < FAINTEST) tell(`contrast ${((light + 0.05) / (dark + 0.05)).toFixed(1)}: ${said}`);
      const panel = holder.closest(".panel"), limit = panel?.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of [...range.getClientRects()].filter((one) => one.width > 1)) {
        const middle = (rect.top + rect.bottom) / 2; // the ink of a line, without its leading
        const box = { left: rect.left, right: rect.right, top: middle - size * 0.42, bottom: middle + size * 0.42, said, node };
        const isOut = limit && (box.left < limit.left + INSIDE || box.right > limit.right - INSIDE || box.top < limit.top || box.bottom > limit.bottom - 2);
        if (isOut || box.left < frame.left + EDGE || box.right > frame.right - EDGE || box.bottom > frame.bottom - 4) tell(`outside: ${said}`);
        boxes.push(box);
      }
    }
    boxes.forEach((one, at) => boxes.slice(at + 1).forEach((other) => {
      if (one.left < other.right - 1 && other.left < one.right - 1 && one.top < other.bottom - 1 && other.top < one.bottom - 1) tell(`overlap: ${one.said} | ${other.said}`);
    }));
    for (const cell of scene.querySelectorAll(".lines .cell")) {
      if (cell.scrollWidth > cell.clientWidth + 1) tell(`crowds its neighbour: ${cell.textContent.trim()}`);
    }
    for (const svg of scene.querySelectorAll("svg")) {
      if (getComputedStyle(svg).visibility === "hidden") continue;
      const rect = svg.getBoundingClientRect(), panel = svg.closest(".panel"), limit = panel.getBoundingClientRect();
      if (rect.right > limit.right + 1 || rect.bottom > limit.bottom + 1) tell(`picture outside: ${panel.dataset.panel}`);
      for (const box of boxes) {
        if (!svg.contains(box.node) && rect.left + 2 < box.right && box.left < rect.right - 2 && rect.top + 4 < box.bottom && box.top < rect.bottom - 4) tell(`picture over: ${box.said}`);
      }
    }
    const panels = [...scene.querySelectorAll(".panel")];
    if (!panels.length) tell("has no panel");
    for (const panel of panels) {
      const { panel: known, sources } = panel.dataset;
      if (panel.scrollWidth > panel.clientWidth + 1 || panel.scrollHeight > panel.clientHeight + 1) tell(`panel overflows: ${known}`);
      if (!sources) tell(`panel without sources: ${known}`);
      if (!panel.querySelector("[data-stale-note]")) tell(`panel without a place for its age: ${known}`);
      const body = [...panel.children].filter((one) => !one.matches("header, .stale-note"));
      if (!body.some((one) => one.textContent.trim() || one.querySelector("svg *"))) tell(`panel is empty: ${known}`);
    }
    for (const clock of ["now", "asof", "published", "refreshed"]) if (!scene.querySelector(`[data-clock=${clock}]`)?.textContent.trim()) tell(`no clock ${clock}`);
    if (!scene.querySelector("[data-status]")) tell("no status");
  }
  return [...faults];
}
