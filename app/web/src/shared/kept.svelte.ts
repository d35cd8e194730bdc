/** An answer of the service that is asked for again and again while somebody looks at it, with how old it is. */
import { Refusal, Unreachable } from './api';

export const ASK_MS = 15_000;
export const SETTLES_MS = 2_500; // what was asked to be told to somebody outside has been told, or was refused, by then
export const ASK_MS_MIN = 10_000; // nothing that only looks asks more often; what must be quicker comes by the stream
const OLD_AFTER_TURNS = 3;

export class Kept<T> {
  value = $state.raw<T | null>(null);
  /** When the value was answered, by the clock given; null before the first answer. */
  answeredAt = $state<number | null>(null);
  /** Why the last asking brought nothing; the value stays, and grows old. */
  fault = $state.raw<Refusal | Unreachable | null>(null);
  readonly #ask: (signal: AbortSignal) => Promise<T>;
  readonly #now: () => number;
  readonly #everyMs: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | null = null;
  #isKept = false;

  constructor(ask: (signal: AbortSignal) => Promise<T>, now: () => number, everyMs = ASK_MS) {
    this.#ask = ask;
    this.#now = now;
    this.#everyMs = Math.max(everyMs, ASK_MS_MIN);
  }

  /** Ask from now on; what it returns ends that. */
  keep(): () => void {
    this.#isKept = true;
    void this.again();
    return () => this.stop();
  }

  stop(): void {
    this.#isKept = false;
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#asking = null;
  }

  /**
   * Ask now, because something was done, and the next time after so long: sooner where its outcome is still to come. An
   * answer that is still on its way is no longer wanted.
   */
  async again(nextMs = this.#everyMs): Promise<void> {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    const mine = new AbortController();
    this.#asking = mine;
    try {
      const value = await this.#ask(mine.signal);
      if (mine.signal.aborted) return;
      this.value = value;
      this.answeredAt = this.#now();
      this.fault = null;
    } catch (error) {
      if (mine.signal.aborted) return;
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      this.fault = error;
    }
    this.#asking = null;
    if (this.#isKept) this.#timer = setTimeout(() => void this.again(), nextMs);
  }

  /** Seconds since the value was answered; null while there is none. */
  ageS(now: number): number | null {
    return this.answeredAt === null ? null : Math.max(0, now - this.answeredAt) / 1000;
  }

  /** Whether several turns brought nothing new: then the screen says so loudly. */
  isOld(now: number): boolean {
    const ageS = this.ageS(now);
    return ageS !== null && ageS * 1000 > this.#everyMs * OLD_AFTER_TURNS;
  }
}
