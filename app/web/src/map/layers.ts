/** The map's layers, bottom to top, for a palette. No glyphs are loaded: without a glyphs URL MapLibre draws text with the machine's own fonts. */

import type { ExpressionSpecification, LayerSpecification, SourceSpecification, StyleSpecification, SymbolLayerSpecification } from 'maplibre-gl';
import type { BaseUrls } from './base';
import type { Palette } from './palette';

/** What changes while the map is shown; the base map does not. */
export const LIVE = ['weather', 'heat', 'signs', 'stations', 'track', 'ways', 'device', 'candidates', 'units', 'incidents', 'ruler'] as const;
export type Live = (typeof LIVE)[number];

/** The layers a click looks at, what lies on top first. */
export const CLICKED = ['incidents', 'candidates', 'units', 'signs', 'stations', 'clusters'] as const;

export const CLUSTER_ZOOM_MAX = 10; // from 11 on, signs of one route are farther apart than their symbols
const SIGN_LABELS_FROM = 11.5;
const TOUCH_PX = 45;

// The first family's name says the weight, which MapLibre reads from it; no machine has it, so the next one is drawn.
const PLAIN = ['system-ui'];
const BOLD = ['Auxilio Bold', 'system-ui'];

const is = (kind: string): ExpressionSpecification => ['==', ['get', 'kind'], kind];
const isLine: ExpressionSpecification = ['==', ['geometry-type'], 'LineString'];
const isArea: ExpressionSpecification = ['==', ['geometry-type'], 'Polygon'];
const isAreaOrAreas: ExpressionSpecification = ['match', ['geometry-type'], ['Polygon', 'MultiPolygon'], true, false];
const isDot: ExpressionSpecification = ['==', ['geometry-type'], 'Point'];

export function sources(base: BaseUrls): Record<string, SourceSpecification> {
  const live = Object.fromEntries(LIVE.map((name) => [name, source(name)]));
  return {
    land: { type: 'geojson', data: base.land },
    lines: { type: 'geojson', data: base.lines },
    names: { type: 'geojson', data: base.names },
    ...live,
  };
}

function source(name: Live): SourceSpecification {
  const data: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };
  if (name !== 'signs') return { type: 'geojson', data };
  return {
    type: 'geojson',
    data,
    cluster: true,
    clusterMaxZoom: CLUSTER_ZOOM_MAX,
    clusterRadius: TOUCH_PX,
    clusterProperties: { towers: ['+', ['get', 'towers']] },
  };
}

export function mapStyle(palette: Palette, base: BaseUrls): StyleSpecification {
  return { version: 8, name: 'Auxilio', sources: sources(base), layers: layers(palette) };
}

export function layers(p: Palette): LayerSpecification[] {
  return [...ground(p), ...below(p), ...placeNames(p), ...weatherNames(p), ...signLayers(p), ...people(p)];
}

/** Land, water and the lines between. An operator's own tiles go right under the border. */
function ground(p: Palette): LayerSpecification[] {
  return [
    { id: 'water', type: 'background', paint: { 'background-color': p.water } },
    { id: 'land', type: 'fill', source: 'land', filter: is('land'), paint: { 'fill-color': p.land, 'fill-antialias': false } },
    { id: 'county', type: 'line', source: 'lines', filter: is('county'), minzoom: 5.5, paint: { 'line-color': p.county, 'line-width': 1 } },
    { id: 'state', type: 'line', source: 'lines', filter: is('state'), paint: { 'line-color': p.state, 'line-width': ['interpolate', ['linear'], ['zoom'], 4, 0.8, 10, 2] } },
    // Over the counties: their lines come from another source and end a little beyond the border.
    { id: 'mexico', type: 'fill', source: 'land', filter: is('mexico'), paint: { 'fill-color': p.mexico, 'fill-antialias': false } },
    { id: 'coast', type: 'line', source: 'lines', filter: is('coast'), paint: { 'line-color': p.state, 'line-width': 1 } },
    {
      id: 'border',
      type: 'line',
      source: 'lines',
      filter: is('border'),
      layout: { 'line-join': 'round' },
      paint: { 'line-color': p.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 4, 1.4, 8, 2.4, 14, 3.5], 'line-dasharray': [5, 2, 1, 2] },
    },
  ];
}

