import type { Channels } from './channels.ts';
import type { ChannelLoops } from './loops.ts';

export const referenceLoops: ChannelLoops = {
  moments(x, layout) {
    const count = layout.outer * layout.inner;
    const totals = new Float64Array(layout.channels);
    forEachElement(layout, (at, channel) => {
      totals[channel]! += x.data[at]! / count;
    });
    const squares = new Float64Array(layout.channels);
    forEachElement(layout, (at, channel) => {
      squares[channel]! += (x.data[at]! - totals[channel]!) ** 2 / count;
    });
    return { means: Float32Array.from(totals), variances: Float32Array.from(squares) };
  },
  affine(out, x, layout, { centers, scales, shifts, lowest }) {
    forEachElement(layout, (at, channel) => {
      const value = (x.data[at]! - centers[channel]!) * scales[channel]! + shifts[channel]!;
      out.data[at] = Math.max(value, lowest);
    });
  },
  gradientSums(dOut, x, layout, { centers, scales, shifts, lowest }) {
    const sums = new Float64Array(layout.channels);
    const products = new Float64Array(layout.channels);
    forEachElement(layout, (at, channel) => {
      const distance = x.data[at]! - centers[channel]!;
      if (distance * scales[channel]! + shifts[channel]! <= lowest) return;
      sums[channel]! += dOut.data[at]!;
      products[channel]! += dOut.data[at]! * distance;
    });
    return { sums, products };
  },
  affineGradient(out, dOut, x, layout, { centers, scales, shifts, slopes, offsets, lowest }) {
    forEachElement(layout, (at, channel) => {
      const distance = x.data[at]! - centers[channel]!;
      const isHeldBack = distance * scales[channel]! + shifts[channel]! <= lowest;
      const passed = isHeldBack ? 0 : dOut.data[at]! * scales[channel]!;
      out.data[at] = passed + distance * slopes[channel]! + offsets[channel]!;
    });
  },
};

function forEachElement(
  { outer, channels, inner }: Channels,
  visit: (at: number, channel: number) => void,
): void {
  for (let o = 0; o < outer; o++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let i = 0; i < inner; i++) visit((o * channels + channel) * inner + i, channel);
    }
  }
}
