import type { TypedData } from '../../dtype.ts';
import type { ConvSizes } from './sizes.ts';

type Meeting = (image: number, filter: number, out: number) => void;

/**
 * A convolution is a sum of products of three parts: out += image * filter, wherever a filter number stands over an
 * image number. Its gradients are the same products in another role: image += out * filter, and
 * filter += image * out. So this one walk over everything that meets serves all three.
 */
function forEachMeeting(sizes: ConvSizes, visit: Meeting): void {
  const { batch, groups, channels, outputs, image, kernel, out, stride, padding, dilation } = sizes;
  for (let item = 0; item < batch * groups; item++) {
    const group = item % groups;
    for (let output = 0; output < outputs; output++) {
      for (let channel = 0; channel < channels; channel++) {
        const imagePlane = (item * channels + channel) * image[0];
        const filterPlane = ((group * outputs + output) * channels + channel) * kernel[0];
        const outPlane = (item * outputs + output) * out[0];
        for (let i = 0; i < out[0]; i++) {
          for (let down = 0; down < kernel[0]; down++) {
            const row = i * stride[0] + down * dilation[0] - padding[0];
            if (row < 0 || row >= image[0]) continue;
            const imageRow = (imagePlane + row) * image[1];
            const filterRow = (filterPlane + down) * kernel[1];
            const outRow = (outPlane + i) * out[1];
            for (let j = 0; j < out[1]; j++) {
              for (let across = 0; across < kernel[1]; across++) {
                const column = j * stride[1] + across * dilation[1] - padding[1];
                if (column >= 0 && column < image[1]) {
                  visit(imageRow + column, filterRow + across, outRow + j);
                }
              }
            }
          }
        }
      }
    }
  }
}

export function referenceForward(
  out: TypedData,
  image: TypedData,
  filters: TypedData,
  sizes: ConvSizes,
): void {
  forEachMeeting(sizes, (i, f, o) => {
    out[o]! += image[i]! * filters[f]!;
  });
}

export function referenceInputGradient(
  image: TypedData,
  out: TypedData,
  filters: TypedData,
  sizes: ConvSizes,
): void {
  forEachMeeting(sizes, (i, f, o) => {
    image[i]! += out[o]! * filters[f]!;
  });
}

export function referenceFilterGradient(
  filters: TypedData,
  image: TypedData,
  out: TypedData,
  sizes: ConvSizes,
): void {
  forEachMeeting(sizes, (i, f, o) => {
    filters[f]! += image[i]! * out[o]!;
  });
}

/** What the sums start from: the bias of each channel, or zero. */
export function fillWithBias(out: TypedData, bias: TypedData | undefined, plane: number): void {
  if (bias === undefined) out.fill(0);
  else
    for (let at = 0; at < out.length; at += plane)
      out.fill(bias[(at / plane) % bias.length]!, at, at + plane);
}

export function clampBelow(out: TypedData): void {
  for (let at = 0; at < out.length; at++) out[at] = Math.max(out[at]!, 0);
}
