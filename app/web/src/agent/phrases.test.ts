import { expect, it } from 'vitest';

import { offeredTo, PHRASES } from './phrases';

it('has English, Spanish and Portuguese at least', () => {
  expect(PHRASES.map((one) => one.code)).toEqual(expect.arrayContaining(['en', 'es', 'pt']));
});

it('lacks no card in any language, has none too many, and shows them in one order', () => {
  const ids = Object.keys(PHRASES[0]?.cards ?? {});
  expect(ids.length).toBeGreaterThan(10);
  for (const { code, cards } of PHRASES) expect(Object.keys(cards), code).toEqual(ids);
});

it('has something to read on every card, short enough to read from an arm away', () => {
  for (const { code, cards } of PHRASES) {
    for (const [id, words] of Object.entries(cards)) {
      expect(words.trim().length, `${code} ${id}`).toBeGreaterThan(5);
      expect(words.length, `${code} ${id}`).toBeLessThan(120);
    }
  }
});

it('offers the language of the screen last', () => {
  expect(offeredTo('en').at(-1)?.code).toBe('en');
  expect(offeredTo('es').at(-1)?.code).toBe('es');
});
