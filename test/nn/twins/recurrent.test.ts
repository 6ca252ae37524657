import { GRU, LSTM, RNN } from '@sonograd/nn';
import { type RandomKey, randomKey, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';
import { affine, expectClose, numbers, ofTensor, sigmoid, toTensor } from './arrays.ts';

const [features, units] = [3, 4];

/** The weights of the one layer and direction, as PyTorch names them. */
interface Weights {
  readonly weightIh: Float64Array;
  readonly weightHh: Float64Array;
  readonly biasIh: Float64Array;
  readonly biasHh: Float64Array;
}

function weightsOf(layer: LSTM | GRU | RNN, suffix = '_l0'): Weights {
  const named = new Map(layer.namedParameters());
  const of = (name: string) => ofTensor(named.get(name + suffix));
  return {
    weightIh: of('weight_ih'),
    weightHh: of('weight_hh'),
    biasIh: of('bias_ih'),
    biasHh: of('bias_hh'),
  };
}

interface State {
  readonly hidden: Float64Array;
  readonly cell: Float64Array;
}

type Step = (weights: Weights, x: Float64Array, state: State) => State;

const pick = (values: Float64Array, gate: number) => values.subarray(gate * units, (gate + 1) * units);

/** h' = tanh(W x + b + U h + c). */
const rnnStep: Step = (w, x, { hidden, cell }) => {
  const [a, b] = [affine(w.weightIh, x, w.biasIh), affine(w.weightHh, hidden, w.biasHh)];
  return { hidden: a.map((value, at) => Math.tanh(value + (b[at] as number))), cell };
};

/** Gates for what comes in, what is forgotten, and what is shown; the cell adds up. */
const lstmStep: Step = (w, x, { hidden, cell }) => {
  const b = affine(w.weightHh, hidden, w.biasHh);
  const gates = affine(w.weightIh, x, w.biasIh).map((value, at) => value + (b[at] as number));
  const [input, forget, fresh, output] = [0, 1, 2, 3].map((gate) => pick(gates, gate)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const next = cell.map(
    (value, at) =>
      sigmoid(forget[at] as number) * value + sigmoid(input[at] as number) * Math.tanh(fresh[at] as number),
  );
  return { hidden: next.map((value, at) => sigmoid(output[at] as number) * Math.tanh(value)), cell: next };
};

/** The reset gate acts on the product of the state, as in PyTorch and cuDNN, not on the state itself. */
const gruStep: Step = (w, x, { hidden, cell }) => {
  const [a, b] = [affine(w.weightIh, x, w.biasIh), affine(w.weightHh, hidden, w.biasHh)];
  const next = hidden.map((before, at) => {
    const of = (values: Float64Array, gate: number) => pick(values, gate)[at] as number;
    const reset = sigmoid(of(a, 0) + of(b, 0));
    const update = sigmoid(of(a, 1) + of(b, 1));
    const fresh = Math.tanh(of(a, 2) + reset * of(b, 2));
    return (1 - update) * fresh + update * before;
  });
  return { hidden: next, cell };
};

/** One row through its own steps, forward or backward; zeros behind its end. */
function through(
  step: Step,
  weights: Weights,
  row: Float64Array,
  steps: number,
  length: number,
  reverse: boolean,
) {
  let state: State = { hidden: new Float64Array(units), cell: new Float64Array(units) };
  const output = new Float64Array(steps * units);
  for (let k = 0; k < length; k++) {
    const at = reverse ? length - 1 - k : k;
    state = step(weights, row.subarray(at * features, (at + 1) * features), state);
    output.set(state.hidden, at * units);
  }
  return { output, state };
}

const layers: readonly (readonly [
  string,
  (key: RandomKey, bidirectional: boolean) => LSTM | GRU | RNN,
  Step,
])[] = [
  [
    'RNN',
    (key, bidirectional) => new RNN(features, units, { batchFirst: true, bidirectional, key }),
    rnnStep,
  ],
  [
    'LSTM',
    (key, bidirectional) => new LSTM(features, units, { batchFirst: true, bidirectional, key }),
    lstmStep,
  ],
  [
    'GRU',
    (key, bidirectional) => new GRU(features, units, { batchFirst: true, bidirectional, key }),
    gruStep,
  ],
];

onEveryEngine('recurrent layers are their equations, step by step', () => {
  test.each(layers)('%s, rows of any lengths, in both directions', (_name, make, step) => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 5 }), (lengths) => {
        const steps = Math.max(...lengths);
        const layer = make(randomKey(steps), true);
        const x = numbers(lengths.length * steps * features, 17);
        const result = layer.forward(toTensor(x, lengths.length, steps, features), { lengths });
        const width = steps * features;
        const runs = [false, true].map((reverse) =>
          lengths.map((length, row) =>
            through(
              step,
              weightsOf(layer, reverse ? '_l0_reverse' : '_l0'),
              x.subarray(row * width, (row + 1) * width),
              steps,
              length,
              reverse,
            ),
          ),
        );
        const output = lengths.flatMap((_, row) =>
          Array.from({ length: steps }, (_unused, at) =>
            runs.flatMap((rows) => [...(rows[row]?.output.subarray(at * units, (at + 1) * units) ?? [])]),
          ).flat(),
        );
        expectClose(result.output as Tensor, output);
        const hidden = runs.flatMap((rows) => rows.flatMap(({ state }) => [...state.hidden]));
        expectClose(result.hidden as Tensor, hidden);
        if ('cell' in result) {
          expectClose(
            result.cell as Tensor,
            runs.flatMap((rows) => rows.flatMap(({ state }) => [...state.cell])),
          );
        }
      }),
      { seed: 11, numRuns: 25 },
    );
  });
});
