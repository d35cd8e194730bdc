import { describe, expect, it } from 'vitest';
import { backoffMs, FIRST_MS, LONGEST_MS } from './backoff';
import type { Board, ServerFrame } from './contract';
import { CONNECT_MS, QUIET_MS, seqOf, STALE_S, Stream, type Effect, type EventFrame, type Happened, type StreamOptions } from './stream';

const LEDGER = '0d2b';
const cursor = (seq: number): string => `${LEDGER}.${seq}`;
const board = (seq: number): Board => ({ cursor: cursor(seq), seq, at: '2026-11-22T14:03:07Z', rows: {} });
const event = (seq: number): EventFrame => ({ seq, at: '2026-11-22T14:03:07Z', kind: 'alarm.cleared', v: 1, command: 'c', by: 'x', event: { alarm_id: 1 }, after: {} });
const pulse = (seq: number, ageS = 0.1): ServerFrame => ({ kind: 'pulse', seq, age_s: ageS });
const welcome = (seq: number): ServerFrame => ({ kind: 'welcome', cursor: cursor(seq), topics: ['board'] });
const resync = (seq: number): ServerFrame => ({ kind: 'resync', url: '/v1/board?topics=board', cursor: cursor(seq) });

/** A stream with a clock one can turn. */
class Bench {
  now = 0;
  readonly stream: Stream;
  constructor(options: StreamOptions = {}) {
    this.stream = new Stream(options);
  }
  feed(happened: Happened): Effect[] {
    return this.stream.feed(happened, this.now, 0.5);
  }
  hear(frame: ServerFrame): Effect[] {
    return this.feed({ what: 'frame', frame });
  }
  open(): Effect[] {
    this.feed({ what: 'start' });
    return this.feed({ what: 'opened' });
  }
  live(seq = 10): this {
    this.open();
    this.hear(resync(seq));
    this.feed({ what: 'fetched', board: board(seq) });
    return this;
  }
}

describe('the first connection', () => {
  it('asks for the snapshot, because it holds no picture', () => {
    const bench = new Bench();
    expect(bench.feed({ what: 'start' })).toEqual([{ do: 'open' }]);
    expect(bench.feed({ what: 'opened' })).toEqual([{ do: 'send', frame: { kind: 'hello', since: 'none' } }, { do: 'forget_unrecorded' }]);
    expect(bench.stream.phase).toBe('catching_up');
    expect(bench.hear(resync(10))).toEqual([{ do: 'fetch', url: '/v1/board?topics=board', afterMs: 0 }]);
    expect(bench.feed({ what: 'fetched', board: board(10) })).toEqual([{ do: 'replace', board: board(10) }]);
    expect(bench.stream.phase).toBe('live');
    expect(bench.stream.cursor).toBe(cursor(10));
  });

  it('names its topics when it has some', () => {
    expect(new Bench({ topics: ['sector:TUC'] }).open()).toEqual([{ do: 'send', frame: { kind: 'hello', since: 'none', topics: ['sector:TUC'] } }, { do: 'forget_unrecorded' }]);
  });
});

describe('a resync', () => {
  it('keeps what comes while the snapshot is fetched, and skips what the snapshot holds', () => {
    const bench = new Bench();
    bench.open();
    bench.hear(resync(10));
    expect(bench.hear(event(11))).toEqual([]);
    expect(bench.hear(event(12))).toEqual([]);
    const effects = bench.feed({ what: 'fetched', board: board(11) });
    expect(effects).toEqual([{ do: 'replace', board: board(11) }, { do: 'apply', frame: event(12) }]);
    expect(bench.stream.seq).toBe(12);
  });

  it('fetches again when another process answered that is behind', () => {
    const bench = new Bench();
    bench.open();
    bench.hear(resync(10));
    const [again] = bench.feed({ what: 'fetched', board: board(9) });
    expect(again).toMatchObject({ do: 'fetch', url: '/v1/board?topics=board' });
    expect(again?.do === 'fetch' && again.afterMs > 0, 'not in a busy loop').toBe(true);
    expect(bench.stream.cursor).toBeNull();
  });

  it('takes the new ledger when a backup was restored', () => {
    const bench = new Bench().live(500);
    bench.feed({ what: 'closed', code: 1012 });
    bench.feed({ what: 'woken' });
    bench.feed({ what: 'opened' });
    bench.hear({ kind: 'resync', url: '/v1/board', cursor: 'ffff.20' });
    bench.feed({ what: 'fetched', board: { ...board(20), cursor: 'ffff.20' } });
    expect(bench.hear(event(21))).toEqual([{ do: 'apply', frame: event(21) }]);
    expect(bench.stream.cursor).toBe('ffff.21');
  });

  it('fetches again when another process still shows a history that a failover has lost', () => {
    const bench = new Bench().live(500);
    bench.hear({ kind: 'resync', url: '/v1/board', cursor: 'ffff.20' });
    expect(bench.feed({ what: 'fetched', board: board(499) })[0]).toMatchObject({ do: 'fetch', url: '/v1/board' });
    bench.feed({ what: 'fetched', board: { ...board(20), cursor: 'ffff.20' } });
    expect(bench.hear(event(21))).toEqual([{ do: 'apply', frame: event(21) }]);
  });

  it('drops a half-fetched snapshot when the socket goes meanwhile', () => {
    const bench = new Bench();
    bench.open();
    bench.hear(resync(10));
    bench.feed({ what: 'closed', code: 1006 });
    expect(bench.feed({ what: 'fetched', board: board(10) })).toEqual([]);
  });
});

