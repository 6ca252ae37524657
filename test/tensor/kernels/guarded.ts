import { type AnyTensor, emptyTensor, type Shape, setEngine, Tensor } from '@sonograd/tensor';
import { type AnyKernel, setDispatcher } from '@sonograd/wasm';
import { expect } from 'vitest';

const guardElements = 9;
const guardValue = 1234.5;

/** A tensor for a kernel to fill, with elements behind it that nobody may touch. */
export interface Guarded {
  readonly tensor: Tensor;
  /** Throws where something behind the last element was written. */
  check(): void;
}

export function guarded(shape: Shape): Guarded {
  const size = shape.reduce((product, length) => product * length, 1);
  const whole = emptyTensor('guarded', [size + guardElements], 'float32');
  whole.data.fill(guardValue);
  whole.storage.holders += 1;
  return {
    tensor: new Tensor(shape, 'float32', whole.storage),
    check: () => expect([...whole.data.subarray(size)]).toEqual(new Array(guardElements).fill(guardValue)),
  };
}

/** Runs a kernel into guarded outputs of these shapes, and gives their elements. */
export function runGuarded(
  shapes: readonly Shape[],
  run: (outs: readonly AnyTensor[]) => void,
): Float32Array[] {
  setEngine('simd');
  const outs = shapes.map(guarded);
  run(outs.map(({ tensor }) => tensor));
  for (const out of outs) out.check();
  return outs.map(({ tensor }) => Float32Array.from(tensor.data).subarray(0, tensor.size));
}

/** Cuts the items of every kernel into ranges of 1, 2, 3, … and computes them from the last to the first. */
export function cutOddly<Result>(run: () => Result): Result {
  setDispatcher((kernel: AnyKernel, args, items) => {
    const cuts = [0];
    for (let length = 1; cuts.at(-1)! < items; length++) cuts.push(Math.min(cuts.at(-1)! + length, items));
    for (let range = cuts.length - 1; range > 0; range--) kernel.call(args, cuts[range - 1]!, cuts[range]!);
  });
  try {
    return run();
  } finally {
    setDispatcher(null);
  }
}
