import { describe, expect, test } from 'vitest';
import type { Assignment, Incident, Position, Sign, Unit } from '$shared/contract';
import { band, candidates, device, incidents, placeless, signs, units, ways } from './features';
import { ageText, doing, known, STALE_S } from './fix';

const NOW = Date.parse('2026-11-22T14:10:00Z');
const SASABE = { lat: 31.4868, lon: -111.5443 };

const incident = (changes: Partial<Incident>): Incident => ({
  id: 57, kind: 'real', type: 'SAR', priority: 6, received_at: '2026-11-22T14:00:00Z', opened_at: '2026-11-22T14:00:00Z',
  where: 'queued', status: 'Active', held: null, since: null, held_until: null, ages_at: null, sector: 'TUC',
  place: { point: SASABE, state: 'confirmed', source: 'stated', cell: '8948e2a8a8fffff', sign_id: 'TUC-317', sector: 'TUC' },
  candidates: [], needs: [], party: { adults: 1, children: null, child_alone: null, kept_together: null }, round: 1, asked: [],
  calls: [], alerts: [], assignments: [], links: [], shares: [], callbacks: 0, notes: 0, late: false, reopened: false, agency: null,
  outcome: null, duplicate_of: null, closed_at: null, version: 1, ...changes,
});
const unit = (changes: Partial<Unit>): Unit => ({
  id: 'U12', kind: 'truck', sector: 'TUC', station: 'TUC1', home: { lat: 32.37, lon: -112.87 }, capabilities: [], on_duty: true,
  answering: true, missed: 0, assignment_id: null, primary: 'Available', secondary: 'Available', ...changes,
});
const fix = (age_s: number): Position => ({
  unit_id: 'U12', ...SASABE, fixed_at: new Date(NOW - age_s * 1000).toISOString(), accuracy_m: 8, source: null,
});
const sign = (changes: Partial<Sign>): Sign => ({
  sign_id: 'TUC-317', kind: 'land_placard', sector: 'TUC', point: SASABE, life: 'installed',
  access: { gate: '', route: '', landing_zone: '', landowner: '' }, ...changes,
});
const OPTIONS = { selected: null, showsOffDuty: false, now_ms: NOW };
const shown = (rows: Unit[], positions: Position[], options = OPTIONS) =>
  units(rows, new Map(positions.map((each) => [each.unit_id, each])), options).features.map(({ properties }) => properties);

describe('incidents', () => {
  test('carry priority as a number, a word and a shape', () => {
    const drawn = incidents([9, 6, 2].map((priority, id) => incident({ id, priority })), null).features;
    expect(drawn.map(({ properties }) => properties)).toMatchObject([
      { icon: 'incident-high', label: '#0 P9 urgent', sort: 9 },
      { icon: 'incident-middle', label: '#1 P6 raised' },
      { icon: 'incident-low', label: '#2 P2 routine' },
    ]);
  });

  test.each([[10, 'high'], [8, 'high'], [7, 'middle'], [5, 'middle'], [4, 'low'], [0, 'low']] as const)('priority %i is %s', (priority, expected) =>
    expect(band(priority)).toBe(expected),
  );

  test('whose place is in doubt are hollow and say so', () => {
    const place = incident({}).place;
    if (place === null) throw new Error('a place was given');
    for (const state of ['conflicting', 'unverified'] as const) {
      const drawn = incidents([incident({ place: { ...place, state } })], null).features[0]?.properties;
      expect(drawn).toMatchObject({ icon: 'incident-middle-hollow', label: `#57 P6 raised ${state}` });
    }
  });

  test('without a place are not drawn, and are counted instead of forgotten', () => {
    const rows = [incident({ id: 1, place: null }), incident({ id: 2 }), incident({ id: 3, place: null, where: 'done' })];
    expect(incidents(rows, null).features).toHaveLength(1);
    expect(placeless(rows).map(({ id }) => id)).toEqual([1]);
  });

  test('that are closed are gone', () => expect(incidents([incident({ where: 'done' })], null).features).toEqual([]));

  test('show where else the caller may be, in their order, without the accepted sign', () => {
    const others = ['TUC-317', 'TUC-371', 'TUC-311'].map((sign_id) => ({ sign_id, point: SASABE, sector: 'TUC', score: 0.5, distance_m: null }));
    expect(candidates(incident({ candidates: others })).features.map((each) => (each.properties as { label: string }).label)).toEqual(['2. TUC-371', '3. TUC-311']);
  });
});