describe('live', () => {
  it('applies each event once, in order, and never one twice', () => {
    const bench = new Bench().live();
    expect(bench.hear(event(11))).toEqual([{ do: 'apply', frame: event(11) }]);
    expect(bench.hear(event(11))).toEqual([]);
    expect(bench.hear(event(9))).toEqual([]);
    expect(bench.hear(event(14))).toEqual([{ do: 'apply', frame: event(14) }]);
  });

  it('does not move its cursor for positions, pulses and answers', () => {
    const bench = new Bench().live();
    bench.hear(pulse(99));
    bench.hear({ kind: 'positions', at: '2026-11-22T14:03:06Z', positions: [] });
    bench.hear({ kind: 'answer', id: 'a', outcome: 'done', seq: 77 });
    expect(bench.stream.cursor).toBe(cursor(10));
  });
});

describe('coming back', () => {
  it('goes on from its cursor and is live when the past has come', () => {
    const bench = new Bench().live();
    bench.feed({ what: 'closed', code: 1006 });
    expect(bench.stream.phase).toBe('waiting');
    expect(bench.feed({ what: 'woken' })).toEqual([{ do: 'open' }]);
    expect(bench.feed({ what: 'opened' })).toEqual([{ do: 'send', frame: { kind: 'hello', since: cursor(10) } }, { do: 'forget_unrecorded' }]);
    bench.hear(welcome(12));
    expect(bench.stream.phase).toBe('catching_up');
    bench.hear(event(11));
    expect(bench.stream.phase).toBe('catching_up');
    bench.hear(event(12));
    expect(bench.stream.phase).toBe('live');
  });

  it('is live after a moment when the last of the past was not its to see', () => {
    const bench = new Bench().live();
    bench.feed({ what: 'closed', code: 1006 });
    bench.feed({ what: 'woken' });
    bench.feed({ what: 'opened' });
    bench.hear(welcome(12));
    bench.now += 1000;
    bench.feed({ what: 'tick' });
    expect(bench.stream.phase).toBe('live');
  });

  it('waits longer each time, jittered, never beyond the bound, and starts over once it was live', () => {
    const bench = new Bench();
    const waits: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      bench.feed({ what: 'start' });
      for (const effect of bench.feed({ what: 'failed', refused: false })) if (effect.do === 'retry') waits.push(effect.afterMs);
    }
    expect(waits[0]).toBe(FIRST_MS * 0.75);
    expect([...waits].sort((a, b) => a - b)).toEqual(waits);
    expect(Math.max(...waits)).toBeLessThanOrEqual(LONGEST_MS);
    bench.live();
    expect(bench.feed({ what: 'closed', code: 1006 })).toEqual([{ do: 'retry', afterMs: FIRST_MS * 0.75 }]);
    expect(backoffMs(3, 0)).not.toBe(backoffMs(3, 1));
  });

  it('gives up a handshake that nobody answers, and tries again', () => {
    const bench = new Bench();
    bench.feed({ what: 'start' });
    bench.now += CONNECT_MS - 1;
    expect(bench.feed({ what: 'tick' })).toEqual([]);
    bench.now += 1;
    expect(bench.feed({ what: 'tick' }).map((effect) => effect.do)).toEqual(['close', 'retry']);
    expect(bench.feed({ what: 'woken' })).toEqual([{ do: 'open' }]);
  });

  it('does not come back by itself where the key is refused', () => {
    const bench = new Bench();
    bench.feed({ what: 'start' });
    expect(bench.feed({ what: 'failed', refused: true })).toEqual([]);
    expect(bench.stream.phase).toBe('refused');
    expect(bench.feed({ what: 'woken' })).toEqual([]);
  });

  it('stays away when it was told to stop', () => {
    const bench = new Bench().live();
    expect(bench.feed({ what: 'stop' })).toEqual([{ do: 'close' }]);
    expect(bench.feed({ what: 'closed', code: 4000 })).toEqual([]);
  });
});

