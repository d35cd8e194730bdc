/**
 * The command line's grammar: short verbs dispatchers know. A line becomes a value, or a fault that says in words what
 * is missing; nothing here asks the desk for anything.
 */
import type { AssignmentStatus, Outcome } from '$shared/contract';
import { OUTCOMES } from './outcomes';
import { BY_NAME, type Slot, type Verb } from './verbs';

export type Command =
  | { do: 'assign'; unit: string; incident: number; reason: string; preempt: boolean }
  | { do: 'status'; unit: string; status: AssignmentStatus }
  | { do: 'duty'; unit: string; onDuty: boolean }
  | { do: 'stand_down'; unit: string; reason: string }
  | { do: 'mayday'; unit: string }
  | { do: 'note'; incident: number; text: string }
  | { do: 'find'; what: string }
  | { do: 'place'; incident: number; sign: string }
  | { do: 'priority'; incident: number; priority: number }
  | { do: 'outcome'; incident: number; outcome: Outcome; rest: string; cancelled: boolean; releaseUnits: boolean }
  | { do: 'reopen'; incident: number }
  | { do: 'release'; incident: number }
  | { do: 'link'; incident: number; other: number }
  | { do: 'merge'; incident: number; into: number }
  | { do: 'hand_off'; incident: number; agency: string }
  | { do: 'acknowledge'; alarm: number | null }
  | { do: 'new_call' }
  | { do: 'new_alert' }
  | { do: 'print' }
  | { do: 'help' };

export type FaultKey = 'unknown_verb' | 'needs' | 'not_a_number' | 'not_an_outcome' | 'not_a_priority';
export interface Fault {
  fault: FaultKey;
  verb: string;
  /** The word that does not fit; empty where one is missing. */
  word: string;
}

const STATUS_VERBS: Readonly<Record<string, AssignmentStatus>> = {
  ac: 'acknowledged', enr: 'en_route', os: 'on_scene', pc: 'subject_contact', tr: 'transporting', ad: 'at_destination', av: 'cleared', dn: 'declined',
};

const TO_THE_END: readonly Slot[] = ['text', 'find', 'agency'];

export function parse(line: string): Command | Fault {
  const words = line.trim().replace(/^\//, '').split(/\s+/); // who types the `/` once more means no other thing
  const verb = (words[0] ?? '').toLowerCase();
  const known = BY_NAME.get(verb);
  if (known === undefined) return { fault: 'unknown_verb', verb, word: verb };
  const given = slotWords(known, words.slice(1));
  const needed = known.slots.length - known.optional;
  if (given.filter((word) => word !== '').length < needed) return { fault: 'needs', verb, word: '' };
  for (const [n, slot] of known.slots.entries()) {
    const fault = faultOf(slot, given[n] ?? '');
    if (fault !== null && (given[n] ?? '') !== '') return { fault, verb, word: given[n] ?? '' };
  }
  return build(verb, given);
}

export function isFault(parsed: Command | Fault): parsed is Fault {
  return 'fault' in parsed;
}

function slotWords(verb: Verb, words: readonly string[]): string[] {
  return verb.slots.map((slot, n) => (TO_THE_END.includes(slot) ? words.slice(n).join(' ') : (words[n] ?? '')));
}

function faultOf(slot: Slot, word: string): FaultKey | null {
  if (slot === 'incident' || slot === 'alarm') return number(word) === null ? 'not_a_number' : null;
  if (slot === 'outcome') return outcomeOf(word) === null ? 'not_an_outcome' : null;
  if (slot === 'priority') {
    const priority = number(word);
    return priority === null || priority > 10 ? 'not_a_priority' : null;
  }
  return null;
}

function build(verb: string, given: readonly string[]): Command {
  const [first = '', second = '', third = ''] = given;
  const unit = first.toUpperCase();
  const incident = number(first) ?? 0;
  const status = STATUS_VERBS[verb];
  if (status !== undefined) return { do: 'status', unit, status };
  switch (verb) {
    case 'd':
    case 'd!':
      return { do: 'assign', unit, incident: number(second) ?? 0, reason: third, preempt: verb === 'd!' };
    case 'sd':
      return { do: 'stand_down', unit, reason: second };
    case 'on':
    case 'off':
      return { do: 'duty', unit, onDuty: verb === 'on' };
    case 'md':
      return { do: 'mayday', unit };
    case 'n':
      return { do: 'note', incident, text: second };
    case 'f':
      return { do: 'find', what: first.toUpperCase() };
    case 'pl':
      return { do: 'place', incident, sign: second.toUpperCase() };
    case 'p':
      return { do: 'priority', incident, priority: number(second) ?? 0 };
    case 'r':
      return { do: 'release', incident };
    case 'c':
    case 'c!':
    case 'x':
      return { do: 'outcome', incident, outcome: outcomeOf(second) ?? 'not_found', rest: third, cancelled: verb === 'x', releaseUnits: verb === 'c!' };
    case 'ro':
      return { do: 'reopen', incident };
    case 'ln':
      return { do: 'link', incident, other: number(second) ?? 0 };
    case 'mg':
      return { do: 'merge', incident, into: number(second) ?? 0 };
    case 'ho':
      return { do: 'hand_off', incident, agency: second };
    case 'ack':
      return { do: 'acknowledge', alarm: number(first) };
    case 'nc':
      return { do: 'new_call' };
    case 'na':
      return { do: 'new_alert' };
    case 'print':
      return { do: 'print' };
    default:
      return { do: 'help' };
  }
}

/** A whole number, written with or without `#`; null for anything else. */
function number(word: string): number | null {
  const digits = word.replace(/^#/, '');
  return /^\d{1,15}$/.test(digits) ? Number(digits) : null;
}

/** An outcome by its code or any beginning that only one has. */
function outcomeOf(word: string): Outcome | null {
  const wanted = word.toLowerCase().replaceAll('-', '_');
  const exact = OUTCOMES.find((outcome) => outcome === wanted);
  const begins = OUTCOMES.filter((outcome) => outcome.startsWith(wanted));
  return exact ?? (wanted !== '' && begins.length === 1 ? (begins[0] ?? null) : null);
}
