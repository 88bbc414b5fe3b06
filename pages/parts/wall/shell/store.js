// What outlives the tab: the last picture with what the server last said, and the display's name. Where the browser
// keeps nothing (a private window, a full disk), the wall works all the same and only a reopened tab starts empty.
const store = {
  opened: null,
  database() {
    this.opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open("wall", 1);
      request.onupgradeneeded = () => request.result.createObjectStore("picture");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
    return this.opened;
  },
  async ask(mode, act) {
    try {
      const database = await this.database();
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction("picture", mode);
        const request = act(transaction.objectStore("picture"));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = transaction.onerror = () => reject(transaction.error);
      });
    } catch {
      this.opened = null;
      return undefined;
    }
  },
  picture(name) { return this.ask("readonly", (kept) => kept.get(name)); },
  keep(name, picture) { return this.ask("readwrite", (kept) => kept.put(picture, name)); },
};

/** The display's name: the address has the first word, else a random one that stays with the browser. */
function displayName(asked) {
  if (/^[A-Za-z0-9_-]{1,40}$/.test(asked ?? "")) return asked;
  const fresh = () => [...crypto.getRandomValues(new Uint8Array(4))].map((one) => one.toString(36)).join("");
  try {
    const name = localStorage.getItem("wall-display") ?? fresh();
    localStorage.setItem("wall-display", name);
    return name;
  } catch {
    return fresh();
  }
}
