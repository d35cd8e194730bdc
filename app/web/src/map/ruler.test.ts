import { expect, test } from 'vitest';
import { Ruler, threeFigures } from './ruler.svelte';

const SASABE = { lat: 31.4868, lon: -111.5443 };
const THREE_POINTS = { lat: 32.0767, lon: -111.3137 };

test('the second end follows until it is set, and then stays', () => {
  const ruler = new Ruler();
  ruler.toggle(null);
  ruler.follow(SASABE);
  expect(ruler.to).toBeNull();
  ruler.mark(SASABE);
  ruler.follow(THREE_POINTS);
  expect(ruler.words()).toBe('69 km, bearing 018° NNE (back 198°), true north');
  ruler.mark(THREE_POINTS);
  ruler.follow(SASABE);
  expect(ruler.to).toEqual(THREE_POINTS);
  expect(ruler.features().features.map(({ geometry }) => geometry.type)).toEqual(['LineString', 'Point', 'Point']);
});

test('what is selected is the first end', () => {
  const ruler = new Ruler();
  ruler.toggle(SASABE);
  ruler.mark(THREE_POINTS);
  expect([ruler.from, ruler.to, ruler.isSet]).toEqual([SASABE, THREE_POINTS, true]);
});

test('a mark after both ends begins anew', () => {
  const ruler = new Ruler();
  ruler.toggle(SASABE);
  ruler.mark(THREE_POINTS);
  ruler.mark(SASABE);
  expect([ruler.from, ruler.to]).toEqual([SASABE, null]);
});

test('off, it leaves nothing behind', () => {
  const ruler = new Ruler();
  ruler.toggle(SASABE);
  ruler.toggle(SASABE);
  expect(ruler.features().features).toEqual([]);
  expect(ruler.words()).toBe('');
});

test('north is 000, also when it is nearly 360', () => {
  expect([threeFigures(359.6), threeFigures(0), threeFigures(71.2)]).toEqual(['000', '000', '071']);
});
