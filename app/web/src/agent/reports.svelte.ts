/**
 * Tells the desk where the unit is. One way for all fixes, fresh or hours late: a line of them, each told over HTTP,
 * because a position on the stream is not answered, and one said into a dead socket would be lost without a word.
 */
import type { Api } from '$shared/api';
import { Refusal, Unreachable } from '$shared/api';
import type { Kept } from './kept';
import { BACKLOG_MAX, isWorthKeeping, keep, TRAIL_MAX, type Fix, type Pace } from './track';

const PAUSE_MS = 5_000;

export class Reports {
  /** Where this unit has been on this duty, for its own map. */
  trail = $state.raw<readonly Fix[]>([]);
  /** Fixes the desk does not have yet, oldest first. */
  waiting = $state.raw<readonly Fix[]>([]);
  #isTelling = false;
  #pauseUntil = 0;
  readonly #api: Api;
  readonly #unitId: string;
  readonly #kept: Kept;

  constructor(api: Api, unitId: string, kept: Kept) {
    this.#api = api;
    this.#unitId = unitId;
    this.#kept = kept;
  }

  async restore(): Promise<void> {
    this.waiting = (await this.#kept.fact<readonly Fix[]>('waiting')) ?? [];
    this.trail = (await this.#kept.fact<readonly Fix[]>('trail')) ?? [];
  }

  take(fix: Fix, pace: Pace): void {
    if (!isWorthKeeping(this.trail.at(-1) ?? null, fix, pace)) return;
    this.trail = keep(this.trail, fix, TRAIL_MAX);
    this.#line(keep(this.waiting, fix, BACKLOG_MAX));
    void this.#kept.keepFact('trail', this.trail);
    void this.tell();
  }

  /** The duty is over, and with it what the phone remembers of where its person was. What waits is still told. */
  forgetTrail(): void {
    if (this.trail.length === 0) return;
    this.trail = [];
    void this.#kept.keepFact('trail', []);
  }

  /** Tells what waits, one after the other; called again and again, and never twice at once. */
  async tell(): Promise<void> {
    if (this.#isTelling || Date.now() < this.#pauseUntil) return;
    this.#isTelling = true;
    try {
      for (let fix = this.waiting[0]; fix !== undefined; fix = this.waiting[0]) {
        await this.#tellOne(fix);
        this.#line(this.waiting.filter((one) => one !== fix));
      }
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
      this.#pauseUntil = Date.now() + PAUSE_MS;
    } finally {
      this.#isTelling = false;
    }
  }

  async #tellOne(fix: Fix): Promise<void> {
    const body = {
      lat: fix.lat,
      lon: fix.lon,
      fixed_at: new Date(fix.at).toISOString(),
      ...(fix.accuracyM === null ? {} : { accuracy_m: fix.accuracyM }),
    };
    const params = { unit_id: this.#unitId };
    try {
      await this.#api.call('POST /v1/units/{unit_id}/position', { params, body });
    } catch (error) {
      // One the service cannot read would block all the others for ever.
      if (!(error instanceof Refusal) || error.status !== 422) throw error;
    }
  }

  #line(waiting: readonly Fix[]): void {
    this.waiting = waiting;
    void this.#kept.keepFact('waiting', waiting);
  }
}
