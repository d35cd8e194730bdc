/** How far a compass points east of true north, by the World Magnetic Model; the model is loaded when first asked. */
import type { Point } from '$shared/contract';
import { distanceM } from '$shared/distance';

const SAME_M = 20_000; // within which it changes by less than a third of a degree

interface Known {
  readonly at: Point;
  readonly deg: number;
}

let known: Known | null = null;

/** Degrees, east positive: what is added to a compass heading to have the true one. */
export async function declinationDeg(at: Point, when: Date): Promise<number> {
  if (known !== null && distanceM(known.at, at) < SAME_M) return known.deg;
  const { default: geomagnetism } = await import('geomagnetism');
  const { decl } = geomagnetism.model(when, { allowOutOfBoundsModel: true }).point([at.lat, at.lon]);
  known = { at, deg: decl };
  return decl;
}
