// The visible layer: one picture, drawn by nobody any more, scaled to the screen; what in it moves with time is put in
// by the shell. A new picture is laid out unseen and takes the old one's place within one frame.
const DESIGN = { "16x9": [1920, 1080], "32x9": [3840, 1080] };
const IS_STILL = matchMedia("(prefers-reduced-motion: reduce)").matches;
const DRIFT_PIXELS = 4, DRIFT_PERIOD = 47 * MINUTE;

/** The layout for a screen: from 2.5 times as wide as high on, the wide one. */
function shapeOf(width, height) {
  return width / height >= 2.5 ? "32x9" : "16x9";
}

const layer = {
  frame: null,
  picture: null,
  stage: document.getElementById("stage"),

  get page() { return this.frame?.contentDocument ?? null; },
  all(selector) { return this.page ? [...this.page.querySelectorAll(selector)] : []; },
  get scenes() { return this.all(SCENE).map((one) => one.dataset.scene); },

  /** Exactly the screen where its shape is the picture's; else as large as goes, on the ground's colour. It drifts by the
   *  clock of the day, so that a shell that takes another's place goes on from where that one stood. */
  fit() {
    const [width, height] = DESIGN[this.picture?.shape ?? shapeOf(innerWidth, innerHeight)];
    const scale = Math.min(innerWidth / width, innerHeight / height);
    const turn = (2 * Math.PI * Date.now()) / DRIFT_PERIOD;
    const reach = IS_STILL ? 0 : DRIFT_PIXELS;
    const drift = [Math.sin(turn), Math.sin(turn * 1.618)].map((one) => Math.round(one * reach));
    const left = (innerWidth - width * scale) / 2 + drift[0], top = (innerHeight - height * scale) / 2 + drift[1];
    Object.assign(this.stage.style, { width: `${width}px`, height: `${height}px`,
      transform: `translate(${left}px, ${top}px) scale(${scale})` });
  },

  /** Show this picture in place of the old one; false, and nothing changed, where it turns out to be empty. */
  async show(picture, prepare) {
    const coming = document.createElement("iframe");
    coming.className = "coming";
    coming.setAttribute("sandbox", "allow-same-origin");
    coming.srcdoc = picture.html;
    const loaded = new Promise((resolve) => coming.addEventListener("load", resolve, { once: true }));
    this.stage.append(coming);
    try {
      await within(10_000, loaded);
      await within(5_000, coming.contentDocument.fonts.ready);
      if (isEmpty(coming.contentDocument, picture.shape)) throw new Error("the copied picture is empty");
    } catch (error) {
      coming.remove();
      throw error;
    }
    const before = this.frame;
    Object.assign(this, { frame: coming, picture });
    prepare();
    this.fit();
    await painted();
    coming.className = "shown";
    await painted();
    before?.remove();
  },

  reveal(scene) {
    for (const one of this.all(SCENE)) one.classList.toggle("is-shown", one.dataset.scene === scene);
    for (const one of this.all("[data-tab]")) one.classList.toggle("is-current", one.dataset.tab === scene);
  },
};

/** A scene without size or without a word is no picture. */
function isEmpty(page, shape) {
  const [width, height] = DESIGN[shape];
  const scenes = [...page.querySelectorAll(SCENE)];
  const isWhole = (one) => {
    const box = one.getBoundingClientRect();
    return Math.abs(box.width - width) <= 1 && Math.abs(box.height - height) <= 1 && one.textContent.trim() !== "";
  };
  return scenes.length === 0 || !scenes.every(isWhole);
}

function painted() {
  return within(1_000, new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))).catch(() => {});
}

function within(milliseconds, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error("too late")), milliseconds); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Put the moments, the ages, the staleness and the status into the picture. Touches only what has changed. */
function refresh(known, status, confirmed) {
  const now = clock.now(), { language } = wall, { words, kinds, published } = known;
  const put = (one, text) => { if (one.textContent !== text) one.textContent = text; };
  for (const one of layer.all("[data-clock]")) {
    const what = one.dataset.clock;
    if (what === "now") put(one, nowWritten(now, language, one.dataset.format));
    if (what === "published" && published) put(one, stamp(published, now));
    if (what === "refreshed" && confirmed) put(one, nowWritten(confirmed, language, "seconds"));
    if (what === "asof") { const oldest = asOf(one, kinds); if (oldest) put(one, stamp(oldest, now)); }
  }
  for (const panel of layer.all("[data-panel]")) {
    const said = staleness(panel, kinds, words, now);
    panel.classList.toggle("is-stale", said !== "");
    for (const one of panel.querySelectorAll("[data-stale-note]")) put(one, said);
  }
  const old = age(now - (confirmed ?? now), words);
  const said = filled(words[`status_${status}`], { age: old });
  for (const one of layer.all("[data-status]")) {
    if (one.dataset.status !== status) one.dataset.status = status;
    one.setAttribute("aria-label", said);
  }
  for (const one of layer.all("[data-status-text]")) put(one, said);
}

function kindsOf(element) {
  return (element.dataset.sources ?? "").split(",").map((one) => one.trim()).filter(Boolean);
}

/** The oldest as-of of the kinds that an element names, else of all kinds that its scene is drawn from. */
function asOf(element, kinds) {
  const scene = element.closest(SCENE);
  const named = kindsOf(element);
  const asked = named.length ? named : scene ? [...scene.querySelectorAll("[data-panel]")].flatMap(kindsOf) : [];
  const known = asked.map((one) => kinds[one]?.as_of).filter(Boolean);
  return known.length ? Math.min(...known) : null;
}

/** What a panel says of its late sources, nothing while they are in time. */
function staleness(panel, kinds, words, now) {
  const named = kindsOf(panel).map((one) => kinds[one]).filter(Boolean);
  const late = named.filter((one) => one.due && now > one.due).sort((one, other) => one.due - other.due);
  if (!late.length) return "";
  const [worst] = late;
  const said = { age: age(now - worst.due, words), name: worst.name, as_of: shortStamp(worst.as_of, now) };
  return filled(named.length > 1 ? words.late_named : words.late, said);
}
