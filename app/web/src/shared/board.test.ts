import { describe, expect, it } from 'vitest';
import { BoardStore, TABLES, type Table } from './board.svelte';
import { EVENT_KINDS, type Board } from './contract';
import recorded from './recorded/frames.json';
import type { EventFrame } from './stream';

interface Recording {
  topics: string[];
  start: Board;
  frames: EventFrame[];
  snapshots: { after_seq: number; rows: Board['rows'] }[];
}
const RECORDINGS = recorded as unknown as Recording[];

const FRAMES = 1000;
// Nobody's picture changes by these alone: a recalled incident is closed until its next event.
const NEVER_SENT = ['desk.took_over', 'registry.imported', 'incident.recalled'];

const idOf = (row: unknown): string => String((row as { id: number | string }).id);
const sorted = (rows: unknown[] | undefined): unknown[] => [...(rows ?? [])].sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
const sameRows = (rows: Partial<Record<Table, unknown[]>>): Record<string, unknown[]> =>
  Object.fromEntries(TABLES.map((table) => [table, sorted(rows[table])]));

function storeOf(board: Board): BoardStore {
  const store = new BoardStore((tell) => tell());
  store.replace(board);
  return store;
}

describe('the board store, on frames a real server sent', () => {
  it('was recorded with every kind of event the contract has that clients are ever sent', () => {
    const kinds = new Set<string>(RECORDINGS.flatMap((one) => one.frames.map((frame) => frame.kind)));
    expect(EVENT_KINDS.filter((kind) => !kinds.has(kind) && !NEVER_SENT.includes(kind))).toEqual([]);
  });

  for (const [n, recording] of RECORDINGS.entries()) {
    it(`${recording.topics.join(',')} (${n}): equals a fresh snapshot at every mark`, () => {
      const store = storeOf(recording.start);
      const waiting = [...recording.frames];
      for (const snapshot of recording.snapshots) {
        while (waiting[0] !== undefined && waiting[0].seq <= snapshot.after_seq) store.apply(waiting.shift() as EventFrame);
        expect(sameRows(store.dump())).toEqual(sameRows(snapshot.rows));
      }
      expect(recording.snapshots.length).toBeGreaterThan(0);
    });
  }

  it('goes wrong when a single frame that changed something is left out', () => {
    const recording = RECORDINGS.find((one) => one.frames.length > 20);
    if (recording === undefined) throw new Error('no recording is long enough');
    const last = recording.snapshots.at(-1);
    const store = storeOf(recording.start);
    const heard = recording.frames.filter((frame) => frame.seq <= (last?.after_seq ?? 0));
    for (const frame of heard.slice(0, -1)) store.apply(frame);
    expect(sameRows(store.dump())).not.toEqual(sameRows(last?.rows ?? {}));
  });
});

describe('the board store', () => {
  const recording = RECORDINGS[0];
  if (recording === undefined) throw new Error('nothing was recorded');

  it('tells once for many frames, and only of the tables that changed', () => {
    const told: (() => void)[] = [];
    const store = new BoardStore((tell) => told.push(tell));
    store.replace(recording.start);
    told.shift()?.();
    const before = Object.fromEntries(TABLES.map((table) => [table, store.version(table)]));
    const touched = new Set<string>();
    for (const frame of recording.frames.slice(0, 5)) {
      store.apply(frame);
      for (const [table, rows] of Object.entries(frame.after)) if ((rows as unknown[]).length > 0) touched.add(table);
      for (const [table] of frame.gone ?? []) touched.add(table);
    }
    expect(told).toHaveLength(1);
    told.shift()?.();
    for (const table of TABLES) expect(store.version(table) - (before[table] ?? 0), table).toBe(touched.has(table) ? 1 : 0);
  });

  it('keeps the newest position of a unit, whichever way it came', () => {
    const store = new BoardStore((tell) => tell());
    const at = (lat: number, second: string) => ({ unit_id: 'U1', lat, lon: -111, fixed_at: `2026-11-22T14:03:${second}Z`, accuracy_m: null, source: null });
    store.move({ kind: 'positions', at: '2026-11-22T14:03:06Z', positions: [at(31, '05')] });
    store.place([at(30, '01')]);
    expect(store.positions().get('U1')?.lat).toBe(31);
    store.place([at(32, '09')]);
    expect(store.positions().get('U1')?.lat).toBe(32);
  });

  it('tells its listeners each event once, until they stop', () => {
    const store = storeOf(recording.start);
    const heard: string[] = [];
    const stop = store.listen((frame) => heard.push(frame.kind));
    const [first, second] = recording.frames;
    if (first === undefined || second === undefined) throw new Error('too short');
    store.apply(first);
    stop();
    store.apply(second);
    expect(heard).toEqual([first.kind]);
  });

  it('applies a thousand incidents and ten frames a second in far less than a frame', () => {
    const rows = recording.frames.flatMap((frame) => frame.after.incidents ?? []);
    const incident = rows[0];
    if (incident === undefined) throw new Error('no incident was recorded');
    const incidents = Array.from({ length: 1000 }, (_, n) => ({ ...incident, id: n + 1 }));
    const store = storeOf({ ...recording.start, rows: { ...recording.start.rows, incidents } });
    const frame = recording.frames.find((one) => (one.after.incidents ?? []).length > 0);
    if (frame === undefined) throw new Error('no frame was recorded');
    const began = performance.now();
    for (let n = 0; n < FRAMES; n += 1) store.apply(frame);
    expect((performance.now() - began) / FRAMES).toBeLessThan(1.6); // ms; a tenth of what one picture of 60 a second may take
  });
});
