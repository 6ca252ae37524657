import { type AnyTensor, concat, fromArray, gru, lstm, rnn, stack, type Tensor } from '@sonograd/tensor';
import { type LayerIndex, placeInputs } from '../golden/cases.ts';
import { difference, type Expected, readGolden } from '../golden/readGolden.ts';
import { inputTensor } from './goldenOps.ts';

export type RecurrentName = 'RNN' | 'LSTM' | 'GRU';
type Named = Readonly<Record<string, Tensor>>;
type State = Tensor | readonly [Tensor, Tensor] | undefined;

interface Call {
  readonly state?: State;
  readonly lengths?: readonly number[];
}

interface Outputs {
  readonly output: Tensor;
  readonly hidden: Tensor;
  readonly cell?: Tensor;
}

export function readLayer(name: RecurrentName) {
  return readGolden<LayerIndex>('nn/layers', name);
}

type GoldenCase = ReturnType<typeof readLayer>['cases'][number];

/** What is not as PyTorch has it, for a whole layer (stacked, both directions) made of the ops. */
export function layerProblems(name: RecurrentName, golden: GoldenCase): string[] {
  const parameters = Object.fromEntries(
    Object.entries(golden.parameters).map(([key, value]) => [key, inputTensor(value) as Tensor]),
  );
  const inputs = golden.inputs.map((input) => inputTensor(input) as Tensor);
  const [x, call] = placeInputs(golden.call, inputs) as [Tensor, Call | undefined];
  const made = runLayer(name, golden, parameters, x, call ?? {});
  const problems = golden.outputs.map(({ field, ...expected }) => {
    const received = made[field as keyof Outputs] as Tensor;
    return report(String(field), received, expected, golden.tolerance);
  });
  golden.outputs
    .flatMap(({ field, dOut }) => {
      if (dOut === undefined) return [];
      return [made[field as keyof Outputs]!.mul(inputTensor(dOut) as Tensor).sum() as Tensor];
    })
    .reduce((total, part) => total.add(part) as Tensor)
    .backward();
  for (const expected of golden.inputGradients) {
    const { grad } = inputs[expected.input]!;
    problems.push(report(`input ${expected.input}`, grad, expected, golden.tolerance));
  }
  for (const [key, expected] of Object.entries(golden.parameterGradients)) {
    problems.push(report(key, parameters[key]!.grad, expected, golden.tolerance));
  }
  return problems.filter((problem) => problem !== undefined);
}

function report(what: string, received: Tensor | null, expected: Expected, tolerance: number) {
  const problem = received === null ? 'there is none' : difference(received, expected, tolerance);
  return problem === undefined ? undefined : `${what}: ${problem}`;
}

function runLayer(
  name: RecurrentName,
  golden: GoldenCase,
  parameters: Named,
  x: Tensor,
  call: Call,
): Outputs {
  const { batchFirst, numLayers, bidirectional, nonlinearity } = golden.options as {
    batchFirst?: boolean;
    numLayers?: number;
    bidirectional?: boolean;
    nonlinearity?: 'tanh' | 'relu';
  };
  const directions = bidirectional ? ['', '_reverse'] : [''];
  const lengths =
    call.lengths && (fromArray(Int32Array.from(call.lengths), [call.lengths.length]) as AnyTensor);
  const states: { hidden: Tensor; cell?: Tensor }[] = [];
  let sequence = (batchFirst ? x : x.transpose(0, 1)) as Tensor;
  for (let layer = 0; layer < (numLayers ?? 1); layer++) {
    const outputs = directions.map((suffix) => {
      const weights = weightsOf(parameters, `l${layer}${suffix}`);
      const [hidden, cell] = stateAt(call.state, states.length);
      const options = { reverse: suffix !== '', lengths, hidden };
      const made =
        name === 'LSTM'
          ? lstm(sequence, weights, { ...options, cell })
          : name === 'GRU'
            ? gru(sequence, weights, options)
            : rnn(sequence, weights, { ...options, nonlinearity: nonlinearity ?? 'tanh' });
      states.push(made as { hidden: Tensor; cell?: Tensor });
      return made.output as Tensor;
    });
    sequence = concat(outputs as AnyTensor[], 2) as Tensor;
  }
  return {
    output: (batchFirst ? sequence : sequence.transpose(0, 1)) as Tensor,
    hidden: stack(states.map(({ hidden }) => hidden) as AnyTensor[]) as Tensor,
    ...(name === 'LSTM' && { cell: stack(states.map(({ cell }) => cell) as AnyTensor[]) as Tensor }),
  };
}

function weightsOf(parameters: Named, suffix: string) {
  const named = (what: string) => parameters[`${what}_${suffix}`];
  return {
    weightIh: named('weight_ih')!,
    weightHh: named('weight_hh')!,
    biasIh: named('bias_ih'),
    biasHh: named('bias_hh'),
  };
}

function stateAt(state: State, index: number): (Tensor | undefined)[] {
  if (state === undefined) return [];
  const all = Array.isArray(state) ? (state as Tensor[]) : [state as Tensor];
  return all.map((one) => one.slice(0, index, index + 1).squeeze(0) as Tensor);
}

/** Numbers from -1 to 1 that follow from the seed (a multiplicative generator, Lehmer 1951). */
export function numbers(shape: readonly number[], seed: number, options = {}): Tensor {
  let state = (seed % 2147483646) + 1;
  const size = shape.reduce((product, length) => product * length, 1);
  const values = Float32Array.from({ length: size }, () => {
    state = (state * 48271) % 2147483647;
    return (2 * state) / 2147483647 - 1;
  });
  return fromArray(values, shape, options) as Tensor;
}