/** What lies on the ground and under all names: heat, circles, tracks. */
function below(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'weather',
      type: 'fill',
      source: 'weather',
      filter: isAreaOrAreas,
      paint: { 'fill-color': p.warn, 'fill-opacity': ['*', ['case', ['get', 'in_force'], 0.045, 0.02], ['get', 'strength']] },
    },
    { id: 'weather-edge', type: 'line', source: 'weather', filter: ['all', isAreaOrAreas, ['get', 'in_force']], paint: { 'line-color': p.warn, 'line-width': 2 } },
    { id: 'weather-edge-upcoming', type: 'line', source: 'weather', filter: ['all', isAreaOrAreas, ['!', ['get', 'in_force']]], paint: { 'line-color': p.warn, 'line-width': 1.6, 'line-dasharray': [3, 3] } },
    { id: 'heat', type: 'fill', source: 'heat', paint: { 'fill-color': p.odd, 'fill-opacity': ['interpolate', ['linear'], ['get', 'share'], 0, 0.12, 1, 0.62] } },
    { id: 'heat-edge', type: 'line', source: 'heat', paint: { 'line-color': p.odd, 'line-width': 1, 'line-opacity': 0.55 } },
    {
      id: 'heat-count',
      type: 'symbol',
      source: 'heat',
      minzoom: 8,
      layout: { 'text-field': ['to-string', ['get', 'count']], 'text-font': BOLD, 'text-size': 13 },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.5 },
    },
    { id: 'device-area', type: 'fill', source: 'device', filter: isArea, paint: { 'fill-color': p.accent, 'fill-opacity': 0.14 } },
    { id: 'device-edge', type: 'line', source: 'device', filter: isArea, paint: { 'line-color': p.accent, 'line-width': 2 } },
    { id: 'device-apart', type: 'line', source: 'device', filter: isLine, paint: { 'line-color': p.accent, 'line-width': 1.5, 'line-dasharray': [2, 2] } },
    { id: 'track-under', type: 'line', source: 'track', filter: isLine, layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': p.halo, 'line-width': 6 } },
    { id: 'track', type: 'line', source: 'track', filter: isLine, layout: { 'line-join': 'round', 'line-cap': 'round' }, paint: { 'line-color': p.accent, 'line-width': 3 } },
    { id: 'track-fixes', type: 'circle', source: 'track', filter: isDot, minzoom: 10, paint: { 'circle-radius': 3, 'circle-color': p.halo, 'circle-stroke-color': p.accent, 'circle-stroke-width': 1.5 } },
    { id: 'ways', type: 'line', source: 'ways', paint: { 'line-color': p.info, 'line-width': 1.4, 'line-dasharray': [1.5, 2.5], 'line-opacity': 0.8 } },
  ];
}

