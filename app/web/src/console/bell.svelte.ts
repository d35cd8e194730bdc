/** The bell of this console: rings what is new, again while nobody has acknowledged it, and keeps the list of it. */
import type { BoardStore } from '$shared/board.svelte';
import type { Alarm } from '$shared/contract';
import { Sounds, type Sound } from '$shared/sound';
import type { EventFrame } from '$shared/stream';
import { SvelteSet } from 'svelte/reactivity';
import { byUrgency, isLoud, isRinging, newsOf, NEWS_MAX, REPEAT_S, ringKey, soundOf, type News } from './bell';
import type { Windows } from './windows';

const SLOT = 'auxilio.volume';
const LOCK = 'auxilio.bell';
const GAP_MS = 1800; // the longest sound; two at once are none

export class Bell {
  isArmed = $state(false);
  /** 0 to 1; 0 is mute, which the highest priority does not heed. */
  volume = $state(0.6);
  news = $state.raw<readonly News[]>([]);
  /** News beyond the bound, by number only: they are counted, never dropped in silence. */
  uncounted = $state(0);
  isConnectionLost = $state(false);
  isUnrecorded = false;
  readonly #board: BoardStore;
  readonly #windows: Windows;
  readonly #sounds = new Sounds();
  readonly #rung = new Set<string>();
  readonly #flashing = new SvelteSet<number>();
  #holdsLock = false;
  #waiting: { sound: Sound; loud: boolean }[] = [];
  #freeAt = 0;
  #repeatAt = 0;
  #isFirstPicture = true;
  readonly #stopListening: () => void;

  /** Alarms of the desk that ring, most urgent first. */
  readonly ringing = $derived.by(() => [...this.#board.all('alarms').values()].filter(isRinging).sort(byUrgency));
  /** Those somebody has taken on and whose cause has not gone. */
  readonly takenOn = $derived.by(() =>
    [...this.#board.all('alarms').values()].filter((alarm) => alarm.cleared_at === null && !isRinging(alarm)).sort(byUrgency),
  );

  constructor(board: BoardStore, windows: Windows) {
    this.#board = board;
    this.#windows = windows;
    this.volume = Number(localStorage.getItem(SLOT) ?? '0.6');
    this.#stopListening = board.listen((frame) => this.#hear(frame));
  }

  stop(): void {
    this.#stopListening();
  }

  async arm(): Promise<void> {
    // A modifier or Esc is no touch to a browser; asking then only fills its log.
    if (!navigator.userActivation.hasBeenActive) return;
    this.isArmed = await this.#sounds.arm();
    if (!this.isArmed || this.#holdsLock) return;
    // One window of a machine rings, whichever armed first; where there are no locks, each does.
    if (!('locks' in navigator)) this.#holdsLock = true;
    else
      void navigator.locks.request(LOCK, () => {
        this.#holdsLock = true;
        return new Promise<void>(() => undefined);
      });
  }

  async test(): Promise<void> {
    await this.arm();
    this.#sounds.volume = Math.max(this.volume, 0.2);
    this.#sounds.play('test');
  }

  setVolume(volume: number): void {
    this.volume = volume;
    localStorage.setItem(SLOT, String(volume));
  }

  /** Ring for what has no number yet, at once and whatever the volume. */
  ringNow(sound: Sound): void {
    this.#ring(sound, true);
    this.#playNext(Date.now());
  }

  /** Take news on, here and in this console's other windows. */
  acknowledge(keys: string[]): void {
    this.seen(keys);
    this.#windows.tell({ say: 'seen', keys });
  }

  seen(keys: string[]): void {
    const gone = new Set(keys);
    for (const one of this.news) if (gone.has(one.key) && one.incidentId !== null) this.#flashing.delete(one.incidentId);
    this.news = this.news.filter((one) => !gone.has(one.key));
    if (this.news.length === 0) this.uncounted = 0;
  }

  /** Whether a row still says that it is new. */
  isNew(incidentId: number): boolean {
    return this.#flashing.has(incidentId);
  }

  connection(isLost: boolean, now: number): void {
    if (isLost === this.isConnectionLost) return;
    this.isConnectionLost = isLost;
    if (isLost) this.#add({ key: `connection ${now}`, kind: 'connection_lost', at: new Date(now).toISOString(), incidentId: null, priority: 10 });
  }

  /** Ring what is new and, while anything waits, again every few seconds. */
  tick(now: number): void {
    this.isArmed = this.#sounds.isArmed;
    for (const alarm of this.ringing) this.#ringOnce(alarm);
    if (this.#board.version('incidents') > 0) this.#isFirstPicture = false;
    this.#forget();
    this.#repeat(now);
    this.#playNext(now);
  }

  #hear(frame: EventFrame): void {
    const news = newsOf(frame);
    if (news !== null) this.#add(news);
    // At once, and not at the next tick: a browser slows the timers of a window that is out of sight, to one a minute.
    for (const alarm of frame.after.alarms ?? []) if (isRinging(alarm)) this.#ringOnce(alarm);
    this.#playNext(Date.now());
  }

  #ringOnce(alarm: Alarm): void {
    const key = ringKey(alarm);
    if (this.#rung.has(key)) return;
    this.#rung.add(key);
    if (this.#isFirstPicture && alarm.kind !== 'mayday') return; // what rang before this window opened: the top one is repeated
    this.#ring(soundOf(alarm.kind), isLoud(alarm.kind, this.#priorityOf(alarm.incident_id)));
  }

  #add(news: News): void {
    if (this.news.length >= NEWS_MAX) this.uncounted += 1;
    else this.news = [...this.news, news];
    if (news.incidentId !== null) this.#flashing.add(news.incidentId);
    this.#ring(soundOf(news.kind), isLoud(news.kind, news.priority));
  }

  /** Called with every frame and pulse, so that repeats do not rest on timers alone. */
  #repeat(now: number): void {
    if (now < this.#repeatAt) return;
    this.#repeatAt = now + REPEAT_S * 1000;
    const top = this.ringing[0];
    const loud = this.news.find((one) => isLoud(one.kind, one.priority));
    if (top !== undefined) this.#ring(soundOf(top.kind), isLoud(top.kind, this.#priorityOf(top.incident_id)));
    else if (loud !== undefined) this.#ring(soundOf(loud.kind), true);
    if (this.isUnrecorded) this.#ring('unrecorded', true); // nobody can take it on: it rings until it is recorded
  }

  #ring(sound: Sound, loud: boolean): void {
    if (this.#waiting.some((one) => one.sound === sound && one.loud === loud)) return;
    if (sound === 'mayday') this.#waiting.unshift({ sound, loud });
    else this.#waiting.push({ sound, loud });
  }

  #playNext(now: number): void {
    if (now < this.#freeAt) return;
    const next = this.#waiting.shift();
    if (next === undefined || !this.#holdsLock) return;
    this.#sounds.volume = this.volume;
    if (this.#sounds.play(next.sound, next.loud)) this.#freeAt = now + GAP_MS;
  }

  #forget(): void {
    if (this.#rung.size < 4 * NEWS_MAX) return;
    const open = new Set(this.ringing.map(ringKey));
    for (const key of this.#rung) if (!open.has(key)) this.#rung.delete(key);
  }

  #priorityOf(incidentId: number | null): number {
    return this.#board.one('incidents', incidentId)?.priority ?? 0;
  }
}
