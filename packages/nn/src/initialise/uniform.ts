import { fillNormal, fillUniform, fromArray, type RandomKey, type Tensor } from '@sonograd/tensor';
import { sizeOf } from '../module/shape.ts';

/** Uniform between plus and minus `bound`. */
export function symmetricUniform(shape: readonly number[], bound: number, key: RandomKey): Tensor {
  const values = new Float32Array(sizeOf(shape));
  return fromArray(bound > 0 ? fillUniform(values, key, -bound, bound) : values, shape);
}

/** Normal around 0. */
export function centredNormal(shape: readonly number[], deviation: number, key: RandomKey): Tensor {
  return fromArray(fillNormal(new Float32Array(sizeOf(shape)), key, 0, deviation), shape);
}

/** Uniform between plus and minus 1 / sqrt(fanIn): what PyTorch's layers start from. */
export function uniformByFan(shape: readonly number[], fanIn: number, key: RandomKey): Tensor {
  return symmetricUniform(shape, fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0, key);
}
