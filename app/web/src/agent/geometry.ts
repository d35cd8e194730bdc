/** Angles and distances as they are turned, glanced at and handed over to the phone. */
import type { Point } from '$shared/contract';

const METRES_PER_MILE = 1_609.344;
export const COMPASS_POINTS = [
  'N',
  'NNE',
  'NE',
  'ENE',
  'E',
  'ESE',
  'SE',
  'SSE',
  'S',
  'SSW',
  'SW',
  'WSW',
  'W',
  'WNW',
  'NW',
  'NNW',
] as const;
export type CompassPoint = (typeof COMPASS_POINTS)[number];

/** Any angle as 0 <= angle < 360. */
export function turn(angle: number): number {
  const within = ((angle % 360) + 360) % 360;
  return within === 360 ? 0 : within;
}

/** How far to turn from `heading` to face `bearing`: -180 < turn <= 180, right is positive. */
export function relativeDeg(bearing: number, heading: number): number {
  const right = turn(bearing - heading);
  return right > 180 ? right - 360 : right;
}

/** One of sixteen compass points. */
export function compassPoint(bearing: number): CompassPoint {
  return COMPASS_POINTS[Math.round(turn(bearing) / 22.5) % 16] ?? 'N';
}

/** A bearing as it is said over the radio: three figures. */
export function threeFigures(bearing: number): string {
  return String(Math.round(turn(bearing)) % 360).padStart(3, '0');
}

export interface Length {
  readonly value: number;
  readonly unit: 'm' | 'km' | 'mi' | 'ft';
}

/** A distance in no more figures than a glance takes: 40 m, 850 m, 3.4 km, 21 km; or feet and miles. */
export function glance(metres: number, miles = false): Length {
  if (miles) {
    if (metres < METRES_PER_MILE * 0.19) return { value: Math.round((metres * 3.28084) / 50) * 50, unit: 'ft' };
    const value = metres / METRES_PER_MILE;
    return { value: value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value), unit: 'mi' };
  }
  if (metres < 995) return { value: Math.round(metres / 10) * 10, unit: 'm' };
  const value = metres / 1000;
  return { value: value < 9.95 ? Math.round(value * 10) / 10 : Math.round(value), unit: 'km' };
}

/** `geo:` (RFC 5870) for the phone's own navigation. The `q` makes Android drop a pin with the name. */
export function geoLink(to: Point, name: string): string {
  const at = `${to.lat.toFixed(6)},${to.lon.toFixed(6)}`;
  return `geo:${at}?q=${at}(${encodeURIComponent(name)})`;
}

/** What opens the maps of an iPhone, which does not know `geo:`. */
export function appleLink(to: Point): string {
  return `maps://?daddr=${to.lat.toFixed(6)},${to.lon.toFixed(6)}`;
}
