import { describe, expect, it } from 'vitest';
import { en } from '$shared/i18n/en';
import { isFault, parse } from './commands';
import { complete } from './completion';
import { VERBS } from './verbs';

const KNOWN = { units: ['U1', 'U12', 'U14'], incidents: [417, 41, 9], signs: ['TUC-041'], alarms: [7] };

describe('the command line', () => {
  it('reads what dispatchers type', () => {
    expect(parse('d U12 417')).toEqual({ do: 'assign', unit: 'U12', incident: 417, reason: '', preempt: false });
    expect(parse('  D u12 #417 knows the wash ')).toEqual({ do: 'assign', unit: 'U12', incident: 417, reason: 'knows the wash', preempt: false });
    expect(parse('d! U12 417')).toMatchObject({ preempt: true });
    expect(parse('enr u12')).toEqual({ do: 'status', unit: 'U12', status: 'en_route' });
    expect(parse('av U12')).toEqual({ do: 'status', unit: 'U12', status: 'cleared' });
    expect(parse('n 417 the mother called back')).toEqual({ do: 'note', incident: 417, text: 'the mother called back' });
    expect(parse('f 417')).toEqual({ do: 'find', what: '417' });
    expect(parse('/f 417')).toEqual({ do: 'find', what: '417' });
    expect(parse('?')).toEqual({ do: 'help' });
    expect(parse('ack')).toEqual({ do: 'acknowledge', alarm: null });
  });

  it('takes an outcome by any beginning that only one has', () => {
    expect(parse('c 417 self')).toMatchObject({ outcome: 'self_recovered', cancelled: false });
    expect(parse('x 417 duplicate 41')).toMatchObject({ outcome: 'duplicate', rest: '41', cancelled: true });
    expect(parse('c! 417 found_well')).toMatchObject({ releaseUnits: true, cancelled: false });
    expect(parse('c 417 found')).toEqual({ fault: 'not_an_outcome', verb: 'c', word: 'found' });
  });

  it('says which word does not fit', () => {
    expect(parse('zz 1')).toEqual({ fault: 'unknown_verb', verb: 'zz', word: 'zz' });
    expect(parse('d U12')).toEqual({ fault: 'needs', verb: 'd', word: '' });
    expect(parse('d U12 here')).toEqual({ fault: 'not_a_number', verb: 'd', word: 'here' });
    expect(parse('p 417 11')).toEqual({ fault: 'not_a_priority', verb: 'p', word: '11' });
  });

  it('completes verbs, units and incidents', () => {
    expect(complete('e', KNOWN)).toEqual(['enr ']);
    expect(complete('d u1', KNOWN)).toEqual(['d U1 ', 'd U12 ', 'd U14 ']);
    expect(complete('d U12 41', KNOWN)).toEqual(['d U12 417 ', 'd U12 41 ']);
    expect(complete('c 417 found_w', KNOWN)).toEqual(['c 417 found_well ']);
    expect(complete('n 417 the', KNOWN)).toEqual([]);
  });

  it('has words for every verb and slot, and parses each with its slots filled', () => {
    const filled = { unit: 'U1', incident: '417', sign: 'TUC-041', outcome: 'test', priority: '5', text: 'x', find: 'U1', alarm: '7', agency: 'A' };
    for (const verb of VERBS) {
      expect(`verb.${verb.verb}` in en, verb.verb).toBe(true);
      for (const slot of verb.slots) expect(`slot.${slot}` in en, slot).toBe(true);
      expect(isFault(parse([verb.verb, ...verb.slots.map((slot) => filled[slot])].join(' '))), verb.verb).toBe(false);
    }
  });
});
