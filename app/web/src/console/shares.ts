/** Mutual aid as a console shows it: who helps, who was asked, whom one may still ask, and which question is one's own to answer. */
import type { Alarm, Incident, SectorRow } from '$shared/contract';

/** The sectors that may still be asked to help with an incident. */
export function askable(incident: Incident, sectors: Iterable<SectorRow>): SectorRow[] {
  const known = new Set([incident.sector, ...incident.shares.map((share) => share.sector)]);
  return [...sectors].filter((sector) => !known.has(sector.id)).sort((a, b) => a.name.localeCompare(b.name));
}

/** Whether a console of these sectors answers an offer; one with none named has the region. `reason` names who is asked. */
export function isAsked(alarm: Pick<Alarm, 'kind' | 'reason'>, mine: readonly string[]): boolean {
  return alarm.kind === 'share_offered' && (mine.length === 0 || mine.includes(alarm.reason));
}

/** Whether this console asks others about an incident: only the incident's own sector does. */
export function mayAsk(incident: Incident, mine: readonly string[]): boolean {
  return incident.where !== 'done' && (mine.length === 0 || incident.sector === null || mine.includes(incident.sector));
}
