import { describe, expect, it } from 'vitest';
import { deviceOf, emptyDraft, isEmpty, reportOf } from './newcall';

describe('a call taken by hand', () => {
  it('says only what was written down', () => {
    expect(reportOf({ ...emptyDraft(), said: 'TUC 041' }, 'console-1')).toEqual({ call_id: 'console-1', kind: 'real', needs: [], said: 'TUC 041' });
  });

  it('carries the party as numbers, and a child alone only when it is said', () => {
    const report = reportOf({ ...emptyDraft(), adults: '2', children: '1', childAlone: true }, 'x');
    expect(report.party).toEqual({ adults: 2, children: 1, child_alone: true });
  });

  it('takes a location only when both halves can be one', () => {
    expect(deviceOf({ ...emptyDraft(), lat: '31.7', lon: '-111,2', radius: '60' })).toEqual({ lat: 31.7, lon: -111.2, radius_m: 60 });
    expect(deviceOf({ ...emptyDraft(), lat: '31.7', lon: '' })).toBeNull();
    expect(deviceOf({ ...emptyDraft(), lat: '131.7', lon: '-111' })).toBeNull();
    expect(deviceOf({ ...emptyDraft(), lat: 'x', lon: '-111' })).toBeNull();
  });

  it('knows when nothing at all was written', () => {
    expect(isEmpty(emptyDraft())).toBe(true);
    expect(isEmpty({ ...emptyDraft(), narrative: 'lost' })).toBe(false);
    expect(isEmpty({ ...emptyDraft(), lat: '31', lon: '-111' })).toBe(false);
  });
});
