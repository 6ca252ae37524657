import { f32, f32x4, i32, type KernelBuilder } from '@sonograd/wasm';
import { splitSum } from '../normalise/splitSum.ts';
import type { GradientGiven, LossGiven } from './parameters.ts';

/** An item is a row: the classes are neighbours. */
export function lossOfRows(k: KernelBuilder, given: LossGiven): void {
  const { logits, classes, weights, sharp, smooth, ignored } = given;
  k.for(k.begin, k.end, 1, (row) => {
    const rowPlace = k.let(row.shl(2));
    const from = k.let(logits.add(classes.mul(rowPlace)));
    const label = k.let(i32.load(given.labels.add(rowPlace)));
    const most = [k.variable(f32x4, -Infinity), k.variable(f32x4, -Infinity)] as const;
    k.forLanes(
      0,
      classes,
      (at) => {
        const one = most[at.part as 0 | 1];
        one.set(one.pmax(at.load(from, -Infinity)));
      },
      { unroll: 2 },
    );
    const largest = k.let(most[0].pmax(most[1]).maxLanes().splat());
    const total = splitSum(k, 1);
    k.forLanes(0, classes, (at) => total.add(at, at.only(at.load(from).sub(largest).exp(), 0)));
    const logarithm = k.let(total.total().log());
    k.storeLane(given.largest.add(rowPlace), largest, 0);
    k.storeLane(given.logarithms.add(rowPlace), logarithm, 0);
    const loss = k.variable(f32, 0, 'loss');
    const weight = k.variable(f32, 0, 'weight');
    k.if(label.ne(ignored), () => {
      k.if(
        label.geU(classes),
        () => k.store(given.wrong, i32(1)),
        () => {
          const offset = k.let(label.shl(2));
          weight.set(f32.load(weights.add(offset)));
          const below = largest.lane(0).sub(f32.load(from.add(offset)));
          loss.set(weight.mul(sharp).mul(logarithm.lane(0).add(below)));
        },
      );
      k.if(smooth.ne(0), () => {
        const spread = splitSum(k, 1);
        k.forLanes(0, classes, (at) => {
          spread.addProduct(at, at.load(weights), logarithm.add(largest.sub(at.load(from))));
        });
        loss.set(loss.add(spread.total().lane(0).mul(smooth)));
      });
    });
    k.store(given.losses.add(rowPlace), loss.get());
    k.store(given.counted.add(rowPlace), weight.get());
  });
}

export function gradientOfRows(k: KernelBuilder, given: GradientGiven): void {
  const { dLogits, logits, classes, weights, sharp, smooth, ignored, weightTotal } = given;
  k.for(k.begin, k.end, 1, (row) => {
    const rowPlace = k.let(row.shl(2));
    const [from, to] = [logits, dLogits].map((list) => k.let(list.add(classes.mul(rowPlace))));
    const label = k.let(i32.load(given.labels.add(rowPlace)));
    k.if(
      label.eq(ignored),
      () => k.memoryFill(to!, 0, classes.shl(2)),
      () => {
        const scale = k.let(f32.load(given.dOut.add(rowPlace)));
        const own = k.let(
          f32
            .load(weights.add(label.shl(2)))
            .mul(sharp)
            .mul(scale),
        );
        const even = k.let(smooth.mul(scale));
        const [factor, evens] = [own.add(even.mul(weightTotal)), even].map((one) => k.let(one.splat()));
        const largest = k.let(f32x4.loadSplat(given.largest.add(rowPlace)));
        const logarithm = k.let(f32x4.loadSplat(given.logarithms.add(rowPlace)));
        k.forLanes(0, classes, (at) => {
          const softmax = at.load(from!).sub(largest).sub(logarithm).exp();
          at.store(to!, evens!.negMulAdd(at.load(weights), softmax.mul(factor!)));
        });
        const target = k.let(to!.add(label.shl(2)));
        k.store(target, f32.load(target).sub(own));
      },
    );
  });
}
