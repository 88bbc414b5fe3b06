// Holds the shell, and does hardly anything else, so that it need never be loaded again: full screen stays, and nothing
// blank is ever painted. To start anew it opens a second shell behind the first and lets it come forward once it has a
// picture. A shell that has stopped is replaced in the same way.
const LOOK = 1_000, PATIENCE = 60_000, STALLED = 30_000, RENEW_EVERY = 600_000;
let shown = null, coming = null, opened = 0, heard = performance.now(), renewed = -RENEW_EVERY;

function open() {
  coming?.remove();
  coming = Object.assign(document.createElement("iframe"), { className: shown ? "shell" : "shell shown" });
  coming.src = `${location.pathname.replace(/\/$/, "")}/shell${location.search}`;
  document.body.append(coming);
  opened = performance.now();
}

window.holder = {
  version: VERSION,
  /** A shell has a picture: it comes forward, the one before it goes. */
  ready(shell) {
    heard = performance.now();
    if (coming?.contentWindow !== shell) return;
    const before = shown;
    [shown, coming] = [coming, null];
    shown.classList.add("shown");
    shell.focus();
    requestAnimationFrame(() => requestAnimationFrame(() => before?.remove()));
  },
  beat(shell) {
    if (shell === shown?.contentWindow) heard = performance.now();
  },
  /** The shell asks for another in its place. Not in a circle: servers of two versions may answer in turn. */
  renew(shell) {
    if (shell !== shown?.contentWindow || coming || performance.now() - renewed < RENEW_EVERY) return;
    renewed = performance.now();
    open();
  },
};

setInterval(() => {
  const now = performance.now();
  if (coming && now - opened > PATIENCE) {
    coming.remove();
    coming = null;
  }
  if (!coming && (shown === null || now - heard > STALLED)) open();
}, LOOK);

addEventListener("keydown", (event) => {
  (shown ?? coming)?.contentWindow.dispatchEvent(new KeyboardEvent("keydown", { key: event.key }));
});
open();
