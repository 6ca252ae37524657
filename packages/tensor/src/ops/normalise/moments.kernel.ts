import { f32x4, type I32, kernelFamily } from '@sonograd/wasm';
import { splitSum } from './splitSum.ts';
import { forEachColumnPart, forEachPlanePart, partParameters } from './walk.ts';

const parameters = { x: 'i32', means: 'i32', squares: 'i32', rests: 'i32', ...partParameters } as const;
/**
 * Columns are too many for the registers, so one look must do: distances are taken from the mean of a few rows, which
 * is within √(256 / 16) = 4 deviations of the mean of all, and no more than four bits cancel.
 */
const roughRows = 16;

/**
 * Mean and sum of squared distances from it, for each part. The mean is taken first, from the cache the second time;
 * what rounding left of the distances' sum then corrects both.
 */
export const moments = kernelFamily('moments', (family) => ({
  planes: family.kernel(parameters, (k, { x, means, squares, ...walk }) => {
    forEachPlanePart(k, walk, (item, { count, width, forEachRow }) => {
      const size = k.let(count.toF32().splat());
      const sum = splitSum(k, 4);
      forEachRow((offset) => {
        const row = k.let(x.add(offset));
        k.forLanes(0, width, (at) => sum.add(at, at.load(row)), { unroll: 4 });
      });
      const rough = k.let(sum.total().div(size));
      const [rests, powers] = [splitSum(k), splitSum(k)];
      forEachRow((offset) => {
        const row = k.let(x.add(offset));
        k.forLanes(
          0,
          width,
          (at) => {
            const distance = k.let(at.only(at.load(row).sub(rough), 0));
            rests.add(at, distance);
            powers.addProduct(at, distance, distance);
          },
          { unroll: 2 },
        );
      });
      const rest = rests.total();
      k.storeLane(means.add(item.shl(2)), rough.add(rest.div(size)), 0);
      k.storeLane(squares.add(item.shl(2)), powers.total().sub(rest.mul(rest).div(size)), 0);
    });
  }),
  columns: family.kernel(parameters, (k, { x, means, squares, rests, ...walk }) => {
    forEachColumnPart(k, walk, ({ from, to, count, result, forEachRows }) => {
      const [mean, square, rest] = [means, squares, rests].map((list) => k.let(list.add(result)));
      const clear = (list: I32) => k.forLanes(from, to, (at) => at.store(list, 0));
      const [few, size] = [k.let(count.min(roughRows)), k.let(count.toF32().splat())];
      for (const list of [mean!, square!, rest!]) clear(list);
      forEachRows((offsets) => {
        const rows = offsets.map((offset) => k.let(x.add(offset)));
        k.forLanes(from, to, (at) => {
          at.store(
            mean!,
            rows.reduce((total, row) => total.add(at.load(row)), at.load(mean!)),
          );
        });
      }, few);
      const share = k.let(f32x4(1).div(few.toF32().splat()));
      k.forLanes(from, to, (at) => at.store(mean!, at.load(mean!).mul(share)));
      forEachRows((offsets) => {
        const rows = offsets.map((offset) => k.let(x.add(offset)));
        k.forLanes(from, to, (at) => {
          const center = k.let(at.load(mean!));
          const distances = rows.map((row) => k.let(at.load(row).sub(center)));
          at.store(
            rest!,
            distances.reduce((total, distance) => total.add(distance), at.load(rest!)),
          );
          at.store(
            square!,
            distances.reduce((total, distance) => distance.mulAdd(distance, total), at.load(square!)),
          );
        });
      });
      k.forLanes(from, to, (at) => {
        const left = k.let(at.load(rest!));
        const share = k.let(left.div(size));
        at.store(mean!, at.load(mean!).add(share));
        at.store(square!, share.negMulAdd(left, at.load(square!)));
      });
    });
  }),
}));
