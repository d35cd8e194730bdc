import { describe, expect, test } from 'vitest';
import { KEYS } from '$console/hotkeys';
import { ACTS, actOf, neighbour } from './keys';

const key = (name: string, changes: Partial<KeyboardEvent> = {}) => ({ key: name, ctrlKey: false, altKey: false, metaKey: false, ...changes });

describe('keys', () => {
  test('do the same with Caps Lock on', () => expect(actOf(key('J'))).toBe('next'));

  test('of the browser stay the browser’s', () => {
    for (const held of ['ctrlKey', 'altKey', 'metaKey']) expect(actOf(key('b', { [held]: true }))).toBeNull();
  });

  test('of the console stay the console’s: N takes a new call wherever the focus is', () => {
    const console = new Set<string>([...KEYS].map((name) => name.toLowerCase()));
    const own = Object.keys(ACTS).filter((name) => name !== 'Enter' && name !== 'Escape'); // these mean the focused thing
    expect(own.filter((name) => console.has(name))).toEqual([]);
  });

  test('that pan and zoom are left to the map itself', () => {
    for (const name of ['ArrowUp', 'ArrowLeft', '+', '-', '=']) expect(actOf(key(name))).toBeNull();
  });
});

describe('next and previous', () => {
  const row = ['a', 'b', 'c'];
  const from = (current: string, step: 1 | -1) => neighbour(row, (each) => each === current, step);

  test('go round and round', () => {
    expect([from('a', 1), from('c', 1), from('a', -1)]).toEqual(['b', 'a', 'c']);
  });

  test('begin at the end they come from', () => expect([from('-', 1), from('-', -1)]).toEqual(['a', 'c']));
  test('find nobody where there is nobody', () => expect(neighbour([], () => true, 1)).toBeNull());
});
