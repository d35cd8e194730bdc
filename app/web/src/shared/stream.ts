/**
 * The stream's conversation without a socket, a clock or a random number: feed it what happened, do what it says.
 *
 * Catch first, then read the past: after `resync` the socket goes on being read while the snapshot is fetched, so the
 * frames that come meanwhile are kept and those the snapshot already holds are skipped.
 */
import { backoffMs } from './backoff';
import type { Board, ClientFrame, ServerFrame } from './contract';

export type Phase = 'connecting' | 'catching_up' | 'live' | 'waiting' | 'refused';
export type EventFrame = Extract<ServerFrame, { after: unknown }>;
export type Positions = Extract<ServerFrame, { kind: 'positions' }>;
export type Answer = Extract<ServerFrame, { kind: 'answer' }>;
export type UnrecordedFrame = Extract<ServerFrame, { kind: 'unrecorded' }>;
export type Pulse = Extract<ServerFrame, { kind: 'pulse' }>;

export const STALE_S = 10; // the design's promise: a console says within 10 s that its picture is old
export const QUIET_MS = 20_000; // four pulses of a console missed: the socket is dead, whatever it says
const SETTLED_MS = 900;
const AGAIN_MS = 400; // a process that is behind catches up in a heartbeat or two of the relay
export const CONNECT_MS = 20_000; // a handshake that takes longer has met a network that swallows packets
export const KEPT_FRAMES_MAX = 20_000; // as many events as a process keeps; beyond it the snapshot is fetched again

export const CLOSE_UNKNOWN_KEY = 4401;
export const CLOSE_FOREIGN_PAGE = 4403;
export const CLOSE_NOT_OURS = 4400;

/** What the shell must do, in order. */
export type Effect =
  | { do: 'open' }
  | { do: 'close' }
  | { do: 'send'; frame: ClientFrame }
  | { do: 'fetch'; url: string; afterMs: number }
  | { do: 'retry'; afterMs: number }
  | { do: 'replace'; board: Board }
  | { do: 'apply'; frame: EventFrame }
  | { do: 'move'; frame: Positions }
  | { do: 'unrecorded'; frame: UnrecordedFrame }
  | { do: 'forget_unrecorded' }
  | { do: 'answer'; frame: Answer };

/** What happened, at `now` ms of a clock that never goes back and does not stand still while the machine sleeps. */
export type Happened =
  | { what: 'start' }
  | { what: 'opened' }
  | { what: 'frame'; frame: ServerFrame }
  | { what: 'closed'; code: number }
  | { what: 'failed'; refused: boolean }
  | { what: 'fetched'; board: Board }
  | { what: 'fetch_failed'; refused: boolean }
  | { what: 'tick' }
  | { what: 'woken' }
  | { what: 'stop' };

export interface StreamOptions {
  topics?: string[];
  /** A cursor to go on from; only with the rows that belong to it. */
  since?: string;
  /** The longest silence the server promises: 5 s to consoles, 15 s to devices. */
  quietMs?: number;
}

export class Stream {
  phase: Phase = 'waiting';
  /** `<ledger id>.<seq>` of the picture held; null before the first snapshot. */
  cursor: string | null;
  attempt = 0;
  lateLoops: string[] = [];
  degraded: Record<string, string> = {};
  /** PSAPs whose calls flood in, with the calls of the last minute. */
  floods: Record<string, number> = {};
  readonly topics: string[] | undefined;
  readonly #quietMs: number;
  #connectingSince = 0;
  #heardAt = -Infinity;
  #pulseAgeS = 0;
  #pulseAt: number | null = null;
  #kept: EventFrame[] = [];
  #resyncUrl: string | null = null;
  #resyncCursor = '';
  #catchUpTo: number | null = null;

  constructor(options: StreamOptions = {}) {
    this.topics = options.topics;
    this.cursor = options.since ?? null;
    this.#quietMs = options.quietMs ?? QUIET_MS;
  }

  /** Seconds since the desk behind this picture was last heard, at `now`; before the first pulse, since the start. */
  ageS(now: number): number {
    return this.#pulseAt === null ? 0 : this.#pulseAgeS + Math.max(now - this.#pulseAt, 0) / 1000;
  }

  /** Whether the picture must be shown as old. */
  isStale(now: number): boolean {
    return this.ageS(now) >= STALE_S;
  }

  get seq(): number {
    return this.cursor === null ? 0 : seqOf(this.cursor);
  }

