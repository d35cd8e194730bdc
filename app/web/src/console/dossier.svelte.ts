/** All there is about the incident looked at: its timeline and recommendation, fetched again whenever the incident changes. */
import { Refusal, Unreachable, type Api } from '$shared/api';
import type { IncidentWhole, Recommendation } from '$shared/contract';

const GAP_MS = 800; // a burst of events is one question
const AGAIN_MS = 15_000; // units drive on while the incident stays as it is

/** A call's private part, as sealed where it arrived. */
export interface PrivateCall {
  said?: string;
  callback_number?: string;
  name?: string;
  health?: string;
  narrative?: string;
  other_numbers?: string[];
  /** As the formats seal them: see addresses.ts. */
  locations?: unknown[];
  /** The message as it came, in base64, and what it was taken for; kept nowhere unless asked for by itself. */
  raw?: string;
  format?: string;
  device?: { point: { lat: number; lon: number }; radius_m: number } | null;
}

/** A message somebody opened as it came, when and what for. `base64` is null where none was kept. */
export interface OpenedRaw {
  base64: string | null;
  format: string | null;
  purpose: string;
  at: number;
}

export class Dossier {
  whole = $state.raw<IncidentWhole | null>(null);
  recommendations = $state.raw<readonly Recommendation[]>([]);
  /** Opened private values by the id they are sealed under. Each opening was recorded. */
  opened = $state.raw<Readonly<Record<string, PrivateCall>>>({});
  raws = $state.raw<Readonly<Record<string, OpenedRaw>>>({});
  notes = $state.raw<Readonly<Record<string, string>>>({});
  readonly id: number;
  readonly #api: Api;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(api: Api, id: number) {
    this.#api = api;
    this.id = id;
  }

  /** Fetch soon; called whenever the incident's row has changed. */
  refresh(): void {
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#load(), this.whole === null ? 0 : GAP_MS);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async open(sealed: string, purpose: string): Promise<void> {
    const value = await this.#read(sealed, purpose);
    const { said, callback_number, name, health, narrative, other_numbers, locations, device } = value;
    const opened = Object.entries({ said, callback_number, name, health, narrative, other_numbers, locations, device }).filter(([, part]) => part !== undefined);
    this.opened = { ...this.opened, [sealed]: Object.fromEntries(opened) };
  }

  /** Open the message as it came. It is a reading of its own, recorded with its own purpose. */
  async openRaw(sealed: string, purpose: string, at: number): Promise<void> {
    const { raw = null, format = null } = await this.#read(sealed, purpose);
    this.raws = { ...this.raws, [sealed]: { base64: raw, format, purpose, at } };
  }

  forgetRaw(sealed: string): void {
    this.raws = Object.fromEntries(Object.entries(this.raws).filter(([id]) => id !== sealed));
  }

  async openNote(sealed: string, purpose: string): Promise<void> {
    const value = await this.#api.call('POST /v1/private/{sealed_id}', { params: { sealed_id: sealed }, body: { purpose } });
    const { text } = value as { text?: string };
    this.notes = { ...this.notes, [sealed]: text ?? '' };
  }

  async #read(sealed: string, purpose: string): Promise<PrivateCall> {
    return this.#api.call('POST /v1/private/{sealed_id}', { params: { sealed_id: sealed }, body: { purpose } });
  }

  async #load(): Promise<void> {
    const params = { incident_id: this.id };
    try {
      const [whole, recommendations] = await Promise.all([
        this.#api.call('GET /v1/incidents/{incident_id}', { params }),
        this.#api.call('GET /v1/incidents/{incident_id}/recommend', { params }),
      ]);
      if (this.#isStopped) return;
      this.whole = whole;
      this.recommendations = recommendations;
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      // The lamp says that nobody answers; what was fetched before stays, under the banner that calls it old.
    }
    clearTimeout(this.#timer);
    if (!this.#isStopped) this.#timer = setTimeout(() => void this.#load(), AGAIN_MS);
  }
}
