import {
  type AnyTensor,
  fromArray,
  gradCheck,
  type RecurrentOptions,
  type RecurrentWeights,
  scope,
  setEngine,
  type Tensor,
} from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { expect, test } from 'vitest';
import { showCall } from '../golden/cases.ts';
import { onEveryEngine } from './engines.ts';
import { layerProblems, numbers, type RecurrentName, readLayer } from './recurrentGolden.ts';

/** A layer as the shared tests call it: states in the order in which it has them. */
export interface LayerUnderTest {
  readonly name: RecurrentName;
  readonly gates: number;
  readonly states: number;
  run(
    x: Tensor,
    weights: RecurrentWeights,
    states: readonly Tensor[],
    options: RecurrentOptions,
  ): readonly Tensor[];
}

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
}

export function inputsOf({ gates, states }: LayerUnderTest, sizes: Sizes, seed = 1): Tensor[] {
  const { batch, steps, features, units } = sizes;
  const width = gates * units;
  const shapes = [[batch, steps, features], [width, features], [width, units], [width], [width]];
  for (let state = 0; state < states; state++) shapes.push([batch, units]);
  return shapes.map((shape, index) => {
    const input = numbers(shape, seed + index, { requiresGrad: true });
    // As wide as PyTorch makes them: wider weights are chaotic, and turn rounding into something large.
    if (index > 0) input.data.set(input.data.map((value) => value / Math.sqrt(units)));
    return input;
  });
}

export function call(layer: LayerUnderTest, inputs: readonly Tensor[], options: RecurrentOptions = {}) {
  const [x, weightIh, weightHh, biasIh, biasHh, ...states] = inputs as [Tensor, Tensor, Tensor, ...Tensor[]];
  return layer.run(x, { weightIh, weightHh, biasIh, biasHh }, states, options);
}

export const lengthsOf = (...lengths: number[]): AnyTensor =>
  fromArray(Int32Array.from(lengths), [lengths.length]);

/** One number that every element of every output has a part in. */
function weighed(outputs: readonly Tensor[]): Tensor {
  return outputs
    .map((output, index) => output.mul(numbers(output.shape, 77 + index)).sum() as Tensor)
    .reduce((total, part) => total.add(part) as Tensor);
}

/** Values and gradients, as plain numbers. */
function everything(layer: LayerUnderTest, sizes: Sizes, options: () => RecurrentOptions): Float32Array[] {
  return scope(() => {
    const inputs = inputsOf(layer, sizes);
    const outputs = call(layer, inputs, options());
    weighed(outputs).backward();
    return [...outputs, ...inputs.map(({ grad }) => grad!)].map(({ data }) => data.slice());
  });
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const differences = a.map((values, index) => {
    const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
    return values.reduce(
      (largest, value, at) => Math.max(largest, Math.abs(value - b[index]![at]!) / most),
      0,
    );
  });
  return Math.max(...differences);
}