describe('units', () => {
  test('with a fresh fix say what they do', () => {
    expect(shown([unit({ secondary: 'EnRoute', assignment_id: 3 })], [fix(5)])).toMatchObject([{ icon: 'unit-going', label: 'U12 under way', stale: false, sort: 1 }]);
  });

  test('with an old fix are grey and say how old it is', () => {
    expect(shown([unit({})], [fix(STALE_S + 200)])).toMatchObject([{ icon: 'unit-available-stale', label: 'U12 available\n4 min old', stale: true }]);
  });

  test('at the very limit of the desk are fresh still', () => {
    expect(known(unit({}), fix(STALE_S), NOW).isStale).toBe(false);
    expect(known(unit({}), fix(STALE_S + 0.001), NOW).isStale).toBe(true);
  });

  test('with a clock ahead of the service have an age of nothing, not a negative one', () => {
    expect(known(unit({}), fix(-30), NOW).age_s).toBe(0);
  });

  test('that never told where they are stand at their station and say so', () => {
    expect(known(unit({}), undefined, NOW)).toEqual({ point: { lat: 32.37, lon: -112.87 }, age_s: null, isStale: true });
    expect(shown([unit({})], [])).toMatchObject([{ label: 'U12 available\nno position' }]);
  });

  test('off duty are left out, unless asked for or selected', () => {
    const off = unit({ on_duty: false, secondary: 'OffDuty', primary: 'NotAvailable' });
    expect(shown([off], [fix(1)])).toEqual([]);
    expect(shown([off], [fix(1)], { ...OPTIONS, showsOffDuty: true })).toHaveLength(1);
    expect(units([off], new Map(), { ...OPTIONS, selected: { kind: 'unit', id: 'U12' } }).features).toHaveLength(1);
  });

  test('with a status this screen was not told about are not called available', () => {
    expect(doing(unit({ secondary: 'Refuelling', primary: 'NotAvailable' }))).toBe('assigned');
    expect(doing(unit({ secondary: 'Refuelling', primary: 'Available' }))).toBe('available');
  });

  test.each([[59.9, '59 s'], [60, '1 min'], [3_599, '59 min'], [3_600, '1 h'], [90_000, '1 d']])('an age of %d s reads %s', (age_s, text) =>
    expect(ageText(age_s)).toBe(text),
  );
});

describe('ways', () => {
  const assignment = (changes: Partial<Assignment>): Assignment =>
    ({ id: 9, incident_id: 57, unit_id: 'U12', status: 'en_route', ended_at: null, ...changes }) as Assignment;
  const of = { incident: () => incident({}), unit: () => ({ lat: 32, lon: -112 }) };

  test('lead from a unit to its incident', () => {
    expect(ways([assignment({})], of).features[0]?.geometry).toEqual({ type: 'LineString', coordinates: [[-112, 32], [SASABE.lon, SASABE.lat]] });
  });

  test('are not drawn for whoever has only been asked, or is done', () => {
    expect(ways([assignment({ status: 'offered' }), assignment({ ended_at: '2026-11-22T14:05:00Z' })], of).features).toEqual([]);
  });
});

describe('signs', () => {
  test('are counted in clusters by towers', () => {
    const drawn = signs([sign({}), sign({ sign_id: 'TUCR-07', kind: 'rescue_tower' })], null).features;
    expect(drawn.map(({ properties }) => (properties as { towers: number }).towers)).toEqual([0, 1]);
  });

  test('that are retired stay known and say so: somebody may still stand before one', () => {
    expect(signs([sign({ life: 'retired' })], null).features[0]?.properties).toMatchObject({ icon: 'sign-retired', label: 'TUC-317\nretired' });
  });
});

test('the phone of a caller is a circle, a point, and how far both are from the place', () => {
  const drawn = device({ lat: 31.5, lon: -111.5, radius_m: 900 }, SASABE).features.map(({ geometry }) => geometry.type);
  expect(drawn).toEqual(['Polygon', 'Point', 'LineString']);
  expect(device(null, SASABE).features).toEqual([]);
});
