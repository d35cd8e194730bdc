import { describe, expect, test } from 'vitest';
import { distanceM } from '$shared/distance';
import { bounds, circle, destination, line, measure } from './geometry';

const SASABE = { lat: 31.4868, lon: -111.5443 };
const THREE_POINTS = { lat: 32.0767, lon: -111.3137 };

describe('a circle of uncertainty', () => {
  const ring = circle(SASABE, 850).geometry.coordinates[0] ?? [];

  test('lies everywhere as far from its centre as the phone said', () => {
    for (const [lon = 0, lat = 0] of ring) expect(distanceM(SASABE, { lat, lon })).toBeCloseTo(850, 3);
  });

  test('is closed, and runs counter-clockwise as GeoJSON asks', () => {
    expect(ring.at(0)).toEqual(ring.at(-1));
    const area = ring.slice(1).reduce((sum, [x = 0, y = 0], i) => sum + (ring[i]?.[0] ?? 0) * y - x * (ring[i]?.[1] ?? 0), 0);
    expect(area).toBeGreaterThan(0);
  });
});

describe('the ruler', () => {
  test('goes where it says: bearing and distance lead from one end to the other', () => {
    const { metres, bearing } = measure(SASABE, THREE_POINTS);
    const there = destination(SASABE, bearing, metres);
    expect(distanceM(there, THREE_POINTS)).toBeLessThan(0.01);
  });

  test('knows a known distance: a minute of latitude is a nautical mile, less the flattening', () => {
    expect(measure({ lat: 31, lon: -110 }, { lat: 32, lon: -110 })).toMatchObject({ bearing: 0, back: 180 });
    expect(measure({ lat: 31, lon: -110 }, { lat: 32, lon: -110 }).metres).toBeCloseTo(111_195.08, 1);
  });

  test('of a place to itself is nothing', () => {
    expect(measure(SASABE, SASABE).metres).toBe(0);
  });
});

test('a single fix is no track', () => {
  expect(line([SASABE])).toBeNull();
  expect(line([SASABE, THREE_POINTS])?.geometry.coordinates).toEqual([[SASABE.lon, SASABE.lat], [THREE_POINTS.lon, THREE_POINTS.lat]]);
});

test('a box holds all its places', () => {
  expect(bounds([])).toBeNull();
  expect(bounds([SASABE, THREE_POINTS])).toEqual([SASABE.lon, SASABE.lat, THREE_POINTS.lon, THREE_POINTS.lat]);
});
