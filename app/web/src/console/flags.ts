/** The short words a row carries beside its status: what a person should know before opening it. */
import type { Alarm, Incident } from '$shared/contract';
import type { Key } from '$shared/i18n/i18n.svelte';
import type { Exposure } from './weather';

export interface Flag {
  key: Key;
  isUrgent: boolean;
}

/** At most a few at once: the urgent ones first. `alarms` are the incident's own, open ones, `weather` what stands over it. */
export function flagsOf(incident: Incident, alarms: readonly Alarm[], weather: readonly Exposure[] = []): Flag[] {
  const flags: Flag[] = [];
  const add = (key: Key, isUrgent = false): number => flags.push({ key, isUrgent });
  const has = (kind: Alarm['kind']): boolean => alarms.some((alarm) => alarm.kind === kind);
  if (has('no_unit_available') || incident.held === 'nobody_left') add('flag.no_unit', true);
  if (has('unit_not_reached')) add('flag.not_reached', true);
  if (has('unit_overdue')) add('flag.overdue', true);
  if (has('offer_unanswered')) add('flag.unanswered', true);
  if (has('place_disputed')) add('flag.disputed', true);
  if (incident.kind !== 'real') add(incident.kind === 'test' ? 'flag.test' : 'flag.exercise');
  if (incident.party.child_alone === true) add('flag.child_alone', true);
  for (const exposure of weather) add(`flag.exposure_${exposure}`);
  if (incident.links.some((link) => link.relation === 'possible_duplicate')) add('flag.duplicate');
  if (incident.late) add('flag.late');
  if (incident.reopened) add('flag.reopened');
  return flags;
}

/** How far through its ageing an incident that waits is: 0 fresh, 1 half way, 2 past the desk's own time. */
export function wait(incident: Incident, nowMs: number): 0 | 1 | 2 {
  if (incident.ages_at === null || incident.where === 'assigned') return 0;
  const due = Date.parse(incident.ages_at);
  const began = Date.parse(incident.opened_at);
  if (nowMs >= due) return 2;
  return nowMs >= (began + due) / 2 ? 1 : 0;
}
