/** The desk's order, as its contract publishes it: priority high first, then received, then id. */
import type { Incident } from '$shared/contract';

export function inDeskOrder(a: Incident, b: Incident): number {
  if (a.priority !== b.priority) return b.priority - a.priority;
  if (a.received_at !== b.received_at) return a.received_at < b.received_at ? -1 : 1;
  return a.id - b.id;
}

export interface Groups {
  pending: Incident[];
  active: Incident[];
}

/** Who still waits for a unit or a person, and who has one. */
export function grouped(incidents: Iterable<Incident>): Groups {
  const pending: Incident[] = [];
  const active: Incident[] = [];
  for (const incident of incidents) (incident.where === 'assigned' ? active : pending).push(incident);
  return { pending: pending.sort(inDeskOrder), active: active.sort(inDeskOrder) };
}
