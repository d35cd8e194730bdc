/** The ruler: on, then a first end, then a second one that follows until it is set. */

import type { FeatureCollection } from 'geojson';
import Dms from 'geodesy/dms.js';
import type { Point } from '$shared/contract';
import { distance } from '$shared/format';
import { t } from '$shared/i18n/i18n.svelte';
import { line, measure } from './geometry';

export class Ruler {
  isOn = $state(false);
  from = $state.raw<Point | null>(null);
  to = $state.raw<Point | null>(null);
  isSet = $state(false);

  /** Start with a first end, if one is known already; end when on. */
  toggle(from: Point | null): void {
    const wasOn = this.isOn;
    this.cancel();
    if (wasOn) return;
    this.isOn = true;
    this.from = from;
  }

  /** Set the next end. After the second, the next mark begins anew. */
  mark(at: Point): void {
    if (this.from === null || this.isSet) {
      this.from = at;
      this.to = null;
      this.isSet = false;
    } else {
      this.to = at;
      this.isSet = true;
    }
  }

  /** The pointer, or the middle of the map, is here now. */
  follow(at: Point): void {
    if (this.isOn && this.from !== null && !this.isSet) this.to = at;
  }

  cancel(): void {
    this.isOn = false;
    this.from = this.to = null;
    this.isSet = false;
  }

  /** What to do next, or the distance and bearings; empty while it is off. */
  words(): string {
    if (!this.isOn) return '';
    if (this.from === null) return t('map.ruler_first');
    if (this.to === null) return t('map.ruler_next');
    const { metres, bearing, back } = measure(this.from, this.to);
    return t('map.ruler_says', {
      distance: distance(metres),
      bearing: threeFigures(bearing),
      point: Dms.compassPoint(bearing, 3),
      back: threeFigures(back),
    });
  }

  features(): FeatureCollection {
    if (this.from === null) return { type: 'FeatureCollection', features: [] };
    const ends = [this.from, ...(this.to === null ? [] : [this.to])];
    const drawn = this.to === null ? null : line(ends, { label: this.#short() });
    const dots = ends.map(({ lat, lon }) => ({ type: 'Feature' as const, properties: {}, geometry: { type: 'Point' as const, coordinates: [lon, lat] } }));
    return { type: 'FeatureCollection', features: drawn === null ? dots : [drawn, ...dots] };
  }

  #short(): string {
    if (this.from === null || this.to === null) return '';
    const { metres, bearing } = measure(this.from, this.to);
    return `${distance(metres)}  ${threeFigures(bearing)}°`;
  }
}

/** A bearing as it is said over the radio. 359.6 is 000, not 360. */
export function threeFigures(bearing: number): string {
  return String(Math.round(bearing) % 360).padStart(3, '0');
}
