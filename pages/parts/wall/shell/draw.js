// Drawing: the app's page is opened unseen in the studio, copied once it is whole, and closed. While that lasts, and
// where it fails, the old picture stays.
const DRAW_SPREAD = 0.3;
const DRAW_LIMIT = 30_000, QUIET = 300, LOOK = 100;
const DRAW_PAUSES = [2_000, 5_000, 10_000, 20_000, 40_000, 60_000];

const studio = {
  isBusy: false,
  failures: 0,
  notBefore: 0,

  /** Something new is there: displays that hear of it at the same time do not all ask at the same time. */
  spread(seconds) { this.notBefore = Math.max(this.notBefore, performance.now() + seconds * 1000 * DRAW_SPREAD * Math.random()); },
  mayTry() { return !this.isBusy && performance.now() >= this.notBefore; },

  /** Draw the page of this shape and show it; what it was drawn on is known by `ground`. */
  async draw(shape, ground, show) {
    this.isBusy = true;
    try {
      const picture = { ...await drawn(shape), shape, ground };
      await show(picture);
      this.failures = 0;
      return picture;
    } catch (error) {
      const pause = DRAW_PAUSES[Math.min(this.failures, DRAW_PAUSES.length - 1)];
      this.failures += 1;
      this.notBefore = performance.now() + pause * (0.75 + Math.random() / 2);
      throw error;
    } finally {
      this.isBusy = false;
    }
  },
};

/** The finished page as a document's text, with the snapshot that it was drawn from and the time that it took. */
async function drawn(shape) {
  const started = performance.now();
  const [width, height] = DESIGN[shape];
  const frame = Object.assign(document.createElement("iframe"), { id: "studio", tabIndex: -1, inert: true });
  Object.assign(frame.style, { width: `${width}px`, height: `${height}px` });
  const asked = { shape, scenes: query.get("scenes") };
  frame.src = `${ROOT}/wall-scenes?${wall.asked(asked)}`;
  document.body.append(frame);
  try {
    const page = await whole(frame, started + DRAW_LIMIT);
    const { snapshot } = page.querySelector(READY).dataset;
    return { html: copied(page), snapshot, seconds: (performance.now() - started) / 1000 };
  } finally {
    close(frame);
  }
}

/** Close a frame for good: its socket first, so that the server forgets it too. */
function close(frame) {
  try {
    frame.contentWindow.stop();
  } catch { /* it never got as far as a page of ours */ }
  frame.remove();
}

/** The page in this frame, once it says that it is whole and nothing in it has moved for a while. */
async function whole(frame, deadline) {
  let watched = null, moved = performance.now(), watcher = null;
  try {
    while (performance.now() < deadline) {
      const page = frame.contentDocument;
      if (page?.body && page !== watched) {
        watcher?.disconnect();
        watched = page;
        moved = performance.now();
        watcher = new MutationObserver(() => { moved = performance.now(); });
        watcher.observe(page.body, { subtree: true, childList: true, characterData: true });
      }
      if (page && isWhole(page) && performance.now() - moved >= QUIET) return page;
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  } finally {
    watcher?.disconnect();
  }
  throw new Error("the page was not whole in time");
}

function isWhole(page) {
  const ready = page.querySelector(READY);
  if (!ready) return false;
  if (ready.dataset.errors !== "0") throw new Error(`the page has ${ready.dataset.errors} errors`);
  const named = (ready.dataset.scenes ?? "").split(",").filter(Boolean);
  const drawn = new Set([...page.querySelectorAll(SCENE)].map((one) => one.dataset.scene));
  const isAtRest = page.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning";
  const isWaiting = page.querySelector("[data-testid=stSkeleton], [data-testid=stSpinner]") !== null;
  const charts = [...page.querySelectorAll("[data-testid=stPlotlyChart]")];
  return named.length > 0 && named.every((one) => drawn.has(one)) && isAtRest && !isWaiting
    && charts.every((one) => one.querySelector(".main-svg"));
}
