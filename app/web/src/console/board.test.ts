import { describe, expect, it } from 'vitest';
import type { Incident } from '$shared/contract';
import { flagsOf, wait } from './flags';
import { grouped } from './order';
import { locationsOf } from './places';
import { byNumber } from './unitlines';
import { viewOf } from './windows';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const incident = (id: number, more: Partial<Incident> = {}): Incident =>
  ({
    id, kind: 'real', type: 'SAR', priority: 6, received_at: '2026-11-22T11:00:00Z', opened_at: '2026-11-22T11:00:00Z', where: 'queued', status: 'Active',
    held: null, since: null, held_until: null, ages_at: '2026-11-22T12:00:00Z', sector: 'TUC', place: null, candidates: [], needs: [],
    party: { adults: null, children: null, child_alone: null, kept_together: null }, round: 1, asked: [], calls: [], alerts: [], assignments: [],
    links: [], shares: [], callbacks: 0, notes: 0, late: false, reopened: false, agency: null, outcome: null, duplicate_of: null, closed_at: null, version: 1, ...more,
  });

describe('the board', () => {
  it('stands in the desk\'s order: priority, then received, then number', () => {
    const rows = [
      incident(4, { priority: 9, where: 'assigned' }),
      incident(3),
      incident(2, { received_at: '2026-11-22T10:00:00Z' }),
      incident(1, { priority: 8 }),
      incident(5),
    ];
    const { pending, active } = grouped(rows);
    expect(pending.map((row) => row.id)).toEqual([1, 2, 3, 5]);
    expect(active.map((row) => row.id)).toEqual([4]);
  });

  it('shows waiting grow: fresh, half way, past the desk\'s own time', () => {
    expect(wait(incident(1), NOON - 40 * 60_000)).toBe(0);
    expect(wait(incident(1), NOON - 20 * 60_000)).toBe(1);
    expect(wait(incident(1), NOON)).toBe(2);
    expect(wait(incident(1, { where: 'assigned' }), NOON)).toBe(0);
  });

  it('flags what a person should know before opening it, the urgent first', () => {
    const row = incident(1, { late: true, held: 'nobody_left', party: { adults: 0, children: 1, child_alone: true, kept_together: null } });
    expect(flagsOf(row, []).map((flag) => flag.key)).toEqual(['flag.no_unit', 'flag.child_alone', 'flag.late']);
  });
});

describe('the places of an incident', () => {
  const point = { lat: 31, lon: -111 };
  const candidate = { sign_id: 'TUC-041', point: { lat: 31.1, lon: -111 }, sector: 'TUC', score: 0.9, distance_m: null };
  const call = { id: 5, sealed: 's', candidates: [candidate], state: 'conflicting' } as never;

  it('stand side by side with what lies between them, and never as one', () => {
    const row = incident(1, { place: { point, state: 'confirmed', source: 'dispatcher', cell: '', sign_id: 'TUC-040', sector: 'TUC' } });
    const found = locationsOf(row, [call], [], { s: { device: { point: { lat: 31.0, lon: -111.0 }, radius_m: 60 } } });
    expect(found.map((one) => one.source)).toEqual(['current', 'stated', 'device']);
    expect(found[1]?.awayM).toBeGreaterThan(11_000);
    expect(found[1]?.awayM).toBeLessThan(11_200);
    expect(found[2]).toMatchObject({ awayM: 0, awayFrom: 'current', radiusM: 60 });
  });

  it('are measured from the phone while no place is accepted', () => {
    const found = locationsOf(incident(1), [call], [], { s: { device: { point, radius_m: 60 } } });
    expect(found.map((one) => [one.source, one.awayFrom, one.awayM === null])).toEqual([['stated', 'device', false], ['device', 'device', true]]);
  });

  it('do not show a device nobody opened', () => {
    expect(locationsOf(incident(1), [call], [], {}).map((one) => one.source)).toEqual(['stated']);
  });
});

it('lists units by their number, not by their letters', () => {
  expect(['U10', 'U9', 'U2'].sort(byNumber)).toEqual(['U2', 'U9', 'U10']);
});

it('knows which window it is by its address', () => {
  expect(viewOf('/console')).toEqual({ name: 'console' });
  expect(viewOf('/console/wall')).toEqual({ name: 'wall' });
  expect(viewOf('/console/incident/42')).toEqual({ name: 'incident', id: 42 });
  expect(viewOf('/console/incident/x')).toEqual({ name: 'console' });
});