/** What holds for every recurrent layer. */
export function checkLayer(layer: LayerUnderTest): void {
  const { cases } = readLayer(layer.name);
  const titled = cases.map((golden) => [showCall(golden.arguments, []), golden] as const);

  onEveryEngine(`${layer.name}: values and gradients of PyTorch`, () => {
    test.each(titled)('(%s)', (_, golden) => {
      expect(layerProblems(layer.name, golden)).toEqual([]);
    });
  });

  onEveryEngine(layer.name, () => {
    const tiny = { batch: 2, steps: 3, features: 2, units: 2 };

    test('gradients by differences, rows of different lengths', () => {
      for (const reverse of [false, true]) {
        const options = { reverse, lengths: lengthsOf(3, 1) };
        gradCheck((...inputs) => weighed(call(layer, inputs, options)), inputsOf(layer, tiny));
      }
    });

    test('gradients of gradients', () => {
      const inputs = inputsOf(layer, { batch: 2, steps: 2, features: 1, units: 2 });
      for (const options of [{}, { reverse: true, lengths: lengthsOf(1, 2) }]) {
        const first = weighed(call(layer, inputs, options));
        first.backward(undefined, { createGraph: true });
        const direct = inputs.map(({ grad }) => grad!.detach() as Tensor);
        const penalty = inputs.map(({ grad }) => grad!.square().sum() as Tensor);
        for (const input of inputs) input.grad = null;
        penalty.reduce((total, part) => total.add(part) as Tensor).backward();
        const second = inputs.map(({ grad }) => grad!.data.slice());
        for (const input of inputs) input.grad = null;
        weighed(call(layer, inputs, options)).backward();
        inputs.forEach(({ grad }, index) => {
          expect(largestDifference([grad!.data], [direct[index]!.data as Float32Array])).toBeLessThan(1e-5);
        });
        expect(largestDifference(second, penaltyByDifferences(layer, inputs, options))).toBeLessThan(0.02);
        for (const input of inputs) input.grad = null;
      }
    });

    test('one tensor in two places gets the sum of both gradients', () => {
      const units = 2;
      const sizes = { batch: 1, steps: 2, features: units, units };
      const [x, shared, , biasIh, biasHh, ...states] = inputsOf(layer, sizes) as [
        Tensor,
        Tensor,
        ...Tensor[],
      ];
      const f = (weight: Tensor) =>
        weighed(call(layer, [x, weight, weight, biasIh!, biasHh!, ...states] as Tensor[]));
      gradCheck(f, [shared]);
      f(shared).backward(undefined, { createGraph: true });
      const recorded = shared.grad!.data.slice();
      shared.grad = null;
      f(shared).backward();
      expect(largestDifference([recorded], [shared.grad!.data as Float32Array])).toBeLessThan(1e-5);
    });

    test('without biases and states: as with zeros', () => {
      const [x, weightIh, weightHh] = inputsOf(layer, tiny) as [Tensor, Tensor, Tensor];
      const plain = layer.run(x, { weightIh, weightHh }, [], {});
      const inputs = inputsOf(layer, tiny).map((input, index) => (index < 3 ? input : input.mul(0)));
      const zeroed = call(layer, inputs as Tensor[]);
      plain.forEach((output, index) => {
        expect(output.data).toEqual(zeroed[index]!.data);
      });
    });

    test('outputs behind the end of a row are zero, and its last state is that of its last step', () => {
      const inputs = inputsOf(layer, { batch: 3, steps: 4, features: 2, units: 3 });
      for (const reverse of [false, true]) {
        const [output, hidden] = call(layer, inputs, { reverse, lengths: lengthsOf(2, 4, 0) });
        expect(output!.slice(1, 2, 4).slice(0, 0, 1).toArray()).toEqual([
          [
            [0, 0, 0],
            [0, 0, 0],
          ],
        ]);
        expect(output!.slice(0, 2, 3).abs().sum().item()).toBe(0);
        const last = reverse ? [0, 0] : [1, 3];
        const rows = [0, 1].map((row) => [...output!.data.subarray((row * 4 + last[row]!) * 3)].slice(0, 3));
        expect([...hidden!.data.subarray(0, 6)]).toEqual(rows.flat());
        expect(hidden!.data.slice(6)).toEqual(inputs[5]!.data.slice(6));
      }
    });

    test('the reverse direction is the forward one on flipped steps', () => {
      const [x, ...rest] = inputsOf(layer, tiny) as [Tensor, ...Tensor[]];
      const [output, hidden] = call(layer, [x, ...rest], { reverse: true });
      const [flipped, last] = call(layer, [x.flip(1) as Tensor, ...rest]);
      expect(output!.data).toEqual(flipped!.flip(1).data);
      expect(hidden!.data).toEqual(last!.data);
    });

    test('lengths that do not fit are refused', () => {
      const inputs = inputsOf(layer, tiny);
      expect(() => call(layer, inputs, { lengths: lengthsOf(1, 4) })).toThrow(
        `${layer.name.toLowerCase()}: lengths must be from 0 to 3, got 4`,
      );
    });
  });

  const sizesAndOptions: [Sizes, () => RecurrentOptions][] = [
    [{ batch: 6, steps: 9, features: 5, units: 11 }, () => ({})],
    [{ batch: 9, steps: 5, features: 17, units: 8 }, () => ({ reverse: true })],
    [
      { batch: 5, steps: 6, features: 3, units: 33 },
      () => ({ reverse: true, lengths: lengthsOf(1, 6, 0, 3, 5) }),
    ],
    [{ batch: 33, steps: 12, features: 20, units: 64 }, () => ({})],
  ];

  test.each(sizesAndOptions)(`${layer.name}: values and gradients of the reference, %j`, (sizes, options) => {
    setEngine('reference');
    const expected = everything(layer, sizes, options);
    setEngine('simd');
    expect(largestDifference(expected, everything(layer, sizes, options))).toBeLessThan(2e-5);
  });

  test.each(sizesAndOptions)(
    `${layer.name}: the same bits on 1, 2, 3 and 4 threads, %j`,
    async (sizes, options) => {
      setEngine('simd');
      const alone = everything(layer, sizes, options);
      for (const threads of [2, 3, 4]) {
        setEngine('threads', { threads });
        await poolReady();
        expect(everything(layer, sizes, options)).toEqual(alone);
      }
      setEngine('simd');
    },
  );
}

/** The gradient of the squared gradients, along each element of each input, by central differences. */
function penaltyByDifferences(
  layer: LayerUnderTest,
  inputs: readonly Tensor[],
  options: RecurrentOptions,
): Float32Array[] {
  const step = 1e-2;
  const penalty = () => {
    weighed(call(layer, inputs, options)).backward();
    let total = 0;
    for (const input of inputs) {
      total += input.grad!.data.reduce((sum, value) => sum + value * value, 0);
      input.grad = null;
    }
    return total;
  };
  for (const input of inputs) input.grad = null;
  return inputs.map(({ data }) =>
    Float32Array.from(data, (value, at) => {
      data[at] = value + step;
      const above = penalty();
      data[at] = value - step;
      const below = penalty();
      data[at] = value;
      return (above - below) / (2 * step);
    }),
  );
}
