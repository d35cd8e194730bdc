/** Rings and shakes until somebody answers. */
import { Sounds, type Sound } from '$shared/sound';

const EVERY_MS = 2_500;
const SHAKE = [500, 200, 500, 200, 500];

export class Ring {
  readonly #sounds = new Sounds();
  /** Whether a sound would be heard: a browser sounds only after somebody touched the page. */
  isArmed = $state(false);
  #rings: Sound | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  async arm(): Promise<void> {
    this.isArmed = await this.#sounds.arm();
  }

  test(): void {
    this.#sounds.play('test', true);
  }

  /** Ring with this from now on, or be silent. */
  ring(sound: Sound | null): void {
    if (sound === this.#rings) return;
    this.#rings = sound;
    clearInterval(this.#timer);
    if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(0);
    if (sound === null) return;
    const once = (): void => {
      this.#sounds.play(sound, true);
      if ('vibrate' in navigator && navigator.userActivation.hasBeenActive) navigator.vibrate(SHAKE);
    };
    once();
    this.#timer = setInterval(once, EVERY_MS);
  }
}