function placeNames(p: Palette): LayerSpecification[] {
  const name: SymbolLayerSpecification['layout'] = { 'text-field': ['get', 'name'], 'text-font': PLAIN };
  const soft: SymbolLayerSpecification['paint'] = { 'text-color': p.soft, 'text-halo-color': p.halo, 'text-halo-width': 1.4 };
  return [
    {
      id: 'names-county',
      type: 'symbol',
      source: 'names',
      filter: is('county'),
      minzoom: 6.3,
      maxzoom: 11,
      layout: { ...name, 'text-size': 12, 'text-letter-spacing': 0.08, 'text-max-width': 7, 'text-padding': 12 },
      paint: { ...soft, 'text-opacity': 0.9 },
    },
    {
      id: 'names-town',
      type: 'symbol',
      source: 'names',
      filter: ['all', is('town'), ['<=', ['get', 'rank'], ['step', ['zoom'], 0, 5, 1, 6, 2, 7.5, 3, 9, 4]]],
      layout: {
        ...name,
        'icon-image': 'town', // a dot without its name says nothing: both are drawn, or neither
        'icon-padding': 0,
        'text-size': ['interpolate', ['linear'], ['zoom'], 5, ['match', ['get', 'rank'], [0, 1], 12.5, 11.5], 10, ['match', ['get', 'rank'], [0, 1], 17, [2], 15, 13]],
        'text-variable-anchor': ['left', 'right', 'top', 'bottom'],
        'text-radial-offset': 0.5,
        'text-justify': 'auto',
        'symbol-sort-key': ['get', 'rank'],
        'text-padding': 4,
      },
      paint: { ...soft, 'text-color': ['match', ['get', 'rank'], [0, 1, 2], p.text, p.soft] },
    },
    {
      id: 'names-state',
      type: 'symbol',
      source: 'names',
      filter: ['any', is('state'), is('country')],
      maxzoom: 7.5,
      layout: { ...name, 'text-font': BOLD, 'text-size': ['interpolate', ['linear'], ['zoom'], 4, 12, 7, 18], 'text-letter-spacing': 0.25, 'text-transform': 'uppercase', 'text-padding': 10 },
      paint: { ...soft, 'text-opacity': 0.85 },
    },
  ];
}

function weatherNames(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'weather-names',
      type: 'symbol',
      source: 'weather',
      filter: isDot,
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'text-field': ['get', 'label'],
        'text-font': BOLD,
        'text-size': 12.5,
        'text-anchor': 'top',
        'text-offset': [0, 1.1],
        'text-optional': true,
        'text-max-width': 12,
        'symbol-sort-key': ['-', 0, ['get', 'strength']],
      },
      paint: { 'text-color': p.warn, 'text-halo-color': p.halo, 'text-halo-width': 1.8 },
    },
  ];
}

function signLayers(p: Palette): LayerSpecification[] {
  return [
    {
      id: 'clusters',
      type: 'circle',
      source: 'signs',
      filter: ['has', 'point_count'],
      paint: {
        'circle-color': p.raised,
        'circle-opacity': 0.92,
        'circle-radius': ['interpolate', ['linear'], ['get', 'point_count'], 2, 11, 50, 15, 400, 22],
        'circle-stroke-color': ['case', ['>', ['get', 'towers'], 0], p.odd, p.info],
        'circle-stroke-width': 1.5,
      },
    },
    {
      id: 'cluster-count',
      type: 'symbol',
      source: 'signs',
      filter: ['has', 'point_count'],
      layout: {
        'text-field': ['case', ['>', ['get', 'towers'], 0], ['concat', ['to-string', ['get', 'point_count']], '\n▲', ['to-string', ['get', 'towers']]], ['to-string', ['get', 'point_count']]],
        'text-font': PLAIN,
        'text-size': 11,
        'text-line-height': 1,
        'text-allow-overlap': true,
        'text-ignore-placement': true,
      },
      paint: { 'text-color': p.text },
    },
    {
      id: 'signs',
      type: 'symbol',
      source: 'signs',
      filter: ['!', ['has', 'point_count']],
      layout: {
        'icon-image': ['get', 'icon'],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 5, 0.65, 12, 1],
        'icon-allow-overlap': true,
        'icon-ignore-placement': true,
        'text-field': ['step', ['zoom'], '', SIGN_LABELS_FROM, ['get', 'label']],
        'text-font': PLAIN,
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': [0, 0.9],
        'text-optional': true,
      },
      paint: { 'text-color': p.text, 'text-halo-color': p.halo, 'text-halo-width': 1.5 },
    },
    {
      id: 'stations',
      type: 'symbol',
      source: 'stations',
      minzoom: 7,
      layout: {
        'icon-image': 'station',
        'icon-allow-overlap': true,
        'text-field': ['get', 'label'],
        'text-font': PLAIN,
        'text-size': 12,
        'text-anchor': 'top',
        'text-offset': [0, 0.8],
        'text-optional': true,
      },
      paint: { 'text-color': p.soft, 'text-halo-color': p.halo, 'text-halo-width': 1.5 },
    },
  ];
}

