import { describe, expect, it } from 'vitest';

import type { SayStatus } from '$shared/contract';
import { ACTS_MAX, ANSWER_MS, Outbox, OutboxFull, UNDO_MS, type Act } from './outbox';

const DONE = { outcome: 'done' };
const T = 1_000_000;

/** A desk that keeps to the contract: the same id is done once and answered the same. */
class Desk {
  readonly done: string[] = [];
  hear(act: Act): { outcome: string } {
    if (!this.done.includes(act.id)) this.done.push(act.id);
    return DONE;
  }
}

/** The outbox as it comes back after the app was killed: only what was written down. */
function reloaded(outbox: Outbox): Outbox {
  return new Outbox(JSON.parse(JSON.stringify(outbox.acts)) as Act[]);
}

function status(outbox: Outbox, id: string, word: SayStatus['status'], at = T, holdMs = 0): Act {
  return outbox.add({ kind: 'status', status: word, assignment_id: 7 }, { id, at, holdMs });
}

/** A generator with a seed, so that a failure comes again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('order', () => {
  it('says one act at a time, in the order they were done', () => {
    const outbox = new Outbox();
    for (const id of ['a', 'b', 'c']) status(outbox, id, 'en_route');
    const said: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const [act, ...more] = outbox.take(T);
      expect(more).toEqual([]);
      expect(outbox.take(T)).toEqual([]);
      said.push(act?.id ?? '');
      outbox.answer(act?.id ?? '', DONE, T);
    }
    expect(said).toEqual(['a', 'b', 'c']);
    expect(outbox.acts).toEqual([]);
  });

  it('lets nothing overtake an act the desk could not take', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    status(outbox, 'b', 'on_scene');
    outbox.take(T);
    outbox.answer('a', { outcome: 'unavailable' }, T);
    expect(outbox.take(T)).toEqual([]);
    expect(outbox.take(outbox.nextAt() ?? 0).map((act) => act.id)).toEqual(['a']);
  });

  it('lets a mayday wait behind nothing, not even behind itself', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    outbox.take(T);
    status(outbox, 'b', 'on_scene', T, UNDO_MS);
    outbox.add({ kind: 'mayday' }, { id: 'm', at: T });
    outbox.add({ kind: 'mayday' }, { id: 'n', at: T });
    expect(outbox.take(T).map((act) => act.id)).toEqual(['m', 'n']);
  });

  it('keeps the order over a reload', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    const again = reloaded(outbox);
    status(again, 'b', 'on_scene');
    expect(reloaded(again).acts.map((act) => act.id)).toEqual(['a', 'b']);
    expect(again.acts[1]?.n).toBe(2);
  });
});

describe('once', () => {
  it('says an act again under its own id when the answer was lost with the connection', () => {
    const outbox = new Outbox();
    const desk = new Desk();
    status(outbox, 'a', 'en_route');
    outbox.take(T).forEach((act) => desk.hear(act));
    outbox.lost();
    const [again] = outbox.take(T + 1);
    expect(again?.id).toBe('a');
    if (again) outbox.answer('a', desk.hear(again), T + 1);
    expect(desk.done).toEqual(['a']);
    expect(outbox.acts).toEqual([]);
  });

  it('says an act again when no answer comes in time, not before', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    outbox.take(T);
    expect(outbox.nextAt()).toBe(T + ANSWER_MS);
    expect(outbox.take(T + ANSWER_MS - 1)).toEqual([]);
    expect(outbox.take(T + ANSWER_MS).map((act) => act.id)).toEqual(['a']);
  });

  it('takes the answer that came twice, and one nobody asked for, without a word', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    outbox.take(T);
    expect(outbox.answer('a', DONE, T)).toBeNull();
    expect(outbox.answer('a', DONE, T)).toBeNull();
    expect(outbox.answer('stranger', { outcome: 'refused' }, T)).toBeNull();
  });

  it('gets every act done once and in order, whatever is cut, lost or killed on the way', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const desk = new Desk();
      let outbox = new Outbox();
      let now = T;
      let made = 0;
      for (let step = 0; step < 400 && (made < 12 || outbox.acts.length > 0); step += 1) {
        now += Math.floor(random() * 3_000);
        if (made < 12 && random() < 0.3) {
          made += 1;
          status(outbox, `a${String(made)}`, 'en_route', now, random() < 0.5 ? UNDO_MS : 0);
        }
        for (const act of outbox.take(now)) {
          const fate = random();
          if (fate < 0.2) continue; // lost on the way there
          const answer = fate < 0.4 ? { outcome: 'unavailable' } : desk.hear(act);
          if (fate < 0.6 && answer === DONE) continue; // done, but its answer was lost on the way back
          outbox.answer(act.id, answer, now);
        }
        if (random() < 0.1) outbox.lost();
        if (random() < 0.1) outbox = reloaded(outbox);
      }
      expect(outbox.acts, `seed ${String(seed)}`).toEqual([]);
      expect(desk.done, `seed ${String(seed)}`).toEqual(Array.from({ length: 12 }, (_, i) => `a${String(i + 1)}`));
    }
  });
});

describe('undo', () => {
  it('holds a fact back for some seconds and takes it back without a trace', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'on_scene', T, UNDO_MS);
    expect(outbox.take(T + UNDO_MS - 1)).toEqual([]);
    expect(outbox.held(T).map((act) => act.id)).toEqual(['a']);
    expect(outbox.undo('a', T + UNDO_MS - 1)).toBe(true);
    expect(outbox.acts).toEqual([]);
    expect(outbox.nextAt()).toBeNull();
  });

  it('cannot take back what was said, or may have been', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'on_scene', T, UNDO_MS);
    outbox.take(T + UNDO_MS);
    outbox.lost();
    expect(outbox.undo('a', T)).toBe(false);
    expect(reloaded(outbox).undo('a', T)).toBe(false);
    expect(outbox.acts).toHaveLength(1);
  });

  it('means a thing as soon as the next one is done', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'on_scene', T, UNDO_MS);
    status(outbox, 'b', 'subject_contact', T + 10, UNDO_MS);
    expect(outbox.take(T + 10).map((act) => act.id)).toEqual(['a']);
    expect(outbox.undo('a', T + 11)).toBe(false);
    expect(outbox.undo('b', T + 11)).toBe(true);
  });

  it('says what was pressed when the app died before the seconds were over', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'on_scene', T, UNDO_MS);
    expect(
      reloaded(outbox)
        .take(T + UNDO_MS)
        .map((act) => act.id),
    ).toEqual(['a']);
  });
});

describe('answers', () => {
  it('hands a refusal to the person and goes on with the next', () => {
    const outbox = new Outbox();
    outbox.add({ kind: 'accept', assignment_id: 7 }, { id: 'a', at: T });
    status(outbox, 'b', 'en_route');
    outbox.take(T);
    const refused = outbox.answer('a', { outcome: 'refused', code: 'stale', detail: 'is timed_out' }, T);
    expect(refused).toMatchObject({ code: 'stale', act: { id: 'a' } });
    expect(outbox.take(T).map((act) => act.id)).toEqual(['b']);
  });

  it('gives a failing desk five tries and then tells the person', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    let now = T;
    for (let i = 1; i <= 5; i += 1) {
      expect(outbox.take(now)).toHaveLength(1);
      const told = outbox.answer('a', { outcome: 'failed', code: 'internal' }, now);
      expect(told === null).toBe(i < 5);
      now = outbox.nextAt() ?? now;
    }
    expect(outbox.acts).toEqual([]);
  });

  it('never gives an unavailable desk up', () => {
    const outbox = new Outbox();
    status(outbox, 'a', 'en_route');
    let now = T;
    for (let i = 0; i < 100; i += 1) {
      outbox.take(now);
      outbox.answer('a', { outcome: 'unavailable' }, now);
      now = outbox.nextAt() ?? now;
    }
    expect(outbox.acts).toHaveLength(1);
  });
});

it('keeps nothing back when the clock of the phone is set back', () => {
  const outbox = new Outbox();
  status(outbox, 'a', 'en_route', T, UNDO_MS);
  const back = T - 3_600_000;
  expect(outbox.take(back).map((act) => act.id)).toEqual(['a']);
  expect(outbox.take(back - 1).map((act) => act.id)).toEqual(['a']);
});

it('refuses loudly when a week of acts waits, instead of dropping one', () => {
  const outbox = new Outbox();
  for (let i = 0; i < ACTS_MAX; i += 1) status(outbox, String(i), 'en_route');
  expect(() => status(outbox, 'more', 'en_route')).toThrow(OutboxFull);
});

it('shows what was pressed for an assignment and nothing of another', () => {
  const outbox = new Outbox();
  outbox.add({ kind: 'accept', assignment_id: 7, seq: 3 }, { id: 'a', at: T });
  status(outbox, 'b', 'en_route');
  outbox.add({ kind: 'status', status: 'cleared', assignment_id: 8 }, { id: 'c', at: T });
  expect(outbox.pressed(7)).toEqual(['acknowledged', 'en_route']);
});

it('says an act with its id and exactly the fields of the contract', () => {
  const outbox = new Outbox();
  const act = outbox.add({ kind: 'accept', assignment_id: 7, seq: 3 }, { id: 'a', at: T });
  expect(act.frame).toEqual({ kind: 'accept', id: 'a', assignment_id: 7, seq: 3 });
});
