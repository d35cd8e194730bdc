/** What is chosen on the map is chosen everywhere; the panel stays on the map it was chosen on. */
import type { Selection } from '$map/selection';
import type { Console } from './console.svelte';

export function choose(desk: Console, chosen: Selection | null): void {
  if (chosen?.kind === 'incident') desk.select(chosen.id, desk.panel);
  else if (chosen?.kind === 'unit') desk.selectUnit(chosen.id);
  else desk.mark = chosen;
}
