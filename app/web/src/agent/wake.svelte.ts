/** Keeps the screen on during an assignment; the browser lets go when the page is hidden, so it is asked anew. */

export class Wake {
  /** False when the phone refused, as it does at low battery: then the screen goes dark as it always does. */
  isGranted = $state(true);
  #wanted = false;
  #lock: WakeLockSentinel | null = null;

  constructor() {
    document.addEventListener('visibilitychange', () => void this.#settle());
  }

  want(wanted: boolean): void {
    this.#wanted = wanted;
    void this.#settle();
  }

  async #settle(): Promise<void> {
    if (!('wakeLock' in navigator) || document.visibilityState !== 'visible') return;
    try {
      if (this.#wanted && (this.#lock === null || this.#lock.released)) {
        this.#lock = await navigator.wakeLock.request('screen');
      } else if (!this.#wanted && this.#lock !== null) {
        await this.#lock.release();
        this.#lock = null;
      }
      this.isGranted = true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.isGranted = false;
    }
  }
}
