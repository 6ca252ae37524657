import { affine, affineItems } from './affine.kernel.ts';
import { cutOf, forEachPart, partCount, partItems, spread, spreadLength, withFloats } from './channels.ts';
import { gradientSums } from './gradientSums.kernel.ts';
import type { ChannelLoops } from './loops.ts';
import { moments } from './moments.kernel.ts';

export const kernelLoops: ChannelLoops = {
  moments(x, layout, means, variances) {
    const cut = cutOf(layout);
    const { by, outer, channels, inner, rows, length } = cut;
    withFloats(2, partCount(cut), ([meanPointer, squarePointer], [partMeans, partSquares]) => {
      const { items, grain } = partItems(cut);
      const walk = [outer, channels, inner, rows, length] as const;
      moments[by].run(items, [x.pointer, meanPointer!, squarePointer!, ...walk], grain);
      for (let channel = 0; channel < channels; channel++) {
        let [count, mean, squares] = [0, 0, 0];
        // Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
        forEachPart(cut, channel, (place, size) => {
          const distance = partMeans![place]! - mean;
          const total = count + size;
          mean += (distance * size) / total;
          squares += partSquares![place]! + (distance * distance * count * size) / total;
          count = total;
        });
        means[channel] = mean;
        variances[channel] = squares / count;
      }
    });
  },
  affine(out, x, layout, { centers, scales, shifts, lowest }) {
    const cut = cutOf(layout);
    withSpread(cut, [centers, scales, shifts], ([center, scale, shift]) => {
      const { items, grain } = affineItems(cut);
      const numbers = [center!, scale!, shift!, cut.channels, cut.inner, cut.length, lowest] as const;
      affine[cut.by].run(items, [out.pointer, x.pointer, ...numbers], grain);
    });
  },
  gradientSums(dOut, x, layout, { centers, scales, shifts, lowest }) {
    const cut = cutOf(layout);
    const { by, outer, channels, inner, rows, length } = cut;
    const totals = { sums: new Float64Array(channels), products: new Float64Array(channels) };
    withSpread(cut, [centers, scales, shifts], ([center, scale, shift]) => {
      withFloats(2, partCount(cut), ([sum, product], [partSums, partProducts]) => {
        const { items, grain } = partItems(cut);
        const numbers = [center!, scale!, shift!, outer, channels, inner, rows, length, lowest] as const;
        gradientSums[by].run(items, [dOut.pointer, x.pointer, sum!, product!, ...numbers], grain);
        for (let channel = 0; channel < channels; channel++) {
          forEachPart(cut, channel, (place) => {
            totals.sums[channel]! += partSums![place]!;
            totals.products[channel]! += partProducts![place]!;
          });
        }
      });
    });
    return totals;
  },
  affineGradient(out, dOut, x, layout, { centers, scales, shifts, offsets, slopes, lowest }) {
    const cut = cutOf(layout);
    withSpread(cut, [centers, scales, shifts, offsets, slopes], ([center, scale, shift, offset, slope]) => {
      const { items, grain } = affineItems(cut);
      const walk = [cut.channels, cut.inner, cut.length, lowest] as const;
      const numbers = [center!, scale!, shift!, offset!, slope!, ...walk] as const;
      const name = cut.by === 'planes' ? 'planesGradient' : 'columnsGradient';
      affine[name].run(items, [out.pointer, dOut.pointer, x.pointer, ...numbers], grain);
    });
  },
};

/** The channels' numbers in the heap, as kernels that walk by this cut want them. */
function withSpread(
  cut: ReturnType<typeof cutOf>,
  lists: readonly ArrayLike<number>[],
  body: (pointers: readonly number[]) => void,
): void {
  withFloats(lists.length, spreadLength(cut), (pointers, views) => {
    for (const [index, list] of lists.entries()) spread(cut, views[index]!, list);
    body(pointers);
  });
}
