import { f32x4, kernelFamily } from '@sonograd/wasm';
import { elementsPerRange } from '../../elementwise/grain.ts';
import { reduceMemory } from '../../reduction/reduction.kernel.ts';
import type { AnyTensor } from '../../tensor.ts';
import { withFloats } from './channels.ts';
import { splitSum } from './splitSum.ts';

/** A row fits the first cache, and is looked at three times; these share the work of about 10 µs. */
const grainElements = elementsPerRange / 2;
/** Rows whose gradients by weight and bias are added up in one place; there are at most 64 such places. */
const leastPartElements = 16_384;
const mostParts = 64;

const kernels = kernelFamily('layerNorm', (family) => ({
  value: family.kernel(
    {
      out: 'i32',
      x: 'i32',
      weight: 'i32',
      bias: 'i32',
      means: 'i32',
      scales: 'i32',
      length: 'i32',
      eps: 'f32',
    },
    (k, { out, x, weight, bias, means, scales, length, eps }) => {
      const rowBytes = k.let(length.shl(2));
      const share = k.let(f32x4(1).div(length.toF32().splat()));
      k.for(k.begin, k.end, 1, (row) => {
        const from = k.let(x.add(row.mul(rowBytes)));
        const to = k.let(out.add(row.mul(rowBytes)));
        const sum = splitSum(k, 4);
        k.forLanes(0, length, (at) => sum.add(at, at.load(from)), { unroll: 4 });
        const rough = k.let(sum.total().mul(share));
        const [rests, squares] = [splitSum(k), splitSum(k)];
        k.forLanes(
          0,
          length,
          (at) => {
            const distance = k.let(at.only(at.load(from).sub(rough), 0));
            rests.add(at, distance);
            squares.addProduct(at, distance, distance);
          },
          { unroll: 2 },
        );
        // What rounding left of the distances' sum corrects both.
        const rest = k.let(rests.total().mul(share));
        const mean = k.let(rough.add(rest));
        const variance = rest.negMulAdd(rest, squares.total().mul(share));
        const scale = k.let(f32x4(1).div(variance.add(eps.splat()).sqrt()));
        k.storeLane(means.add(row.shl(2)), mean, 0);
        k.storeLane(scales.add(row.shl(2)), scale, 0);
        k.forLanes(
          0,
          length,
          (at) => {
            const value = at.load(from).sub(mean).mul(scale);
            at.store(to, value.mulAdd(at.load(weight), at.load(bias)));
          },
          { unroll: 2 },
        );
      });
    },
  ),
  /** An item is a part of the rows: dx for each, and the part's share of the gradients by weight and bias. */
  gradient: family.kernel(
    {
      dX: 'i32',
      dWeights: 'i32',
      dBiases: 'i32',
      dOut: 'i32',
      x: 'i32',
      weight: 'i32',
      means: 'i32',
      scales: 'i32',
      rows: 'i32',
      length: 'i32',
      partRows: 'i32',
    },
    (k, { dX, dWeights, dBiases, dOut, x, weight, means, scales, rows, length, partRows }) => {
      const rowBytes = k.let(length.shl(2));
      const share = k.let(f32x4(1).div(length.toF32().splat()));
      k.for(k.begin, k.end, 1, (part) => {
        const dWeight = k.let(dWeights.add(part.mul(rowBytes)));
        const dBias = k.let(dBiases.add(part.mul(rowBytes)));
        for (const list of [dWeight, dBias]) k.memoryFill(list, 0, rowBytes);
        k.for(part.mul(partRows), k.let(part.add(1).mul(partRows).min(rows)), 1, (row) => {
          const offset = k.let(row.mul(rowBytes));
          const [from, input, to] = [dOut, x, dX].map((own) => k.let(own.add(offset)));
          const mean = k.let(f32x4.loadSplat(means.add(row.shl(2))));
          const scale = k.let(f32x4.loadSplat(scales.add(row.shl(2))));
          const [sum, product] = [splitSum(k), splitSum(k)];
          k.forLanes(
            0,
            length,
            (at) => {
              const gradient = k.let(at.load(from!));
              const value = k.let(at.load(input!).sub(mean).mul(scale));
              const weighed = k.let(gradient.mul(at.load(weight)));
              sum.add(at, weighed);
              product.addProduct(at, weighed, value);
              at.store(dBias, at.load(dBias).add(gradient));
              at.store(dWeight, gradient.mulAdd(value, at.load(dWeight)));
            },
            { unroll: 2 },
          );
          const average = k.let(sum.total().mul(share));
          const along = k.let(product.total().mul(share));
          k.forLanes(0, length, (at) => {
            const value = at.load(input!).sub(mean).mul(scale);
            const weighed = at.load(from!).mul(at.load(weight)).sub(average);
            at.store(to!, value.negMulAdd(along, weighed).mul(scale));
          });
        });
      });
    },
  ),
}));

export function layerNormValue(
  [out, means, scales]: readonly AnyTensor[],
  [x, weight, bias]: readonly AnyTensor[],
  length: number,
  eps: number,
): void {
  if (x!.size === 0) return;
  const pointers = [out!, x!, weight!, bias!, means!, scales!].map((tensor) => tensor.pointer);
  const values = [...(pointers as [number, number, number, number, number, number]), length, eps] as const;
  kernels.value.run(x!.size / length, values, Math.ceil(grainElements / length));
}

export function layerNormGradient(
  [dX, dWeight, dBias]: readonly AnyTensor[],
  [dOut, x, weight, means, scales]: readonly AnyTensor[],
  length: number,
): void {
  const rows = x!.size / length;
  const partRows = Math.ceil(Math.max(leastPartElements / length, rows / mostParts));
  const parts = Math.ceil(rows / partRows);
  withFloats(2, parts * length, ([dWeights, dBiases]) => {
    const inputs = [dOut!, x!, weight!, means!, scales!].map((tensor) => tensor.pointer);
    const pointers = [
      dX!.pointer,
      dWeights!,
      dBiases!,
      ...(inputs as [number, number, number, number, number]),
    ] as const;
    kernels.gradient.run(parts, [...pointers, rows, length, partRows], 1);
    const layout = { outer: 1, length: parts, inner: length };
    reduceMemory('sum', 'float32', dWeight!.pointer, dWeights!, layout);
    reduceMemory('sum', 'float32', dBias!.pointer, dBiases!, layout);
  });
}
