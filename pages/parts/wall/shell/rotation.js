// Which scene is shown: each for its time, in the browser alone. A guide may go on, back or pause by key or touch; a
// pause that nobody ends, ends by itself.
const PAUSE_LIMIT = 10 * MINUTE;

const rotation = {
  scene: null,
  since: performance.now(),
  paused: null,

  /** The scenes to show: those of the picture, in the order that the address or the site asks for. */
  order() {
    const drawn = layer.scenes;
    const wanted = wall.scenes.filter((one) => drawn.includes(one));
    return wanted.length ? wanted : drawn;
  },
  show(scene) {
    Object.assign(this, { scene, since: performance.now() });
    layer.reveal(scene);
    layer.page?.body.classList.toggle("is-paused", this.paused !== null);
  },
  /** The same scene in a new picture, the first where it is not in it. */
  again() {
    const order = this.order();
    const { since } = this;
    const isThere = order.includes(this.scene);
    this.show(isThere ? this.scene : order[0]);
    if (isThere) this.since = since;
  },
  go(step) {
    const order = this.order();
    if (order.length) this.show(order[(order.indexOf(this.scene) + step + order.length) % order.length]);
  },
  pause(isPaused) {
    Object.assign(this, { paused: isPaused ? performance.now() : null, since: performance.now() });
    layer.page?.body.classList.toggle("is-paused", isPaused);
  },
  turn() {
    if (this.paused !== null && performance.now() - this.paused > PAUSE_LIMIT) this.pause(false);
    if (this.paused === null && performance.now() - this.since >= wall.dwell * 1000) this.go(1);
  },
};

addEventListener("keydown", (event) => {
  if (event.key === "ArrowRight" || event.key === "PageDown") rotation.go(1);
  else if (event.key === "ArrowLeft" || event.key === "PageUp") rotation.go(-1);
  else if (event.key === " ") rotation.pause(rotation.paused === null);
  else return;
  event.preventDefault();
});

/** A touch: on a tab that scene, on the left third back, on the right third on, between them pause. */
addEventListener("pointerup", (event) => {
  const box = layer.stage.getBoundingClientRect();
  const scale = box.width / layer.stage.offsetWidth;
  const touched = layer.page?.elementFromPoint((event.clientX - box.left) / scale, (event.clientY - box.top) / scale);
  const tab = touched?.closest("[data-tab]")?.dataset.tab;
  if (tab && rotation.order().includes(tab)) rotation.show(tab);
  else if (event.clientX < innerWidth / 3) rotation.go(-1);
  else if (event.clientX > (innerWidth * 2) / 3) rotation.go(1);
  else rotation.pause(rotation.paused === null);
});
addEventListener("contextmenu", (event) => event.preventDefault());