  feed(happened: Happened, now: number, random: number): Effect[] {
    switch (happened.what) {
      case 'start':
        this.#pulseAt = now;
        return this.#connect(now);
      case 'opened':
        this.#heardAt = now;
        this.phase = 'catching_up';
        this.#catchUpTo = null;
        // Whoever answers now tells all that is unrecorded, so what was told before is forgotten here.
        return [{ do: 'send', frame: this.#hello() }, { do: 'forget_unrecorded' }];
      case 'frame':
        return this.#frame(happened.frame, now);
      case 'closed':
        return this.#lost(isRefusal(happened.code), random);
      case 'failed':
      case 'fetch_failed':
        return [...(happened.what === 'fetch_failed' ? [{ do: 'close' } as const] : []), ...this.#lost(happened.refused, random)];
      case 'fetched':
        return this.#fetched(happened.board);
      case 'tick':
        return this.#tick(now, random);
      case 'woken':
        // The network is said to be back, or the lid is open again: do not sit out the wait.
        return this.phase === 'waiting' ? this.#connect(now) : [];
      case 'stop':
        this.phase = 'waiting';
        this.#forgetResync();
        return [{ do: 'close' }];
    }
  }

  #hello(): ClientFrame {
    // A cursor that is none asks for the snapshot by `resync`; without it we would hear only what happens from now on.
    const since = this.cursor ?? 'none';
    return { kind: 'hello', since, ...(this.topics ? { topics: this.topics } : {}) };
  }

  #frame(frame: ServerFrame, now: number): Effect[] {
    this.#heardAt = now;
    switch (frame.kind) {
      case 'welcome':
        this.#catchUpTo = seqOf(frame.cursor);
        this.#caughtUpTo(this.seq);
        return [];
      case 'resync':
        this.#resyncUrl = frame.url;
        this.#resyncCursor = frame.cursor;
        this.#kept = [];
        return [{ do: 'fetch', url: frame.url, afterMs: 0 }];
      case 'pulse':
        this.#pulseAgeS = frame.age_s;
        this.#pulseAt = now;
        this.lateLoops = frame.late_loops ?? [];
        this.degraded = frame.degraded ?? {};
        this.floods = frame.floods ?? {};
        this.#caughtUpTo(frame.seq);
        return [];
      case 'positions':
        return this.#resyncUrl === null ? [{ do: 'move', frame }] : [];
      case 'unrecorded':
        return [{ do: 'unrecorded', frame }];
      case 'answer':
        return [{ do: 'answer', frame }];
      default:
        return this.#event(frame);
    }
  }

  #event(frame: EventFrame): Effect[] {
    if (this.#resyncUrl !== null) {
      this.#kept.push(frame);
      if (this.#kept.length > KEPT_FRAMES_MAX) this.#kept = this.#kept.slice(-KEPT_FRAMES_MAX);
      return [];
    }
    if (this.cursor === null || frame.seq <= this.seq) return [];
    this.#moveTo(frame.seq);
    this.#caughtUpTo(frame.seq);
    return [{ do: 'apply', frame }];
  }

  #fetched(board: Board): Effect[] {
    if (this.#resyncUrl === null) return [];
    const first = this.#kept[0];
    const isBehind = board.seq < seqOf(this.#resyncCursor) || ledgerOf(board.cursor) !== ledgerOf(this.#resyncCursor);
    const hasHole = this.#kept.length >= KEPT_FRAMES_MAX && first !== undefined && first.seq > board.seq + 1;
    // Another process answered that is still catching up, or still shows a history that a failover has lost, or more
    // came than is kept: ask again.
    if (isBehind || hasHole) return [{ do: 'fetch', url: this.#resyncUrl, afterMs: AGAIN_MS }];
    const later = this.#kept.filter((frame) => frame.seq > board.seq);
    this.#forgetResync();
    this.cursor = board.cursor;
    this.#catchUpTo = board.seq;
    const effects: Effect[] = [{ do: 'replace', board }];
    for (const frame of later) {
      this.#moveTo(frame.seq);
      effects.push({ do: 'apply', frame });
    }
    this.#caughtUpTo(this.seq);
    return effects;
  }

  /** We have all we may see up to `seq`. Events that are not ours leave holes, so the cursor alone cannot tell. */
  #caughtUpTo(seq: number): void {
    if (this.phase !== 'catching_up' || this.#resyncUrl !== null || this.cursor === null) return;
    if (this.#catchUpTo === null || seq < this.#catchUpTo) return;
    this.phase = 'live';
    this.attempt = 0;
  }

  #lost(refused: boolean, random: number): Effect[] {
    this.#forgetResync();
    if (refused) {
      this.phase = 'refused';
      return [];
    }
    if (this.phase === 'waiting' || this.phase === 'refused') return [];
    this.phase = 'waiting';
    const afterMs = backoffMs(this.attempt, random);
    this.attempt += 1;
    return [{ do: 'retry', afterMs }];
  }

  #connect(now: number): Effect[] {
    this.phase = 'connecting';
    this.#connectingSince = now;
    return [{ do: 'open' }];
  }

  #tick(now: number, random: number): Effect[] {
    if (this.phase === 'connecting' && now - this.#connectingSince >= CONNECT_MS) return [{ do: 'close' }, ...this.#lost(false, random)];
    const isOpen = this.phase === 'live' || this.phase === 'catching_up';
    if (!isOpen) return [];
    if (now - this.#heardAt < this.#quietMs) {
      // The past follows `welcome` in one burst; a second later nothing of it is left to come.
      if (this.#catchUpTo !== null && now - this.#heardAt >= SETTLED_MS) this.#caughtUpTo(this.#catchUpTo);
      return [];
    }
    return [{ do: 'close' }, ...this.#lost(false, random)];
  }

  #moveTo(seq: number): void {
    this.cursor = `${ledgerOf(this.cursor ?? '')}.${seq}`;
  }

  #forgetResync(): void {
    this.#resyncUrl = null;
    this.#kept = [];
  }
}

export function seqOf(cursor: string): number {
  const seq = Number(cursor.slice(cursor.lastIndexOf('.') + 1));
  return Number.isSafeInteger(seq) ? seq : 0;
}

function ledgerOf(cursor: string): string {
  return cursor.slice(0, cursor.lastIndexOf('.'));
}

function isRefusal(code: number): boolean {
  return code === CLOSE_UNKNOWN_KEY || code === CLOSE_FOREIGN_PAGE || code === CLOSE_NOT_OURS;
}
