/** The way to a place as the desk reckons it, carried on to where the phone is now. */
import type { Task } from '$shared/contract';

/** The way to the place of an assignment, from where the unit was when it was asked for. */
export interface Way {
  readonly assignmentId: number;
  readonly placeKey: string;
  readonly task: Task;
}

/** Seconds for the metres that are left, at the pace the desk reckoned with; null where it reckoned nothing. */
export function secondsLeft(way: Way | null, metres: number | null): number | null {
  const { travel_s = null, distance_m = null } = way?.task ?? {};
  if (travel_s === null || distance_m === null || metres === null) return null;
  return distance_m < 1 ? travel_s : (travel_s * metres) / distance_m;
}
