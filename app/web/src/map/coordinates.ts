/** A place said in the four notations the field uses: decimal, degrees-minutes-seconds, UTM, and the National Grid. */

import { Dms, LatLon } from 'geodesy/mgrs.js';
import type { Point } from '$shared/contract';

/** The notations in the order they are shown and stepped through. `usng` is MGRS with spaces, as FGDC-STD-011 prints it. */
export const NOTATIONS = ['decimal', 'dms', 'utm', 'usng'] as const;
export type Notation = (typeof NOTATIONS)[number];

const DECIMALS = 5; // 1.1 m, finer than a phone's fix
const SECOND_DECIMALS = 1; // 3 m
const GRID_DIGITS = 10; // 1 m
const UTM_NORTH = 84;
const UTM_SOUTH = -80;

Dms.separator = '';

/** The place in one notation; an empty text where the notation does not reach (UTM and the grid, near the poles). */
export function written(at: Point, notation: Notation): string {
  switch (notation) {
    case 'decimal':
      return decimal(at);
    case 'dms':
      return dms(at);
    case 'utm':
      return utm(at);
    case 'usng':
      return usng(at);
  }
}

/** `31.33240, -110.94340`: latitude first, as 911 says it. */
export function decimal({ lat, lon }: Point): string {
  return `${lat.toFixed(DECIMALS)}, ${lon.toFixed(DECIMALS)}`;
}

/** `31°19′56.6″N 110°56′36.2″W`. */
export function dms({ lat, lon }: Point): string {
  return `${angle(lat, 'N', 'S')} ${angle(lon, 'E', 'W')}`;
}

/** `12R 505385 3466442`: zone and band, metres east, metres north, cut and not rounded, as the grid counts. */
export function utm({ lat, lon }: Point): string {
  if (lat < UTM_SOUTH || lat > UTM_NORTH) return '';
  const place = new LatLon(lat, lon).toUtm();
  const { band } = place.toMgrs();
  return `${place.zone}${band} ${Math.floor(place.easting)} ${Math.floor(place.northing)}`;
}

/** `12R WV 05384 66442`: the square of one metre the place lies in. MGRS is the same without the spaces. */
export function usng({ lat, lon }: Point): string {
  if (lat < UTM_SOUTH || lat > UTM_NORTH) return '';
  return new LatLon(lat, lon).toUtm().toMgrs().toString(GRID_DIGITS);
}

function angle(degrees: number, positive: string, negative: string): string {
  return `${Dms.toDms(Math.abs(degrees), 'dms', SECOND_DECIMALS).replace(/^0/, '')}${degrees < 0 ? negative : positive}`;
}