/** Those whom all this is about, over everything else. */
function people(p: Palette): LayerSpecification[] {
  const label: SymbolLayerSpecification['layout'] = {
    'icon-image': ['get', 'icon'],
    'icon-allow-overlap': true,
    'icon-ignore-placement': true,
    'text-field': ['get', 'label'],
    'text-variable-anchor': ['left', 'right', 'bottom', 'top'],
    'text-radial-offset': 1,
    'text-justify': 'auto',
    'text-optional': true,
    'text-max-width': 30,
  };
  const halo = { 'text-halo-color': p.halo, 'text-halo-width': 1.8 };
  const ring = (source: Live): LayerSpecification => ({
    id: `${source}-selected`,
    type: 'circle',
    source,
    filter: ['all', ['!', ['has', 'point_count']], ['==', ['get', 'selected'], true]],
    paint: { 'circle-radius': 17, 'circle-color': p.focus, 'circle-opacity': 0.18, 'circle-stroke-color': p.focus, 'circle-stroke-width': 3 },
  });
  return [
    ring('signs'),
    ring('units'),
    ring('incidents'),
    {
      id: 'units',
      type: 'symbol',
      source: 'units',
      layout: {
        ...label,
        // Far out, the many that wait are only dots, and those on an incident only their number; near, all is said.
        'text-field': ['step', ['zoom'], ['case', ['>', ['get', 'sort'], 0], ['get', 'id'], ''], 7, ['case', ['>', ['get', 'sort'], 0], ['get', 'label'], ['get', 'id']], 9, ['get', 'label']],
        'text-font': PLAIN,
        'text-size': ['interpolate', ['linear'], ['zoom'], 6, 11.5, 10, 13],
        'icon-size': ['interpolate', ['linear'], ['zoom'], 5, 0.6, 9, 1],
        'icon-rotate': ['coalesce', ['get', 'heading'], 0],
        'symbol-sort-key': ['-', 0, ['get', 'sort']],
      },
      paint: { ...halo, 'text-color': ['case', ['get', 'stale'], p.soft, p.text] },
    },
    { id: 'candidates', type: 'symbol', source: 'candidates', layout: { ...label, 'text-font': PLAIN, 'text-size': 13 }, paint: { ...halo, 'text-color': p.warn } },
    { id: 'device', type: 'symbol', source: 'device', filter: isDot, layout: { ...label, 'text-font': PLAIN, 'text-size': 13 }, paint: { ...halo, 'text-color': p.accent } },
    {
      id: 'incidents',
      type: 'symbol',
      source: 'incidents',
      layout: { ...label, 'text-font': BOLD, 'text-size': 13, 'symbol-sort-key': ['-', 0, ['get', 'sort']] },
      paint: { ...halo, 'text-color': p.text },
    },
    { id: 'ruler-under', type: 'line', source: 'ruler', filter: isLine, paint: { 'line-color': p.halo, 'line-width': 6 } },
    { id: 'ruler', type: 'line', source: 'ruler', filter: isLine, paint: { 'line-color': p.focus, 'line-width': 2.5 } },
    { id: 'ruler-ends', type: 'circle', source: 'ruler', filter: isDot, paint: { 'circle-radius': 4, 'circle-color': p.focus, 'circle-stroke-color': p.halo, 'circle-stroke-width': 2 } },
    {
      id: 'ruler-says',
      type: 'symbol',
      source: 'ruler',
      filter: isLine,
      layout: { 'symbol-placement': 'line-center', 'text-field': ['get', 'label'], 'text-font': BOLD, 'text-size': 14, 'text-offset': [0, -1], 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { ...halo, 'text-color': p.focus },
    },
  ];
}
