import { gru, lstm, rnn, type Shape, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, expectAll, expectBits, integers } from './plain.ts';

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
}

const oddSizes: readonly Sizes[] = [
  { batch: 1, steps: 1, features: 1, units: 1 },
  { batch: 3, steps: 5, features: 7, units: 3 },
  { batch: 2, steps: 4, features: 1, units: 9 },
  { batch: 5, steps: 3, features: 17, units: 5 },
  { batch: 1, steps: 9, features: 2, units: 33 },
  { batch: 9, steps: 2, features: 31, units: 4 },
];

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** What a cell makes of the two parts of its pre-activations, unit by unit. */
type PlainCell = (
  fromInput: readonly number[],
  fromHidden: readonly number[],
  hidden: number,
  memory: number,
) => { hidden: number; memory: number };

const cells: Record<'lstm' | 'gru' | 'tanh' | 'relu', { gates: number; cell: PlainCell }> = {
  lstm: {
    gates: 4,
    cell: ([a, b, c, d], [e, f, g, h], _, before) => {
      const memory = sigmoid(b! + f!) * before + sigmoid(a! + e!) * Math.tanh(c! + g!);
      return { hidden: sigmoid(d! + h!) * Math.tanh(memory), memory };
    },
  },
  gru: {
    gates: 3,
    cell: ([a, b, c], [d, e, f], hidden) => {
      const update = sigmoid(b! + e!);
      const fresh = Math.tanh(c! + sigmoid(a! + d!) * f!);
      return { hidden: (1 - update) * fresh + update * hidden, memory: 0 };
    },
  },
  tanh: { gates: 1, cell: ([a], [b]) => ({ hidden: Math.tanh(a! + b!), memory: 0 }) },
  relu: { gates: 1, cell: ([a], [b]) => ({ hidden: Math.max(a! + b!, 0), memory: 0 }) },
};

type Kind = keyof typeof cells;
const kinds = Object.keys(cells) as Kind[];

function weightsFor(kind: Kind, { features, units }: Sizes) {
  const rows = cells[kind].gates * units;
  return {
    weightIh: drawLeaf([rows, features], 2),
    weightHh: drawLeaf([rows, units], 3),
    biasIh: drawLeaf([rows], 4),
    biasHh: drawLeaf([rows], 5),
  };
}

type Weights = ReturnType<typeof weightsFor>;
interface Options {
  readonly hidden?: Tensor;
  readonly cell?: Tensor;
  readonly reverse?: boolean;
  readonly lengths?: Tensor<Shape, 'int32'>;
}

function run(
  kind: Kind,
  x: Tensor,
  weights: Partial<Weights> & Pick<Weights, 'weightIh' | 'weightHh'>,
  options: Options = {},
) {
  if (kind === 'lstm') return lstm(x, weights, options) as { output: Tensor; hidden: Tensor; cell: Tensor };
  if (kind === 'gru') return gru(x, weights, options) as { output: Tensor; hidden: Tensor };
  return rnn(x, weights, { ...options, nonlinearity: kind }) as { output: Tensor; hidden: Tensor };
}

/** The layer step by step, row by row, unit by unit, in float64. */
function plainLayer(
  kind: Kind,
  x: Tensor,
  weights: Weights,
  sizes: Sizes,
  initial: { hidden: Tensor; cell: Tensor },
) {
  const { batch, steps, features, units } = sizes;
  const { gates, cell } = cells[kind];
  const output = new Float64Array(batch * steps * units);
  for (let row = 0; row < batch; row++) {
    let hidden = Array.from({ length: units }, (_, unit) => initial.hidden.data[row * units + unit]!);
    let memory = Array.from({ length: units }, (_, unit) => initial.cell.data[row * units + unit]!);
    for (let step = 0; step < steps; step++) {
      const input = x.data.subarray((row * steps + step) * features, (row * steps + step + 1) * features);
      const part = (matrix: Tensor, bias: Tensor, vector: ArrayLike<number>, line: number) => {
        let sum = bias.data[line]!;
        for (let at = 0; at < vector.length; at++)
          sum += matrix.data[line * vector.length + at]! * vector[at]!;
        return sum;
      };
      const before = hidden;
      const next = before.map((own, unit) => {
        const lines = Array.from({ length: gates }, (_, gate) => gate * units + unit);
        const fromInput = lines.map((line) => part(weights.weightIh, weights.biasIh, input, line));
        const fromHidden = lines.map((line) => part(weights.weightHh, weights.biasHh, before, line));
        return cell(fromInput, fromHidden, own, memory[unit]!);
      });
      hidden = next.map((one) => one.hidden);
      memory = next.map((one) => one.memory);
      output.set(hidden, (row * steps + step) * units);
    }
  }
  return output;
}

