/** The map's colours, taken from the theme in use: MapLibre wants them as values and knows no CSS variables. */

export interface Palette {
  readonly water: string;
  readonly land: string;
  readonly mexico: string;
  readonly county: string;
  readonly state: string;
  readonly border: string;
  readonly text: string;
  readonly soft: string;
  /** What stands behind text, so that it is read on any ground. */
  readonly halo: string;
  readonly urgent: string;
  readonly onUrgent: string;
  readonly warn: string;
  readonly onWarn: string;
  readonly good: string;
  readonly onGood: string;
  readonly info: string;
  readonly onInfo: string;
  readonly odd: string;
  readonly accent: string;
  readonly focus: string;
  readonly raised: string;
}

/** Anything that gives the value of a CSS variable: `getComputedStyle(document.documentElement)`. */
export interface Variables {
  getPropertyValue(name: string): string;
}

export function readPalette(variables: Variables): Palette {
  const value = (name: string): string => hex(variables.getPropertyValue(`--${name}`).trim());
  const [bg, surface, raised, line, text, soft] = ['bg', 'surface', 'raised', 'line', 'text', 'soft'].map(value) as [
    string, string, string, string, string, string,
  ];
  const info = value('info');
  return {
    water: mixed(bg, info, 0.1),
    land: surface,
    mexico: mixed(surface, soft, 0.09),
    county: mixed(surface, line, 0.55),
    state: mixed(line, soft, 0.35),
    border: value('warn'),
    text,
    soft,
    halo: surface,
    urgent: value('urgent'),
    onUrgent: value('on-urgent'),
    warn: value('warn'),
    onWarn: value('on-warn'),
    good: value('good'),
    onGood: value('on-good'),
    info,
    onInfo: value('on-info'),
    odd: value('odd'),
    accent: value('accent'),
    focus: value('focus'),
    raised,
  };
}

/** `#rgb` or `#rrggbb` as `#rrggbb`. The theme writes nothing else; anything else is a mistake there. */
function hex(written: string): string {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(written);
  if (short !== null) return `#${short.slice(1).map((digit) => digit + digit).join('')}`;
  if (!/^#[0-9a-f]{6}$/i.test(written)) throw new Error(`the theme has a colour the map cannot read: "${written}"`);
  return written;
}

/** The first colour with `share` of the second mixed in. */
export function mixed(first: string, second: string, share: number): string {
  const parts = [1, 3, 5].map((at) => {
    const [a, b] = [first, second].map((colour) => parseInt(colour.slice(at, at + 2), 16)) as [number, number];
    return Math.round(a + (b - a) * share).toString(16).padStart(2, '0');
  });
  return `#${parts.join('')}`;
}

/** The contrast of two colours as WCAG 2 counts it, 1 to 21. */
export function contrast(first: string, second: string): number {
  const [high, low] = [luminance(first), luminance(second)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
