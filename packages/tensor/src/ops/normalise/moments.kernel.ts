import { type F32x4, f32x4, type KernelBuilder, kernelFamily, type Variable } from '@sonograd/wasm';
import { forEachColumnPart, forEachPlanePart, partParameters } from './walk.ts';

const parameters = { x: 'i32', means: 'i32', squares: 'i32', ...partParameters } as const;
const accumulators = 4;

/**
 * Mean and sum of squared distances from it, for each part. The mean is taken first, from the cache the second time;
 * what rounding left of the distances' sum then corrects both.
 */
export const moments = kernelFamily('moments', (family) => ({
  planes: family.kernel(parameters, (k, { x, means, squares, ...walk }) => {
    forEachPlanePart(k, walk, (item, { count, width, forEachRow }) => {
      const size = k.let(count.toF32().splat());
      const totals = sums(k);
      forEachRow((offset) => {
        const row = k.let(x.add(offset));
        k.forLanes(
          0,
          width,
          (at) => {
            const total = totals[at.part]!;
            total.set(total.add(at.load(row)));
          },
          { unroll: accumulators },
        );
      });
      const rough = k.let(together(totals).sumLanes().splat().div(size));
      const rests = sums(k, 2);
      const powers = sums(k, 2);
      forEachRow((offset) => {
        const row = k.let(x.add(offset));
        k.forLanes(
          0,
          width,
          (at) => {
            const distance = k.let(at.only(at.load(row).sub(rough), 0));
            const [rest, power] = [rests[at.part]!, powers[at.part]!];
            rest.set(rest.add(distance));
            power.set(distance.mulAdd(distance, power));
          },
          { unroll: 2 },
        );
      });
      const rest = k.let(together(rests).sumLanes().splat());
      const power = k.let(together(powers).sumLanes().splat());
      k.storeLane(means.add(item.shl(2)), rough.add(rest.div(size)), 0);
      k.storeLane(squares.add(item.shl(2)), power.sub(rest.mul(rest).div(size)), 0);
    });
  }),
  columns: family.kernel(parameters, (k, { x, means, squares, ...walk }) => {
    forEachColumnPart(k, walk, ({ columns, count, result, forEachRow }) => {
      const size = k.let(count.toF32().splat());
      const all = columns.map((column) => ({
        column,
        total: k.variable(f32x4, 0),
        rest: k.variable(f32x4, 0),
        power: k.variable(f32x4, 0),
      }));
      forEachRow((offset) => {
        for (const { column, total } of all) total.set(total.add(column.load(x.add(offset))));
      });
      for (const { total } of all) total.set(total.div(size));
      forEachRow((offset) => {
        for (const { column, total, rest, power } of all) {
          const distance = k.let(column.load(x.add(offset)).sub(total));
          rest.set(rest.add(distance));
          power.set(distance.mulAdd(distance, power));
        }
      });
      for (const { column, total, rest, power } of all) {
        column.store(means.add(result), total.add(rest.div(size)));
        column.store(squares.add(result), power.sub(rest.mul(rest).div(size)));
      }
    });
  }),
}));

type Sum = Variable<'f32x4'>;

function sums(k: KernelBuilder, count = accumulators): Sum[] {
  return Array.from({ length: count }, () => k.variable(f32x4, 0, 'sum'));
}

function together(all: readonly Sum[]): F32x4 {
  return all.slice(1).reduce<F32x4>((total, one) => total.add(one), all[0]!);
}