describe('how old the picture is', () => {
  it('is the age the pulse says, and the time since', () => {
    const bench = new Bench().live();
    bench.hear(pulse(10, 2));
    bench.now += 3000;
    expect(bench.stream.ageS(bench.now)).toBeCloseTo(5);
    expect(bench.stream.isStale(bench.now)).toBe(false);
  });

  it('is old within 10 s of a desk that stopped, though its gateway goes on pulsing', () => {
    const bench = new Bench().live();
    bench.hear(pulse(10, 0.1));
    bench.now += 5000;
    bench.hear(pulse(10, 5.1));
    bench.now += 4900;
    expect(bench.stream.isStale(bench.now)).toBe(true);
    expect(bench.stream.ageS(bench.now)).toBeLessThanOrEqual(STALE_S + 0.1);
  });

  it('is old within 10 s of silence, and a connection that says nothing is given up', () => {
    const bench = new Bench().live();
    bench.hear(pulse(10, 0));
    bench.now += 10_000;
    expect(bench.stream.isStale(bench.now)).toBe(true);
    bench.now += QUIET_MS - 10_000;
    expect(bench.feed({ what: 'tick' })).toEqual([{ do: 'close' }, { do: 'retry', afterMs: FIRST_MS * 0.75 }]);
  });

  it('grows from the start when no pulse ever comes', () => {
    const bench = new Bench();
    bench.feed({ what: 'start' });
    bench.now += 12_000;
    expect(bench.stream.isStale(bench.now)).toBe(true);
  });

  it('carries what is degraded and which loops are late', () => {
    const bench = new Bench().live();
    bench.hear({ kind: 'pulse', seq: 10, age_s: 0, degraded: { relay: 'down' }, late_loops: ['timers'] });
    expect(bench.stream.degraded).toEqual({ relay: 'down' });
    expect(bench.stream.lateLoops).toEqual(['timers']);
    bench.hear(pulse(10));
    expect(bench.stream.degraded).toEqual({});
  });
});

describe('a cursor', () => {
  it('ends in its seq', () => {
    expect(seqOf('0d2b-11.73')).toBe(73);
    expect(seqOf('none')).toBe(0);
  });
});

describe('any order of happenings', () => {
  it('never applies a seq twice nor out of order, and holds at most one picture a ledger', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const bench = new Bench();
      let state = seed;
      const roll = (below: number): number => {
        state = (state * 48_271) % 2_147_483_647;
        return state % below;
      };
      let head = 10;
      let applied = 0;
      const take = (effects: Effect[]): void => {
        for (const effect of effects) {
          if (effect.do === 'replace') applied = effect.board.seq;
          if (effect.do === 'apply') {
            expect(effect.frame.seq).toBeGreaterThan(applied);
            applied = effect.frame.seq;
          }
        }
      };
      take(bench.feed({ what: 'start' }));
      for (let step = 0; step < 200; step += 1) {
        bench.now += roll(3000);
        const dice = roll(10);
        if (dice < 4) take(bench.hear(event((head += roll(3)))));
        else if (dice === 4) take(bench.feed({ what: 'closed', code: 1006 }));
        else if (dice === 5) take(bench.feed({ what: 'woken' }));
        else if (dice === 6) take(bench.feed({ what: 'opened' }));
        else if (dice === 7) take(bench.hear(roll(2) === 0 ? resync(head) : welcome(head)));
        else if (dice === 8) take(bench.feed({ what: 'fetched', board: board(head) }));
        else take(bench.feed({ what: 'tick' }));
        expect(bench.stream.cursor === null || bench.stream.seq >= applied).toBe(true);
      }
    }
  });
});
