import type { F32, I32, Kernel, KernelBuilder, KernelParameters } from '@sonograd/wasm';
import { kernelFamily } from '@sonograd/wasm';
import type { AnyTensor } from '../tensor.ts';
import { elementsPerRange } from './grain.ts';
import { integerAlgebra, lanesAlgebra } from './lanesAlgebra.ts';
import type { Constants, UnaryDefinition } from './unary.ts';

export interface UnaryKernels {
  runValue(out: AnyTensor, x: AnyTensor, constants: Constants): void;
  /** out = dOut times the slope, in one pass. */
  runGradient(out: AnyTensor, dOut: AnyTensor, x: AnyTensor, y: AnyTensor, constants: Constants): void;
}

/** One family for each op, declared when its first call shows how many constants it takes. */
export function unaryKernels(definition: UnaryDefinition): UnaryKernels {
  let family: ReturnType<typeof declare> | undefined;
  const kernels = (constants: Constants) => {
    family ??= declare(definition, constants.length);
    return family;
  };
  return {
    runValue(out, x, constants) {
      const { floats, integers } = kernels(constants);
      run(out.dtype === 'int32' ? integers! : floats, out.size, [out.pointer, x.pointer], constants);
    },
    runGradient(out, dOut, x, y, constants) {
      const pointers = [out.pointer, dOut.pointer, x.pointer, y.pointer];
      run(kernels(constants).gradient!, out.size, pointers, constants);
    },
  };
}

function run(kernel: UnaryKernel, size: number, pointers: number[], constants: Constants): void {
  kernel.run(size, constants.length === 0 ? pointers : pointers.concat(constants), elementsPerRange);
}

type UnaryKernel = Kernel<KernelParameters>;

function declare({ name, value, slope, integers }: UnaryDefinition, count: number) {
  const parameters = (...pointers: string[]): KernelParameters => ({
    ...Object.fromEntries(pointers.map((pointer) => [pointer, 'i32'])),
    ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`constant${index}`, 'f32'])),
  });
  const constantsOf = (k: KernelBuilder, given: Readonly<Record<string, I32 | F32>>) =>
    Array.from({ length: count }, (_, index) => k.let(given[`constant${index}`] as F32));
  return kernelFamily(name, (family) => ({
    floats: family.kernel(parameters('out', 'x'), (k, given) => {
      const { out, x } = given as Pointers<'out' | 'x'>;
      const constants = constantsOf(k, given).map((constant) => k.let(constant.splat()));
      k.forLanes(k.begin, k.end, (at) => at.store(out, value(lanesAlgebra, at.load(x), constants)));
    }),
    ...(slope && {
      gradient: family.kernel(parameters('out', 'dOut', 'x', 'y'), (k, given) => {
        const { out, dOut, x, y } = given as Pointers<'out' | 'dOut' | 'x' | 'y'>;
        const constants = constantsOf(k, given).map((constant) => k.let(constant.splat()));
        k.forLanes(k.begin, k.end, (at) => {
          at.store(out, at.load(dOut).mul(slope(lanesAlgebra, at.load(x), at.load(y), constants)));
        });
      }),
    }),
    ...(integers && {
      integers: family.kernel(parameters('out', 'x'), (k, given) => {
        const { out, x } = given as Pointers<'out' | 'x'>;
        const constants = constantsOf(k, given).map((constant) => k.let(constant.toI32().splat()));
        k.forLanes(k.begin, k.end, (at) => at.storeI32(out, value(integerAlgebra, at.loadI32(x), constants)));
      }),
    }),
  }));
}

type Pointers<Names extends string> = Readonly<Record<Names, I32>>;
