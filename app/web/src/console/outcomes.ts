/** What may have become of a person, in the order a dispatcher looks for it, and which need no response at all. */
import type { Outcome } from '$shared/contract';

export const OUTCOMES: readonly Outcome[] = [
  'found_well', 'found_injured', 'found_deceased', 'self_recovered', 'not_found', 'false_activation', 'duplicate', 'transferred', 'test',
];
