import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { contrast, mixed, readPalette, type Variables } from './palette';

const CSS = readFileSync(new URL('../shared/theme.css', import.meta.url), 'utf8');

/** The variables of the theme as the browser would give them: the light block over the dark one. */
function variables(theme: 'dark' | 'light'): Variables {
  const values = new Map<string, string>();
  for (const [selector, block] of [...CSS.matchAll(/([^{}]*):root([^{]*)\{([^}]*)\}/g)].map((m) => [m[2] ?? '', m[3] ?? ''] as const)) {
    if (selector.includes('light') && theme === 'dark') continue;
    for (const [, name = '', value = ''] of block.matchAll(/(--[\w-]+):\s*([^;]+);/g)) values.set(name, value);
  }
  return { getPropertyValue: (name) => values.get(name) ?? '' };
}

describe.each(['dark', 'light'] as const)('the %s map', (theme) => {
  const palette = readPalette(variables(theme));

  test('has a ground on which every label is read (WCAG AA)', () => {
    for (const ground of [palette.water, palette.land, palette.mexico]) {
      expect(contrast(palette.text, ground)).toBeGreaterThan(7);
      expect(contrast(palette.soft, ground)).toBeGreaterThan(4.5);
      for (const colour of [palette.urgent, palette.warn, palette.good, palette.info, palette.odd]) {
        expect(contrast(colour, ground)).toBeGreaterThan(4.5);
      }
    }
  });

  test('keeps land, water and the other side apart, and the border above all', () => {
    expect(new Set([palette.water, palette.land, palette.mexico]).size).toBe(3);
    expect(contrast(palette.border, palette.land)).toBeGreaterThan(contrast(palette.state, palette.land));
    expect(contrast(palette.state, palette.land)).toBeGreaterThan(contrast(palette.county, palette.land));
  });

  test('reads signs on their own colour', () => {
    for (const [on, under] of [[palette.onUrgent, palette.urgent], [palette.onWarn, palette.warn], [palette.onGood, palette.good]] as const) {
      expect(contrast(on, under)).toBeGreaterThan(4.5);
    }
  });
});

test('a colour the map cannot read is an error that shows it, not a black map', () => {
  expect(() => readPalette({ getPropertyValue: () => 'oklch(70% 0.1 200)' })).toThrow('oklch(70% 0.1 200)');
});

test('mixing', () => {
  expect(mixed('#000000', '#ffffff', 0.5)).toBe('#808080');
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});
