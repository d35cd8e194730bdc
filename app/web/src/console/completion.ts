/** How a line that was begun may go on. */
import { OUTCOMES } from './outcomes';
import { BY_NAME, VERBS, type Slot } from './verbs';

export interface Known {
  units: readonly string[];
  incidents: readonly number[];
  signs: readonly string[];
  alarms: readonly number[];
}

export const SHOWN = 8;

/** What may stand where the cursor is, best first: at most `SHOWN`, each as the whole line it would make. */
export function complete(line: string, known: Known): string[] {
  const words = line.trimStart().split(/\s+/);
  const last = words.at(-1) ?? '';
  if (words.length <= 1) {
    return VERBS.filter((verb) => verb.verb.startsWith(last.toLowerCase()))
      .map((verb) => (verb.slots.length > 0 ? `${verb.verb} ` : verb.verb))
      .slice(0, SHOWN);
  }
  const slot = BY_NAME.get((words[0] ?? '').toLowerCase())?.slots[words.length - 2];
  const head = words.slice(0, -1).join(' ');
  const wanted = last.replace(/^#/, '').toUpperCase();
  return choices(slot, known)
    .filter((choice) => choice.toUpperCase().startsWith(wanted))
    .slice(0, SHOWN)
    .map((choice) => `${head} ${choice} `);
}

function choices(slot: Slot | undefined, known: Known): string[] {
  switch (slot) {
    case 'unit':
      return [...known.units];
    case 'incident':
      return known.incidents.map(String);
    case 'alarm':
      return known.alarms.map(String);
    case 'outcome':
      return [...OUTCOMES];
    case 'sign':
      return [...known.signs];
    case 'find':
      return [...known.incidents.map(String), ...known.units, ...known.signs];
    case 'priority':
      return ['10', '9', '8', '7', '6', '5', '4', '3', '2', '1', '0'];
    default:
      return [];
  }
}
