import { applyMany } from '../../autograd/apply.ts';
import { isRecording } from '../../autograd/mode.ts';
import type { OpMany, OutputSpec } from '../../autograd/op.ts';
import { full, zeros } from '../../creation/fill.ts';
import { requireDType } from '../../shape/require.ts';
import type { AnyTensor, Tensor } from '../../tensor.ts';
import type { Shape } from '../../types/shape.ts';
import type { Cell } from './cells.ts';
import { compositeGradients } from './composite.ts';
import type { Pass, RecurrentGradients, Saved, Shown } from './pass.ts';
import * as reference from './reference.ts';
import * as kernels from './run.ts';
import { at, checkInputs, type RecurrentSizes, sizesOf } from './sizes.ts';

/** PyTorch's weights of one layer and direction; without biases, the gates have none. */
export interface RecurrentWeights<W extends Shape = Shape> {
  /** [gates · units, features]. */
  readonly weightIh: Tensor;
  /** [gates · units, units]. */
  readonly weightHh: Tensor<W>;
  readonly biasIh?: Tensor | undefined;
  readonly biasHh?: Tensor | undefined;
}

export interface RecurrentOptions {
  /** From the last step to the first. */
  readonly reverse?: boolean;
  /**
   * int32, [batch]: how many steps each row has. Outputs behind a row's end are zero, the last state is that of its
   * last step, and the reverse direction starts there. What x holds there must be finite.
   */
  readonly lengths?: AnyTensor | undefined;
}

interface LayerParams {
  readonly reverse: boolean;
}

interface GradientParams extends LayerParams {
  readonly needsX: boolean;
}

/** The function that runs a layer: [output, hidden] or [output, hidden, memory]. */
export type RecurrentLayer = (
  x: AnyTensor,
  weights: RecurrentWeights,
  states: readonly (Tensor | undefined)[],
  options: RecurrentOptions,
) => Tensor[];

/** The op of a cell, and the op that is its gradient. */
export function recurrentLayer(cell: Cell, name: string): RecurrentLayer {
  const states = cell.hasMemory ? 2 : 1;
  const gradient = gradientOp(cell, name);
  const op: OpMany<LayerParams> = {
    name,
    visibleOutputs: 1 + states,
    outputs: (inputs) => {
      checkInputs(name, cell, inputs);
      return outputSpecs(cell, sizesOf(cell, inputs));
    },
    reference: (outs, inputs, { reverse }) =>
      reference.runForward(passOf(cell, inputs, reverse), namedOutputs(cell, outs)),
    simd: (outs, inputs, { reverse }) =>
      kernels.runForward(passOf(cell, inputs, reverse), namedOutputs(cell, outs)),
    backward: ({ inputs, outputs, dOuts, params: { reverse }, needs }) => {
      if (isRecording()) return compositeGradients(inputs, dOuts, (all) => passOf(cell, all, reverse));
      const incoming = outputs.slice(0, 1 + states).map((out, index) => dOuts[index] ?? zeros(out.shape));
      const given = [...inputs, ...outputs.slice(1 + states), ...incoming];
      const gradients = applyMany(gradient, given, { reverse, needsX: needs(at.x) }) as Tensor[];
      return inputs.map((_, index) => (needs(index) ? gradients[gradientPlaces.indexOf(index)] : undefined));
    },
  };
  return (x, weights, given, options) => runLayer(op, x, weights, given, options);
}

