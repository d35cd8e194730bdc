/** What rings: which sound an alarm or an event has, which cannot be muted, and what waits to be acknowledged here. */
import type { Alarm, AlarmKind } from '$shared/contract';
import type { Sound } from '$shared/sound';
import type { EventFrame } from '$shared/stream';

export const PRIORITY_LOUD = 8; // the desk's own band of the highest priorities
export const NEWS_MAX = 200; // acknowledged by kind beyond it: nobody reads two hundred lines
export const REPEAT_S = 15;

const SOUND_OF: Partial<Record<AlarmKind, Sound>> = {
  mayday: 'mayday',
  no_unit_available: 'no_unit',
  offer_unanswered: 'unanswered',
  unit_not_reached: 'unanswered',
  unit_overdue: 'unanswered',
};
// Most urgent first; the alarm list is in this order.
export const URGENCY: readonly (AlarmKind | News['kind'])[] = [
  'mayday', 'connection_lost', 'no_unit_available', 'unit_not_reached', 'offer_unanswered', 'unit_overdue', 'with_dispatcher', 'share_offered', 'place_disputed',
  'place_changed', 'called_again', 'tower', 'new_call', 'ageing', 'late_report', 'out_of_order', 'system', 'tower_tamper',
  'tower_silent', 'tower_low_battery',
];

/** News of this console, which the desk keeps no alarm for: somebody here must have seen it. */
export interface News {
  key: string;
  kind: 'new_call' | 'tower' | 'connection_lost';
  at: string;
  incidentId: number | null;
  priority: number;
}

export function soundOf(kind: AlarmKind | News['kind']): Sound {
  if (kind === 'new_call' || kind === 'tower' || kind === 'connection_lost') return kind;
  return SOUND_OF[kind] ?? 'attention';
}

/** Whether no mute and no volume touches it. */
export function isLoud(kind: AlarmKind | News['kind'], priority: number): boolean {
  return kind === 'mayday' || kind === 'connection_lost' || priority >= PRIORITY_LOUD;
}

/** The news in a frame: a call or a tower that opened an incident. */
export function newsOf(frame: EventFrame): News | null {
  if (frame.kind !== 'incident.opened') return null;
  const { incident } = frame.event as { incident: { id: number; priority: number; kind: string; alerts: number[] } };
  if (incident.kind !== 'real') return null;
  const kind = incident.alerts.length > 0 ? 'tower' : 'new_call';
  return { key: `incident ${incident.id}`, kind, at: frame.at, incidentId: incident.id, priority: incident.priority };
}

export function isRinging(alarm: Alarm): boolean {
  return alarm.cleared_at === null && alarm.acknowledged_at === null;
}

/** The same alarm raised once more rings once more. */
export function ringKey(alarm: Alarm): string {
  return `${alarm.id} ${alarm.times} ${alarm.raised_at}`;
}

export function byUrgency(a: Alarm, b: Alarm): number {
  const ahead = URGENCY.indexOf(a.kind) - URGENCY.indexOf(b.kind);
  return ahead !== 0 ? ahead : a.id - b.id;
}
