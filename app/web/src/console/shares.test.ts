import { describe, expect, it } from 'vitest';
import type { Incident, SectorRow } from '$shared/contract';
import { askable, isAsked, mayAsk } from './shares';

const sector = (id: string): SectorRow => ({ id, name: id.toLowerCase(), mode: 'auto', lends: true });
const incident = (sectorId: string | null, where: Incident['where'], ...shares: Incident['shares']): Incident =>
  ({ id: 7, sector: sectorId, where, shares }) as unknown as Incident;
const asked = { sector: 'YUM', offered_at: '2026-11-22T14:03:07Z', agreed_at: null };

describe('mutual aid', () => {
  it('is asked of every sector but the own one and those that were asked', () => {
    const sectors = ['TUC', 'YUM', 'EPT'].map(sector);
    expect(askable(incident('TUC', 'queued', asked), sectors).map((one) => one.id)).toEqual(['EPT']);
  });

  it('is answered by the sector that was asked, and by who has the region', () => {
    expect([['YUM'], ['TUC', 'YUM'], [], ['TUC']].map((mine) => isAsked('share_offered', 'YUM', mine))).toEqual([true, true, true, false]);
    expect(isAsked('mayday', 'YUM', ['YUM'])).toBe(false);
    expect(isAsked('share_offered', null, [])).toBe(false);
  });

  it('is asked for by the incident’s own sector only, while it is open', () => {
    expect(mayAsk(incident('TUC', 'queued'), ['TUC'])).toBe(true);
    expect(mayAsk(incident('TUC', 'queued'), ['YUM'])).toBe(false);
    expect(mayAsk(incident('TUC', 'queued'), [])).toBe(true);
    expect(mayAsk(incident(null, 'queued'), ['YUM'])).toBe(true);
    expect(mayAsk(incident('TUC', 'done'), ['TUC'])).toBe(false);
  });
});
