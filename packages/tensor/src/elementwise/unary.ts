import { apply } from '../autograd/apply.ts';
import { isRecording } from '../autograd/mode.ts';
import type { Op } from '../autograd/op.ts';
import { requireDType } from '../shape/require.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { DType, Shape } from '../types/shape.ts';
import { type Algebra, numberAlgebra, numbersOf, tensorAlgebra } from './algebra.ts';
import { type UnaryKernels, unaryKernels } from './unary.kernel.ts';

/** The numbers a formula takes besides its operand, such as the slope of a leaky ReLU. */
export type Constants = readonly number[];

export interface UnaryDefinition {
  readonly name: string;
  /** y = f(x). */
  readonly value: <T>(m: Algebra<T>, x: T, constants: readonly (T | number)[]) => T;
  /** dy/dx from x and y; without it no gradient flows. */
  readonly slope?: <T>(m: Algebra<T>, x: T, y: T, constants: readonly (T | number)[]) => T | number;
  /** The formula also makes sense for int32. */
  readonly integers?: boolean;
}

/** Makes an elementwise op of one formula: reference loop, SIMD kernel and a fused gradient of each. */
export function unary<Extra extends Constants = []>(definition: UnaryDefinition) {
  const { name, value, slope } = definition;
  let built: UnaryKernels | undefined;
  const kernels = () => {
    built ??= unaryKernels(definition);
    return built;
  };
  const gradient: Op<Constants> = {
    name: `${name}Gradient`,
    shape: ([dOut]) => dOut!,
    reference: (out, [dOut, x, y], constants) => {
      const [to, from, input, output] = [out.data, dOut!.data, x!.data, y!.data];
      for (let i = 0; i < to.length; i++)
        to[i] = from[i]! * slope!(numberAlgebra, input[i]!, output[i]!, constants);
    },
    simd: (out, [dOut, x, y], constants) => kernels().runGradient(out, dOut!, x!, y!, constants),
  };
  const op: Op<Constants> = {
    name,
    shape: ([x]) => x!,
    reference: (out, [x], constants) => {
      const [to, from, numbers] = [out.data, x!.data, numbersOf(out.dtype)];
      for (let i = 0; i < to.length; i++) to[i] = value(numbers, from[i]!, constants);
    },
    simd: (out, [x], constants) => kernels().runValue(out, x!, constants),
    backward: ({ inputs: [x], out, dOut, params }) => {
      if (slope === undefined) return [undefined];
      if (!isRecording()) return [apply(gradient, [dOut, x!, out], params) as Tensor];
      return [dOut.mul(slope(tensorAlgebra, x!, out, params)) as Tensor];
    },
  };
  return <S extends Shape, D extends DType>(x: Tensor<S, D>, ...constants: Extra): Tensor<S, D> => {
    requireDType(name, x, definition.integers === true ? ['float32', 'int32'] : ['float32']);
    // Kernels take their constants as float32; the reference must not know more digits.
    return apply(op, [x as AnyTensor], constants.length === 0 ? constants : constants.map(Math.fround));
  };
}
