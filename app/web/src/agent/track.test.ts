import { describe, expect, it } from 'vitest';

import { isWorthKeeping, keep, RESPONDING, WAITING, type Fix } from './track';

function fix(at: number, metresNorth = 0, accuracyM = 8): Fix {
  return { lat: 31.7 + metresNorth / 111_195, lon: -111.2, at, accuracyM };
}

describe('a fix is kept', () => {
  it('when it is the first', () => {
    expect(isWorthKeeping(null, fix(0), WAITING)).toBe(true);
  });

  it('when it is far enough or late enough', () => {
    expect(isWorthKeeping(fix(0), fix(2_000, 30), RESPONDING)).toBe(true);
    expect(isWorthKeeping(fix(0), fix(2_000, 10), RESPONDING)).toBe(false);
    expect(isWorthKeeping(fix(0), fix(10_000, 0), RESPONDING)).toBe(true);
  });

  it('of one who stands still before the desk calls him stale at 60 s', () => {
    expect(WAITING.ms).toBeLessThan(60_000 / 2);
  });

  it('never for a jump within its own error', () => {
    expect(isWorthKeeping(fix(0), fix(2_000, 60, 100), RESPONDING)).toBe(false);
  });

  it('never when it is a guess from a cell tower and something better is known', () => {
    expect(isWorthKeeping(fix(0), fix(60_000, 0, 5_000), RESPONDING)).toBe(false);
    expect(isWorthKeeping(null, fix(0, 0, 5_000), RESPONDING)).toBe(true);
  });

  it('never twice within a second, and never when it is older', () => {
    expect(isWorthKeeping(fix(1_000), fix(1_500, 500), RESPONDING)).toBe(false);
    expect(isWorthKeeping(fix(5_000), fix(1_000, 500), RESPONDING)).toBe(false);
  });
});

describe('a backlog', () => {
  it('keeps both ends, its order and its bound, however long the signal is gone', () => {
    let fixes: readonly Fix[] = [];
    for (let i = 0; i < 5_000; i += 1) fixes = keep(fixes, fix(i * 10_000), 240);
    expect(fixes.length).toBeLessThanOrEqual(240);
    expect(fixes.length).toBeGreaterThan(100);
    expect(fixes[0]?.at).toBe(0);
    expect(fixes.at(-1)?.at).toBe(49_990_000);
    expect([...fixes].sort((a, b) => a.at - b.at)).toEqual(fixes);
  });

  it('leaves no hole that a track would be lost in', () => {
    let fixes: readonly Fix[] = [];
    for (let i = 0; i < 1_000; i += 1) fixes = keep(fixes, fix(i * 10_000), 240);
    const widest = Math.max(...fixes.slice(1).map((one, i) => one.at - (fixes[i]?.at ?? 0)));
    expect(widest).toBeLessThan((4 * (1_000 * 10_000)) / 240);
  });
});
