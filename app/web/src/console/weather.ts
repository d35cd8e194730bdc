/** What weather stands over whom, from the service's hazards: asked by the console, decided by nobody but the dispatcher. */
import type { Hazard, HazardFeature } from '$shared/contract';

export const EXPOSURES = ['heat', 'cold', 'flood', 'fire', 'storm', 'wind'] as const;
export type Exposure = (typeof EXPOSURES)[number];
const SEVERITIES = ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'];

/** The picture of a hazard: by what it does to somebody outdoors, else a plain warning sign. */
export function exposureOf(hazard: Pick<Hazard, 'exposure'>): Exposure | 'other' {
  return EXPOSURES.find((one) => one === hazard.exposure) ?? 'other';
}

/** What is in force first, then the worst, then what ends last. */
export function byDanger(a: Hazard, b: Hazard): number {
  const severity = (hazard: Hazard): number => (SEVERITIES.indexOf(hazard.severity) + SEVERITIES.length) % SEVERITIES.length;
  return Number(b.in_force) - Number(a.in_force) || severity(a) - severity(b) || (b.ends ?? '9').localeCompare(a.ends ?? '9');
}

/** By incident, what stands over it now, each exposure once, the worst first. What is not in force yet warns in the panel only. */
export function exposures(features: readonly HazardFeature[]): ReadonlyMap<number, readonly Exposure[]> {
  const found = new Map<number, Exposure[]>();
  const sorted = features.map((feature) => feature.properties).sort(byDanger);
  for (const hazard of sorted) {
    const exposure = exposureOf(hazard);
    if (exposure === 'other' || !hazard.in_force) continue;
    for (const id of hazard.incidents) {
      const known = found.get(id) ?? [];
      if (!known.includes(exposure)) found.set(id, [...known, exposure]);
    }
  }
  return found;
}
