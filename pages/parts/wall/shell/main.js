// The loop that holds the wall together. It runs every second (more often where the server wants to be asked more
// often), does nothing that can block, and looks at what is due: a poll, a drawing, a turn of the scenes, the quiet
// hour. What fails in one turn is tried again in a later one.
const ROOT = location.pathname.replace(/\/wall\/shell$/, "");
const TURN = 1_000, QUIET_SPREAD = 10 * MINUTE, REDRAW_SECONDS_LATE = 60;
const query = new URLSearchParams(location.search);

const wall = {
  language: query.get("lang") === "en" ? "en" : "zh",
  display: displayName(query.get("display")),
  site: query.get("site") ?? "",
  get scenes() {
    const offered = server.known?.site.scenes ?? [];
    const asked = (query.get("scenes") ?? "").split(",").filter((one) => offered.includes(one));
    return asked.length ? asked : offered;
  },
  get dwell() {
    const asked = Number(query.get("dwell"));
    return asked >= 5 ? asked : server.known?.site.dwell_seconds ?? 30;
  },
  asked(more) {
    const given = { site: this.site, lang: this.language, ...more };
    return new URLSearchParams(Object.entries(given).filter(([, value]) => value !== "" && value != null)).toString();
  },
};

const state = { started: null, confirmed: null, outdated: null, toldOf: null, quietShift: Math.random() * QUIET_SPREAD };
/** Two displays of one browser, or one that was given another address, may show different scenes. */
const keptName = () => [wall.site, wall.language, shapeOf(innerWidth, innerHeight), query.get("scenes")].join("|");

/** What this display tells of itself with each poll. */
function beat() {
  const { picture } = layer;
  const isNew = picture?.seconds && picture !== state.toldOf;
  return {
    display: wall.display, shell: SHELL, snapshot: picture?.snapshot, scene: rotation.scene,
    frame_age: state.confirmed ? Math.round((clock.now() - state.confirmed) / 1000) : "",
    viewport: `${innerWidth}x${innerHeight}`, heap: performance.memory?.usedJSHeapSize,
    drawn: isNew ? picture.seconds.toFixed(2) : "", failures: studio.failures || "",
  };
}

function isCurrent() {
  const { picture } = layer, { known } = server;
  return picture !== null && known !== null && picture.snapshot === known.snapshot && picture.ground === known.ground
    && picture.shape === shapeOf(innerWidth, innerHeight);
}

async function poll() {
  const told = layer.picture;
  const isAnswered = await server.ask(beat());
  if (isAnswered) {
    state.toldOf = told;
    state.started ??= clock.now();
    if (server.known.shell !== SHELL || server.known.holder !== parent.holder?.version) renew();
    if (isCurrent()) Object.assign(state, { confirmed: clock.now(), outdated: null });
    else if (state.outdated === null) {
      state.outdated = performance.now();
      if (layer.picture) studio.spread(server.known.poll_seconds);
    }
  }
}

/** Draw where there is something new. A picture comes on the stage whole or not at all. */
async function draw() {
  if (server.isGone || server.heard === null || !server.known.snapshot || isCurrent() || !studio.mayTry()) return;
  try {
    const { ground } = server.known;
    const picture = await studio.draw(shapeOf(innerWidth, innerHeight), ground, (one) => layer.show(one, present));
    if (isCurrent()) Object.assign(state, { confirmed: clock.now(), outdated: null });
    present();
    parent.holder?.ready(window);
    await store.keep(keptName(), { ...picture, known: server.known, confirmed: state.confirmed, skew: clock.skew });
  } catch (error) {
    console.warn(`wall: ${error.message}`);
  }
}

function status() {
  if (server.isGone) return "offline";
  const isOld = state.outdated !== null && performance.now() - state.outdated > REDRAW_SECONDS_LATE * 1000;
  return isOld ? "late" : "live";
}

/** Put into the picture what belongs to this moment and this scene. */
function present() {
  tell();
  if (!layer.picture || !server.known) return;
  if (!layer.page.querySelector(`${SCENE}.is-shown`)) rotation.again();
  refresh(server.known, status(), state.confirmed);
  const held = parent.document;
  held.documentElement.lang = document.documentElement.lang = { zh: "zh-CN", en: "en" }[wall.language];
  held.title = layer.page.querySelector(`${SCENE}.is-shown [data-title]`)?.textContent ?? held.title;
}

/** One line on the ground, only where there is no picture to show. */
function tell() {
  const note = document.getElementById("note");
  const words = server.known?.words;
  const said = server.message || (server.isGone ? words?.unreachable : words?.starting) || "";
  note.hidden = layer.picture !== null || said === "";
  if (note.textContent !== said) note.textContent = said;
}

/** Start anew, right after the server has answered: another shell takes this one's place once it has a picture. Only
    where what holds the shell is of another version, the page is loaded again. */
function renew() {
  if (studio.isBusy || !parent.holder) return;
  const { holder } = server.known;
  if (holder === parent.holder.version || sessionStorage.getItem("wall-holder") === holder) {
    parent.holder.renew(window);
  } else {
    sessionStorage.setItem("wall-holder", holder);
    parent.location.reload();
  }
}

/** Once a day at the site's quiet hour, each display at its own minute. */
function keepQuietHour() {
  if (!server.known || server.isGone || performance.now() - server.heard > POLL_LIMIT) return;
  const now = clock.now();
  const minutes = (text) => text.split(":").map(Number).reduce((hour, minute) => hour * 60 + minute);
  const past = (minutes(written(now, "en", TIME)) - minutes(server.known.site.quiet_hour)) * MINUTE - state.quietShift;
  if (past >= 0 && past < HOUR && state.started < now - past) {
    renew();
    state.started = now;
  }
}

function turn() {
  setTimeout(turn, Math.min(TURN, 1000 * (server.known?.poll_seconds ?? 1)));
  parent.holder?.beat(window);
  for (const act of [rotation.turn.bind(rotation), present, () => layer.fit(),
    () => { if (server.isDue()) poll(); }, draw, keepQuietHour]) {
    try {
      act();
    } catch (error) {
      console.warn(`wall: ${error.message}`);
    }
  }
}

/** First what this browser has kept, so that something stands there whether or not the server answers. */
async function start() {
  layer.fit();
  const last = await within(2_000, store.picture(keptName())).catch(() => undefined);
  if (last) {
    Object.assign(server, { known: last.known });
    Object.assign(state, { confirmed: last.confirmed });
    clock.skew = last.skew;
    await layer.show({ ...last, seconds: null }, present).catch(() => {});
    if (layer.picture) parent.holder?.ready(window);
  }
  turn();
  navigator.serviceWorker?.register(`${ROOT}/wall/worker.js`, { scope: `${ROOT}/wall` }).catch(() => {});
}

addEventListener("resize", () => layer.fit());
start();
