/** Where help was needed lately. Apart from the other shapes, because the H3 library weighs more than all of them. */

import type { FeatureCollection, Polygon } from 'geojson';
import { cellToBoundary } from 'h3-js';

const HOT_COUNT = 5; // a single incident is no hot spot, even where there is no second one

/** The outlines of H3 cells, each with its `count` and its `share` of the highest count, 0 < share <= 1. */
export function heat(cells: readonly { cell: string; count: number }[]): FeatureCollection<Polygon> {
  const highest = cells.reduce((most, { count }) => Math.max(most, count), HOT_COUNT);
  return {
    type: 'FeatureCollection',
    features: cells.map(({ cell, count }) => ({
      type: 'Feature',
      properties: { cell, count, share: count / highest },
      geometry: { type: 'Polygon', coordinates: [cellToBoundary(cell, true)] },
    })),
  };
}
