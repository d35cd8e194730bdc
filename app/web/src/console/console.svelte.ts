/** One console: who is signed in, the picture, what is selected, and the one way to ask the desk for something. */
import { createContext } from 'svelte';
import { Refusal, Unreachable } from '$shared/api';
import { BoardStore } from '$shared/board.svelte';
import type { Incident, Unit, Unrecorded } from '$shared/contract';
import { t, words, type Key, type Values } from '$shared/i18n/i18n.svelte';
import type { Selection } from '$map/selection';
import { Kept } from '$shared/kept.svelte';
import { Seat } from '$shared/seat.svelte';
import { Connection } from '$shared/socket';
import type { Stream, UnrecordedFrame } from '$shared/stream';
import { theme } from '$shared/theme.svelte';
import { fold, type AlarmLine } from './alarmlines';
import { Bell } from './bell.svelte';
import { DARK, lampState, type Lamp } from './lamp';
import { emptyDraft } from './newcall';
import { grouped } from './order';
import { inWords } from './refusals';
import type { Binding } from './towerlines';
import { EMPTY, ringsFor, told } from './unrecorded';
import { exposures } from './weather';
import { viewOf, Windows, type Said, type View } from './windows';

export type Panel = 'incident' | 'map' | 'units' | 'towers' | 'partners' | 'devices';
export type Dialog = 'none' | 'new_call' | 'new_alert' | 'help';

/** What became of something asked. `id` rises, so that the same words twice are still news. */
export interface Notice {
  id: number;
  text: string;
  isRefusal: boolean;
}

const WEATHER_MS = 30_000; // the service itself asks once a minute
const LOST_AFTER_S = 4; // a short break repairs itself; a longer one rings

