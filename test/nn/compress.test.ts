import {
  compressLowRank,
  fromInt8,
  Linear,
  LowRankLinear,
  loadStateDict,
  pruneByMagnitude,
  ReLU,
  Sequential,
  stateDict,
  toInt8,
} from '@sonograd/nn';
import {
  decodeSafetensors,
  encodeSafetensors,
  randn,
  randomKey,
  splitKey,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const [first, second, third] = splitKey(randomKey(4), 3) as [
  ReturnType<typeof randomKey>,
  ReturnType<typeof randomKey>,
  ReturnType<typeof randomKey>,
];
const x = randn([7, 12], { key: third });
const make = () =>
  new Sequential(new Linear(12, 10, { key: first }), new ReLU(), new Linear(10, 8, { key: second }));

/** A layer whose weight has the given rank. */
function thin(rank: number): Linear<12, 10> {
  const layer = new Linear(12, 10, { key: first });
  const [left, right] = [randn([10, rank], { key: second }), randn([rank, 12], { key: third })] as [
    Tensor,
    Tensor,
  ];
  layer.weight.assign(left.matmul(right) as Tensor);
  return layer;
}

describe('compressLowRank', () => {
  test('a weight of rank 2 loses nothing, at any energy', () => {
    const model = new Sequential(thin(2));
    const before = (model.forward(x) as Tensor).data.slice();
    const report = compressLowRank(model, { energy: 0.999999 });
    expect(report.layers).toMatchObject([
      { name: '0', rank: 2, replaced: true, weightsBefore: 120, weightsAfter: 44 },
    ]);
    expect(report.layers[0]?.error).toBeLessThan(1e-3);
    expect([report.parametersBefore, report.parametersAfter]).toEqual([130, 54]);
    expect(model.layers[0]).toBeInstanceOf(LowRankLinear);
    (model.forward(x) as Tensor).data.forEach((value, at) => {
      expect(value).toBeCloseTo(before[at] as number, 3);
    });
  });

  test('by rank: the error is what the weight lost, and a larger rank loses less', () => {
    const errors = [1, 2, 3, 4].map((rank) => {
      const model = make();
      const weight = (model.layers[0] as unknown as Linear<12, 10>).weight.data.slice();
      const [entry] = compressLowRank(model, { rank, layers: (name) => name === '0' }).layers;
      const { up, down } = model.layers[0] as unknown as LowRankLinear<12, 10>;
      const product = (up.matmul(down) as Tensor).data;
      const lost = Math.sqrt(
        weight.reduce((sum, value, at) => sum + (value - (product[at] as number)) ** 2, 0),
      );
      const whole = Math.sqrt(weight.reduce((sum, value) => sum + value ** 2, 0));
      expect(entry?.error).toBeCloseTo(lost / whole, 4);
      return entry?.error as number;
    });
    expect([...errors].sort((a, b) => b - a)).toEqual(errors);
  });

  test('layers that would not shrink stay, and the report says so', () => {
    const model = make();
    const report = compressLowRank(model, { energy: 1 });
    expect(report.layers.map(({ replaced, error }) => [replaced, error])).toEqual([
      [false, 0],
      [false, 0],
    ]);
    expect(report.parametersAfter).toBe(report.parametersBefore);
    expect(report.toString()).toContain('12 -> 10');
  });

  test('the compressed model learns', () => {
    const model = make();
    compressLowRank(model, { rank: 2 });
    (model.forward(x) as Tensor).square().sum().backward();
    expect(model.parameters().every(({ grad }) => grad?.data.some((value) => value !== 0))).toBe(true);
  });

  test('bad options are refused', () => {
    expect(() => compressLowRank(make(), {})).toThrow(
      'compressLowRank: needs either rank or energy, got rank=undefined',
    );
    expect(() => compressLowRank(make(), { energy: 1.5 })).toThrow('energy must lie in (0, 1], got 1.5');
    expect(() => new LowRankLinear(4, 3, 4)).toThrow(
      'LowRankLinear: rank must be a whole number from 1 to 3, got 4',
    );
  });
});

describe('pruneByMagnitude', () => {
  test('of each tensor: the smallest share becomes zero, and stays so after a step', () => {
    const model = make();
    const pruning = pruneByMagnitude(model, { share: 0.5 });
    expect(pruning.tensors).toEqual([
      { name: '0.weight', size: 120, zeros: 60 },
      { name: '2.weight', size: 80, zeros: 40 },
    ]);
    const weight = (model.layers[0] as unknown as Linear<12, 10>).weight.data;
    const kept = weight.filter((value) => value !== 0);
    weight.forEach((_, at) => {
      weight[at] = (weight[at] as number) + 1;
    });
    pruning.apply();
    expect(weight.filter((value) => value === 0)).toHaveLength(60);
    expect(kept.length).toBe(60);
  });

  test('of the model: a layer of small weights loses more', () => {
    const model = make();
    const { weight } = model.layers[0] as unknown as Linear<12, 10>;
    weight.data.forEach((value, at) => {
      weight.data[at] = value / 100;
    });
    const { tensors } = pruneByMagnitude(model, { share: 0.5, of: 'model' });
    expect(tensors.map(({ zeros }) => zeros).reduce((sum, zeros) => sum + zeros, 0)).toBe(100);
    expect(tensors[0]?.zeros).toBe(100);
    expect(() => pruneByMagnitude(model, { share: 1 })).toThrow('share must lie in [0, 1), got 1');
  });
});

describe('int8', () => {
  test('every weight comes back to within half a step of its row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (values) => {
          const data = Float32Array.from(values);
          const back = fromInt8(toInt8(new Map([['w', { dtype: 'float32', shape: [2, 3], data }]]))).get('w');
          for (let row = 0; row < 2; row++) {
            const own = data.subarray(3 * row, 3 * row + 3);
            const step = Math.max(...own.map(Math.abs)) / 127;
            own.forEach((value, at) => {
              expect(Math.abs((back?.data[3 * row + at] as number) - value)).toBeLessThanOrEqual(
                step * 0.501 + 1e-37,
              );
            });
          }
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test('goes through a file at a quarter of the size, and the model keeps its answers', () => {
    const wide = new Sequential(
      new Linear(12, 64, { key: first }),
      new ReLU(),
      new Linear(64, 64, { key: second }),
    );
    const before = (wide.forward(x) as Tensor).data.slice();
    const state = stateDict(wide);
    const file = encodeSafetensors(toInt8(state));
    expect(file.length).toBeLessThan(0.4 * encodeSafetensors(state).length);
    loadStateDict(wide, fromInt8(decodeSafetensors(file).tensors));
    (wide.forward(x) as Tensor).data.forEach((value, at) => {
      expect(Math.abs(value - (before[at] as number))).toBeLessThan(0.02);
    });
  });

  test('vectors stay as they are, a parameter called scale among them', () => {
    const entry = { dtype: 'float32' as const, shape: [2], data: Float32Array.of(1, 2) };
    expect(fromInt8(toInt8(new Map([['norm.scale', entry]]))).get('norm.scale')).toBe(entry);
  });

  test('what is damaged or not finite is refused', () => {
    const entry = { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(1, Infinity) };
    expect(() => toInt8(new Map([['w', entry]]))).toThrow(
      'toInt8: weights must be finite, got Infinity in w',
    );
    const packed = toInt8(new Map([['w', { ...entry, data: Float32Array.of(1, 2) }]]));
    packed.delete('w.scale');
    expect(() => fromInt8(packed)).toThrow('fromInt8: the state must have w.scale, got none');
    packed.set('w.scale', { dtype: 'float32', shape: [3], data: new Float32Array(3) });
    expect(() => fromInt8(packed)).toThrow(
      'fromInt8: w does not hold its shape, 4 bytes and 3 rows for [1, 2]',
    );
  });
});
