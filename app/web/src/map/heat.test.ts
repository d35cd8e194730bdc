import { latLngToCell } from 'h3-js';
import { describe, expect, test } from 'vitest';
import { distanceM } from '$shared/distance';
import { heat } from './heat';

const SASABE = { lat: 31.4868, lon: -111.5443 };
const THREE_POINTS = { lat: 32.0767, lon: -111.3137 };

describe('heat', () => {
  const cells = [
    { cell: latLngToCell(SASABE.lat, SASABE.lon, 6), count: 8 },
    { cell: latLngToCell(THREE_POINTS.lat, THREE_POINTS.lon, 6), count: 2 },
  ];

  test('is shared out by the hottest cell', () => {
    expect(heat(cells).features.map(({ properties }) => (properties as { share: number }).share)).toEqual([1, 0.25]);
  });

  test('does not make a single incident a hot spot', () => {
    expect(heat([{ cell: latLngToCell(31, -110, 6), count: 1 }]).features[0]?.properties).toMatchObject({ share: 0.2 });
  });

  test('outlines the cell the place lies in: six corners, closed, longitude first', () => {
    const ring = heat(cells).features[0]?.geometry.coordinates[0] ?? [];
    expect(ring).toHaveLength(7);
    expect(ring[0]).toEqual(ring[6]);
    for (const [lon = 0, lat = 0] of ring) expect(distanceM(SASABE, { lat, lon })).toBeLessThan(8_000);
  });

  test('of nothing is nothing', () => expect(heat([]).features).toEqual([]));
});
