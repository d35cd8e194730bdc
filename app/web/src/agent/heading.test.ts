import { expect, it } from 'vitest';

import { headingOf } from './heading.svelte';

function reading(changes: object): Parameters<typeof headingOf>[0] {
  return { absolute: true, alpha: 0, beta: 0, gamma: 0, ...changes } as Parameters<typeof headingOf>[0];
}

it('turns the sensor, which counts to the left, into a compass, which counts to the right', () => {
  expect(headingOf(reading({ alpha: 0 }), 0)).toBe(0);
  expect(headingOf(reading({ alpha: 90 }), 0)).toBe(270);
});

it('follows the screen when the phone is held sideways', () => {
  expect(headingOf(reading({ alpha: 90 }), 90)).toBe(0);
});

it('knows nothing when the reading is not against north, or the phone stands upright', () => {
  expect(headingOf(reading({ absolute: false }), 0)).toBeNull();
  expect(headingOf(reading({ alpha: null }), 0)).toBeNull();
  expect(headingOf(reading({ beta: 85 }), 0)).toBeNull();
});

it("takes an iPhone's own heading", () => {
  expect(headingOf(reading({ absolute: false, webkitCompassHeading: 123 }), 0)).toBe(123);
});
