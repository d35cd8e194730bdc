/**
 * One unit's phone: the picture it has, what its person did, what must still be told to either side.
 *
 * The rules are elsewhere (`stream`, `outbox`, `notices`, `track`); this puts them together and writes down what must
 * outlive the app. The picture is written down as well, so that a phone that restarts without signal still shows the
 * place it was driving to, and says how old that is.
 */
import { newId, Refusal, Unreachable, type Api } from '$shared/api';
import { BoardStore } from '$shared/board.svelte';
import type { Assignment, AssignmentStatus, Board, Incident, Unit } from '$shared/contract';
import { Connection, type Listener } from '$shared/socket';
import type { Answer, EventFrame, Phase, Positions, Stream } from '$shared/stream';
import { Kept } from './kept';
import { acknowledge, NOTHING, observe, owed, type Kept as Notices } from './notices';
import { Outbox, UNDO_MS, type Act, type ActFrame, type Refused } from './outbox';
import { Reports } from './reports.svelte';
import { furthest, isActive } from './steps';
import type { Passport } from './passport';
import type { Way } from './way';

const QUIET_MS = 40_000; // devices get a pulse every 15 s: two missed and some room
export const STALE_S = 25; // a pulse missed; a console is stricter because its pulses come every 5 s
const FINISHED_MAX = 50;
const RENEW_PAUSE_MS = 5_000; // between two tries to get a fresh token
const MAYDAY_ASIDE_MS = 3_000; // no answer on the stream by then: the same, under the same id, over HTTP as well

interface Picture {
  readonly board: Board;
  readonly heardAt: number;
}

export interface Told {
  readonly id: string;
  readonly refused: Refused | null; // null: an offer that ended before it was answered
}

export class Device implements Listener {
  readonly board = new BoardStore();
  readonly unitId: string;
  readonly reports: Reports;
  readonly api: Api;
  phase = $state<Phase>('connecting');
  degraded = $state.raw<Readonly<Record<string, string>>>({});
  /** Wall time, once a second. */
  now = $state(Date.now());
  /** When the desk behind this picture was last heard, wall time; null before the first picture. */
  heardAt = $state<number | null>(null);
  acts = $state.raw<readonly Act[]>([]);
  notices = $state.raw<Notices>(NOTHING);
  told = $state.raw<readonly Told[]>([]);
  way = $state.raw<Way | null>(null);
  /** False when the phone refuses to write: then what is not sent would not outlive the app. */
  isKeeping = $state(true);

  readonly #kept: Kept;
  readonly #connection: Connection;
  #outbox = new Outbox();
  #finished: readonly number[] = [];
  #answered = new Set<number>();
  #ageS = Infinity;
  #skewMs = -Infinity;
  #offerShown: number | null = null;
  #askedWay = '';
  #asides = new Set<string>();
  readonly #passport: Passport | null;
  #tokenTold = 0;
  #renewAfter = 0;

