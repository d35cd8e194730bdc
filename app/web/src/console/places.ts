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
  /** From the current place, or where there is none from the phone; null where there is neither. */
  awayM: number | null;
  awayFrom: 'current' | 'device';
  /** Calls that named this very sign, as sure as each other: a crowd's are one card. */
  count: number;
}

export function locationsOf(incident: Incident, calls: readonly Call[], alerts: readonly Alert[], opened: Readonly<Record<string, PrivateCall>>): Location[] {
  const current = incident.place?.point ?? null;
  const phone = calls.flatMap((call) => opened[call.sealed]?.device?.point ?? [])[0] ?? null;
  const reference = current ?? phone;
  const awayFrom = current === null ? 'device' : 'current';
  const line = (one: Omit<Location, 'awayM' | 'awayFrom' | 'count'>): Location => {
    const isReference = one.source === awayFrom;
    return { ...one, count: 1, awayFrom, awayM: reference === null || isReference ? null : distanceM(reference, one.point) };
  };
  const found: Location[] = [];
  if (incident.place !== null) {
    const { point, sign_id: signId, state } = incident.place;
    found.push(line({ key: 'current', source: 'current', signId, point, radiusM: null, state }));
  }
  for (const call of calls) {
    const best = call.candidates[0];
    const key = `stated ${best?.sign_id} ${call.state}`;
    const alike = found.find((one) => one.key === key);
    if (alike !== undefined) alike.count += 1;
    else if (best !== undefined) found.push(line({ key, source: 'stated', signId: best.sign_id, point: best.point, radiusM: null, state: call.state }));
    const device = opened[call.sealed]?.device;
    if (device) found.push(line({ key: `device ${call.id}`, source: 'device', signId: null, point: device.point, radiusM: device.radius_m, state: null }));
  }
  for (const { id, place, tower_id: signId } of alerts) {
    if (place !== null) found.push(line({ key: `tower ${id}`, source: 'tower', signId, point: place.point, radiusM: null, state: place.state }));
  }
  return found;
}
