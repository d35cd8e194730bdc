import type { FeatureCollection, Position } from 'geojson';
import { describe, expect, test } from 'vitest';
import { makeBaseMap, REGION } from '../../basemap';
import { distanceM } from '$shared/distance';

const made = makeBaseMap();
const named = (kind: string) => made.names.features.filter(({ properties }) => properties?.['kind'] === kind);
const names = (kind: string) => named(kind).map(({ properties }) => String(properties?.['name']));

function positions(collection: FeatureCollection): Position[] {
  const found: Position[] = [];
  const collect = (nested: unknown): void => {
    if (!Array.isArray(nested)) return;
    if (typeof nested[0] === 'number') found.push(nested as Position);
    else nested.forEach(collect);
  };
  for (const { geometry } of collection.features) collect('coordinates' in geometry ? geometry.coordinates : []);
  return found;
}

/** Whether a place lies inside an area, by counting edges to its east. */
function isInside([x = 0, y = 0]: Position, rings: Position[][]): boolean {
  let inside = false;
  for (const ring of rings) {
    ring.forEach(([x1 = 0, y1 = 0], i) => {
      const [x2 = 0, y2 = 0] = ring[(i + 1) % ring.length] ?? [];
      if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
    });
  }
  return inside;
}

const area = (kind: string): Position[][] => {
  const geometry = made.land.features.find(({ properties }) => properties?.['kind'] === kind)?.geometry;
  if (geometry?.type === 'MultiPolygon') return geometry.coordinates.flat();
  return geometry?.type === 'Polygon' ? geometry.coordinates : [];
};

describe('the base map', () => {
  test('lies within the region, and is small', () => {
    const [west, south, east, north] = REGION;
    for (const collection of Object.values(made) as FeatureCollection[]) {
      for (const [lon = 0, lat = 0] of positions(collection)) {
        expect(lon >= west && lon <= east && lat >= south && lat <= north).toBe(true);
      }
      expect(JSON.stringify(collection).length).toBeLessThan(500_000);
    }
  });

  test('knows the four states, their border counties and the towns on both sides', () => {
    expect(names('state')).toEqual(expect.arrayContaining(['California', 'Arizona', 'New Mexico', 'Texas']));
    for (const county of ['San Diego', 'Imperial', 'Yuma', 'Pima', 'Santa Cruz', 'Cochise', 'Hidalgo', 'Luna', 'Presidio', 'Brewster', 'Webb', 'Zapata', 'Starr', 'Cameron']) {
      expect(names('county')).toContain(`${county} Co.`);
    }
    expect(names('town')).toEqual(expect.arrayContaining(['Ajo', 'Nogales', 'Agua Prieta', 'Presidio', 'Falfurrias', 'Columbus', 'Puerto Palomas']));
  });

  test('puts towns on their own side of the line', () => {
    const side = (name: string) => named('town').find(({ properties }) => properties?.['name'] === name)?.geometry;
    for (const [town, kind] of [['Ajo', 'land'], ['Falfurrias', 'land'], ['Hermosillo', 'mexico'], ['Monterrey', 'mexico']] as const) {
      const geometry = side(town);
      expect(isInside(geometry?.type === 'Point' ? geometry.coordinates : [], area(kind)), town).toBe(true);
    }
  });

  test('draws the border where it is, to a kilometre or two, from the Pacific to the Gulf', () => {
    const border = positions({ type: 'FeatureCollection', features: made.lines.features.filter(({ properties }) => properties?.['kind'] === 'border') });
    // Monument 258 on the beach, the corner south of Yuma, the bend at 111.07 W, El Paso, Laredo, the mouth of the river.
    for (const at of [[32.534, -117.124], [32.494, -114.813], [31.332, -111.074], [31.784, -106.529], [27.5, -99.51], [25.957, -97.147]] as const) {
      const nearest = Math.min(...border.map(([lon = 0, lat = 0]) => distanceM({ lat: at[0], lon: at[1] }, { lat, lon })));
      expect(nearest, at.join(' ')).toBeLessThan(2_500);
    }
  });

  test('gives every town a rank, the larger first, so that its label wins', () => {
    const ranks = named('town').map(({ properties }) => Number(properties?.['rank']));
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });
});
