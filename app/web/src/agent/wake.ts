/** Keeps the screen on while there is an assignment; the browser lets go whenever the page is hidden, so it is asked anew. */

export class Wake {
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
    } catch (error) {
      // Refused at low battery; the phone then turns the screen off as it always does.
      console.info('no wake lock:', error);
    }
  }
}
