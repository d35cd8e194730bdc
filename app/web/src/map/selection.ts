/** What is selected on the board and on the map: one and the same thing. */

export type Selection =
  | { readonly kind: 'incident'; readonly id: number }
  | { readonly kind: 'unit'; readonly id: string }
  | { readonly kind: 'sign'; readonly id: string }
  | { readonly kind: 'station'; readonly id: string };

export function isSame(one: Selection | null, other: Selection | null): boolean {
  return one?.kind === other?.kind && one?.id === other?.id;
}
