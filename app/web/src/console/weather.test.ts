import { describe, expect, it } from 'vitest';
import type { HazardFeature } from '$shared/contract';
import { byDanger, exposures } from './weather';

const feature = (changes: Partial<HazardFeature['properties']>): HazardFeature => ({
  type: 'Feature',
  geometry: null,
  properties: {
    id: 'h', source: 'nws', event: 'Excessive Heat Warning', exposure: 'heat', headline: '', description: '', instruction: '', area: '',
    zones: [], severity: 'Severe', urgency: 'Expected', certainty: 'Likely', sent: '2026-07-02T12:00:00Z', onset: null,
    ends: '2026-07-03T20:00:00Z', in_force: true, suggested_priority: 8, incidents: [7], radius_m: null, ...changes,
  },
});

describe('the weather over incidents', () => {
  it('is told once per kind, the worst first', () => {
    const found = exposures([feature({ exposure: 'wind', severity: 'Moderate' }), feature({}), feature({ id: 'h2' }), feature({ exposure: 'flood', severity: 'Extreme', incidents: [7, 9] })]);
    expect(found.get(7)).toEqual(['flood', 'heat', 'wind']);
    expect(found.get(9)).toEqual(['flood']);
  });

  it('does not mark a row for what is not in force or hurts nobody outdoors', () => {
    expect(exposures([feature({ in_force: false }), feature({ exposure: null })]).size).toBe(0);
  });

  it('puts a severity nobody knows behind all known ones', () => {
    const order = ['Strange', 'Minor', 'Extreme', 'Unknown'].map((severity) => feature({ severity }).properties).sort(byDanger);
    expect(order.map((one) => one.severity).slice(0, 2)).toEqual(['Extreme', 'Minor']);
  });
});
