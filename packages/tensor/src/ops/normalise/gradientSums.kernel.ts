import { f32x4, kernelFamily } from '@sonograd/wasm';
import { admitted } from './affine.kernel.ts';
import { splitSum } from './splitSum.ts';
import { forEachColumnPart, forEachPlanePart, partParameters } from './walk.ts';

const parameters = {
  dOut: 'i32',
  x: 'i32',
  sums: 'i32',
  products: 'i32',
  centers: 'i32',
  scales: 'i32',
  shifts: 'i32',
  ...partParameters,
  lowest: 'f32',
} as const;

/** For each part the sum of the gradient, and that of the gradient times the distance of x from the center. */
export const gradientSums = kernelFamily('gradientSums', (family) => ({
  planes: family.kernel(parameters, (k, given) => {
    const { dOut, x, sums, products, centers, scales, shifts, lowest, ...walk } = given;
    const floor = k.let(lowest.splat());
    forEachPlanePart(k, walk, (item, { channel, width, forEachRow }) => {
      const [center, scale, shift] = [centers, scales, shifts].map((list) =>
        k.let(f32x4.loadSplat(list.add(channel.shl(2)))),
      );
      const [sum, product] = [splitSum(k), splitSum(k)];
      forEachRow((offset) => {
        const [from, input] = [k.let(dOut.add(offset)), k.let(x.add(offset))];
        k.forLanes(
          0,
          width,
          (at) => {
            const distance = k.let(at.load(input).sub(center!));
            const passed = k.let(admitted(at.load(from), distance, scale!, shift!, floor));
            sum.add(at, passed);
            product.addProduct(at, passed, distance);
          },
          { unroll: 2 },
        );
      });
      k.storeLane(sums.add(item.shl(2)), sum.total(), 0);
      k.storeLane(products.add(item.shl(2)), product.total(), 0);
    });
  }),
  columns: family.kernel(parameters, (k, given) => {
    const { dOut, x, sums, products, centers, scales, shifts, lowest, ...walk } = given;
    const floor = k.let(lowest.splat());
    forEachColumnPart(k, walk, ({ from, to, result, forEachRows }) => {
      const [sum, product] = [k.let(sums.add(result)), k.let(products.add(result))];
      for (const list of [sum, product]) k.forLanes(from, to, (at) => at.store(list, 0));
      forEachRows((offsets) => {
        const rows = offsets.map((offset) => [k.let(dOut.add(offset)), k.let(x.add(offset))] as const);
        k.forLanes(from, to, (at) => {
          const [center, scale, shift] = [centers, scales, shifts].map((list) => k.let(at.load(list)));
          const [total, along] = [k.variable(f32x4, at.load(sum)), k.variable(f32x4, at.load(product))];
          for (const [from, input] of rows) {
            const distance = k.let(at.load(input).sub(center!));
            const passed = k.let(admitted(at.load(from), distance, scale!, shift!, floor));
            total.set(total.add(passed));
            along.set(passed.mulAdd(distance, along));
          }
          at.store(sum, total);
          at.store(product, along);
        });
      });
    });
  }),
}));
