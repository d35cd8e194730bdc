/**
 * MapLibre with our layers on it: what is shown goes in by name, what was touched comes out.
 *
 * However often something changes, each source is sent to the worker at most once per frame and never twice at a time.
 * A machine without a graphics card, where a picture takes a tenth of a second, gets fewer: the board beside the map
 * must stay quick. What is left out is only what a newer state replaces.
 */

import {
  type GeoJSONSource,
  type LngLatBoundsLike,
  Map as MapLibre,
  type MapLibreEvent,
  type MapMouseEvent,
  type PaddingOptions,
  type PointLike,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import type { FeatureCollection } from 'geojson';
import type { Point } from '$shared/contract';
import { baseUrls } from './base';
import { CLICKED, LIVE, layers, type Live, mapStyle } from './layers';
import type { Palette } from './palette';
import { image, SCALE, SHAPES } from './shapes';

// Vite gives the worker a name of its own; the page's policy allows workers only from this very address.
setWorkerUrl(new URL(workerUrl, location.href).href);

export const HOME: [number, number, number, number] = [-117.4, 25.6, -96.9, 34.2]; // the nine sectors
const AROUND: LngLatBoundsLike = [[-125.5, 19.5], [-87.5, 39.5]]; // beyond this there is no base map
const TOUCH_PX = 8; // half the square around a click: a finger or a shaking hand
const FIT_ZOOM_MAX = 12;
const CLOSE_ZOOM = 11;
const SMOOTH_MS = 34; // two frames at 60 Hz: drawing that costs less is not felt
const SHARE = 4; // of the time, the map takes at most one part in so many when drawing is slow
const PAUSE_MS_MAX = 1_000;

export interface Touched {
  readonly kind: string;
  readonly id: string | number;
}

export interface SheetOptions {
  readonly container: HTMLElement;
  readonly palette: Palette;
  readonly label: string;
  /** Something of the board was clicked; null: empty ground. */
  readonly ontouch: (touched: Touched | null, at: Point) => void;
  /** The pointer moved, at most once per frame; null when it left. */
  readonly onpointer: (at: Point | null) => void;
  /** The middle of the map moved. */
  readonly onmove: (middle: Point) => void;
  readonly onlost: (isLost: boolean) => void;
}

export class Sheet {
  readonly map: MapLibre;
  /** Fulfilled when the layers are there to be filled. */
  readonly ready: Promise<void>;
  readonly #options: SheetOptions;
  readonly #wanted = new Map<Live, FeatureCollection>();
  readonly #busy = new Set<Live>();
  #frame = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #cost_ms = 0;
  #sent_ms = 0;
  #isReady = false;
  #isOver = false;
  /** Where the pointer rests on the screen; the ground moves under it. */
  #pointer: MapMouseEvent['point'] | null = null;
  #pointerFrame = 0;

  /** Raises what MapLibre raises when the browser gives no WebGL2 context. */
  constructor(options: SheetOptions) {
    this.#options = options;
    this.map = new MapLibre({
      container: options.container,
      style: mapStyle(options.palette, baseUrls()),
      bounds: HOME,
      fitBoundsOptions: { padding: 16 },
      maxBounds: AROUND,
      minZoom: 3,
      maxZoom: 17,
      attributionControl: false, // the credit stands below the map, in the person's language
      dragRotate: false, // north stays up: a turned map at three in the morning is a wrong bearing
      pitchWithRotate: false,
      touchPitch: false,
      maxPitch: 0,
      renderWorldCopies: false,
      fadeDuration: 0, // labels of moving units would never finish fading
      locale: { 'Map.Title': options.label },
    });
    this.map.addControl(new ScaleControl({ unit: 'metric' }), 'bottom-right');
    this.map.touchZoomRotate.disableRotation();
    this.map.keyboard.disableRotation();
    this.map.on('click', this.#click);
    this.map.on('mousemove', this.#hover);
    this.map.on('mouseout', this.#leave);
    this.map.on('move', this.#moved);
    this.map.on('render', this.#rendered);
    this.map.on('webglcontextlost', () => options.onlost(true));
    this.map.on('webglcontextrestored', () => options.onlost(false));
    this.ready = new Promise((resolve) => {
      this.map.once('style.load', () => {
        this.#draw(options.palette);
        this.#isReady = true;
        this.#sendSoon();
        resolve();
      });
    });
  }

  /** Show this instead of what the source showed. */
  show(name: Live, shown: FeatureCollection): void {
    this.#wanted.set(name, shown);
    this.#sendSoon();
  }

  /** Take other colours, those of the other theme. */
  paint(palette: Palette): void {
    if (!this.#isReady) {
      void this.ready.then(() => this.paint(palette));
      return;
    }
    this.#draw(palette);
    for (const layer of layers(palette)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        this.map.setPaintProperty(layer.id, name as never, value as never);
      }
    }
  }

  setVisible(ids: readonly string[], isVisible: boolean): void {
    for (const id of ids) this.map.setLayoutProperty(id, 'visibility', isVisible ? 'visible' : 'none');
  }

  /** Bring a place into view; nothing moves when it is well within already. */
  reveal(at: Point, closer = false): void {
    const { x, y } = this.map.project([at.lon, at.lat]);
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    const isWithin = x > width * 0.1 && x < width * 0.9 && y > height * 0.1 && y < height * 0.9;
    const zoom = closer ? Math.max(this.map.getZoom(), CLOSE_ZOOM) : this.map.getZoom();
    if (isWithin && zoom === this.map.getZoom()) return;
    this.map.easeTo({ center: [at.lon, at.lat], zoom, duration: 400 });
  }

  /** Show the whole of a box, or the nine sectors; `padding` is room for what lies over the map, in pixels. */
  fit(box: [number, number, number, number] | null, padding: number | PaddingOptions = 48): void {
    this.map.fitBounds(box ?? HOME, { padding, maxZoom: FIT_ZOOM_MAX, duration: 400 });
  }

  middle(): Point {
    const { lat, lng } = this.map.getCenter();
    return { lat, lon: lng };
  }

  remove(): void {
    this.#isOver = true;
    cancelAnimationFrame(this.#frame);
    cancelAnimationFrame(this.#pointerFrame);
    clearTimeout(this.#waiting);
    this.map.remove();
  }

  #draw(palette: Palette): void {
    for (const name of Object.keys(SHAPES)) {
      const drawn = image(name, palette);
      if (this.map.hasImage(name)) this.map.updateImage(name, drawn);
      else this.map.addImage(name, drawn, { pixelRatio: SCALE });
    }
  }

  #sendSoon(): void {
    if (this.#frame !== 0 || !this.#isReady || this.#isOver) return;
    this.#frame = requestAnimationFrame((at_ms) => {
      this.#frame = 0;
      const pause_ms = this.#cost_ms > SMOOTH_MS ? Math.min(this.#cost_ms * SHARE, PAUSE_MS_MAX) : 0;
      const left_ms = this.#sent_ms + pause_ms - at_ms;
      if (left_ms > 0) {
        this.#waiting ??= setTimeout(() => {
          this.#waiting = undefined;
          this.#sendSoon();
        }, left_ms);
        return;
      }
      this.#sent_ms = at_ms;
      for (const name of LIVE) void this.#send(name);
    });
  }

  /** Learn what a picture costs the page. A browser draws one frame behind, so the second after it tells. */
  #rendered = (): void => {
    const begun_ms = performance.now();
    requestAnimationFrame(() =>
      requestAnimationFrame((at_ms) => {
        this.#cost_ms += ((at_ms - begun_ms) / 2 - this.#cost_ms) / 4;
      }),
    );
  };

  async #send(name: Live): Promise<void> {
    const shown = this.#wanted.get(name);
    if (shown === undefined || this.#busy.has(name)) return;
    this.#wanted.delete(name);
    this.#busy.add(name);
    try {
      await this.map.getSource<GeoJSONSource>(name)?.setData(shown);
    } finally {
      this.#busy.delete(name);
      if (this.#wanted.has(name)) this.#sendSoon();
    }
  }

  #click = (event: MapMouseEvent): void => {
    const at = { lat: event.lngLat.lat, lon: event.lngLat.lng };
    const { x, y } = event.point;
    const box: [PointLike, PointLike] = [[x - TOUCH_PX, y - TOUCH_PX], [x + TOUCH_PX, y + TOUCH_PX]];
    const found = this.map.queryRenderedFeatures(box, { layers: [...CLICKED] });
    const first = found.sort((a, b) => rank(a.layer.id) - rank(b.layer.id))[0];
    if (first?.layer.id === 'clusters') {
      void this.#open(Number(first.properties['cluster_id']), at);
      return;
    }
    const { kind, id } = (first?.properties ?? {}) as Partial<Touched>;
    this.#options.ontouch(kind === undefined || id === undefined ? null : { kind, id }, at);
  };

  async #open(cluster: number, at: Point): Promise<void> {
    const zoom = await this.map.getSource<GeoJSONSource>('signs')?.getClusterExpansionZoom(cluster);
    if (zoom !== undefined && !this.#isOver) this.map.easeTo({ center: [at.lon, at.lat], zoom: zoom + 0.2, duration: 400 });
  }

  #hover = (event: MapMouseEvent): void => {
    this.#pointer = event.point;
    this.#pointSoon();
  };

  #pointSoon(): void {
    if (this.#pointerFrame !== 0) return;
    this.#pointerFrame = requestAnimationFrame(() => {
      this.#pointerFrame = 0;
      if (this.#pointer === null) return;
      const { lat, lng } = this.map.unproject(this.#pointer);
      this.#options.onpointer({ lat, lon: lng });
      const isOver = this.#isReady && this.map.queryRenderedFeatures(this.#pointer, { layers: [...CLICKED] }).length > 0;
      this.map.getCanvas().style.cursor = isOver ? 'pointer' : '';
    });
  }

  #leave = (): void => {
    this.#pointer = null;
    this.#options.onpointer(null);
  };

  #moved = (event: MapLibreEvent): void => {
    const { lat, lng } = event.target.getCenter();
    this.#options.onmove({ lat, lon: lng });
    if (this.#pointer !== null) this.#pointSoon();
  };
}

const rank = (id: string): number => (CLICKED as readonly string[]).indexOf(id);
