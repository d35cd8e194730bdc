import { expect, it } from 'vitest';
import { SteadyClock } from './clock';

it('goes on while the machine sleeps, and never back when the wall clock is set back', () => {
  const at = { monotonic: 0, wall: 1_000_000 };
  const clock = new SteadyClock(() => at.monotonic, () => at.wall);
  at.monotonic += 500;
  at.wall += 500;
  expect(clock.now()).toBe(500);
  at.wall += 3_600_000; // an hour with the lid closed
  expect(clock.now()).toBe(3_600_500);
  at.wall -= 7_200_000; // somebody sets the clock
  at.monotonic += 1000;
  expect(clock.now()).toBe(3_601_500);
});
