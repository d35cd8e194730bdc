/** The unrecorded lane: distress on some disk and not in the ledger yet. It has no numbers; lines come and go as told. */
import type { Unrecorded } from '$shared/contract';
import type { UnrecordedFrame } from '$shared/stream';

export interface Lane {
  lines: ReadonlyMap<string, Unrecorded>;
  /** How many there are, also those that were not told one by one. */
  waiting: number;
}

export const EMPTY: Lane = { lines: new Map(), waiting: 0 };
export const LINES_MAX = 20; // more than a person reads; the rest is a number

/** The lane after a frame. */
export function told(lane: Lane, frame: UnrecordedFrame): Lane {
  const lines = new Map(lane.lines);
  for (const report of frame.reports) lines.set(report.id, report);
  for (const id of frame.recorded) lines.delete(id);
  return { lines, waiting: frame.waiting };
}

/** What rings in a frame: real distress that was not on the lane before. A mayday before anything else. */
export function ringsFor(lane: Lane, frame: UnrecordedFrame): 'mayday' | 'unrecorded' | null {
  const fresh = frame.reports.filter((report) => report.kind === 'real' && !lane.lines.has(report.id));
  if (fresh.length === 0) return null;
  return fresh.some((report) => report.what === 'mayday') ? 'mayday' : 'unrecorded';
}

/** Maydays first, then the oldest first. */
export function inOrder(lane: Lane): Unrecorded[] {
  return [...lane.lines.values()].sort((a, b) => Number(b.what === 'mayday') - Number(a.what === 'mayday') || a.at.localeCompare(b.at));
}
