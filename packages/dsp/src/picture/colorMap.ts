import { reject } from '../guard.ts';

/**
 * Some colours of each map, evenly spaced, red-green-blue in hexadecimal. Perceptual maps: equal
 * steps in value look like equal steps in lightness (van der Walt and Smith, SciPy 2015; CC0).
 */
const anchors = {
  viridis:
    '440154481769472a7a433d843d4e8a355e8d2e6d8e297b8e23898e1f978b21a5852eb37c46c06f65cb5e89d548b0dd2fd8e219fde725',
  magma:
    '0000040907201a10423111654a1079621980792282912b81aa337dc23b75d9466bec5860f7725cfc8e64feaa74fec68afde2a3fcfdbf',
  gray: '000000ffffff',
} as const;

export type ColorMapName = keyof typeof anchors;

export const colorMapNames = Object.keys(anchors) as ColorMapName[];

/** 256 colours, three bytes each, from dark to bright. Within 3 levels of matplotlib's. */
export function colorMap(name: ColorMapName): Uint8ClampedArray {
  if (!(name in anchors)) reject('colorMap', `name must be one of ${colorMapNames.join(', ')}`, name);
  const values = anchors[name].match(/../g)!.map((pair) => Number.parseInt(pair, 16));
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
