import {
  type I32,
  type Kernel,
  type KernelBuilder,
  type KernelParameters,
  kernelFamily,
} from '@sonograd/wasm';
import { bytesPerElement } from '../dtype.ts';
import type { AnyTensor } from '../tensor.ts';
import type { DType } from '../types/shape.ts';
import { elementsPerRange } from './grain.ts';
import { type LanesOf, laneAccess } from './laneAccess.ts';
import { forEachOuter, lastEntries } from './outerWalk.ts';
import { forRowParts } from './rowParts.ts';
import { planWalk } from './walk.ts';

/** An elementwise formula of several operands that are broadcast to the output's shape. */
export interface BroadcastDefinition<Out extends DType, In extends readonly DType[]> {
  readonly name: string;
  readonly out: Out;
  readonly inputs: In;
  readonly formula: (...lanes: LanesOfEach<In>) => LanesOf[Out];
}

type LanesOfEach<In extends readonly DType[]> = { [Operand in keyof In]: LanesOf[In[Operand]] };

export type BroadcastRun = (out: AnyTensor, inputs: readonly AnyTensor[]) => void;

/** 1: the operand has its own element at each place of a row; 0: it has one for the whole row. */
type Steps = readonly (0 | 1)[];

/** Axes that a kernel walks outside the rows; what lies further outside takes a call for each index. */
const outerAxes = 2;

/** One kernel for each way in which the operands may or may not advance along a row. */
export function broadcastKernels<Out extends DType, const In extends readonly DType[]>(
  definition: BroadcastDefinition<Out, In>,
): BroadcastRun {
  const patterns = allSteps(definition.inputs.length);
  const kernels: Kernels = kernelFamily(definition.name, (family) =>
    Object.fromEntries(
      patterns.map((steps) => {
        const parameters = parametersFor(definition.inputs.length);
        return [
          nameOf(steps),
          family.kernel(parameters, (k, given) => rows(k, given as Pointers, definition, steps)),
        ];
      }),
    ),
  );
  const shared = new Array<number>(4 + (1 + outerAxes) * definition.inputs.length).fill(0);
  return (out, inputs) => {
    if (out.size === 0) return;
    if (inputs.every(({ size }) => size === out.size || size === 1)) runFlat(kernels, shared, out, inputs);
    else runRows(kernels, out, inputs);
  };
}

type Kernels = Readonly<Record<string, Kernel<KernelParameters>>>;
type Pointers = Readonly<Record<string, I32>>;

function allSteps(operands: number): Steps[] {
  return Array.from({ length: 2 ** operands - 1 }, (_, pattern) =>
    Array.from({ length: operands }, (_, operand) => (((pattern + 1) >> operand) & 1) as 0 | 1),
  );
}

/** `rows_10`: the first operand advances, the second does not. */
function nameOf(steps: readonly number[]): string {
  return `rows_${steps.join('')}`;
}

/** The order in which `runFlat` and `runRows` write the values. */
function parametersFor(operands: number): KernelParameters {
  const each = (what: string) => Array.from({ length: operands }, (_, operand) => `${what}${operand}`);
  const names = [
    'out',
    'length',
    'rows',
    'planes',
    ...each('input'),
    ...each('rowStep'),
    ...each('planeStep'),
  ];
  return Object.fromEntries(names.map((name) => [name, 'i32']));
}

function rows<Out extends DType, In extends readonly DType[]>(
  k: KernelBuilder,
  given: Pointers,
  { out, inputs, formula }: BroadcastDefinition<Out, In>,
  steps: Steps,
): void {
  const { length, rows, planes } = given as Record<'length' | 'rows' | 'planes', I32>;
  const ofEach = (what: string) => inputs.map((_, operand) => given[`${what}${operand}`]!);
  const rowBytes = k.let(length.mul(bytesPerElement[out]));
  const planeBytes = k.let(rowBytes.mul(rows));
  const walk = {
    length,
    pointers: [given.out!, ...ofEach('input')],
    axes: [
      { size: rows, steps: [rowBytes, ...ofEach('rowStep')] },
      { size: planes, steps: [planeBytes, ...ofEach('planeStep')] },
    ],
  };
  forRowParts(k, walk, ([target, ...sources], from, to) => {
    const repeated = sources.map((source, operand) => {
      return steps[operand] === 1 ? undefined : k.let(laneAccess[inputs[operand]!].repeat(source));
    });
    k.forLanes(
      from,
      to,
      (at) => {
        const lanes = sources.map((source, operand) => {
          return repeated[operand] ?? laneAccess[inputs[operand]!].load(at, source);
        });
        laneAccess[out].store(at, target!, formula(...(lanes as unknown as LanesOfEach<In>)));
      },
      { unroll: 2 },
    );
  });
}

/** Operands of the output's size or of one element: a single row. */
function runFlat(kernels: Kernels, values: number[], out: AnyTensor, inputs: readonly AnyTensor[]): void {
  const size = out.size;
  values[0] = out.pointer;
  values[1] = size;
  values[2] = 1;
  values[3] = 1;
  let name = 'rows_';
  for (let operand = 0; operand < inputs.length; operand++) {
    const input = inputs[operand]!;
    values[4 + operand] = input.pointer;
    name += input.size === size ? '1' : '0';
  }
  kernels[name]!.run(size, values, elementsPerRange);
}

function runRows(kernels: Kernels, out: AnyTensor, inputs: readonly AnyTensor[]): void {
  const walk = planWalk(
    out.shape,
    inputs.map((input) => input.shape),
  );
  const name = nameOf(walk.strides.map((own) => own.at(-1)!));
  const [planes, rows, length] = lastEntries(walk.sizes, 1 + outerAxes, 1) as [number, number, number];
  const size = planes * rows * length;
  const bytes = inputs.map((input) => bytesPerElement[input.dtype]);
  const stepsOf = (axis: number) => walk.strides.map((own, operand) => (own.at(axis) ?? 0) * bytes[operand]!);
  const steps = [...stepsOf(-2), ...stepsOf(-3)];
  forEachOuter(walk, 1 + outerAxes, (index, offsets) => {
    const target = out.pointer + index * size * bytesPerElement[out.dtype];
    const sources = inputs.map((input, operand) => input.pointer + offsets[operand]! * bytes[operand]!);
    kernels[name]!.run(size, [target, length, rows, planes, ...sources, ...steps], elementsPerRange);
  });
}
