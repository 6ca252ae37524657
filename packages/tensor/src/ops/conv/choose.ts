import type { ConvSizes } from './sizes.ts';

/** Up to so many outputs of a group are summed one by one: tiles of four would mostly multiply nothing. */
export const mostThinOutputs = 2;

/** With fewer channels, transforming tiles takes longer than what their products save; measured from 1 to 32. */
const leastChannels = 4;

/** With fewer tiles, transforming the filters takes longer: 36 numbers for each 9, beside 18 cycles saved by a tile. */
const leastTiles = 16;

/** How much of the tiles must lie inside the output: even a quarter, as with images of 2 × 2, is faster. */
const leastShare = 0.2;

/** Winograd's way, for 3 × 3 filters with stride 1: two to three times as fast where the layer is large enough. */
export function isForWinograd(sizes: ConvSizes): boolean {
  const { batch, kernel, stride, dilation, groups, channels, outputs, out, padding } = sizes;
  const isThree = kernel.every((size) => size === 3) && padding.every((size) => size <= 2);
  const isPlain = [...stride, ...dilation, groups].every((size) => size === 1);
  if (!isThree || !isPlain || Math.min(channels, outputs) < leastChannels) return false;
  const tiles = Math.ceil(out[0] / 4) * Math.ceil(out[1] / 4);
  return batch * tiles >= leastTiles && out[0] * out[1] > leastShare * 16 * tiles;
}

/** The input gradient as a convolution of the output's gradient with turned filters; for stride 1. */
export function turnedSizes(sizes: ConvSizes): ConvSizes {
  const { channels, outputs, image, out, kernel, padding, dilation } = sizes;
  return {
    ...sizes,
    channels: outputs,
    outputs: channels,
    image: out,
    out: image,
    padding: [dilation[0] * (kernel[0] - 1) - padding[0], dilation[1] * (kernel[1] - 1) - padding[1]],
  };
}
