// Asking the server: every few seconds what is current, and telling it how this display is. While it does not answer
// it is asked again at short and growing pauses, never longer than five seconds.
const POLL_LIMIT = 4_000, POLL_JITTER = 0.2;
const POLL_PAUSES = [500, 1_000, 2_000, 4_000];
const SILENT_AFTER = 16_000;

const server = {
  known: null,
  message: "",
  heard: null,
  failures: 0,
  asking: null,
  next: 0,

  /** Not heard for a while; a shell that has just started gives the first poll the benefit of the doubt. */
  get isGone() {
    return this.heard === null ? this.failures > 0 : this.failures > 1 || performance.now() - this.heard > SILENT_AFTER;
  },

  /** Ask now; true where the server has answered as it should. Never throws, never lasts longer than its limit. */
  async ask(beat) {
    const abort = new AbortController();
    this.asking = { abort, since: performance.now() };
    const timer = setTimeout(() => abort.abort(), POLL_LIMIT);
    let pause;
    try {
      const answer = await fetch(`${ROOT}/wall/state?${wall.asked(beat)}`, { cache: "no-store", signal: abort.signal });
      const said = await answer.json();
      this.message = said.messages?.[0] ?? "";
      if (!answer.ok) throw new Error(`answered ${answer.status}`);
      clock.set(said.now);
      Object.assign(this, { known: said, heard: performance.now(), failures: 0 });
      pause = said.poll_seconds * 1000 * (1 + Math.random() * POLL_JITTER);
      return true;
    } catch {
      pause = POLL_PAUSES[Math.min(this.failures, POLL_PAUSES.length - 1)] * (0.75 + Math.random() / 2);
      this.failures += 1;
      return false;
    } finally {
      clearTimeout(timer);
      this.asking = null;
      this.next = performance.now() + pause;
    }
  },

  /** Whether it is time to ask; a question that hangs beyond its limit is given up. */
  isDue() {
    if (this.asking && performance.now() - this.asking.since > 2 * POLL_LIMIT) {
      this.asking.abort.abort();
      this.asking = null;
    }
    return this.asking === null && performance.now() >= this.next;
  },
};
