/** Mutual aid as a console shows it: who helps, who was asked, whom one may still ask, and which question is one's own to answer. */
import type { Incident, SectorRow } from '$shared/contract';

/** The sectors that may still be asked to help with an incident. */
export function askable(incident: Incident, sectors: Iterable<SectorRow>): SectorRow[] {
  const known = new Set([incident.sector, ...incident.shares.map((share) => share.sector)]);
  return [...sectors].filter((sector) => !known.has(sector.id)).sort((a, b) => a.name.localeCompare(b.name));
}

/** Whether a console of these sectors answers an offer: the alarm rings in the asked sector. One with none named has the region. */
export function isAsked(kind: string, sector: string | null, mine: readonly string[]): boolean {
  return kind === 'share_offered' && sector !== null && (mine.length === 0 || mine.includes(sector));
}

/** Whether this console asks others about an incident: only the incident's own sector does. */
export function mayAsk(incident: Incident, mine: readonly string[]): boolean {
  return incident.where !== 'done' && (mine.length === 0 || incident.sector === null || mine.includes(incident.sector));
}
