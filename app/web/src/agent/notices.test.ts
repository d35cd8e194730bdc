import { describe, expect, it } from 'vitest';

import { acknowledge, NOTHING, observe, owed, type Assigned, type Kept } from './notices';

const NONE: ReadonlySet<number> = new Set();

function row(changes: Partial<Assigned> = {}): Assigned {
  return {
    id: 73,
    incident_id: 72,
    unit_id: 'U12',
    status: 'en_route',
    must_hear: 'offer',
    must_hear_seq: 73,
    heard_at: '2026-11-22T14:03:08Z',
    place_ack_by: null,
    reason: null,
    ...changes,
  };
}

const CHANGED = row({ must_hear: 'place_changed', must_hear_seq: 90, heard_at: null });
const CANCELLED = row({
  status: 'cancelled',
  must_hear: 'cancelled',
  must_hear_seq: 91,
  heard_at: null,
  reason: 'found',
});

function kinds(kept: Kept): readonly string[] {
  return kept.open.map((notice) => notice.kind);
}

describe('the device answers', () => {
  it('what nobody has heard yet, oldest first, and only its own', () => {
    const other = row({ unit_id: 'U13', must_hear_seq: 5, heard_at: null });
    expect(owed([CANCELLED, CHANGED, other, row()], 'U12')).toEqual([90, 91]);
  });
});

describe('the person', () => {
  it('is told of a changed place, a cancellation and a preemption', () => {
    expect(kinds(observe(NOTHING, [CHANGED], 'U12', NONE))).toEqual(['place_changed']);
    expect(kinds(observe(NOTHING, [CANCELLED], 'U12', NONE))).toEqual(['cancelled']);
    const taken = row({ status: 'preempted', must_hear: 'preempted', must_hear_seq: 92 });
    expect(kinds(observe(NOTHING, [taken], 'U12', NONE))).toEqual(['preempted']);
  });

  it('still is when the row has left the picture, because the device had answered', () => {
    const kept = observe(NOTHING, [CANCELLED], 'U12', NONE);
    expect(kinds(observe(kept, [], 'U12', NONE))).toEqual(['cancelled']);
  });

  it('still is after a reload', () => {
    const kept = observe(NOTHING, [CANCELLED], 'U12', NONE);
    expect(kinds(observe(JSON.parse(JSON.stringify(kept)) as Kept, [], 'U12', NONE))).toEqual(['cancelled']);
  });

  it('is told once', () => {
    const kept = acknowledge(observe(NOTHING, [CHANGED], 'U12', NONE), 90);
    expect(kept.open).toEqual([]);
    expect(observe(kept, [CHANGED], 'U12', NONE).open).toEqual([]);
  });

  it('is told again when it changes again, with only the newest word', () => {
    const kept = observe(NOTHING, [CHANGED], 'U12', NONE);
    const again = observe(kept, [{ ...CHANGED, must_hear_seq: 95 }], 'U12', NONE);
    expect(again.open.map((notice) => notice.seq)).toEqual([95]);
  });

  it('is not told to go to a new place by an incident that was cancelled since', () => {
    const kept = observe(NOTHING, [CHANGED], 'U12', NONE);
    expect(kinds(observe(kept, [CANCELLED], 'U12', NONE))).toEqual(['cancelled']);
  });

  it('sees a changed place of an offer on the offer itself', () => {
    expect(observe(NOTHING, [{ ...CHANGED, status: 'offered' }], 'U12', NONE).open).toEqual([]);
  });
});

describe('an assignment that went away unseen', () => {
  it('is told of, once', () => {
    const kept = observe(observe(NOTHING, [row()], 'U12', NONE), [], 'U12', NONE);
    expect(kinds(kept)).toEqual(['gone']);
    const seen = acknowledge(kept, kept.open[0]?.seq ?? 0);
    expect(observe(seen, [], 'U12', NONE).open).toEqual([]);
  });

  it('is no news to whoever cleared it', () => {
    const had = observe(NOTHING, [row()], 'U12', NONE);
    expect(observe(had, [], 'U12', new Set([73])).open).toEqual([]);
    expect(observe(had, [row({ status: 'cleared' })], 'U12', NONE).open).toEqual([]);
  });

  it('is told once, not twice, when its cancellation is heard as well', () => {
    const had = observe(NOTHING, [row()], 'U12', NONE);
    const told = observe(had, [CANCELLED], 'U12', NONE);
    expect(kinds(told)).toEqual(['cancelled']);
    expect(kinds(observe(acknowledge(told, 91), [], 'U12', NONE))).toEqual([]);
  });
});
