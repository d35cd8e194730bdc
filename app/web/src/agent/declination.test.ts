import { expect, it } from 'vitest';

import { declinationDeg } from './declination';

const NOVEMBER = new Date('2026-11-22T00:00:00Z');

it.each([
  // To a degree, as any isogonic chart of these years has it.
  ['Tucson', 32.2217, -110.9265, 9],
  ['McAllen', 26.2034, -98.23, 3],
  ['San Diego', 32.7157, -117.1611, 11],
])('is to the east all along the border: %s', async (_, lat, lon, deg) => {
  expect(Math.abs((await declinationDeg({ lat, lon }, NOVEMBER)) - deg)).toBeLessThan(1);
});

it('still says something when the model is past its years', async () => {
  expect(await declinationDeg({ lat: 31, lon: -106 }, new Date('2031-06-01T00:00:00Z'))).toBeGreaterThan(4);
});
