import { f32x4, type I32, i32, type KernelBuilder, kernelFamily } from '@sonograd/wasm';
import { bytesPerElement } from '../dtype.ts';
import { elementsPerRange } from '../elementwise/grain.ts';
import { forEachOuter, lastEntries } from '../elementwise/outerWalk.ts';
import { forRowParts } from '../elementwise/rowParts.ts';
import type { Walk } from '../shape/broadcast.ts';
import type { AnyTensor } from '../tensor.ts';
import { isTransposition, runTransposition } from './transpose.kernel.ts';

/** Axes that a kernel walks outside the rows; what lies further outside takes a call for each index. */
const outerAxes = 3;
/** From here on `memory.copy` pays for its call. */
const bulkBytes = 1024;

/** Steps are in bytes, the innermost outer axis comes first. */
const parameters = {
  out: 'i32',
  input: 'i32',
  length: 'i32',
  outStep: 'i32',
  inStep: 'i32',
  size0: 'i32',
  size1: 'i32',
  size2: 'i32',
  outStep0: 'i32',
  outStep1: 'i32',
  outStep2: 'i32',
  inStep0: 'i32',
  inStep1: 'i32',
  inStep2: 'i32',
} as const;
type Parameters = Readonly<Record<keyof typeof parameters, I32>>;
type RowBody = (k: KernelBuilder, out: I32, input: I32, from: I32, to: I32, given: Parameters) => void;

const kernels = kernelFamily('move', (family) => {
  const rows = (body: RowBody) =>
    family.kernel(parameters, (k, given) => {
      const axes = [
        { size: given.size0, steps: [given.outStep0, given.inStep0] },
        { size: given.size1, steps: [given.outStep1, given.inStep1] },
        { size: given.size2, steps: [given.outStep2, given.inStep2] },
      ];
      forRowParts(
        k,
        { pointers: [given.out, given.input], length: given.length, axes },
        (pointers, from, to) => body(k, pointers[0]!, pointers[1]!, from, to, given),
      );
    });
  return {
    copyWords: rows((k, out, input, from, to) => {
      k.if(
        to.sub(from).gt(bulkBytes / 4),
        () => k.memoryCopy(out.add(from.shl(2)), input.add(from.shl(2)), to.sub(from).shl(2)),
        () => k.forLanes(from, to, (at) => at.store(out, at.load(input)), { unroll: 4 }),
      );
    }),
    fillWords: rows((k, out, input, from, to) => {
      const value = k.let(f32x4.loadSplat(input));
      k.forLanes(from, to, (at) => at.store(out, value), { unroll: 4 });
    }),
    reverseWords: rows((k, out, input, from, to) => {
      const whole = k.let(from.add(to.sub(from).and(-4)));
      k.for(from, whole, 4, (index) => {
        const four = k.let(f32x4.load(input.sub(index.shl(2)).sub(12)));
        k.store(out.add(index.shl(2)), four.shuffle(four, 3, 2, 1, 0));
      });
      k.for(whole, to, 1, (index) => k.store(out.add(index.shl(2)), i32.load(input.sub(index.shl(2)))));
    }),
    stepWords: rows((k, out, input, from, to, given) =>
      forSteps(k, out, input, from, to, given, (target, source) => k.store(target, i32.load(source))),
    ),
    copyBytes: rows((k, out, input, from, to) => k.memoryCopy(out.add(from), input.add(from), to.sub(from))),
    stepBytes: rows((k, out, input, from, to, given) =>
      forSteps(k, out, input, from, to, given, (target, source) => k.store8(target, i32.load8U(source))),
    ),
  };
});

function forSteps(
  k: KernelBuilder,
  out: I32,
  input: I32,
  from: I32,
  to: I32,
  { outStep, inStep }: Parameters,
  move: (target: I32, source: I32) => void,
): void {
  const target = k.variable(i32, out.add(from.mul(outStep)), 'target');
  const source = k.variable(i32, input.add(from.mul(inStep)), 'source');
  k.for(from, to, 1, () => {
    move(target, source);
    target.set(target.add(outStep));
    source.set(source.add(inStep));
  });
}

/** Copies along a walk of at least one axis, none of which is empty; see `moveBox`. */
export function runMove(
  walk: Walk,
  out: AnyTensor,
  outOffset: number,
  input: AnyTensor,
  inOffset: number,
): void {
  const bytes = bytesPerElement[out.dtype];
  const outPointer = out.pointer + outOffset * bytes;
  const inPointer = input.pointer + inOffset * bytes;
  if (bytes === 4 && isTransposition(walk)) runTransposition(walk, outPointer, inPointer);
  else runRows(walk, bytes, outPointer, inPointer);
}

function runRows(walk: Walk, bytes: number, outPointer: number, inPointer: number): void {
  const inside = 1 + outerAxes;
  const [size2, size1, size0, length] = lastEntries(walk.sizes, inside, 1) as Four;
  const [outStep2, outStep1, outStep0, outStep] = stepsOf(walk.strides[0]!, bytes);
  const [inStep2, inStep1, inStep0, inStep] = stepsOf(walk.strides[1]!, bytes);
  const kernel = kernels[kernelFor(bytes, outStep, inStep)];
  const sizes = [length, outStep, inStep, size0, size1, size2] as const;
  const steps = [outStep0, outStep1, outStep2, inStep0, inStep1, inStep2] as const;
  forEachOuter(walk, inside, (_, [outOffset, inOffset]) => {
    const pointers = [outPointer + outOffset! * bytes, inPointer + inOffset! * bytes] as const;
    kernel.run(length * size0 * size1 * size2, [...pointers, ...sizes, ...steps], elementsPerRange);
  });
}

type Four = [number, number, number, number];

function stepsOf(strides: readonly number[], bytes: number): Four {
  const steps = lastEntries(strides, 1 + outerAxes, 0);
  for (let axis = 0; axis < steps.length; axis++) steps[axis]! *= bytes;
  return steps as Four;
}

function kernelFor(bytes: number, outStep: number, inStep: number): keyof typeof kernels {
  if (outStep !== bytes) return bytes === 1 ? 'stepBytes' : 'stepWords';
  if (inStep === bytes) return bytes === 1 ? 'copyBytes' : 'copyWords';
  if (bytes === 1) return 'stepBytes';
  if (inStep === 0) return 'fillWords';
  return inStep === -bytes ? 'reverseWords' : 'stepWords';
}
