/** The map's symbols, drawn here and not loaded: each a shape of its own, so that none depends on its colour. */

import type { Palette } from './palette';

const SIZE_PX = 26;
export const SCALE = 2; // pixels of the image to one of the screen; sharp on a phone, fine on a monitor

type Pen = CanvasRenderingContext2D;
type Draw = (pen: Pen, palette: Palette) => void;

/** Name and drawing of every symbol. The pen stands in the middle; ±11 is the edge. */
export const SHAPES: Readonly<Record<string, Draw>> = {
  'incident-high': (pen, p) => {
    filled(pen, octagon(11), p.urgent, p.halo);
    mark(pen, '!', p.onUrgent);
  },
  'incident-high-hollow': (pen, p) => {
    hollow(pen, octagon(10), p.urgent, p.halo);
    mark(pen, '?', p.urgent);
  },
  'incident-middle': (pen, p) => {
    filled(pen, triangle(12), p.warn, p.halo);
    mark(pen, '!', p.onWarn, 2);
  },
  'incident-middle-hollow': (pen, p) => {
    hollow(pen, triangle(11), p.warn, p.halo);
    mark(pen, '?', p.warn, 2);
  },
  'incident-low': (pen, p) => filled(pen, diamond(10), p.text, p.halo),
  'incident-low-hollow': (pen, p) => {
    hollow(pen, diamond(10), p.text, p.halo);
    mark(pen, '?', p.text);
  },
  ...unit('available', (pen, colour, p) => hollow(pen, disc(7), colour, p.halo)),
  ...unit('assigned', (pen, colour, p) => {
    hollow(pen, disc(7), colour, p.halo);
    filled(pen, disc(3.2), colour);
  }),
  ...unit('going', (pen, colour, p) => filled(pen, chevron(), colour, p.halo)),
  ...unit('scene', (pen, colour, p) => filled(pen, square(6.5), colour, p.halo)),
  ...unit('silent', (pen, colour, p) => {
    hollow(pen, disc(7), colour, p.halo);
    mark(pen, '?', colour);
  }),
  ...unit('off', (pen, colour, p) => {
    hollow(pen, disc(5), colour, p.halo);
    stroke(pen, [[-5, 5], [5, -5]], colour, 2);
  }),
  'sign-land_placard': (pen, p) => {
    filled(pen, rectangle(5, 4), p.info, p.halo);
    stroke(pen, [[0, 4], [0, 9]], p.info, 2);
  },
  'sign-water_placard': (pen, p) => {
    filled(pen, rectangle(5, 4), p.info, p.halo);
    stroke(pen, [[-6, 8], [-3, 6.5], [0, 8], [3, 6.5], [6, 8]], p.info, 1.8);
  },
  'sign-rescue_tower': (pen, p) => {
    stroke(pen, [[-5, 10], [0, -7], [5, 10]], p.halo, 5);
    stroke(pen, [[-5, 10], [0, -7], [5, 10]], p.odd, 2.2);
    stroke(pen, [[-3, 4], [3, 4]], p.odd, 2);
    filled(pen, disc(3.4, 0, -7), p.odd, p.halo);
  },
  'sign-retired': (pen, p) => {
    hollow(pen, rectangle(5, 4), p.soft, p.halo);
    stroke(pen, [[-5, 4], [5, -4]], p.soft, 1.6);
  },
  station: (pen, p) => hollow(pen, [[-7, 7], [-7, -1], [0, -8], [7, -1], [7, 7]], p.soft, p.halo),
  town: (pen, p) => filled(pen, disc(2.5), p.soft),
  device: (pen, p) => {
    filled(pen, rectangle(4.5, 8), p.accent, p.halo);
    filled(pen, rectangle(3, 5), p.halo);
  },
  candidate: (pen, p) => {
    hollow(pen, disc(8), p.warn, p.halo);
    stroke(pen, [[-4, 0], [4, 0]], p.warn, 2);
    stroke(pen, [[0, -4], [0, 4]], p.warn, 2);
  },
  target: (pen, p) => {
    filled(pen, disc(10), p.urgent, p.halo);
    filled(pen, disc(6.5), p.halo);
    filled(pen, disc(3.5), p.urgent);
  },
  'hazard-heat': (pen, p) => {
    filled(pen, disc(4.5), p.warn, p.halo);
    for (let ray = 0; ray < 8; ray++) stroke(pen, spoke(ray / 8, 6.5, 10.5), p.warn, 2);
  },
  'hazard-cold': (pen, p) => {
    filled(pen, disc(11), p.halo);
    for (let arm = 0; arm < 3; arm++) stroke(pen, [...spoke(arm / 6, -10, 10)], p.warn, 2.2);
    for (let arm = 0; arm < 6; arm++) stroke(pen, disc(1.6, ...tip(arm / 6, 7)), p.warn, 1.6);
  },
  'hazard-flood': (pen, p) => {
    filled(pen, disc(11), p.halo);
    for (const down of [-5, 1, 7]) stroke(pen, wave(down), p.warn, 2.2);
  },
  'hazard-fire': (pen, p) => {
    filled(pen, [[0, -11], [3, -4], [6, -6], [8, 3], [4, 10], [-4, 10], [-8, 3], [-4, -3], [0, -11]], p.warn, p.halo);
    filled(pen, [[0, 1], [3, 6], [0, 9], [-3, 6], [0, 1]], p.halo);
  },
  'hazard-storm': (pen, p) => filled(pen, [[2, -11], [-7, 2], [-1, 2], [-3, 11], [7, -3], [1, -3], [2, -11]], p.warn, p.halo),
  'hazard-wind': (pen, p) => {
    filled(pen, disc(11), p.halo);
    stroke(pen, [[-10, -4], [4, -4], [7, -6], [5, -9]], p.warn, 2.2);
    stroke(pen, [[-8, 1], [10, 1]], p.warn, 2.2);
    stroke(pen, [[-10, 6], [2, 6], [5, 8], [3, 10]], p.warn, 2.2);
  },
  'hazard-other': (pen, p) => {
    hollow(pen, square(8), p.warn, p.halo);
    mark(pen, '!', p.warn);
  },
  'own-heading': (pen, p) => filled(pen, chevron(), p.accent, p.halo),
  own: (pen, p) => {
    filled(pen, disc(8), p.halo);
    filled(pen, disc(6.5), p.accent);
  },
};