export class Console {
  readonly session = new Seat();
  readonly board = new BoardStore();
  readonly bell: Bell;
  readonly windows: Windows;
  readonly view: View = viewOf(location.pathname);
  /** The weather warnings with their areas: for the map and the marks on the board. */
  readonly weather = new Kept((signal) => this.session.api.call('GET /v1/hazards', { signal }), () => this.now, WEATHER_MS);
  readonly exposures = $derived(exposures(this.weather.value?.features ?? []));
  lamp = $state.raw<Lamp>(DARK);
  /** The desk's time, in ms, once a second. */
  now = $state(Date.now());
  selected = $state<number | null>(null);
  selectedUnit = $state<string | null>(null);
  /** What the map rings: the last thing chosen anywhere, of any kind. */
  mark = $state.raw<Selection | null>(null);
  /** Where the caller of the incident looked at was by the phone, once somebody opened that. */
  device = $state.raw<{ lat: number; lon: number; radius_m: number } | null>(null);
  /** The map, until an incident is chosen: it says at a glance what this is. */
  panel = $state<Panel>('map');
  isMapKept = $state(false);
  /** The device being bound to a tower on the towers' page. */
  binding = $state.raw<Binding | null>(null);
  dialog = $state<Dialog>('none');
  /** The call being taken down. Esc hides it and loses nothing: it is there again with the next N. */
  draft = $state(emptyDraft());
  /** Distress on disk that has no number yet. */
  unrecorded = $state.raw(EMPTY);
  notice = $state.raw<Notice | null>(null);
  hasPicture = $state(false);
  readonly groups = $derived.by(() => grouped(this.board.all('incidents').values()));
  readonly alarmLines = $derived.by(() => fold(this.bell.ringing, this.bell.news));
  readonly lampState = $derived(lampState(this.lamp));
  #connection: Connection | null = null;
  #clockAheadMs = 0;
  readonly #rungFor = new Map<string, Unrecorded>();
  #lostSince: number | null = null;
  #ticker: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.windows = new Windows((heard) => this.#hear(heard));
    this.bell = new Bell(this.board, this.windows);
    if (this.view.name === 'incident') this.selected = this.view.id;
  }

  async start(): Promise<void> {
    this.#ticker = setInterval(() => this.#tick(), 1000);
    this.session.onended = () => this.#close();
    // Whoever follows a link or comes back from the agency's provider is nobody yet.
    if (this.view.name === 'welcome' || this.view.name === 'signed-in' || this.view.name === 'agency') return;
    await this.session.restore();
    this.connect();
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.session.stop();
    this.weather.stop();
    this.#connection?.stop();
    this.bell.stop();
    this.windows.close();
  }

  /** Open the stream of somebody who works the board; others, and windows without it, need none. */
  connect(): void {
    if (this.session.me?.role === 'auditor') return; // sees the audit trail, and no board
    this.#connection?.stop();
    if (!this.session.isOfDesk || this.view.name === 'account') return;
    this.#connection = new Connection(this.session.api, {
      replace: (board) => {
        this.board.replace(board);
        this.hasPicture = true;
        void this.#placeUnits();
      },
      apply: (frame) => this.board.apply(frame),
      move: (frame) => {
        this.#clockAheadMs = Date.parse(frame.at) - Date.now();
        this.board.move(frame);
      },
      unrecorded: (frame) => this.#hearUnrecorded(frame),
      changed: (stream, now) => this.#readLamp(stream, now),
    });
    this.#connection.start();
    this.weather.keep();
  }

  signOut(): void {
    this.#close();
    this.session.signOut();
  }

  get incident(): Incident | undefined {
    return this.board.one('incidents', this.selected);
  }

  /** Choose an incident everywhere; show it in this panel. */
  select(id: number | null, panel: Panel = 'incident'): void {
    this.selected = id;
    this.mark = id === null ? null : { kind: 'incident', id };
    if (id !== null) this.panel = panel;
    this.windows.tell({ say: 'incident', id });
  }

  /** Move over the board: who has called for the map keeps it, and sees there what is chosen. */
  follow(id: number): void {
    this.select(id, this.isMapKept ? 'map' : 'incident');
  }

  show(panel: Panel): void {
    this.panel = panel;
    this.isMapKept = panel === 'map';
  }

  /** Whether the service lets this person set up what is then left alone: docs/access.md. */
  get maySetUp(): boolean {
    const me = this.session.me;
    return me?.role === 'supervisor' || (me?.role === 'dispatcher' && me.sectors.length === 0);
  }

  /** Begin to bind a device to a tower, for the incident it rang for. */
  bind(deviceId: string, incidentId: number | null = null): void {
    this.binding = { deviceId, incidentId };
    this.show('towers');
  }

  selectUnit(id: string | null): void {
    this.selectedUnit = id;
    this.mark = id === null ? null : { kind: 'unit', id };
    this.windows.tell({ say: 'unit', id });
  }

  toggleTheme(): void {
    theme.toggle();
    this.windows.tell({ say: 'theme', name: theme.name });
  }

  say(key: Key, values?: Values): void {
    this.#notify(t(key, values), false);
  }

  sayWords(text: string): void {
    this.#notify(text, false);
  }

  refuse(key: Key, values?: Values): void {
    this.#notify(t(key, values), true);
  }

  refuseWords(text: string): void {
    this.#notify(text, true);
  }

  /** Take on what a line of the alarm list stands for, here and, for the desk's alarms, for everybody. */
  async acknowledge(line: AlarmLine): Promise<void> {
    if (line.newsKeys.length > 0) this.bell.acknowledge(line.newsKeys);
    const asked = line.alarmIds.map((id) =>
      this.ask(this.session.api.call('POST /v1/alarms/{alarm_id}/acknowledge', { params: { alarm_id: id } }), 'alarms.acknowledged'),
    );
    await Promise.all(asked);
  }

  /** Take on the most urgent line; false where there is none. */
  acknowledgeTop(): boolean {
    const top = this.alarmLines[0];
    if (top !== undefined) void this.acknowledge(top);
    return top !== undefined;
  }

  /** Ask the desk; say in words what became of it. Returns the answer, or null where it was refused. */
  async ask<T>(asked: Promise<T>, doneKey: Key, values?: Values): Promise<T | null> {
    try {
      const answer = await asked;
      this.say(doneKey, values);
      return answer;
    } catch (error) {
      this.#notify(inWords(error), true);
      return null;
    }
  }

  unitsOf(incident: Incident): Unit[] {
    const units: Unit[] = [];
    for (const id of incident.assignments) {
      const assignment = this.board.one('assignments', id);
      if (assignment === undefined || assignment.ended_at !== null || assignment.cleared_at !== null) continue;
      const unit = this.board.one('units', assignment.unit_id);
      if (unit?.assignment_id === id) units.push(unit);
    }
    return units;
  }

  /** Nobody is signed in any more: what this console knew goes with them. */
  #close(): void {
    this.weather.stop();
    this.#connection?.stop();
    this.#connection = null;
    this.board.clear();
    this.draft = emptyDraft();
    this.device = null;
    this.hasPicture = false;
  }

  #notify(text: string, isRefusal: boolean): void {
    this.notice = { id: (this.notice?.id ?? 0) + 1, text, isRefusal };
  }

  /** What rang before the connection was lost does not ring again when it is told anew. */
  #hearUnrecorded(frame: UnrecordedFrame | null): void {
    if (frame === null) {
      this.unrecorded = EMPTY;
      return;
    }
    const sound = ringsFor({ lines: this.#rungFor, waiting: 0 }, frame);
    for (const report of frame.reports) this.#rungFor.set(report.id, report);
    for (const id of frame.recorded) this.#rungFor.delete(id);
    this.unrecorded = told(this.unrecorded, frame);
    if (sound !== null) this.bell.ringNow(sound);
  }

  #readLamp(stream: Stream, now: number): void {
    this.lamp = {
      phase: stream.phase,
      ageS: stream.ageS(now),
      isStale: stream.isStale(now),
      seq: stream.seq,
      lateLoops: stream.lateLoops,
      degraded: stream.degraded,
      floods: stream.floods,
    };
    if (stream.phase === 'refused') void this.session.look();
    this.bell.tick(Date.now());
  }

  #tick(): void {
    this.now = Date.now() + this.#clockAheadMs;
    const isWell = this.lampState === 'live' || this.lampState === 'catching_up' || this.session.me === null;
    if (isWell) this.#lostSince = null;
    else this.#lostSince ??= this.now;
    this.bell.isUnrecorded = [...this.unrecorded.lines.values()].some((line) => line.kind === 'real');
    this.bell.connection(this.#lostSince !== null && (this.now - this.#lostSince) / 1000 >= LOST_AFTER_S, this.now);
    this.bell.tick(Date.now());
  }

  async #placeUnits(): Promise<void> {
    try {
      const units = await this.session.api.call('GET /v1/units');
      this.board.place(units.flatMap((unit) => (unit.position ? [unit.position] : [])));
    } catch (error) {
      if (!(error instanceof Refusal || error instanceof Unreachable)) throw error;
      // Positions come by the stream as units move; the next snapshot asks again.
    }
  }

  #hear(heard: Said): void {
    switch (heard.say) {
      case 'incident':
        if (this.view.name === 'incident') break; // this window is about one incident, whatever the others look at
        this.selected = heard.id;
        this.mark = heard.id === null ? null : { kind: 'incident', id: heard.id };
        // A map nobody called for makes room, as it does for a choice made here.
        if (heard.id !== null && this.panel === 'map' && !this.isMapKept) this.panel = 'incident';
        break;
      case 'unit':
        this.selectedUnit = heard.id;
        if (heard.id !== null) this.mark = { kind: 'unit', id: heard.id };
        break;
      case 'seen':
        this.bell.seen(heard.keys);
        break;
      case 'theme':
        theme.use(heard.name);
        break;
      case 'language':
        if (heard.name === 'en' || heard.name === 'es' || heard.name === 'pt') words.use(heard.name);
        break;
    }
  }
}

export const [useConsole, provideConsole] = createContext<Console>();
