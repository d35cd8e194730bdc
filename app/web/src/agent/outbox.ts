/**
 * What the person did and the desk has not yet answered: kept, in order, said once.
 *
 * Pure: no socket, no clock, no database. Each act has an id made here, under which the desk does it once however often
 * it is said, so after a lost answer, a reload or a restart of either side the same frame is simply said again.
 *
 * One act at a time is under way. Two would be quicker over a satellite, but if the first came back `unavailable` and the
 * second `done`, "on scene" would have overtaken "en route". A mayday waits behind nothing.
 *
 * A fact cannot be taken back over the wire (the desk never moves an assignment backwards; it would record "out of
 * order" and ring), so undo means: not yet said. A fact is held back for `UNDO_MS`, in the outbox already and with the
 * time of the tap, so an app that dies in those seconds still says it.
 */

import type { SayAccept, SayDecline, SayDuty, SayMayday, SayStatus } from '$shared/contract';

/** What is kept until it is answered, as the contract has it. */
export type ActFrame = SayAccept | SayDecline | SayStatus | SayMayday | SayDuty;

export interface Act {
  readonly id: string;
  /** The order in which the person did things on this device. */
  readonly n: number;
  /** What is said; its `id` is the act's. */
  readonly frame: ActFrame;
  /** Device time of the tap, in ms: what the person is shown, whether or not the frame carries it. */
  readonly madeAt: number;
  /** Not said before this device time, so that it can be undone. */
  readonly heldUntil: number;
  readonly tries: number;
}

export interface Answer {
  readonly outcome: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
}

/** What became of an act, for the person: only what is not simply done. */
export interface Refused {
  readonly act: Act;
  readonly code: string;
  readonly detail: string;
}

export const UNDO_MS = 5_000;
export const ANSWER_MS = 8_000; // longer than the 5 s after which a gateway itself says `unavailable`
const RETRY_MS = [500, 1_000, 2_000, 5_000, 10_000] as const;
const FAILED_MAX = 5; // `failed` is a fault of the desk's: five times, then a person must know and use the radio
export const ACTS_MAX = 500; // a week of hard shifts without signal; past that the radio has long said it all

interface UnderWay {
  readonly saidAt: number;
}

export class OutboxFull extends Error {}

export class Outbox {
  #acts: Act[] = [];
  #underWay = new Map<string, UnderWay>();
  #failedAt = new Map<string, number>();
  #n = 0;

  constructor(kept: readonly Act[] = []) {
    this.#acts = [...kept].sort((a, b) => a.n - b.n);
    this.#n = this.#acts.at(-1)?.n ?? 0;
  }

  /** All acts not answered yet, oldest first. */
  get acts(): readonly Act[] {
    return this.#acts;
  }

  /** Takes an act in. Whoever does a next thing has meant the one before: nothing earlier is held back any more. */
  add(frame: ActFrame, made: { id: string; at: number; holdMs?: number }): Act {
    if (this.#acts.length >= ACTS_MAX) throw new OutboxFull(`${String(ACTS_MAX)} acts wait`);
    this.#acts = this.#acts.map((act) => ({ ...act, heldUntil: Math.min(act.heldUntil, made.at) }));
    this.#n += 1;
    const act: Act = {
      id: made.id,
      n: this.#n,
      frame: { ...frame, id: made.id },
      madeAt: made.at,
      heldUntil: made.at + (made.holdMs ?? 0),
      tries: 0,
    };
    this.#acts.push(act);
    return act;
  }

  /** Takes back an act that was not said yet. False: too late. */
  undo(id: string, now: number): boolean {
    const act = this.#acts.find((one) => one.id === id);
    if (act === undefined || !isHeld(act, now)) return false;
    this.#forget(id);
    return true;
  }

  /** The acts that can still be undone. */
  held(now: number): readonly Act[] {
    return this.#acts.filter((act) => isHeld(act, now));
  }

  /** What is to be said now, in this order; each is under way from then on. Says again what had no answer in time. */
  take(now: number): readonly Act[] {
    const said = this.#acts.filter((act) => act.frame.kind === 'mayday' && this.#isFree(act, now));
    const first = this.#acts.find((act) => act.frame.kind !== 'mayday');
    if (first !== undefined && !isHeld(first, now) && this.#isFree(first, now)) said.push(first);
    for (const { id } of said) {
      this.#underWay.set(id, { saidAt: now });
      this.#acts = this.#acts.map((act) => (act.id === id ? { ...act, tries: act.tries + 1 } : act));
    }
    return said;
  }

  /** When `take` may have something again; null when only an answer or a new act can change anything. */
  nextAt(): number | null {
    const first = this.#acts.find((act) => act.frame.kind !== 'mayday');
    const heads = this.#acts.filter((act) => act.frame.kind === 'mayday' || act === first);
    const times = heads.map(({ id, heldUntil, tries }) => {
      const way = this.#underWay.get(id);
      if (way !== undefined) return way.saidAt + ANSWER_MS;
      const failedAt = this.#failedAt.get(id);
      return failedAt === undefined ? heldUntil : failedAt + retryMs(tries);
    });
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Takes an answer. Returns what the person must be told, null when it is done, to come again, or not ours. */
  answer(id: string, answer: Answer, now: number): Refused | null {
    const act = this.#acts.find((one) => one.id === id);
    if (act === undefined) return null;
    this.#underWay.delete(id);
    if (answer.outcome === 'done') {
      this.#forget(id);
      return null;
    }
    const isFinal = answer.outcome === 'refused' || (answer.outcome === 'failed' && act.tries >= FAILED_MAX);
    if (isFinal) {
      this.#forget(id);
      return { act, code: answer.code ?? answer.outcome, detail: answer.detail ?? '' };
    }
    this.#failedAt.set(id, now);
    return null;
  }

  /** The connection is gone, and with it every answer that was under way. */
  lost(): void {
    this.#underWay.clear();
    this.#failedAt.clear();
  }

  /** The statuses pressed for an assignment and not yet taken by the desk, in order. */
  pressed(assignmentId: number): readonly string[] {
    return this.#acts.flatMap(({ frame }) => {
      if (!('assignment_id' in frame) || frame.assignment_id !== assignmentId) return [];
      if (frame.kind === 'status') return [frame.status];
      return [frame.kind === 'accept' ? 'acknowledged' : 'declined'];
    });
  }

  #isFree(act: Act, now: number): boolean {
    const way = this.#underWay.get(act.id);
    if (way !== undefined) return isOver(now - way.saidAt, ANSWER_MS);
    const failedAt = this.#failedAt.get(act.id);
    return failedAt === undefined || isOver(now - failedAt, retryMs(act.tries));
  }

  #forget(id: string): void {
    this.#acts = this.#acts.filter((act) => act.id !== id);
    this.#underWay.delete(id);
    this.#failedAt.delete(id);
  }
}

function retryMs(tries: number): number {
  return RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? RETRY_MS[0];
}

/** Whether that much time has passed; a clock that was set back measures nothing, and then nobody waits for it. */
function isOver(passedMs: number, waitMs: number): boolean {
  return passedMs < 0 || passedMs >= waitMs;
}

function isHeld(act: Act, now: number): boolean {
  return act.tries === 0 && act.heldUntil > act.madeAt && !isOver(now - act.madeAt, act.heldUntil - act.madeAt);
}
