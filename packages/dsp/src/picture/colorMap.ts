import { reject } from '../guard.ts';

/**
 * Some colours of each map, evenly spaced, red-green-blue bytes in base64. Perceptual maps: equal
 * steps in value look like equal steps in lightness (van der Walt and Smith, SciPy 2015; CC0).
 */
const anchors = {
  viridis: 'RAFUSBdpRyp6Qz2EPU6KNV6NLm2OKXuOI4mOH5eLIaWFLrN8RsBvZcteidVIsN0v2OIZ/ecl',
  magma: 'AAAECQcgGhBCMRFlShB5YhmAeSKCkSuBqjN9wjt12UZr7Fhg93Jc/I5k/qp0/saK/eKj/P2/',
  gray: 'AAAA////',
} as const;

export type ColorMapName = keyof typeof anchors;

export const colorMapNames = Object.keys(anchors) as ColorMapName[];

/** 256 colours, three bytes each, from dark to bright. Within 3 levels of matplotlib's. */
export function colorMap(name: ColorMapName): Uint8ClampedArray {
  if (!(name in anchors)) reject('colorMap', `name must be one of ${colorMapNames.join(', ')}`, name);
  const values = Array.from(atob(anchors[name]), (byte) => byte.charCodeAt(0));
  const last = values.length / 3 - 1;
  const table = new Uint8ClampedArray(256 * 3);
  for (let i = 0; i < table.length; i++) {
    const position = (Math.floor(i / 3) / 255) * last;
    const anchor = Math.min(Math.floor(position), last - 1);
    table[i] = cubic(values, anchor, i % 3, position - anchor);
  }
  return table;
}

/** Catmull and Rom's curve through the anchors; beyond either end the line goes straight on. */
function cubic(values: readonly number[], anchor: number, channel: number, share: number): number {
  const at = (index: number) => values[index * 3 + channel];
  const b = at(anchor);
  const c = at(anchor + 1);
  const a = at(anchor - 1) ?? 2 * b - c;
  const d = at(anchor + 2) ?? 2 * c - b;
  return b + 0.5 * share * (c - a + share * (2 * a - 5 * b + 4 * c - d + share * (3 * (b - c) + d - a)));
}
