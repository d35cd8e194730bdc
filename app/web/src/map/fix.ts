/** Where a unit is and how old that knowledge is. An old position that looks new sends the wrong unit. */

import { t } from '$shared/i18n/i18n.svelte';
import type { Point, Position, Unit } from '$shared/contract';

export const STALE_S = 60; // dispatch/status.py FIX_LIMIT: the age from which the desk ranks a unit after the others

export interface Known {
  readonly point: Point;
  /** Seconds; null without a position: then the unit is drawn at its station. */
  readonly age_s: number | null;
  readonly isStale: boolean;
}

/** `now_ms` is the service's clock: the dispatcher's machine may be an hour off. */
export function known(unit: Unit, position: Position | undefined, now_ms: number): Known {
  if (position === undefined) return { point: unit.home, age_s: null, isStale: true };
  const age_s = Math.max((now_ms - Date.parse(position.fixed_at)) / 1000, 0);
  return { point: { lat: position.lat, lon: position.lon }, age_s, isStale: age_s > STALE_S };
}

/** An age in one figure and its unit: `4 min`. Cut, not rounded: two minutes are not three. */
export function ageText(age_s: number): string {
  if (age_s < 60) return t('map.age.s', { n: Math.floor(age_s) });
  if (age_s < 3_600) return t('map.age.min', { n: Math.floor(age_s / 60) });
  if (age_s < 86_400) return t('map.age.h', { n: Math.floor(age_s / 3_600) });
  return t('map.age.d', { n: Math.floor(age_s / 86_400) });
}

/** What a unit does, in the few kinds a glance tells apart; each has a shape and a word of its own. */
export type Doing = 'available' | 'assigned' | 'going' | 'scene' | 'silent' | 'off';

const DOING: Readonly<Record<string, Doing>> = {
  Available: 'available',
  Assigned: 'assigned',
  AcknowledgedTransmission: 'assigned',
  EnRoute: 'going',
  Transporting: 'going',
  OnScene: 'scene',
  PatientContact: 'scene',
  AtDestination: 'scene',
  NotAnswering: 'silent',
  OffDuty: 'off',
};

/** A secondary status nobody told this screen about reads as available only if the desk says so. */
export function doing(unit: Unit): Doing {
  return DOING[unit.secondary] ?? (unit.primary === 'Available' ? 'available' : 'assigned');
}
