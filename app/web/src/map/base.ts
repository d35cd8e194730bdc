/** Where the base map lies. `basemap.ts` at the root of the front end makes these files before they are asked for. */

import land from './base/land.geojson?url';
import lines from './base/lines.geojson?url';
import names from './base/names.geojson?url';

export interface BaseUrls {
  readonly land: string;
  readonly lines: string;
  readonly names: string;
}

// MapLibre's worker resolves no relative address: it is made absolute here.
const absolute = (url: string): string => new URL(url, location.href).href;

export const baseUrls = (): BaseUrls => ({ land: absolute(land), lines: absolute(lines), names: absolute(names) });
