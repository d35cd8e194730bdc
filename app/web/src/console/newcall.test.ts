import { describe, expect, it } from 'vitest';
import { deviceOf, emptyDraft, isEmpty, reportOf } from './newcall';

describe('a call taken by hand', () => {
  it('says only what was written down', () => {
    expect(reportOf({ ...emptyDraft(), callId: 'console-1', said: 'TUC 041' })).toEqual({ call_id: 'console-1', kind: 'real', needs: [], said: 'TUC 041' });
  });

  it('carries the party as numbers, and a child alone only when it is said', () => {
    const report = reportOf({ ...emptyDraft(), adults: '2', children: '1', childAlone: true });
    expect(report.party).toEqual({ adults: 2, children: 1, child_alone: true });
  });

  it('takes a location only when both halves can be one', () => {
    expect(deviceOf({ ...emptyDraft(), lat: '31.7', lon: '-111,2', radius: '60' })).toEqual({ lat: 31.7, lon: -111.2, radius_m: 60 });
    expect(deviceOf({ ...emptyDraft(), lat: '31.7', lon: '' })).toBeNull();
    expect(deviceOf({ ...emptyDraft(), lat: '131.7', lon: '-111' })).toBeNull();
    expect(deviceOf({ ...emptyDraft(), lat: 'x', lon: '-111' })).toBeNull();
  });

  it('keeps its own id while it is written, and the next has another', () => {
    const draft = emptyDraft();
    expect(reportOf(draft).call_id).toBe(reportOf({ ...draft, said: 'changed' }).call_id);
    expect(emptyDraft().callId).not.toBe(draft.callId);
  });

  it('knows when nothing at all was written', () => {
    expect(isEmpty(emptyDraft())).toBe(true);
    expect(isEmpty({ ...emptyDraft(), narrative: 'lost' })).toBe(false);
    expect(isEmpty({ ...emptyDraft(), lat: '31', lon: '-111' })).toBe(false);
  });
});
