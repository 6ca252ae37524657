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
import { emptyPlan, planRows, type RowPlan } from './planRows.ts';
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

/** Bit `operand` is set where it has its own element at each place of a row, not one for the whole row. */
type Pattern = number;

/** Axes that a kernel walks: rows of `length` elements, and two axes outside of them. */
const kernelAxes = 3;

/** One kernel for each way in which the operands may or may not advance along a row. */
export function broadcastKernels<Out extends DType, const In extends readonly DType[]>(
  definition: BroadcastDefinition<Out, In>,
): BroadcastRun {
  const operands = definition.inputs.length;
  const patterns: Pattern[] = Array.from({ length: 2 ** operands - 1 }, (_, index) => index + 1);
  const parameters = parametersFor(operands);
  const family = kernelFamily(definition.name, ({ kernel }) =>
    Object.fromEntries(
      patterns.map((pattern) => [
        nameOf(pattern, operands),
        kernel(parameters, (k, given) => rows(k, given as Pointers, definition, pattern)),
      ]),
    ),
  );
  const kernels: Kernels = [undefined, ...Object.values(family)];
  const plan = emptyPlan(operands);
  const values = Object.keys(parameters).map(() => 0);
  return (out, inputs) => {
    if (out.size === 0) return;
    if (isOneRow(out, inputs)) planOneRow(plan, out, inputs);
    else if (!planRows(plan, out.shape, inputs)) {
      runManyAxes(kernels, out, inputs);
      return;
    }
    const bytes = bytesPerElement;
    values[0] = out.pointer;
    for (let loop = 0; loop < kernelAxes; loop++) values[1 + loop] = plan.sizes[loop]!;
    let pattern: Pattern = 0;
    for (let operand = 0; operand < operands; operand++) {
      const input = inputs[operand]!;
      if (plan.steps[0]![operand] !== 0) pattern |= 1 << operand;
      const at = kernelAxes + 1 + operand;
      values[at] = input.pointer;
      values[at + operands] = plan.steps[1]![operand]! * bytes[input.dtype];
      values[at + 2 * operands] = plan.steps[2]![operand]! * bytes[input.dtype];
    }
    kernels[pattern]!.run(out.size, values, elementsPerRange);
  };
}

type Kernels = readonly (Kernel<KernelParameters> | undefined)[];
type Pointers = Readonly<Record<string, I32>>;

/** `rows_10`: the first operand advances, the second does not. */
function nameOf(pattern: Pattern, operands: number): string {
  return `rows_${Array.from({ length: operands }, (_, operand) => (pattern >> operand) & 1).join('')}`;
}

/** The order in which the values are written. */
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
  pattern: Pattern,
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
      const advances = ((pattern >> operand) & 1) === 1;
      return advances ? undefined : k.let(laneAccess[inputs[operand]!].repeat(source));
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

/** Operands of the output's size or of one element need no look at their shapes. */
function isOneRow({ size }: AnyTensor, inputs: readonly AnyTensor[]): boolean {
  for (let operand = 0; operand < inputs.length; operand++) {
    const own = inputs[operand]!.size;
    if (own !== size && own !== 1) return false;
  }
  return true;
}

function planOneRow({ sizes, steps }: RowPlan, { size }: AnyTensor, inputs: readonly AnyTensor[]): void {
  sizes[0] = size;
  sizes[1] = 1;
  sizes[2] = 1;
  for (let operand = 0; operand < inputs.length; operand++) {
    steps[0]![operand] = inputs[operand]!.size === size ? 1 : 0;
  }
}

/** A call for each index of the axes that no kernel sees. */
function runManyAxes(kernels: Kernels, out: AnyTensor, inputs: readonly AnyTensor[]): void {
  const walk = planWalk(
    out.shape,
    inputs.map((input) => input.shape),
  );
  const [planes, rows, length] = lastEntries(walk.sizes, kernelAxes, 1) as [number, number, number];
  const size = planes * rows * length;
  const bytes = inputs.map((input) => bytesPerElement[input.dtype]);
  const stepsOf = (axis: number) => walk.strides.map((own, operand) => own.at(axis)! * bytes[operand]!);
  const pattern = walk.strides.reduce((bits, own, operand) => bits | (own.at(-1)! << operand), 0);
  const steps = [...stepsOf(-2), ...stepsOf(-3)];
  forEachOuter(walk, kernelAxes, (index, offsets) => {
    const target = out.pointer + index * size * bytesPerElement[out.dtype];
    const sources = inputs.map((input, operand) => input.pointer + offsets[operand]! * bytes[operand]!);
    kernels[pattern]!.run(size, [target, length, rows, planes, ...sources, ...steps], elementsPerRange);
  });
}
