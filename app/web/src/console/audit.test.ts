import { describe, expect, it } from 'vitest';
import { askOf, countsAsCsv, EMPTY } from './audit';

describe('what the auditor asks for', () => {
  it('is everything when nothing is named', () => {
    expect(askOf({ ...EMPTY })).toEqual({ limit: 100 });
  });

  it('goes on below the last row shown and takes the last day whole', () => {
    const ask = askOf({ act: 'read', by: ' M. Ortiz ', incident: '72', since: '2026-11-01', until: '2026-11-30' }, 40);
    expect(ask).toMatchObject({ act: 'read', by: 'M. Ortiz', incident_id: 72, before: 40 });
    expect(Date.parse(ask.until ?? '') - Date.parse(ask.since ?? '')).toBe(30 * 86_400_000);
  });

  it('leaves out an incident that is no number', () => {
    expect(askOf({ ...EMPTY, incident: 'x' })).toEqual({ limit: 100 });
  });
});

describe('the counts as a file', () => {
  it('hold no formula and keep quotation marks', () => {
    const text = countsAsCsv([{ month: '2026-11', by: '=cmd("x")', act: 'read', n: 3 }]);
    expect(text).toBe('month,by,act,n\n"2026-11","\'=cmd(""x"")","read",3\n');
  });
});
