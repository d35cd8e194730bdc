/** The command line's verbs and what follows each. */
export type Slot = 'unit' | 'incident' | 'sign' | 'outcome' | 'priority' | 'text' | 'find' | 'alarm' | 'agency';
export interface Verb {
  verb: string;
  /** The names of what follows; in brackets what may be left out. */
  slots: readonly Slot[];
  optional: number;
}

/** Every verb, in the order the cheat sheet prints them. */
export const VERBS: readonly Verb[] = [
  { verb: 'd', slots: ['unit', 'incident', 'text'], optional: 1 },
  { verb: 'd!', slots: ['unit', 'incident', 'text'], optional: 1 },
  { verb: 'ac', slots: ['unit'], optional: 0 },
  { verb: 'enr', slots: ['unit'], optional: 0 },
  { verb: 'os', slots: ['unit'], optional: 0 },
  { verb: 'pc', slots: ['unit'], optional: 0 },
  { verb: 'tr', slots: ['unit'], optional: 0 },
  { verb: 'ad', slots: ['unit'], optional: 0 },
  { verb: 'av', slots: ['unit'], optional: 0 },
  { verb: 'dn', slots: ['unit'], optional: 0 },
  { verb: 'sd', slots: ['unit', 'text'], optional: 1 },
  { verb: 'on', slots: ['unit'], optional: 0 },
  { verb: 'off', slots: ['unit'], optional: 0 },
  { verb: 'md', slots: ['unit'], optional: 0 },
  { verb: 'n', slots: ['incident', 'text'], optional: 0 },
  { verb: 'f', slots: ['find'], optional: 0 },
  { verb: 'pl', slots: ['incident', 'sign'], optional: 0 },
  { verb: 'p', slots: ['incident', 'priority'], optional: 0 },
  { verb: 'r', slots: ['incident'], optional: 0 },
  { verb: 'c', slots: ['incident', 'outcome', 'text'], optional: 1 },
  { verb: 'c!', slots: ['incident', 'outcome', 'text'], optional: 1 },
  { verb: 'x', slots: ['incident', 'outcome', 'text'], optional: 1 },
  { verb: 'ro', slots: ['incident'], optional: 0 },
  { verb: 'ln', slots: ['incident', 'incident'], optional: 0 },
  { verb: 'mg', slots: ['incident', 'incident'], optional: 0 },
  { verb: 'ho', slots: ['incident', 'agency'], optional: 0 },
  { verb: 'ack', slots: ['alarm'], optional: 1 },
  { verb: 'nc', slots: [], optional: 0 },
  { verb: 'na', slots: [], optional: 0 },
  { verb: 'print', slots: [], optional: 0 },
  { verb: '?', slots: [], optional: 0 },
];
export const BY_NAME: ReadonlyMap<string, Verb> = new Map(VERBS.map((verb) => [verb.verb, verb]));
