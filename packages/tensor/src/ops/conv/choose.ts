import type { ConvSizes } from './sizes.ts';

/** Up to so many outputs of a group are summed one by one: tiles of four would mostly multiply nothing. */
export const mostThinOutputs = 2;

/** Below so many channels, transforming tiles takes longer than what their products save. */
const leastChannels = 12;

/**
 * Winograd's way halves the time of 3 × 3 filters with stride 1 where there are channels enough, and tiles of 4 × 4 do
 * not stand out too far over the edge.
 */
export function isForWinograd({
  kernel,
  stride,
  dilation,
  groups,
  channels,
  outputs,
  out,
  padding,
}: ConvSizes): boolean {
  if (![...kernel].every((size) => size === 3)) return false;
  if (![...stride, ...dilation, groups].every((size) => size === 1)) return false;
  if (padding.some((size) => size > 2)) return false;
  const used = (out[0] * out[1]) / (16 * Math.ceil(out[0] / 4) * Math.ceil(out[1] / 4));
  return Math.min(channels, outputs) >= leastChannels && used > 0.4;
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
