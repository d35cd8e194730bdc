/** What the console says of itself: is it connected, how old is its picture, what is ill behind it. */
import type { Phase } from '$shared/stream';

export interface Lamp {
  phase: Phase;
  ageS: number;
  isStale: boolean;
  seq: number;
  lateLoops: readonly string[];
  degraded: Readonly<Record<string, string>>;
  floods: Readonly<Record<string, number>>;
}

export type LampState = 'live' | 'catching_up' | 'connecting' | 'stale' | 'lost' | 'refused';

export const DARK: Lamp = { phase: 'waiting', ageS: 0, isStale: false, seq: 0, lateLoops: [], degraded: {}, floods: {} };

export function lampState(lamp: Lamp): LampState {
  if (lamp.phase === 'refused') return 'refused';
  if (lamp.phase === 'waiting') return 'lost';
  if (lamp.isStale) return 'stale';
  return lamp.phase;
}
