/**
 * Where the unit was, thinned: a fix is worth keeping when it is far enough from the last one, or late enough.
 *
 * What could not be told waits, oldest first: the desk counts the newest by its own time, so an old fix told after a new
 * one would be dropped. The backlog is bounded by thinning it, never by losing an end of it.
 */

import type { Point } from '$shared/contract';
import { distanceM } from '$shared/distance';

export interface Fix extends Readonly<Point> {
  /** Device time in ms. */
  readonly at: number;
  readonly accuracyM: number | null;
}

export interface Pace {
  readonly metres: number;
  readonly ms: number;
}

// The desk calls a fix stale after 60 s: even one who stands still is told of more often than that.
export const RESPONDING: Pace = { metres: 25, ms: 10_000 };
export const WAITING: Pace = { metres: 100, ms: 25_000 };
const CLOSEST_MS = 1_000;
const ACCURACY_MAX_M = 2_000; // a cell tower's guess tells nothing of where on the road somebody is
export const BACKLOG_MAX = 240; // two hours at 25 s; told one after the other it is some minutes of a satellite link
export const TRAIL_MAX = 600;

/** Whether a new fix says something the last kept one does not. */
export function isWorthKeeping(last: Fix | null, fix: Fix, pace: Pace): boolean {
  if (fix.accuracyM !== null && fix.accuracyM > ACCURACY_MAX_M && last !== null) return false;
  if (last === null) return true;
  const waited = fix.at - last.at;
  if (waited < CLOSEST_MS) return false;
  if (waited >= pace.ms) return true;
  // Movement within the error of the fix is noise, not movement.
  return distanceM(last, fix) >= Math.max(pace.metres, fix.accuracyM ?? 0);
}

/** Adds a fix; when there are too many, the one goes whose neighbours stand closest in time. Both ends stay. */
export function keep(fixes: readonly Fix[], fix: Fix, most: number): readonly Fix[] {
  const all = [...fixes, fix];
  while (all.length > most) all.splice(mostCrowded(all), 1);
  return all;
}

function mostCrowded(fixes: readonly Fix[]): number {
  let best = 1;
  let narrowest = Infinity;
  for (let i = 1; i < fixes.length - 1; i += 1) {
    const gap = (fixes[i + 1]?.at ?? 0) - (fixes[i - 1]?.at ?? 0);
    if (gap < narrowest) [best, narrowest] = [i, gap];
  }
  return best;
}
