import { describe, expect, test } from 'vitest';
import type { HazardFeature } from '$shared/contract';
import { SHAPES } from './shapes';
import { EXPOSURES } from '$console/weather';
import { shapeless, weatherAreas } from './weatherareas';

const square = (west: number, south: number, size: number): number[][][] => [
  [[west, south], [west + size, south], [west + size, south + size], [west, south + size], [west, south]],
];
const hazard = (geometry: HazardFeature['geometry'], changes: Partial<HazardFeature['properties']> = {}): HazardFeature => ({
  type: 'Feature',
  geometry,
  properties: {
    id: 'h', source: 'nws', event: 'Flood Watch', exposure: 'flood', headline: '', description: '', instruction: '', area: '', zones: [],
    severity: 'Severe', urgency: 'Future', certainty: 'Likely', sent: '2026-07-02T12:00:00Z', onset: null, ends: null, in_force: true,
    suggested_priority: 8, incidents: [], radius_m: null, ...changes,
  },
});

describe('areas of weather', () => {
  test('have an outline, and one symbol with words within their largest part', () => {
    const bent = { type: 'MultiPolygon', coordinates: [square(-111, 31, 0.1), square(-110, 32, 1)] };
    const [area, label, ...more] = weatherAreas([hazard(bent)]).features;
    expect(more).toEqual([]);
    expect(area?.geometry.type).toBe('MultiPolygon');
    expect(label).toMatchObject({ geometry: { type: 'Point', coordinates: [-109.5, 32.5] }, properties: { icon: 'hazard-flood', label: 'Flood Watch', in_force: true } });
  });

  test('are circles where the message gave a middle and a radius', () => {
    const [area] = weatherAreas([hazard({ type: 'Point', coordinates: [-111, 31] }, { radius_m: 5000 })]).features;
    expect(area?.geometry.type).toBe('Polygon');
  });

  test('are counted, not forgotten, where nobody knows their shape', () => {
    const unknown = [hazard(null), hazard({ type: 'Point', coordinates: [-111, 31] })];
    expect(weatherAreas(unknown).features).toEqual([]);
    expect(shapeless(unknown)).toBe(2);
  });

  test('say since when, while they are not in force', () => {
    const [area] = weatherAreas([hazard({ type: 'Polygon', coordinates: square(-111, 31, 1) }, { in_force: false, onset: '2026-07-02T22:30:00Z' })]).features;
    expect(area?.properties?.['label']).toMatch(/^Flood Watch, from \d\d:\d\d$/);
  });

  test('have a symbol for every exposure', () => {
    for (const exposure of [...EXPOSURES, 'other']) expect(SHAPES[`hazard-${exposure}`], exposure).toBeDefined();
  });
});