const statesFor = ({ batch, units }: Sizes) => ({
  hidden: draw([batch, units], 6),
  cell: draw([batch, units], 7),
});
const inputFor = ({ batch, steps, features }: Sizes) => draw([batch, steps, features], 1);

onEveryEngine('a recurrent layer', () => {
  for (const kind of kinds) {
    test.each(oddSizes)(`${kind}: is its cell, step by step, unit by unit, %j`, (sizes) => {
      const [x, weights, states] = [inputFor(sizes), weightsFor(kind, sizes), statesFor(sizes)];
      const { output } = run(kind, x, weights, states);
      expectAll(output, plainLayer(kind, x, weights, sizes, states), 1e-5);
    });

    test(`${kind}: its last state is the last of its output`, () => {
      const sizes = oddSizes[1]!;
      const { output, hidden } = run(kind, inputFor(sizes), weightsFor(kind, sizes), statesFor(sizes));
      expectBits(output.slice(1, -1).squeeze(1) as Tensor, hidden);
    });

    test(`${kind}: two halves, one after the other, are the whole`, () => {
      const sizes = { ...oddSizes[1]!, steps: 7 };
      const [x, weights, states] = [inputFor(sizes), weightsFor(kind, sizes), statesFor(sizes)];
      const whole = run(kind, x, weights, states);
      const first = run(kind, x.slice(1, 0, 3) as Tensor, weights, states);
      const between = { hidden: first.hidden, ...('cell' in first && { cell: first.cell as Tensor }) };
      const second = run(kind, x.slice(1, 3) as Tensor, weights, between);
      expectAll(second.output, whole.output.slice(1, 3) as Tensor, 1e-6);
      expectAll(second.hidden, whole.hidden, 1e-6);
    });

    test(`${kind}: a step sees nothing of what comes later`, () => {
      const sizes = oddSizes[3]!;
      const [x, weights] = [inputFor(sizes), weightsFor(kind, sizes)];
      const changed = x.copy() as Tensor;
      for (let row = 0; row < sizes.batch; row++)
        changed.data.fill(9, (row * 3 + 2) * sizes.features, (row * 3 + 3) * sizes.features);
      const early = (given: Tensor) => run(kind, given, weights).output.slice(1, 0, 2) as Tensor;
      expectBits(early(changed), early(x));
    });

    test(`${kind}: rows of a batch do not see each other`, () => {
      const sizes = oddSizes[5]!;
      const [x, weights] = [inputFor(sizes), weightsFor(kind, sizes)];
      const all = run(kind, x, weights).output;
      for (let row = 0; row < sizes.batch; row++) {
        const alone = run(kind, x.slice(0, row, row + 1) as Tensor, weights).output;
        expectAll(alone, all.slice(0, row, row + 1) as Tensor, 1e-5);
      }
    });

    test(`${kind}: gradients end at the length of a row`, () => {
      const sizes = oddSizes[1]!;
      const x = drawLeaf([3, 5, 7], 1);
      const { output } = run(kind, x, weightsFor(kind, sizes), { lengths: integers([5, 2, 0]) });
      output.sum().backward();
      const perStep = x.grad!.abs().sum(2).toArray() as number[][];
      expect(perStep.map((row) => row.map((sum) => (sum > 0 ? 1 : 0)))).toEqual([
        [1, 1, 1, 1, 1],
        [1, 1, 0, 0, 0],
        [0, 0, 0, 0, 0],
      ]);
    });

    test(`${kind}: full lengths are no lengths, to the bit`, () => {
      const sizes = oddSizes[2]!;
      const [x, weights] = [inputFor(sizes), weightsFor(kind, sizes)];
      const full = integers([sizes.steps, sizes.steps]);
      expectBits(run(kind, x, weights, { lengths: full }).output, run(kind, x, weights).output);
    });

    test(`${kind}: gradients of all weights, along the difference of two runs`, () => {
      const sizes = oddSizes[1]!;
      const weights = weightsFor(kind, sizes);
      const x = inputFor(sizes);
      const loss = (given: Weights) => run(kind, x, given).output.square().sum() as Tensor;
      loss(weights).backward();
      for (const name of Object.keys(weights) as (keyof Weights)[]) {
        const direction = draw(weights[name].shape, 8);
        const moved = (by: number) =>
          ({ ...weights, [name]: weights[name].add(direction.mul(by)) }) as Weights;
        const difference = (loss(moved(1e-2)).item() - loss(moved(-1e-2)).item()) / 2e-2;
        const slope = weights[name].grad!.mul(direction).sum().item();
        expect(Math.abs(slope - difference), name).toBeLessThan(0.02 * Math.max(1, Math.abs(slope)));
      }
    });
  }

  for (const kind of kinds.filter((one) => one !== 'gru')) {
    test(`${kind}: biases add up, so that one may hold both`, () => {
      const sizes = oddSizes[1]!;
      const [x, weights] = [inputFor(sizes), weightsFor(kind, sizes)];
      const together = weights.biasIh.add(weights.biasHh) as Tensor;
      const { weightIh, weightHh } = weights;
      const joined = run(kind, x, { weightIh, weightHh, biasIh: together });
      expectAll(joined.output, run(kind, x, weights).output, 1e-6);
    });
  }

  test('rnn with a weight of zero between states is a dense layer at every step', () => {
    const sizes = oddSizes[3]!;
    const weights = weightsFor('tanh', sizes);
    weights.weightHh.data.fill(0);
    const x = inputFor(sizes);
    const dense = x
      .matmul(weights.weightIh.transpose(0, 1))
      .add(weights.biasIh)
      .add(weights.biasHh) as Tensor;
    expectAll(run('tanh', x, weights).output, dense.tanh() as Tensor, 1e-5);
  });

  test('lstm whose forget gate is open and whose input gate is shut keeps its memory', () => {
    const sizes = { batch: 2, steps: 6, features: 3, units: 5 };
    const weights = weightsFor('lstm', sizes);
    for (const weight of Object.values(weights)) weight.data.fill(0);
    weights.biasIh.data.fill(-100, 0, 5);
    weights.biasIh.data.fill(100, 5, 10);
    const states = statesFor(sizes);
    const { cell } = lstm(inputFor(sizes), weights, states);
    expectBits(cell as Tensor, states.cell);
  });

  test('gru whose update gate is open keeps its state', () => {
    const sizes = { batch: 2, steps: 6, features: 3, units: 5 };
    const weights = weightsFor('gru', sizes);
    weights.biasIh.data.fill(1000, 5, 10);
    const { hidden } = statesFor(sizes);
    expectAll(run('gru', inputFor(sizes), weights, { hidden }).hidden, hidden, 1e-6);
  });

  test('lstm answers huge inputs with numbers of size 1 at most', () => {
    const sizes = oddSizes[1]!;
    const x = inputFor(sizes).mul(1e30) as Tensor;
    const { output } = run('lstm', x, weightsFor('lstm', sizes));
    for (const value of output.data) expect(Math.abs(value)).toBeLessThanOrEqual(1);
  });
});