  private constructor(api: Api, unitId: string, kept: Kept, picture: Picture | null, passport: Passport | null) {
    this.api = api;
    this.#passport = passport;
    this.unitId = unitId;
    this.#kept = kept;
    this.reports = new Reports(api, unitId, kept);
    const since = picture === null ? {} : { since: picture.board.cursor };
    this.#connection = new Connection(api, this, {
      quietMs: QUIET_MS,
      ...since,
      ...(passport === null ? {} : { onexpired: () => passport.drop() }),
    });
    kept.onFault = () => (this.isKeeping = false);
    if (picture !== null) {
      this.board.replace(picture.board);
      this.heardAt = picture.heardAt;
    }
  }

  /** Take up what this phone kept for the unit, and connect. */
  static async open(api: Api, unitId: string, passport: Passport | null = null): Promise<Device> {
    const kept = await Kept.open(unitId);
    const device = new Device(api, unitId, kept, await kept.fact<Picture>('picture'), passport);
    device.#outbox = new Outbox(await kept.acts());
    device.acts = device.#outbox.acts;
    device.notices = (await kept.fact<Notices>('notices')) ?? NOTHING;
    device.way = await kept.fact<Way>('way');
    device.#finished = (await kept.fact<readonly number[]>('finished')) ?? [];
    await device.reports.restore();
    device.#connection.start();
    return device;
  }

  close(): void {
    this.#connection.stop();
    this.#kept.close();
  }

  /** Take everything of this unit off the phone. */
  async forget(): Promise<void> {
    this.close();
    await Kept.destroy(this.unitId);
  }

  // What the screen asks.

  get unit(): Unit | undefined {
    return this.board.one('units', this.unitId);
  }

  /** The assignment the unit is on or is offered. */
  get assignment(): Assignment | undefined {
    const held = this.board.one('assignments', this.unit?.assignment_id);
    return held !== undefined && isActive(held.status) ? held : undefined;
  }

  get incident(): Incident | undefined {
    return this.board.one('incidents', this.assignment?.incident_id);
  }

  /** The status as the person sees it: what the desk says, or what was pressed since. */
  get status(): string {
    const assignment = this.assignment;
    if (assignment === undefined) return '';
    const pressed = this.#pressed(assignment.id);
    return pressed.includes('declined') ? 'declined' : furthest(assignment.status, pressed);
  }

  get ageS(): number {
    return this.heardAt === null ? Infinity : Math.max(this.now - this.heardAt, 0) / 1000;
  }

  get isStale(): boolean {
    return this.ageS >= STALE_S;
  }

  /** Seconds until an instant of the desk's, by the desk's clock as far as this phone knows it. */
  secondsUntil(instant: string): number {
    const skewMs = Number.isFinite(this.#skewMs) ? this.#skewMs : 0;
    return (Date.parse(instant) - (this.now + skewMs)) / 1000;
  }

  get held(): readonly Act[] {
    return this.acts.length === 0 ? [] : this.#outbox.held(this.now);
  }

  #pressed(assignmentId: number): readonly string[] {
    return this.acts.length === 0 ? [] : this.#outbox.pressed(assignmentId);
  }

  // What the person does.

  /** Yes to an offer, or to a changed place: `seq` tells the desk which place was seen. Said at once. */
  accept(assignmentId: number, seq: number): void {
    this.#do({ kind: 'accept', assignment_id: assignmentId, seq, occurred_at: instant() });
  }

  decline(assignmentId: number, reason: string): void {
    this.#finish(assignmentId);
    this.#do({ kind: 'decline', assignment_id: assignmentId, reason });
  }

  /** A fact, held back for some seconds so that a wrong tap can be taken back. */
  report(assignmentId: number, status: AssignmentStatus): void {
    if (status === 'cleared') this.#finish(assignmentId);
    this.#do({ kind: 'status', status, assignment_id: assignmentId, occurred_at: instant() }, UNDO_MS);
  }

  mayday(): void {
    this.#do({ kind: 'mayday', occurred_at: instant() });
  }

  duty(onDuty: boolean): void {
    this.#do({ kind: 'duty', on_duty: onDuty });
  }

  undo(act: Act): boolean {
    const undone = this.#outbox.undo(act.id, Date.now());
    if (undone && act.frame.kind === 'status' && act.frame.status === 'cleared') {
      this.#finished = this.#finished.filter((id) => id !== assignmentOf(act.frame));
      void this.#kept.keepFact('finished', this.#finished);
    }
    this.#write();
    return undone;
  }

  acknowledge(seq: number): void {
    this.#notice(acknowledge(this.notices, seq));
  }

  dismiss(id: string): void {
    this.told = this.told.filter((one) => one.id !== id);
  }

  // What comes over the stream.

  replace(board: Board): void {
    this.board.replace(board);
    this.#looked();
  }

  apply(frame: EventFrame): void {
    // A frame is at most late, so the largest difference is the nearest to the truth.
    if (this.phase === 'live') this.#skewMs = Math.max(this.#skewMs, Date.parse(frame.at) - Date.now());
    this.board.apply(frame);
    this.#looked();
  }

  move(frame: Positions): void {
    this.board.move(frame);
  }

  answer(frame: Answer): void {
    if (frame.id !== null) this.#answer(frame.id, frame);
  }

  changed(stream: Stream, now: number): void {
    this.now = Date.now();
    const ageS = stream.ageS(now);
    // Only a pulse makes the age smaller. The time is the wall's, for the stream's clock may stand still in a sleep.
    if (ageS < this.#ageS) this.#hear(this.now - ageS * 1000);
    this.#ageS = ageS;
    if (stream.phase !== this.phase) {
      this.phase = stream.phase;
      if (stream.phase === 'live') this.#keepPicture();
      if (stream.phase === 'catching_up') this.#tokenTold = this.#passport?.serial ?? 0;
      if (stream.phase === 'waiting') {
        this.#outbox.lost();
        this.#answered.clear();
      }
    }
    this.degraded = stream.degraded;
    this.#post();
    if (stream.phase === 'live') void this.#renew();
    if (stream.phase === 'live') void this.reports.tell();
    void this.#askWay();
  }

  /** Go on under a fresh token, ahead of need, on the socket that is open. */
  async #renew(): Promise<void> {
    const passport = this.#passport;
    if (passport === null || Date.now() < this.#renewAfter) return;
    if (!passport.isDue() && passport.serial === this.#tokenTold) return;
    this.#renewAfter = Date.now() + RENEW_PAUSE_MS;
    try {
      const token = await passport.token();
      if (passport.serial === this.#tokenTold) return;
      if (this.#connection.say({ kind: 'renew', id: newId(), token })) this.#tokenTold = passport.serial;
    } catch (error) {
      // Without it the socket ends with its token; whoever connects then hears why.
      if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
    }
  }

  #hear(at: number): void {
    this.heardAt = at;
    this.#keepPicture();
  }

  /** After any change of the rows: answer what must be heard, take down what the person must see. */
  #looked(): void {
    const rows = [...this.board.all('assignments').values()];
    for (const seq of owed(rows, this.unitId)) {
      if (!this.#answered.has(seq) && this.#connection.say({ kind: 'received', seq })) this.#answered.add(seq);
    }
    this.#notice(observe(this.notices, rows, this.unitId, new Set(this.#finished)));
    const offered = rows.find((row) => row.unit_id === this.unitId && row.status === 'offered')?.id ?? null;
    const before = this.#offerShown;
    const isOver =
      before !== null && before !== offered && this.board.all('assignments').get(before)?.status !== 'acknowledged';
    if (
      before !== null &&
      isOver &&
      !this.#finished.includes(before) &&
      this.#pressed(before).length === 0 &&
      !this.#isTaken(before)
    ) {
      this.told = [...this.told, { id: `offer ${before}`, refused: null }];
    }
    this.#offerShown = offered;
    this.#keepPicture();
  }

  /** Whether an offer went on in this unit's hands, or ended in a notice of its own. */
  #isTaken(id: number): boolean {
    const row = this.board.all('assignments').get(id);
    return (row !== undefined && isActive(row.status)) || this.notices.open.some((one) => one.assignmentId === id);
  }

  #notice(notices: Notices): void {
    if (JSON.stringify(notices) === JSON.stringify(this.notices)) return;
    this.notices = notices;
    void this.#kept.keepFact('notices', notices);
  }

  #keepPicture(): void {
    const cursor = this.#connection.stream.cursor;
    if (cursor === null || this.heardAt === null) return;
    const rows = this.board.dump() as unknown as Board['rows'];
    const board: Board = { cursor, seq: this.#connection.stream.seq, at: instant(), rows };
    void this.#kept.keepFact('picture', { board, heardAt: this.heardAt } satisfies Picture);
  }

  // The outbox and the wire.

  #do(frame: ActFrame, holdMs = 0): void {
    this.#outbox.add(frame, { id: newId(), at: Date.now(), holdMs });
    this.#write();
    this.#post();
  }

  #finish(assignmentId: number): void {
    this.#finished = [...this.#finished, assignmentId].slice(-FINISHED_MAX);
    void this.#kept.keepFact('finished', this.#finished);
  }

  #post(): void {
    if (this.phase === 'live') {
      const said = this.#outbox.take(Date.now());
      for (const act of said) if (!this.#connection.say(act.frame)) this.#outbox.lost();
      if (said.length > 0) this.#write();
    }
    for (const act of this.acts) if (act.frame.kind === 'mayday') void this.#sayAside(act);
  }

  #answer(id: string, answer: { outcome: string; code?: string; detail?: string }): void {
    const refused = this.#outbox.answer(id, answer, Date.now());
    if (refused !== null) this.told = [...this.told, { id, refused }];
    this.#write();
    this.#post();
  }

  #write(): void {
    this.acts = this.#outbox.acts;
    void this.#kept.keepActs(this.acts);
  }

  /** A call for help goes both ways at once if the stream is silent; the id makes it one. */
  async #sayAside(act: Act): Promise<void> {
    if (act.frame.kind !== 'mayday' || this.#asides.has(act.id)) return;
    if (this.phase === 'live' && Date.now() - act.madeAt < MAYDAY_ASIDE_MS) return;
    this.#asides.add(act.id);
    try {
      const body = { occurred_at: act.frame.occurred_at ?? null };
      await this.api.call('POST /v1/units/{unit_id}/mayday', { params: { unit_id: this.unitId }, body, id: act.id });
      this.#answer(act.id, { outcome: 'done' });
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
    } finally {
      setTimeout(() => this.#asides.delete(act.id), MAYDAY_ASIDE_MS);
    }
  }

  /** Ask the desk for the way and the access notes, once for each place; kept for when there is no signal. */
  async #askWay(): Promise<void> {
    const assignment = this.assignment;
    const place = this.incident?.place;
    if (assignment === undefined || !place || this.phase !== 'live') return;
    const placeKey = `${assignment.id} ${place.sign_id ?? ''} ${place.point.lat} ${place.point.lon}`;
    if (this.way?.placeKey === placeKey || this.#askedWay === placeKey) return;
    this.#askedWay = placeKey;
    try {
      const task = await this.api.call('GET /v1/units/{unit_id}/task', { params: { unit_id: this.unitId } });
      if (task.assignment?.id !== assignment.id) return;
      this.way = { assignmentId: assignment.id, placeKey, task };
      void this.#kept.keepFact('way', this.way);
    } catch (error) {
      if (!(error instanceof Unreachable || error instanceof Refusal)) throw error;
    } finally {
      setTimeout(() => (this.#askedWay = ''), MAYDAY_ASIDE_MS);
    }
  }
}

function instant(): string {
  return new Date().toISOString();
}

function assignmentOf(frame: ActFrame): number | null {
  return 'assignment_id' in frame ? (frame.assignment_id ?? null) : null;
}
