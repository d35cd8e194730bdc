import { describe, expect, it } from 'vitest';
import type { Unrecorded } from '$shared/contract';
import type { UnrecordedFrame } from '$shared/stream';
import { EMPTY, inOrder, ringsFor, told } from './unrecorded';

const report = (id: string, more: Partial<Unrecorded> = {}): Unrecorded => ({
  id, what: 'call', at: '2026-11-22T14:03:07Z', kind: 'real', sender: 'psap-1', sector: 'TUC', place: null, needs: [], ...more,
});
const frame = (reports: Unrecorded[], recorded: string[] = [], waiting = reports.length): UnrecordedFrame => ({
  kind: 'unrecorded', at: '2026-11-22T14:03:08Z', waiting, reports, recorded,
});

describe('the unrecorded lane', () => {
  it('shows what is told and lets go of what is recorded', () => {
    const both = told(EMPTY, frame([report('a'), report('b')]));
    expect([...both.lines.keys()]).toEqual(['a', 'b']);
    const left = told(both, frame([], ['a'], 1));
    expect([...left.lines.keys()]).toEqual(['b']);
    expect(left.waiting).toBe(1);
  });

  it('rings once for each real report, as a mayday where there is one', () => {
    const lane = told(EMPTY, frame([report('a')]));
    expect(ringsFor(EMPTY, frame([report('a')]))).toBe('unrecorded');
    expect(ringsFor(lane, frame([report('a')]))).toBeNull();
    expect(ringsFor(lane, frame([report('t', { kind: 'test' })]))).toBeNull();
    expect(ringsFor(lane, frame([report('c'), report('m', { what: 'mayday' })]))).toBe('mayday');
  });

  it('puts a mayday first and then the oldest', () => {
    const lane = told(EMPTY, frame([report('late', { at: '2026-11-22T14:05:00Z' }), report('early'), report('m', { what: 'mayday', at: '2026-11-22T14:06:00Z' })]));
    expect(inOrder(lane).map((one) => one.id)).toEqual(['m', 'early', 'late']);
  });
});
