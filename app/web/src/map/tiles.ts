/**
 * An operator's own map archives (PMTiles), when there are any: read in ranges from the service, with the same key.
 *
 * Raster archives lie under the names; of vector ones only what helps a search is drawn, under the two usual naming
 * schemes (Protomaps, OpenMapTiles) and tippecanoe's contours. An unknown layer is left out, never an error.
 */

import { addProtocol, type LayerSpecification, type Map as MapLibre } from 'maplibre-gl';
import { type Header, PMTiles, Protocol, type RangeResponse, type Source, TileType } from 'pmtiles';
import type { Api } from '$shared/api';
import { contrast, type Palette } from './palette';

const BELOW = 'border'; // tiles lie over the coarse land and its lines, under the border, everything live and all names
const SCHEME = 'pmtiles';
const PREFIX = 'tiles-';
const protocol = new Protocol();
let isKnown = false;

/** Reads ranges of an archive through the API, which adds the key. */
class Archive implements Source {
  constructor(
    private readonly api: Api,
    private readonly url: string,
  ) {}

  getKey(): string {
    return this.url;
  }

  async getBytes(offset: number, length: number, signal?: AbortSignal): Promise<RangeResponse> {
    const response = await this.api.range(this.url, offset, length, signal);
    const etag = response.headers.get('ETag');
    return { data: await response.arrayBuffer(), ...(etag === null ? {} : { etag }) };
  }
}

/** Add every archive the service has to the map. Raises what the API raises. */
export async function addTiles(map: MapLibre, api: Api, palette: Palette): Promise<void> {
  const { archives } = await api.call('GET /v1/tiles');
  if (archives.length === 0) return;
  if (!isKnown) addProtocol(SCHEME, protocol.tile);
  isKnown = true;
  const opened = await Promise.all(archives.map(({ name, url }) => open(api, name, url)));
  // Pictures first: they would hide the lines.
  for (const { source, url, header, archive } of opened.sort((a, b) => Number(isVector(a.header)) - Number(isVector(b.header)))) {
    if (map.getSource(source) !== undefined) continue;
    map.addSource(source, {
      type: isVector(header) ? 'vector' : 'raster',
      tiles: [`${SCHEME}://${url}/{z}/{x}/{y}`],
      minzoom: header.minZoom,
      maxzoom: header.maxZoom,
      bounds: [header.minLon, header.minLat, header.maxLon, header.maxLat],
      ...(isVector(header) ? {} : { tileSize: 256 }),
    });
    const drawn = isVector(header) ? vectorLayers(source, await namesOf(archive), palette) : [rasterLayer(source, palette)];
    for (const layer of drawn) map.addLayer(layer, BELOW);
  }
}

interface Opened {
  readonly source: string;
  readonly url: string;
  readonly header: Header;
  readonly archive: PMTiles;
}

async function open(api: Api, name: string, url: string): Promise<Opened> {
  const archive = new PMTiles(new Archive(api, url));
  protocol.add(archive);
  return { source: `${PREFIX}${name}`, url, header: await archive.getHeader(), archive };
}

const isVector = (header: Header): boolean => header.tileType === TileType.Mvt;

/** Give the archives' layers the colours of another theme. */
export function paintTiles(map: MapLibre, palette: Palette): void {
  for (const layer of map.getStyle().layers) {
    if (!('source' in layer) || !layer.source.startsWith(PREFIX)) continue;
    const named = 'source-layer' in layer ? (layer['source-layer'] ?? '') : '';
    const fresh = layer.type === 'raster' ? rasterLayer(layer.source, palette) : vectorLayers(layer.source, [named], palette)[0];
    for (const [name, value] of Object.entries(fresh?.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
}

async function namesOf(archive: PMTiles): Promise<string[]> {
  const metadata = (await archive.getMetadata()) as { vector_layers?: { id: string }[] };
  return (metadata.vector_layers ?? []).map(({ id }) => id);
}

function rasterLayer(source: string, p: Palette): LayerSpecification {
  const isNight = contrast(p.land, '#000000') < contrast(p.land, '#ffffff');
  // A white sheet at night blinds: darkened, its names are still read.
  return { id: source, type: 'raster', source, paint: { 'raster-brightness-max': isNight ? 0.35 : 1, 'raster-saturation': isNight ? -0.4 : 0 } };
}

type Drawn = 'water' | 'stream' | 'road' | 'contour' | 'name';

/** How a layer of either scheme is drawn. */
export const DRAWN: Readonly<Record<string, Drawn>> = {
  water: 'water',
  waterway: 'stream',
  roads: 'road',
  transportation: 'road',
  contour: 'contour',
  contours: 'contour',
  pois: 'name',
  poi: 'name',
  physical_point: 'name',
  mountain_peak: 'name',
};

export function vectorLayers(source: string, names: readonly string[], p: Palette): LayerSpecification[] {
  return names.flatMap((name) => {
    const drawn = DRAWN[name];
    return drawn === undefined ? [] : [{ ...look(drawn, p), id: `${source}-${name}`, source, 'source-layer': name } as LayerSpecification];
  });
}

function look(drawn: Drawn, p: Palette): Partial<LayerSpecification> {
  switch (drawn) {
    case 'water':
      return { type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-color': p.water } };
    case 'stream':
      return { type: 'line', paint: { 'line-color': p.info, 'line-width': 1, 'line-opacity': 0.6 } };
    case 'road':
      return { type: 'line', paint: { 'line-color': p.soft, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.5, 14, 2.5], 'line-opacity': 0.7 } };
    case 'contour':
      return { type: 'line', minzoom: 10, paint: { 'line-color': p.state, 'line-width': 0.8, 'line-opacity': 0.6 } };
    case 'name':
      return {
        type: 'symbol',
        minzoom: 11,
        layout: { 'text-field': ['get', 'name'], 'text-font': ['system-ui'], 'text-size': 11 },
        paint: { 'text-color': p.soft, 'text-halo-color': p.halo, 'text-halo-width': 1.3 },
      };
  }
}
