/** The areas of weather warnings as what MapLibre draws: an outline, and one symbol with words inside it. */

import type { Feature, FeatureCollection, MultiPolygon, Point as Dot, Polygon, Position } from 'geojson';
import polylabel from 'polylabel';
import { exposureOf } from '$console/weather';
import type { HazardFeature } from '$shared/contract';
import { clock } from '$shared/format';
import { t } from '$shared/i18n/i18n.svelte';
import { circle } from './geometry';

const LABEL_DEG = 0.02; // two kilometres: how exactly the middle of an area is sought
const STRENGTHS: Readonly<Record<string, number>> = { Extreme: 4, Severe: 3, Moderate: 2, Minor: 1 };

export function weatherAreas(features: readonly HazardFeature[]): FeatureCollection {
  const drawn: Feature[] = [];
  for (const feature of features) {
    const area = shapeOf(feature);
    const middle = area === null ? null : middleOf(area);
    if (area === null || middle === null) continue;
    const { in_force, severity } = feature.properties;
    const properties = { in_force, strength: STRENGTHS[severity] ?? 0, icon: `hazard-${exposureOf(feature.properties)}`, label: labelOf(feature) };
    drawn.push({ type: 'Feature', properties, geometry: area });
    drawn.push({ type: 'Feature', properties, geometry: { type: 'Point', coordinates: middle } });
  }
  return { type: 'FeatureCollection', features: drawn };
}

/** How many warnings only name a zone nobody told us the shape of. */
export function shapeless(features: readonly HazardFeature[]): number {
  return features.filter((feature) => shapeOf(feature) === null).length;
}

/** `Flood Watch`, and from when on where it is not in force yet. */
export function labelOf({ properties }: HazardFeature): string {
  if (properties.in_force || properties.onset === null) return properties.event;
  return `${properties.event}, ${t('map.weather_from', { time: clock(properties.onset).slice(0, 5) })}`;
}

function shapeOf({ geometry, properties }: HazardFeature): Polygon | MultiPolygon | null {
  if (geometry?.['type'] === 'Polygon' || geometry?.['type'] === 'MultiPolygon') return geometry as unknown as Polygon | MultiPolygon;
  if (geometry?.['type'] !== 'Point' || properties.radius_m === null) return null;
  const [lon, lat] = (geometry as unknown as Dot).coordinates;
  return lat === undefined || lon === undefined ? null : circle({ lat, lon }, properties.radius_m).geometry;
}

/** Well within the largest part: the middle of a bent area may lie outside of it. */
function middleOf(area: Polygon | MultiPolygon): Position | null {
  const parts = area.type === 'Polygon' ? [area.coordinates] : area.coordinates;
  const largest = [...parts].sort((a, b) => extent(b[0]) - extent(a[0]))[0];
  if (largest?.[0] === undefined || largest[0].length < 4) return null;
  const [lon, lat] = polylabel(largest, LABEL_DEG);
  return [lon, lat];
}

function extent(ring: readonly Position[] = []): number {
  const lons = ring.map((corner) => corner[0] ?? 0);
  const lats = ring.map((corner) => corner[1] ?? 0);
  return (Math.max(...lons) - Math.min(...lons)) * (Math.max(...lats) - Math.min(...lats));
}
