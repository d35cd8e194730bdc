/** Rings and shakes until somebody answers; behind another app, such as the phone's navigation, as a notification. */
import { Sounds, type Sound } from '$shared/sound';

const EVERY_MS = 2_500;
const SHAKE = [500, 200, 500, 200, 500];
const TAG = 'auxilio-ring';

export class Ring {
  readonly #sounds = new Sounds();
  /** Whether a sound would be heard: a browser sounds only after somebody touched the page. */
  isArmed = $state(false);
  #rings: Sound | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') void this.#withdraw();
    });
  }

  async arm(): Promise<void> {
    this.isArmed = await this.#sounds.arm();
  }

  /** Arm, let the person hear it, and ask to be let through while another app is in front. */
  async test(): Promise<void> {
    await this.arm();
    this.#sounds.play('test', true);
    if ('Notification' in window && Notification.permission === 'default') await Notification.requestPermission();
  }

  /** Ring with this from now on, or be silent. `words` stand on the notification: never anything personal. */
  ring(sound: Sound | null, words = ''): void {
    if (sound === this.#rings) return;
    this.#rings = sound;
    clearInterval(this.#timer);
    this.#shake(0);
    void this.#withdraw();
    if (sound === null) return;
    const once = (): void => {
      this.#sounds.play(sound, true);
      this.#shake(SHAKE);
    };
    once();
    void this.#notify(words);
    this.#timer = setInterval(once, EVERY_MS);
  }

  #shake(pattern: number | number[]): void {
    if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(pattern);
  }

  async #notify(words: string): Promise<void> {
    if (document.visibilityState === 'visible' || !('Notification' in window) || Notification.permission !== 'granted')
      return;
    const registration = await navigator.serviceWorker.getRegistration('/agent');
    const options = { tag: TAG, requireInteraction: true, renotify: true, vibrate: SHAKE, icon: '/web/icon-192.png' };
    await registration?.showNotification(words, options);
  }

  async #withdraw(): Promise<void> {
    if (!('serviceWorker' in navigator)) return;
    const registration = await navigator.serviceWorker.getRegistration('/agent');
    for (const notification of (await registration?.getNotifications({ tag: TAG })) ?? []) notification.close();
  }
}
