// Keeps the shell itself, so that a tab opened while the server is gone still starts and shows its last picture. Of all
// else, and of the shell while the server answers, it keeps its hands off.
const KEPT = "wall-shell", LIMIT = 4_000;
const WALL = new URL(self.registration.scope).pathname, PAGES = [WALL, `${WALL}/shell`];

self.addEventListener("install", (event) => {
  for (const requestMode of ["cors", "no-cors", "same-origin"]) {
    event.addRoutes?.({ condition: { requestMode }, source: "network" })?.catch?.(() => {});
  }
  event.waitUntil(caches.open(KEPT).then(async (kept) => {
    for (const page of PAGES) {
      const answer = await fetch(page, { cache: "no-store" });
      if (answer.ok) await kept.put(page, answer);
    }
    await self.skipWaiting();
  }));
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function shell(request, page) {
  const kept = await caches.open(KEPT);
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(LIMIT) });
    if (answer.ok) {
      await kept.put(page, answer.clone());
      return answer;
    }
    return (await kept.match(page)) ?? answer;
  } catch (error) {
    const last = await kept.match(page);
    if (last) return last;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.mode === "navigate" && PAGES.includes(pathname)) event.respondWith(shell(event.request, pathname));
});
