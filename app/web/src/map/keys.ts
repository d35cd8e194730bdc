/**
 * What the keys do while the map has the focus. Panning and zooming are MapLibre's own.
 *
 * None is a key of the console's (`hotkeys.ts`): N must take a new call wherever the focus is.
 */

export type Act = 'next' | 'previous' | 'ruler' | 'mark' | 'cancel' | 'list' | 'heat' | 'fit' | 'centre';

export const ACTS: Readonly<Record<string, Act>> = {
  j: 'next',
  k: 'previous',
  b: 'ruler', // bearing
  Enter: 'mark',
  Escape: 'cancel',
  x: 'list', // text
  h: 'heat',
  '0': 'fit',
  c: 'centre',
};

type Key = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey'>;

/** Null for a key that is not the map's, above all one that belongs to the browser. */
export function actOf(key: Key): Act | null {
  if (key.ctrlKey || key.altKey || key.metaKey) return null;
  return ACTS[key.key.length === 1 ? key.key.toLowerCase() : key.key] ?? null;
}

/** The element after (`step` 1) or before (-1) the current one, round and round; without a current one, an end of the row. */
export function neighbour<T>(row: readonly T[], isCurrent: (each: T) => boolean, step: 1 | -1): T | null {
  if (row.length === 0) return null;
  const at = row.findIndex(isCurrent);
  if (at === -1) return row.at(step === 1 ? 0 : -1) ?? null;
  return row[(at + step + row.length) % row.length] ?? null;
}
