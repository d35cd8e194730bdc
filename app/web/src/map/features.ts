/** Rows of the board and the registry as what MapLibre draws. Every feature carries the words it is labelled with. */

import type { Feature, FeatureCollection, Point as Dot } from 'geojson';
import type { Assignment, Incident, Point, Position, Sign, Station, Unit } from '$shared/contract';
import { distance } from '$shared/format';
import { t } from '$shared/i18n/i18n.svelte';
import { ageText, doing, known } from './fix';
import { circle, line } from './geometry';
import type { Selection } from './selection';

export type Band = 'high' | 'middle' | 'low';

/** 8-10, 5-7, 0-4: the bands by which delays are escalated. */
export function band(priority: number): Band {
  if (priority >= 8) return 'high';
  return priority >= 5 ? 'middle' : 'low';
}

/** Where the caller's phone said it was; `radius_m` is its uncertainty at 90 %. */
export interface DeviceFix {
  readonly lat: number;
  readonly lon: number;
  readonly radius_m: number;
}

type Properties = Record<string, string | number | boolean>;

const NOTHING: FeatureCollection = { type: 'FeatureCollection', features: [] };
export const collection = (features: Feature[]): FeatureCollection =>
  features.length === 0 ? NOTHING : { type: 'FeatureCollection', features };

const dot = ({ lat, lon }: Point, properties: Properties): Feature<Dot> => ({
  type: 'Feature',
  properties,
  geometry: { type: 'Point', coordinates: [lon, lat] },
});

/** Whether the desk itself does not trust the place: it is drawn hollow. */
const isDoubtful = ({ place }: Incident): boolean => place?.state === 'conflicting' || place?.state === 'unverified';

/** `#57 P9 urgent`, and the state of its place unless that is confirmed. */
export function incidentLabel(incident: Incident): string {
  const words = [`#${incident.id}`, t('map.priority', { priority: incident.priority }), t(`map.band.${band(incident.priority)}`)];
  if (incident.place !== null && incident.place.state !== 'confirmed') words.push(t(`map.state.${incident.place.state}`));
  return words.join(' ');
}

/** The open incidents that have a place. `sort` lets the more urgent be drawn over the others and keep its label. */
export function incidents(rows: Iterable<Incident>, selected: Selection | null): FeatureCollection {
  const features: Feature[] = [];
  for (const row of rows) {
    if (row.place === null || row.where === 'done') continue;
    features.push(
      dot(row.place.point, {
        kind: 'incident',
        id: row.id,
        icon: `incident-${band(row.priority)}${isDoubtful(row) ? '-hollow' : ''}`,
        label: incidentLabel(row),
        sort: row.priority,
        selected: selected?.kind === 'incident' && selected.id === row.id,
      }),
    );
  }
  return collection(features);
}

/** The open incidents nobody can draw: those without a place. */
export function placeless(rows: Iterable<Incident>): Incident[] {
  return [...rows].filter(({ place, where }) => place === null && where !== 'done');
}

/** `U12 under way`, and how old its position is when that is old. */
export function unitLabel(unit: Unit, age_s: number | null, isStale: boolean): string {
  const words = `${unit.id} ${t(`map.unit.${doing(unit)}`)}`;
  if (!isStale) return words;
  return `${words}\n${age_s === null ? t('map.fix_none') : t('map.fix_old', { age: ageText(age_s) })}`;
}

export interface UnitOptions {
  readonly selected: Selection | null;
  readonly showsOffDuty: boolean;
  readonly now_ms: number;
}

/** The units, each with its newest position, or at its station without one. The selected one is always there. */
export function units(rows: Iterable<Unit>, positions: ReadonlyMap<string, Position>, options: UnitOptions): FeatureCollection {
  const features: Feature[] = [];
  for (const row of rows) {
    const isSelected = options.selected?.kind === 'unit' && options.selected.id === row.id;
    const does = doing(row);
    if (does === 'off' && !options.showsOffDuty && !isSelected) continue;
    const { point, age_s, isStale } = known(row, positions.get(row.id), options.now_ms);
    features.push(
      dot(point, {
        kind: 'unit',
        id: row.id,
        icon: `unit-${does}${isStale ? '-stale' : ''}`,
        label: unitLabel(row, age_s, isStale),
        stale: isStale,
        sort: isSelected ? 2 : row.assignment_id === null ? 0 : 1,
        selected: isSelected,
      }),
    );
  }
  return collection(features);
}

/** From each unit on an incident to the incident, so that who goes where is seen. */
export function ways(
  assignments: Iterable<Assignment>,
  of: { incident(id: number): Incident | undefined; unit(id: string): Point | undefined },
): FeatureCollection {
  const features: Feature[] = [];
  for (const row of assignments) {
    if (row.ended_at !== null || row.status === 'offered' || row.status === 'at_destination') continue;
    const place = of.incident(row.incident_id)?.place;
    const from = of.unit(row.unit_id);
    if (place === null || place === undefined || from === undefined) continue;
    const drawn = line([from, place.point], { unit: row.unit_id, incident: row.incident_id });
    if (drawn !== null) features.push(drawn);
  }
  return collection(features);
}

/** All signs, to be clustered; a tower counts as 1 of `towers`, so that a cluster says how many are in it. */
export function signs(rows: readonly Sign[], selected: Selection | null): FeatureCollection {
  return collection(
    rows.map((row) =>
      dot(row.point, {
        kind: 'sign',
        id: row.sign_id,
        icon: row.life === 'retired' ? 'sign-retired' : `sign-${row.kind}`,
        label: row.life === 'retired' ? `${row.sign_id}\n${t('map.life.retired')}` : row.sign_id,
        towers: row.kind === 'rescue_tower' ? 1 : 0,
        selected: selected?.kind === 'sign' && selected.id === row.sign_id,
      }),
    ),
  );
}

export function stations(rows: readonly Station[]): FeatureCollection {
  return collection(rows.map((row) => dot(row, { kind: 'station', id: row.id, icon: 'station', label: row.id })));
}

/** The caller's phone: its circle, its middle, and a line to the place with how far apart they are. */
export function device(fix: DeviceFix | null, place: Point | null): FeatureCollection {
  if (fix === null) return NOTHING;
  const features: Feature[] = [circle(fix, fix.radius_m), dot(fix, { kind: 'device', icon: 'device', label: deviceLabel(fix) })];
  const apart = place === null ? null : line([fix, place], { kind: 'apart' });
  if (apart !== null) features.push(apart);
  return collection(features);
}

export function deviceLabel(fix: DeviceFix): string {
  return t('map.device_within', { radius: distance(fix.radius_m) });
}

/** Where else the caller of an incident may be, best first. The accepted place is the incident's own and left out. */
export function candidates(incident: Incident | null): FeatureCollection {
  if (incident === null) return NOTHING;
  const accepted = incident.place?.sign_id;
  return collection(
    incident.candidates.flatMap(({ sign_id, point }, index) =>
      sign_id === accepted ? [] : [dot(point, { kind: 'sign', id: sign_id, icon: 'candidate', label: t('map.candidate', { rank: index + 1, sign: sign_id }) })],
    ),
  );
}
