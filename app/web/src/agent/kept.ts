/** What outlives the app on this phone: one IndexedDB per unit, so that no act is ever said in another unit's name. */

import { deleteDB, openDB, type DBSchema, type IDBPDatabase } from 'idb';

import type { Act } from './outbox';

interface Shelves extends DBSchema {
  acts: { key: string; value: Act };
  facts: { key: string; value: unknown };
}

export class Kept {
  readonly #db: IDBPDatabase<Shelves>;
  #written = new Map<string, Act>();
  #line: Promise<unknown> = Promise.resolve();
  /** Told when a write fails, for the person has to know that the phone does not keep what is not sent. */
  onFault: (error: unknown) => void = () => undefined;

  private constructor(db: IDBPDatabase<Shelves>) {
    this.#db = db;
  }

  static async open(unitId: string): Promise<Kept> {
    const db = await openDB<Shelves>(nameOf(unitId), 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('acts', { keyPath: 'id' });
        fresh.createObjectStore('facts');
      },
    });
    return new Kept(db);
  }

  /** Takes everything of a unit off this phone. */
  static async destroy(unitId: string): Promise<void> {
    await deleteDB(nameOf(unitId));
  }

  async acts(): Promise<readonly Act[]> {
    const acts = await this.#db.getAll('acts');
    this.#written = new Map(acts.map((act) => [act.id, act]));
    return acts;
  }

  /** Makes the stored acts these, in one transaction. Calls are done in the order they are made. */
  keepActs(acts: readonly Act[]): Promise<void> {
    return this.#then(async () => {
      const stays = new Set(acts.map((act) => act.id));
      const gone = [...this.#written.keys()].filter((id) => !stays.has(id));
      const fresh = acts.filter((act) => this.#written.get(act.id) !== act);
      if (gone.length === 0 && fresh.length === 0) return;
      const write = this.#db.transaction('acts', 'readwrite');
      await Promise.all([
        ...gone.map((id) => write.store.delete(id)),
        ...fresh.map((act) => write.store.put(act)),
        write.done,
      ]);
      this.#written = new Map(acts.map((act) => [act.id, act]));
    });
  }

  async fact<T>(name: string): Promise<T | null> {
    return ((await this.#db.get('facts', name)) as T | undefined) ?? null;
  }

  keepFact(name: string, value: unknown): Promise<void> {
    return this.#then(async () => {
      await this.#db.put('facts', value, name);
    });
  }

  close(): void {
    this.#db.close();
  }

  #then(work: () => Promise<void>): Promise<void> {
    const done = this.#line.then(work);
    this.#line = done.catch((error: unknown) => {
      this.onFault(error);
    });
    return done.catch(() => undefined);
  }
}

function nameOf(unitId: string): string {
  return `auxilio-agent-${unitId}`;
}
