import { f32x4, type I32, i32, type KernelBuilder } from '@sonograd/wasm';
import type { GradientGiven, LossGiven } from './parameters.ts';

/** Columns of an item: a cache line of each class. */
export const blockColumns = 16;

interface Block {
  readonly from: I32;
  readonly to: I32;
  /** Finds the first number of the item's outer index in a list. */
  place(list: I32): I32;
  /** Calls `body` for each class with the distance in bytes of its first logit from that of the outer index. */
  eachClass(body: (byteOffset: I32, index: I32) => void): void;
}

function forEachBlock(
  k: KernelBuilder,
  { classes, inner }: { readonly classes: I32; readonly inner: I32 },
  body: (block: Block) => void,
): void {
  const blocks = k.let(inner.add(blockColumns - 1).divU(blockColumns));
  k.for(k.begin, k.end, 1, (item) => {
    const from = k.let(item.remU(blocks).mul(blockColumns));
    const outer = k.let(item.divU(blocks).mul(inner).shl(2));
    const start = k.let(outer.mul(classes));
    body({
      from,
      to: k.let(from.add(blockColumns).min(inner)),
      place: (list) => list.add(outer),
      eachClass: (visit) => {
        k.for(0, classes, 1, (index) => visit(k.let(start.add(index.mul(inner).shl(2))), index));
      },
    });
  });
}

/** The classes lie `inner` apart: four neighbours are worked on side by side. */
export function lossOfColumns(k: KernelBuilder, given: LossGiven): void {
  const { logits, weights } = given;
  const [sharp, smooth, weightTotal] = [given.sharp, given.smooth, given.weightTotal].map((one) =>
    k.let(one.splat()),
  );
  const [ignored, classes] = [given.ignored, given.classes].map((one) => k.let(one.splat()));
  forEachBlock(k, given, ({ from, to, place, eachClass }) => {
    k.forLanes(from, to, (at) => {
      const labels = k.let(at.loadI32(place(given.labels)));
      const largest = k.variable(f32x4, -Infinity, 'largest');
      const total = k.variable(f32x4, 0, 'total');
      const below = k.variable(f32x4, 0, 'below');
      const weight = k.variable(f32x4, 0, 'weight');
      const spread = k.variable(f32x4, 0, 'spread');
      eachClass((offset) => largest.set(largest.pmax(at.load(logits.add(offset)))));
      eachClass((offset, index) => {
        const distance = k.let(largest.sub(at.load(logits.add(offset))));
        const own = k.let(f32x4.loadSplat(weights.add(index.shl(2))));
        const isLabel = k.let(labels.eq(index.splat()));
        total.set(total.add(distance.neg().exp()));
        below.set(isLabel.select(distance, below));
        weight.set(isLabel.select(own, weight));
        spread.set(own.mulAdd(distance, spread));
      });
      const logarithm = k.let(total.log());
      const isCounted = k.let(labels.ne(ignored!));
      const isWrong = labels.ltU(classes!).not().and(isCounted);
      // Lanes that stand for no element have label 0.
      k.if(isWrong.anyTrue(), () => k.store(given.wrong, i32(1)));
      const loss = weight.mul(sharp!).mul(logarithm.add(below));
      const all = logarithm.mulAdd(weightTotal!, spread).mulAdd(smooth!, loss);
      at.store(place(given.losses), all.and(isCounted));
      at.store(place(given.counted), weight.and(isCounted));
      at.store(place(given.largest), largest);
      at.store(place(given.logarithms), logarithm);
    });
  });
}

export function gradientOfColumns(k: KernelBuilder, given: GradientGiven): void {
  const { dLogits, logits, weights } = given;
  const [sharp, smooth, weightTotal] = [given.sharp, given.smooth, given.weightTotal].map((one) =>
    k.let(one.splat()),
  );
  const ignored = k.let(given.ignored.splat());
  forEachBlock(k, given, ({ from, to, place, eachClass }) => {
    k.forLanes(from, to, (at) => {
      const labels = k.let(at.loadI32(place(given.labels)));
      const weight = k.variable(f32x4, 0, 'weight');
      eachClass((_, index) => {
        const own = f32x4.loadSplat(weights.add(index.shl(2)));
        weight.set(labels.eq(index.splat()).select(own, weight));
      });
      const scale = k.let(at.load(place(given.dOut)).and(labels.ne(ignored)));
      const own = k.let(weight.mul(sharp!).mul(scale));
      const even = k.let(smooth!.mul(scale));
      const factor = k.let(even.mulAdd(weightTotal!, own));
      const largest = k.let(at.load(place(given.largest)));
      const logarithm = k.let(at.load(place(given.logarithms)));
      eachClass((offset, index) => {
        const softmax = at.load(logits.add(offset)).sub(largest).sub(logarithm).exp();
        const target = own.and(labels.eq(index.splat()));
        const flat = even.mulAdd(f32x4.loadSplat(weights.add(index.shl(2))), target);
        at.store(dLogits.add(offset), softmax.mul(factor).sub(flat));
      });
    });
  });
}