function runLayer(
  op: OpMany<LayerParams>,
  x: AnyTensor,
  { weightIh, weightHh, biasIh, biasHh }: RecurrentWeights,
  states: readonly (Tensor | undefined)[],
  { reverse = false, lengths }: RecurrentOptions,
): Tensor[] {
  const [batch, steps] = [x.shape[0] ?? 0, x.shape[1] ?? 0];
  const [width, units] = [weightHh.shape[0] ?? 0, weightHh.shape[1] ?? 0];
  const noBias = zeros([width]) as Tensor;
  const inputs: AnyTensor[] = [
    x,
    weightIh,
    weightHh,
    biasIh ?? noBias,
    biasHh ?? noBias,
    lengths ?? full([batch], steps, { dtype: 'int32' }),
    ...states.map((state) => state ?? zeros([batch, units])),
  ];
  inputs.forEach((input, index) => {
    requireDType(op.name, input, [index === at.lengths ? 'int32' : 'float32']);
  });
  if (lengths !== undefined) checkLengths(op.name, lengths, steps);
  const outs = applyMany(op, inputs, { reverse }) as Tensor[];
  const visible = outs.slice(0, 1 + states.length);
  if (visible[0]!.source === undefined) for (const saved of outs.slice(visible.length)) saved.dispose();
  return visible;
}

function checkLengths(name: string, lengths: AnyTensor, steps: number): void {
  for (const length of lengths.data) {
    if (length >= 0 && length <= steps) continue;
    throw new RangeError(`${name}: lengths must be from 0 to ${steps}, got ${length}`);
  }
}

/** The inputs that have a gradient, in the order of the gradient op's outputs. */
const gradientPlaces: readonly number[] = [
  at.x,
  at.weightIh,
  at.weightHh,
  at.biasIh,
  at.biasHh,
  at.hidden,
  at.memory,
];

/** Its inputs: those of the layer, what the layer saved, and the gradients of what it showed. */
function gradientOp(cell: Cell, name: string): OpMany<GradientParams> {
  const run =
    (engine: typeof kernels | typeof reference): Parameters['reference'] =>
    (outs, given, { reverse, needsX }) => {
      const states = cell.hasMemory ? 2 : 1;
      const inputs = given.slice(0, at.hidden + states);
      const incoming = given.slice(-1 - states);
      const saved = given.slice(inputs.length, -1 - states);
      const shown = namedOutputs(cell, [...incoming, ...saved]);
      engine.runBackward(passOf(cell, inputs, reverse), shown, shown, namedGradients(outs, needsX));
    };
  return {
    name: `${name}Gradient`,
    outputs: (given, { needsX }) => {
      const count = cell.hasMemory ? 7 : 6;
      return gradientPlaces
        .slice(0, count)
        .map((place) => ({ shape: place === at.x && !needsX ? [0] : given[place]!.shape, dtype: 'float32' }));
    },
    reference: run(reference),
    simd: run(kernels),
  };
}

type Parameters = Extract<OpMany<GradientParams>, { readonly reference: unknown }>;

function outputSpecs(cell: Cell, { batch, steps, units, width }: RecurrentSizes): OutputSpec[] {
  const of = (...shape: number[]): OutputSpec => ({ shape, dtype: 'float32' });
  const states = Array.from({ length: cell.hasMemory ? 2 : 1 }, () => of(batch, units));
  const saved = [of(batch, steps, width), of(batch, steps, units)];
  if (cell.hasAside) saved.push(of(batch, steps, units));
  return [of(batch, steps, units), ...states, ...saved];
}

/** A cell without memory or `aside` never touches what stands in their place. */
function namedOutputs(cell: Cell, outs: readonly AnyTensor[]): Shown & Saved {
  const [output, hidden, memory, ...saved] = cell.hasMemory ? outs : outs.toSpliced(2, 0, outs[1]);
  const [gates, before, aside = before] = saved;
  return { output, hidden, memory, gates, before, aside };
}

function passOf(cell: Cell, inputs: readonly AnyTensor[], reverse: boolean): Pass {
  const [x, weightIh, weightHh, biasIh, biasHh, lengths, hidden, memory = hidden] = inputs;
  const given = { x, weightIh, weightHh, biasIh, biasHh, lengths, hidden, memory };
  return { cell, sizes: sizesOf(cell, inputs), reverse, given };
}

function namedGradients(outs: readonly AnyTensor[], needsX: boolean): RecurrentGradients {
  const [x, weightIh, weightHh, biasIh, biasHh, hidden, memory = hidden] = outs;
  return { x: needsX ? x : undefined, weightIh, weightHh, biasIh, biasHh, hidden, memory };
}
