import { expect, test } from 'vitest';
import type { Palette } from './palette';
import { vectorLayers } from './tiles';

const PALETTE = new Proxy({}, { get: () => '#123456' }) as Palette;

test('either scheme gives water, ways and contours, each once, from its own layer of the archive', () => {
  for (const names of [['earth', 'water', 'roads', 'contours'], ['landcover', 'water', 'transportation', 'contour']]) {
    const drawn = vectorLayers('tiles-a', names, PALETTE);
    expect(drawn.map((layer) => [layer.type, 'source-layer' in layer ? layer['source-layer'] : ''])).toEqual([
      ['fill', 'water'],
      ['line', names[2]],
      ['line', names[3]],
    ]);
    expect(new Set(drawn.map(({ id }) => id)).size).toBe(3);
  }
});

test('what no scheme knows is left out', () => expect(vectorLayers('tiles-a', ['border_checkpoints'], PALETTE)).toEqual([]));
