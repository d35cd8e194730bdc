/** How long to wait before the next attempt, in ms: doubling, capped, and jittered so that a hundred consoles do not come back as one. */
export const FIRST_MS = 500;
export const LONGEST_MS = 15_000;

export function backoffMs(attempt: number, random: number): number {
  const whole = Math.min(FIRST_MS * 2 ** attempt, LONGEST_MS);
  return Math.round(whole * (0.5 + random / 2));
}
