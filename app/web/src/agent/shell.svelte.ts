/** The app as something installed: its service worker, a newer version, the browser's offer to install it. */

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

const LOOK_MS = 15 * 60_000; // for a newer version, while the app stays open for a whole shift

export class Shell {
  /** A newer version waits; the one that runs stays whole until somebody says so. */
  hasUpdate = $state(false);
  canInstall = $state(false);
  /** Without HTTPS a phone gives no location, no service worker, no wake lock. */
  readonly isSecure = window.isSecureContext;
  #registration: ServiceWorkerRegistration | null = null;
  #prompt: InstallPrompt | null = null;

  async start(): Promise<void> {
    window.addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#prompt = event as InstallPrompt;
      this.canInstall = true;
    });
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    const hadWorker = navigator.serviceWorker.controller !== null;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (hadWorker) location.reload();
    });
    const registration = await navigator.serviceWorker.register('/agent/sw.js', { scope: '/agent' });
    this.#registration = registration;
    this.#look(registration);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => this.#look(registration));
    });
    setInterval(() => {
      if (navigator.onLine) void registration.update().catch(() => undefined); // no signal: the next look will tell
    }, LOOK_MS);
  }

  /** Load the newer version. Nothing is lost by it: what is not sent is on the shelf. */
  update(): void {
    this.#registration?.waiting?.postMessage('take over');
  }

  async install(): Promise<void> {
    this.canInstall = false;
    await this.#prompt?.prompt();
    this.#prompt = null;
  }

  #look(registration: ServiceWorkerRegistration): void {
    this.hasUpdate = registration.waiting !== null && navigator.serviceWorker.controller !== null;
  }
}
