/** What is known of where somebody is, one line per source, never merged into one. */
import type { Alert, Call, Incident, PlaceState, Point } from '$shared/contract';
import { distanceM } from '$shared/distance';
import type { PrivateCall } from './dossier.svelte';

export interface Location {
  key: string;
  source: 'stated' | 'device' | 'tower' | 'current';
  signId: string | null;
  point: Point;
  /** 90 % of the device's fixes lie within. */
  radiusM: number | null;
  state: PlaceState | null;
  /** From the current place; null where there is none. */
  fromCurrentM: number | null;
}

export function locationsOf(incident: Incident, calls: readonly Call[], alerts: readonly Alert[], opened: Readonly<Record<string, PrivateCall>>): Location[] {
  const current = incident.place?.point ?? null;
  const away = (point: Point): number | null => (current === null ? null : distanceM(current, point));
  const found: Location[] = [];
  if (incident.place !== null) {
    const { point, sign_id: signId, state } = incident.place;
    found.push({ key: 'current', source: 'current', signId, point, radiusM: null, state, fromCurrentM: null });
  }
  for (const call of calls) {
    const best = call.candidates[0];
    if (best !== undefined) {
      found.push({ key: `stated ${call.id}`, source: 'stated', signId: best.sign_id, point: best.point, radiusM: null, state: call.state, fromCurrentM: away(best.point) });
    }
    const device = opened[call.sealed]?.device;
    if (device) {
      found.push({ key: `device ${call.id}`, source: 'device', signId: null, point: device.point, radiusM: device.radius_m, state: null, fromCurrentM: away(device.point) });
    }
  }
  for (const alert of alerts) {
    if (alert.place === null) continue;
    found.push({ key: `tower ${alert.id}`, source: 'tower', signId: alert.tower_id, point: alert.place.point, radiusM: null, state: alert.place.state, fromCurrentM: away(alert.place.point) });
  }
  return found;
}
