import { fillUniform, fromArray, type RandomKey, type Tensor } from '@sonograd/tensor';

/** Uniform between plus and minus 1 / sqrt(fanIn): what PyTorch's layers start from. */
export function uniformByFan(shape: readonly number[], fanIn: number, key: RandomKey): Tensor {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  const size = shape.reduce((product, length) => product * length, 1);
  return fromArray(fillUniform(new Float32Array(size), key, -bound, bound), shape);
}
