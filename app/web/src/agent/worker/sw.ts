/**
 * The app shell without signal: the page, its scripts, its map. Whole versions only: a version is fetched whole when it is
 * found, and serves nothing before the old one has left. What the service knows (`/v1/`, `/health/`) never passes
 * through here, so nothing old can look alive.
 */
/// <reference lib="webworker" />
import { shelf, SHELL, VERSION } from './shell_list';

const worker = self as unknown as ServiceWorkerGlobalScope;
const PAGE = '/agent';

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(shelf(VERSION))
      .then((cache) => cache.addAll(SHELL.map((url) => new Request(url, { cache: 'no-cache' })))),
  );
});

worker.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((n) => n.startsWith(shelf('')) && n !== shelf(VERSION)).map((n) => caches.delete(n))),
      )
      .then(() => worker.clients.claim()),
  );
});

worker.addEventListener('message', (event) => {
  if (event.data === 'take over') event.waitUntil(worker.skipWaiting());
});

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    worker.clients
      .matchAll({ type: 'window' })
      .then(([open]) => (open === undefined ? worker.clients.openWindow(PAGE) : open.focus())),
  );
});

worker.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== 'GET' || origin !== worker.location.origin) return;
  const name = mode === 'navigate' ? PAGE : pathname;
  if (!SHELL.includes(name)) return;
  event.respondWith(
    caches
      .open(shelf(VERSION))
      .then((cache) => cache.match(name))
      .then((kept) => kept ?? fetch(event.request)),
  );
});
