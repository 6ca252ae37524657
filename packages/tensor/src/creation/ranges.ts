import { emptyTensor } from '../autograd/apply.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Arange } from '../types/create.ts';

/** `arange(5)` is 0 to 4; `arange(start, end, step)` stops before `end`. */
export function arange<
  const First extends number,
  const Second extends number | undefined = undefined,
  const Step extends number = 1,
>(first: First, second?: Second, step?: Step): Tensor<Arange<First, Second, Step>> {
  const [start, end] = second === undefined ? [0, first] : [first as number, second as number];
  const stride: number = step ?? 1;
  const count = Math.ceil((end - start) / stride);
  if (stride === 0 || !Number.isFinite(count) || count < 0) {
    throw new RangeError(
      `arange: step must lead from start to end, got start=${start} end=${end} step=${stride}`,
    );
  }
  const made: AnyTensor = filled(count, (index) => start + index * stride, 'arange');
  return made as Tensor<Arange<First, Second, Step>>;
}

/** `count` evenly spaced numbers from `start` to `end`, both included. */
export function linspace<const N extends number>(start: number, end: number, count: N): Tensor<[N]> {
  if (!Number.isInteger(count) || count < 0) {
    throw new RangeError(`linspace: count must be a whole number of at least 0, got ${count}`);
  }
  const last = Math.max(1, count - 1);
  // From both ends towards the middle, so that the last element is `end` to the bit.
  const at = (index: number) =>
    index * 2 < last ? start + (index * (end - start)) / last : end - ((last - index) * (end - start)) / last;
  return filled(count, count === 1 ? () => start : at, 'linspace') as Tensor<[number]> as Tensor<[N]>;
}

/** The identity matrix. */
export function eye<const N extends number>(size: N): Tensor<[N, N]> {
  if (!Number.isInteger(size) || size < 0) {
    throw new RangeError(`eye: size must be a whole number of at least 0, got ${size}`);
  }
  const out = emptyTensor('eye', [size, size] as [N, N], 'float32');
  const data = out.data.fill(0);
  for (let i = 0; i < size; i++) data[i * (size + 1)] = 1;
  return out;
}

function filled(count: number, value: (index: number) => number, maker: string): Tensor<[number]> {
  const out = emptyTensor(maker, [count] as [number], 'float32');
  const data = out.data;
  for (let index = 0; index < count; index++) data[index] = value(index);
  return out;
}