const UNIT_COLOUR: Readonly<Record<string, keyof Palette>> = {
  available: 'good',
  assigned: 'info',
  going: 'info',
  scene: 'good',
  silent: 'warn',
  off: 'soft',
};

/** A unit's symbol, and the same in grey with a broken ring around it for a position that is old. */
function unit(name: string, draw: (pen: Pen, colour: string, palette: Palette) => void): Record<string, Draw> {
  return {
    [`unit-${name}`]: (pen, palette) => draw(pen, palette[UNIT_COLOUR[name] ?? 'soft'], palette),
    [`unit-${name}-stale`]: (pen, palette) => {
      draw(pen, palette.soft, palette);
      pen.setLineDash([3, 3]);
      stroke(pen, disc(11), palette.soft, 1.4);
      pen.setLineDash([]);
    },
  };
}

/** The symbol as pixels. */
export function image(name: string, palette: Palette): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE_PX * SCALE;
  const pen = canvas.getContext('2d');
  const draw = SHAPES[name];
  if (pen === null || draw === undefined) throw new Error(`no symbol "${name}"`);
  pen.scale(SCALE, SCALE);
  pen.translate(SIZE_PX / 2, SIZE_PX / 2);
  pen.lineJoin = 'round';
  pen.lineCap = 'round';
  draw(pen, palette);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

type Corner = readonly [number, number];
type Outline = readonly Corner[];

function regular(corners: number, radius: number, turn: number, x = 0, y = 0): Outline {
  return Array.from({ length: corners + 1 }, (_, i) => {
    const angle = turn + (i % corners) * ((2 * Math.PI) / corners);
    return [x + radius * Math.sin(angle), y - radius * Math.cos(angle)] as const;
  });
}

const octagon = (radius: number): Outline => regular(8, radius, Math.PI / 8);
const diamond = (radius: number): Outline => regular(4, radius, 0);
const triangle = (radius: number): Outline => regular(3, radius, 0, 0, 2);
const disc = (radius: number, x = 0, y = 0): Outline => regular(40, radius, 0, x, y);
const square = (half: number): Outline => rectangle(half, half);
const rectangle = (x: number, y: number): Outline => [[-x, -y], [x, -y], [x, y], [-x, y], [-x, -y]];
const chevron = (): Outline => [[0, -9], [8, 8], [0, 4], [-8, 8], [0, -9]];

const tip = (turn: number, radius: number): Corner => [radius * Math.sin(turn * 2 * Math.PI), -radius * Math.cos(turn * 2 * Math.PI)];
const spoke = (turn: number, from: number, to: number): Outline => [tip(turn, from), tip(turn, to)];
const wave = (down: number): Outline => Array.from({ length: 19 }, (_, i) => [i - 9, down + 2 * Math.sin((i / 18) * 4 * Math.PI)] as const);

function path(pen: Pen, outline: Outline): void {
  pen.beginPath();
  outline.forEach(([x, y], i) => (i === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
}

function filled(pen: Pen, outline: Outline, colour: string, edge?: string): void {
  path(pen, outline);
  pen.closePath();
  if (edge !== undefined) edged(pen, edge, 3);
  pen.fillStyle = colour;
  pen.fill();
}

function hollow(pen: Pen, outline: Outline, colour: string, ground: string): void {
  path(pen, outline);
  pen.closePath();
  edged(pen, ground, 5);
  pen.fillStyle = ground;
  pen.fill();
  edged(pen, colour, 2.4);
}

function edged(pen: Pen, colour: string, width: number): void {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.stroke();
}

function stroke(pen: Pen, outline: Outline, colour: string, width: number): void {
  path(pen, outline);
  edged(pen, colour, width);
}

function mark(pen: Pen, sign: string, colour: string, down = 0): void {
  pen.fillStyle = colour;
  pen.font = '800 13px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(sign, 0, 0.5 + down);
}
