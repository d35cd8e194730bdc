/** What the map shows beside the board, asked over HTTP: the registry's signs and stations, heat, a unit's track. */

import { type Api, Refusal, Unreachable } from '$shared/api';
import { SvelteSet } from 'svelte/reactivity';
import type { Activations, Gazetteer, Track } from '$shared/contract';

export const HEAT_DAYS = 30;
const HEAT_RESOLUTION = 6; // cells of 36 km2: at 30 days a sector has a handful in each
const TRACK_HOURS = 4;
const AGAIN_MS = 15_000; // after a failure; and the console's own lamp says that the service is away
const FRESH_MS = 5 * 60_000; // the registry changes by hand, and its ETag makes asking again cheap

export type What = 'signs' | 'heat' | 'track';

export class Surroundings {
  signs = $state.raw<Gazetteer | null>(null);
  heat = $state.raw<Activations | null>(null);
  track = $state.raw<Track | null>(null);
  /** What could not be loaded and is being tried again. */
  readonly failed = new SvelteSet<What>();
  readonly #api: Api;
  readonly #timers: Partial<Record<What, ReturnType<typeof setTimeout>>> = {};
  readonly #wanted: Partial<Record<What, symbol>> = {};
  #isOver = false;
  #unit: string | null = null;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Keep the signs and stations known. */
  keepSigns(): void {
    this.#want('signs', async () => {
      this.signs = await this.#api.call('GET /v1/signs');
    });
  }

  /** Keep the heat of recent activations known while it is wanted. */
  keepHeat(isWanted: boolean): void {
    if (!isWanted) {
      this.#drop('heat');
      return;
    }
    this.#want('heat', async () => {
      this.heat = await this.#api.call('GET /v1/activations', { query: { days: HEAT_DAYS, resolution: HEAT_RESOLUTION } });
    });
  }

  /** Know where this unit has been; null: no unit. */
  keepTrack(unit: string | null): void {
    if (unit === this.#unit) return;
    this.#unit = unit;
    this.track = null;
    this.#drop('track');
    if (unit === null) return;
    this.#want('track', async () => {
      const track = await this.#api.call('GET /v1/units/{unit_id}/track', { params: { unit_id: unit }, query: { hours: TRACK_HOURS } });
      if (this.#unit === unit) this.track = track;
    });
  }

  stop(): void {
    this.#isOver = true;
    for (const what of ['signs', 'heat', 'track'] as const) this.#drop(what);
  }

  #want(what: What, ask: () => Promise<void>): void {
    if (this.#wanted[what] !== undefined) return;
    const mine = Symbol(what); // whoever was asked for before ends with its own answer
    this.#wanted[what] = mine;
    const turn = async (): Promise<void> => {
      let wait = FRESH_MS;
      try {
        await ask();
        this.#mark(what, false);
      } catch (error) {
        if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
        this.#mark(what, this.#wanted[what] === mine); // said on the map, and tried again
        wait = AGAIN_MS;
      }
      if (this.#wanted[what] === mine && !this.#isOver) this.#timers[what] = setTimeout(() => void turn(), wait);
    };
    void turn();
  }

  #drop(what: What): void {
    delete this.#wanted[what];
    clearTimeout(this.#timers[what]);
    this.#mark(what, false);
  }

  #mark(what: What, hasFailed: boolean): void {
    if (hasFailed) this.failed.add(what);
    else this.failed.delete(what);
  }
}
