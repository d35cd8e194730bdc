/** Where the phone is, and what is wrong when it cannot tell. */

import type { Fix } from './track';

export type GpsState = 'waiting' | 'fixed' | 'denied' | 'absent';

const TIMEOUT_MS = 20_000;

export class Gps {
  state = $state<GpsState>('waiting');
  fix = $state.raw<Fix | null>(null);
  /** Degrees from true north while moving fast enough for the receiver to know. */
  course = $state<number | null>(null);
  #watch: number | null = null;
  readonly #hear: (fix: Fix) => void;

  constructor(hear: (fix: Fix) => void) {
    this.#hear = hear;
  }

  start(): void {
    if (this.#watch !== null) return;
    if (!('geolocation' in navigator)) {
      this.state = 'absent';
      return;
    }
    this.#watch = navigator.geolocation.watchPosition(this.#take, this.#miss, {
      enableHighAccuracy: true,
      maximumAge: 0,
      timeout: TIMEOUT_MS,
    });
  }

  stop(): void {
    if (this.#watch !== null) navigator.geolocation.clearWatch(this.#watch);
    this.#watch = null;
    this.state = 'waiting';
  }

  #take = ({ coords, timestamp }: GeolocationPosition): void => {
    const fix: Fix = {
      lat: coords.latitude,
      lon: coords.longitude,
      at: Math.round(timestamp),
      accuracyM: Number.isFinite(coords.accuracy) ? Math.round(coords.accuracy * 10) / 10 : null,
    };
    this.state = 'fixed';
    this.fix = fix;
    this.course =
      coords.heading !== null && Number.isFinite(coords.heading) && (coords.speed ?? 0) > 1 ? coords.heading : null;
    this.#hear(fix);
  };

  #miss = ({ code }: GeolocationPositionError): void => {
    if (code === GeolocationPositionError.PERMISSION_DENIED) this.state = 'denied';
    else if (this.fix === null) this.state = 'absent';
    // A fix that was there is shown with its age; that it grows old says more than a word.
  };
}
