// Keeps the residents' page on the phone, so that it opens without a network. Files of a build have their content in
// their names and never change; the page and the kinds of report are taken from the network as long as there is one. Other
// answers of the server are not kept: what is personal does not stay on a phone that others use.
declare const self: ServiceWorkerGlobalScope;

const CACHE = 'resident-1';
const [PAGE, SYMBOL, KINDS] = ['./resident', './resident.svg', './api/v1/report-kinds'].map((path) => new URL(path, self.location.href).href) as [string, string, string];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([PAGE, SYMBOL, KINDS])).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (names: readonly string[]): string[] => names.filter((name) => name.startsWith('resident-') && name !== CACHE);
  event.waitUntil(caches.keys().then((names) => Promise.all(old(names).map((name) => caches.delete(name)))).then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (isFile(url)) event.respondWith(kept(request));
  else if (request.mode === 'navigate' && /\/resident(\.html)?$/.test(url.pathname)) event.respondWith(newest(request, PAGE));
  else if (url.href === SYMBOL || url.href === KINDS) event.respondWith(newest(request, url.href));
});

// What the page had fetched before this worker listened; files of earlier builds go.
self.addEventListener('message', (event) => {
  const { keep } = event.data as { keep?: readonly string[] };
  const files = (keep ?? []).filter((url) => isFile(new URL(url, self.location.href)));
  event.waitUntil(keepOnly(files));
});

async function keepOnly(files: readonly string[]): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(files.map(async (url) => (await cache.match(url)) ?? cache.add(url)));
  const others = (await cache.keys()).filter(({ url }) => isFile(new URL(url)) && !files.includes(url));
  await Promise.all(others.map((old) => cache.delete(old)));
}

const isFile = (url: URL): boolean => url.origin === self.location.origin && /\/assets\/[^/]+-[\w-]{8,}\.\w+$/.test(url.pathname);

async function kept(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

async function newest(request: Request, name: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(name, answer.clone());
    return answer;
  } catch (error) {
    const found = await cache.match(name);
    if (found) return found;
    throw error;
  }
}

export {};
