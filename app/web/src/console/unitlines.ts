/** The units as a list: by sector's name, then in the order of their numbers. */
import type { Unit } from '$shared/contract';

export const STALE_FIX_S = 60; // the desk's own limit; an older position is shown as old

export function unitLines(units: Iterable<Unit>, asked: { showOff: boolean; sector: string }): Unit[] {
  return [...units]
    .filter((unit) => (asked.showOff || unit.on_duty || unit.assignment_id !== null) && (asked.sector === '' || unit.sector === asked.sector))
    .sort((a, b) => byNumber(a.id, b.id));
}

export function byNumber(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
