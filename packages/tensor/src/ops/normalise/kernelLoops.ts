import { affine, affineItems } from './affine.kernel.ts';
import {
  type Cut,
  cutOf,
  partCount,
  partItems,
  placeOf,
  spread,
  spreadLength,
  withFloats,
} from './channels.ts';
import { gradientSums } from './gradientSums.kernel.ts';
import type { ChannelLoops, Moments } from './loops.ts';
import { moments } from './moments.kernel.ts';

export const kernelLoops: ChannelLoops = {
  moments(x, layout) {
    const cut = cutOf(layout);
    const { by, outer, channels, inner, rows, length } = cut;
    return withFloats(3, partCount(cut), ([mean, square, rest], [partMeans, partSquares]) => {
      const { items, grain } = partItems(cut);
      const walk = [outer, channels, inner, rows, length] as const;
      moments[by].run(items, [x.pointer, mean!, square!, rest!, ...walk], grain);
      return mergeMoments(cut, partMeans!, partSquares!);
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
    return withSpread(cut, [centers, scales, shifts], ([center, scale, shift]) =>
      withFloats(2, partCount(cut), ([sum, product], [partSums, partProducts]) => {
        const { items, grain } = partItems(cut);
        const numbers = [center!, scale!, shift!, outer, channels, inner, rows, length, lowest] as const;
        gradientSums[by].run(items, [dOut.pointer, x.pointer, sum!, product!, ...numbers], grain);
        return { sums: totals(cut, partSums!), products: totals(cut, partProducts!) };
      }),
    );
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

/** Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979). */
function mergeMoments(cut: Cut, partMeans: Float32Array, partSquares: Float32Array): Moments {
  const { outer, channels, inner, rows, length, rowParts, lengthParts } = cut;
  const [means, variances] = [new Float32Array(channels), new Float32Array(channels)];
  for (let channel = 0; channel < channels; channel++) {
    let [count, average, squares] = [0, 0, 0];
    for (let down = 0; down < rowParts; down++) {
      const height = Math.min(rows, outer - down * rows);
      for (let across = 0; across < lengthParts; across++) {
        const size = height * Math.min(length, inner - across * length);
        const place = placeOf(cut, down, channel, across);
        const distance = partMeans[place]! - average;
        const total = count + size;
        average += (distance * size) / total;
        squares += partSquares[place]! + (distance * distance * count * size) / total;
        count = total;
      }
    }
    means[channel] = average;
    variances[channel] = squares / count;
  }
  return { means, variances };
}

function totals(cut: Cut, parts: Float32Array): Float64Array {
  const sums = new Float64Array(cut.channels);
  for (let channel = 0; channel < cut.channels; channel++) {
    let sum = 0;
    for (let down = 0; down < cut.rowParts; down++) {
      for (let across = 0; across < cut.lengthParts; across++)
        sum += parts[placeOf(cut, down, channel, across)]!;
    }
    sums[channel] = sum;
  }
  return sums;
}

/** The channels' numbers in the heap, as kernels that walk by this cut want them. */
function withSpread<Result>(
  cut: Cut,
  lists: readonly ArrayLike<number>[],
  body: (pointers: readonly number[]) => Result,
): Result {
  return withFloats(lists.length, spreadLength(cut), (pointers, views) => {
    for (const [index, list] of lists.entries()) spread(cut, views[index]!, list);
    return body(pointers);
  });
}
