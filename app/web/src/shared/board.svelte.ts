/**
 * The picture: rows by table and id, replaced as frames bring them. No rule of dispatch stands here.
 *
 * Rows are held outside Svelte's proxies (1,000 incidents, 500 units, ten frames a second would drown in them). What a
 * frame changed is told once per animation frame, by one version number per table: whoever reads a table reads its version.
 */
import { SvelteMap } from 'svelte/reactivity';
import type { Alarm, Alert, Assignment, Board, Call, Incident, Position, SectorRow, Tower, Unit } from './contract';
import type { EventFrame, Positions } from './stream';

export interface Tables {
  incidents: Incident;
  calls: Call;
  alerts: Alert;
  assignments: Assignment;
  units: Unit;
  alarms: Alarm;
  towers: Tower;
  sectors: SectorRow;
}
export type Table = keyof Tables;
export type RowId = number | string;
export const TABLES: readonly Table[] = ['incidents', 'calls', 'alerts', 'assignments', 'units', 'alarms', 'towers', 'sectors'];

type Rows = { [T in Table]: Map<RowId, Tables[T]> };
export type Heard = (frame: EventFrame) => void;

const empty = (): Rows => ({
  incidents: new Map(),
  calls: new Map(),
  alerts: new Map(),
  assignments: new Map(),
  units: new Map(),
  alarms: new Map(),
  towers: new Map(),
  sectors: new Map(),
});

export class BoardStore {
  #rows: Rows = empty();
  #positions = new Map<string, Position>();
  readonly #versions = new SvelteMap<Table | 'positions', number>();
  readonly #changed = new Set<Table | 'positions'>();
  readonly #schedule: (tell: () => void) => void;
  #isScheduled = false;
  readonly #listeners = new Set<Heard>();

  /** `schedule` says when to tell the screen: on the next animation frame, or at once in a test. */
  constructor(schedule: (tell: () => void) => void = onNextFrame) {
    this.#schedule = schedule;
  }

  /** Forget everything: whoever may see it has gone. */
  clear(): void {
    this.#rows = empty();
    this.#positions.clear();
    for (const table of [...TABLES, 'positions'] as const) this.#changed.add(table);
    this.#tellSoon();
  }

  /** Forget everything and take the snapshot's rows. */
  replace(board: Board): void {
    this.#rows = empty();
    for (const table of TABLES) {
      for (const row of board.rows[table] ?? []) this.#put(table, row);
      this.#changed.add(table);
    }
    this.#tellSoon();
  }

  /** Replace the rows of `after`, delete those of `gone`. */
  apply(frame: EventFrame): void {
    for (const table of TABLES) {
      const rows = frame.after[table] as Tables[typeof table][] | undefined;
      if (rows === undefined || rows.length === 0) continue;
      for (const row of rows) this.#put(table, row);
      this.#changed.add(table);
    }
    for (const [table, id] of frame.gone ?? []) {
      (this.#rows[table] as Map<RowId, unknown>).delete(id);
      this.#changed.add(table);
    }
    for (const heard of this.#listeners) heard(frame);
    this.#tellSoon();
  }

  move(frame: Positions): void {
    for (const position of frame.positions) this.#positions.set(position.unit_id, position);
    this.#changed.add('positions');
    this.#tellSoon();
  }

  /** The newest positions as HTTP gives them, for units that have not moved since. */
  place(positions: Iterable<Position>): void {
    for (const position of positions) {
      const known = this.#positions.get(position.unit_id);
      if (known === undefined || known.fixed_at < position.fixed_at) this.#positions.set(position.unit_id, position);
    }
    this.#changed.add('positions');
    this.#tellSoon();
  }

  /** Be told each event as it is applied, with its frame. Returns how to stop. */
  listen(heard: Heard): () => void {
    this.#listeners.add(heard);
    return () => this.#listeners.delete(heard);
  }

  /** All rows of a table. Reactive: whoever reads it is run again when the table changes. */
  all<T extends Table>(table: T): ReadonlyMap<RowId, Tables[T]> {
    this.version(table);
    return this.#rows[table];
  }

  /** One row. Reactive as `all`. */
  one<T extends Table>(table: T, id: RowId | null | undefined): Tables[T] | undefined {
    return id === null || id === undefined ? undefined : this.all(table).get(id);
  }

  /** The newest position of each unit. Reactive. */
  positions(): ReadonlyMap<string, Position> {
    this.version('positions');
    return this.#positions;
  }

  /** A number that rises when the table changes; reading it makes the reader reactive. */
  version(table: Table | 'positions'): number {
    return this.#versions.get(table) ?? 0;
  }

  /** Every row as a snapshot would hold it, by table, for tests. */
  dump(): Record<Table, unknown[]> {
    return Object.fromEntries(TABLES.map((table) => [table, [...this.#rows[table].values()]])) as Record<Table, unknown[]>;
  }

  #put<T extends Table>(table: T, row: Tables[T]): void {
    (this.#rows[table] as Map<RowId, Tables[T]>).set(row.id, row);
  }

  #tellSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(() => {
      this.#isScheduled = false;
      for (const table of this.#changed) this.#versions.set(table, (this.#versions.get(table) ?? 0) + 1);
      this.#changed.clear();
    });
  }
}

const HIDDEN_MS = 250; // a hidden page gets no animation frames, and its alarms must ring all the same

function onNextFrame(tell: () => void): void {
  let isTold = false;
  const once = (): void => {
    if (isTold) return;
    isTold = true;
    tell();
  };
  requestAnimationFrame(once);
  setTimeout(once, HIDDEN_MS);
}
