/** What the package `polylabel` gives; it brings no types. */
declare module 'polylabel' {
  export default function polylabel(rings: number[][][], precision?: number): [number, number] & { distance: number };
}
