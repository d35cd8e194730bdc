/** Shapes drawn on the map that are not places of the registry: circles of uncertainty, lines, the ruler. */

import type { Feature, LineString, Polygon, Position } from 'geojson';
import type { Point } from '$shared/contract';
import { bearingDeg, distanceM } from '$shared/distance';

const EARTH_RADIUS_M = 6_371_008.8; // as geo/point.py: what is drawn and what is said must agree
const CIRCLE_CORNERS = 64; // flat sides stay below half a pixel up to a radius of 400 px

/** The ring of all places `radius_m` away, closed, counter-clockwise. */
export function circle(centre: Point, radius_m: number): Feature<Polygon> {
  const ring: Position[] = [];
  for (let corner = 0; corner <= CIRCLE_CORNERS; corner++) {
    const { lat, lon } = destination(centre, 360 - (corner % CIRCLE_CORNERS) * (360 / CIRCLE_CORNERS), radius_m);
    ring.push([lon, lat]);
  }
  return { type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ring] } };
}

/** Where one arrives after `metres` on a great circle that leaves at `bearing` degrees from true north. */
export function destination(from: Point, bearing: number, metres: number): Point {
  const arc = metres / EARTH_RADIUS_M;
  const lat = radians(from.lat);
  const turned = radians(bearing);
  const sinLat = Math.sin(lat) * Math.cos(arc) + Math.cos(lat) * Math.sin(arc) * Math.cos(turned);
  const east = Math.atan2(Math.sin(turned) * Math.sin(arc) * Math.cos(lat), Math.cos(arc) - Math.sin(lat) * sinLat);
  const lon = from.lon + degrees(east);
  return { lat: degrees(Math.asin(sinLat)), lon: ((lon + 540) % 360) - 180 };
}

/** A line through places in their order; null for fewer than two, which are no line. */
export function line(through: readonly Point[], properties: Record<string, string | number> = {}): Feature<LineString> | null {
  if (through.length < 2) return null;
  const coordinates = through.map(({ lat, lon }) => [lon, lat]);
  return { type: 'Feature', properties, geometry: { type: 'LineString', coordinates } };
}

/** What the ruler says from one place to another. `bearing` and `back` are degrees from true north. */
export interface Measure {
  readonly metres: number;
  readonly bearing: number;
  readonly back: number;
}

export function measure(from: Point, to: Point): Measure {
  return { metres: distanceM(from, to), bearing: bearingDeg(from, to), back: bearingDeg(to, from) };
}

/** The box around places: west, south, east, north; null around nothing. */
export function bounds(places: Iterable<Point>): [number, number, number, number] | null {
  let box: [number, number, number, number] | null = null;
  for (const { lat, lon } of places) {
    box = box === null
      ? [lon, lat, lon, lat]
      : [Math.min(box[0], lon), Math.min(box[1], lat), Math.max(box[2], lon), Math.max(box[3], lat)];
  }
  return box;
}

const radians = (angle: number): number => (angle * Math.PI) / 180;
const degrees = (angle: number): number => (angle * 180) / Math.PI;
