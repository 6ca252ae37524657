import {
  type AnyTensor,
  type AttentionOptions,
  fromArray,
  gradCheck,
  keep,
  memory,
  randn,
  randomKey,
  scaledDotProductAttention,
  scope,
  setEngine,
  type Tensor,
  where,
} from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { describe, expect, test } from 'vitest';
import { asBool } from './caseBuilders.ts';
import { onEveryEngine } from './engines.ts';
import { failures, readOp } from './goldenOps.ts';
import { numbers } from './recurrentGolden.ts';

type Options = AttentionOptions;
type Shape = readonly number[];

const attend = (inputs: readonly Tensor[], options?: Options) =>
  scaledDotProductAttention(inputs[0]!, inputs[1]!, inputs[2]!, options) as Tensor;

const inputsOf = (query: Shape, key: Shape, value: Shape, seed = 1): Tensor[] =>
  [query, key, value].map((shape, index) => numbers(shape, seed + index, { requiresGrad: true }));

const flags = (shape: Shape, isSet: (index: number) => boolean): AnyTensor =>
  fromArray(
    Uint8Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) =>
      isSet(index) ? 1 : 0,
    ),
    shape,
  );

/** The formula as it stands, in basic ops. */
function formula([query, key, value]: readonly Tensor[], mask?: AnyTensor, scale?: number): Tensor {
  const scores = query!
    .mul(scale ?? 1 / Math.sqrt(query!.shape.at(-1)!))
    .matmul(key!.transpose(-1, -2)) as Tensor;
  const seen = mask === undefined ? scores : (where(asBool(mask as Tensor), scores, -1e30) as Tensor);
  return seen.softmax(-1).matmul(value!) as Tensor;
}

const loss = (out: Tensor) => out.mul(numbers(out.shape, 99)).sum() as Tensor;

/** The output, and what backward leaves in the inputs. */
function everything(inputs: readonly Tensor[], run: (inputs: readonly Tensor[]) => Tensor): Float32Array[] {
  return scope(() => {
    const out = run(inputs);
    loss(out).backward();
    const all = [out.data.slice(), ...inputs.map(({ grad }) => grad!.data.slice())];
    for (const input of inputs) input.grad = null;
    return all;
  });
}

function expectNear(received: readonly Float32Array[], expected: readonly Float32Array[], allowed = 1e-5) {
  received.forEach((values, index) => {
    const most = expected[index]!.reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
    const wrong = values.findIndex(
      (value, at) => !(Math.abs(value - expected[index]![at]!) <= allowed * most),
    );
    expect(
      wrong < 0 ? 'near' : `${index}: ${values[wrong]}, not ${expected[index]![wrong]}, at ${wrong}`,
    ).toBe('near');
  });
}

onEveryEngine('scaledDotProductAttention', () => {
  test('values and gradients of PyTorch', () => {
    const file = readOp('ops/network', 'scaledDotProductAttention');
    expect(file.cases.length).toBeGreaterThan(4);
    expect(failures(file)).toEqual([]);
  });

  test('several tiles of queries and keys: the formula, masked or not', () => {
    const [queries, keys] = [130, 197];
    const inputs = inputsOf([2, queries, 7], [2, keys, 7], [2, keys, 10]);
    const masks: [AnyTensor | undefined, Options][] = [
      [undefined, {}],
      [flags([queries, keys], (at) => at % keys <= Math.floor(at / keys)), { causal: true }],
    ];
    const random = flags([2, queries, keys], (at) => (at * 7919) % 13 < 5);
    masks.push([random, { mask: random }]);
    const byKey = flags([2, 1, keys], (at) => (at * 31) % 7 < 3);
    masks.push([byKey, { mask: byKey }]);
    for (const [mask, options] of masks) {
      const expected = everything(inputs, (given) => formula(given, mask));
      expectNear(
        everything(inputs, (given) => attend(given, options)),
        expected,
      );
    }
  });

  test('scores far apart neither overflow nor vanish', () => {
    const inputs = inputsOf([1, 9, 4], [1, 150, 4], [1, 150, 4]);
    for (const scale of [-60, 0, 1e-3, 90]) {
      const expected = everything(inputs, (given) => formula(given, undefined, scale));
      expectNear(
        everything(inputs, (given) => attend(given, { scale })),
        expected,
        2e-4,
      );
    }
  });

  test('a query that may look nowhere gets zeros, and gives no gradient', () => {
    const inputs = inputsOf([1, 3, 4], [1, 70, 4], [1, 70, 2]);
    const mask = flags([3, 70], (at) => Math.floor(at / 70) !== 1 && at % 70 > 64);
    const out = attend(inputs, { mask });
    expect(out.data.subarray(2, 4).map(Math.abs)).toEqual(new Float32Array(2));
    expect(out.data.subarray(0, 2).every((value) => value !== 0)).toBe(true);
    loss(out).backward();
    const [dQuery, dKey] = inputs.map(({ grad }) => grad!.data);
    expect(dQuery!.subarray(4, 8).map(Math.abs)).toEqual(new Float32Array(4));
    expect(dKey!.subarray(0, 65 * 4).every((value) => value === 0)).toBe(true);
  });

  test('a NaN reaches the queries that see it, and no others', () => {
    const inputs = inputsOf([1, 5, 4], [1, 5, 4], [1, 5, 4]);
    inputs[1]!.data.fill(Number.NaN, 3 * 4, 4 * 4);
    const unknown = [...attend(inputs, { causal: true }).data].map(Number.isNaN);
    expect(unknown.indexOf(true)).toBe(12);
    expect(unknown.slice(12)).not.toContain(false);
  });

  test('leading axes broadcast', () => {
    const inputs = inputsOf([2, 3, 4, 5], [3, 6, 5], [1, 6, 2]);
    const whole = [inputs[0]!, inputs[1]!.expand([2, 3, 6, 5]), inputs[2]!.expand([2, 3, 6, 2])] as Tensor[];
    expectNear([attend(inputs).data], [attend(whole).data]);
    expectNear(everything(inputs, attend), everything(inputs, formula));
  });

  test('gradients of gradients', () => {
    const inputs = inputsOf([2, 2, 2], [2, 3, 2], [2, 3, 1]);
    const dropout = { probability: 0.4, key: randomKey(8) };
    const mask = flags([2, 3], (at) => at !== 1);
    for (const options of [{}, { causal: true }, { mask }, { dropout }]) {
      const slopes = (run: (given: readonly Tensor[]) => Tensor) => {
        loss(run(inputs)).backward(undefined, { createGraph: true });
        const first = inputs.map(({ grad }) => grad!);
        for (const input of inputs) input.grad = null;
        first
          .map((grad) => grad.square().sum() as Tensor)
          .reduce((total, part) => total.add(part) as Tensor)
          .backward();
        const all = [...first, ...inputs.map(({ grad }) => grad!)].map(({ data }) => data.slice());
        for (const input of inputs) input.grad = null;
        return all;
      };
      const recorded = slopes((given) => attend(given, options));
      const [, ...direct] = everything(inputs, (given) => attend(given, options));
      expectNear(recorded.slice(0, 3), direct);
      if ('dropout' in options) continue;
      const past = flags([2, 3], (at) => at % 3 <= Math.floor(at / 3));
      const seen = 'causal' in options ? past : 'mask' in options ? mask : undefined;
      expectNear(
        recorded,
        slopes((given) => formula(given, seen)),
        1e-4,
      );
    }
  });

  test('one tensor as query, key and value', () => {
    const [x] = inputsOf([1, 3, 2], [1], [1]) as [Tensor];
    gradCheck((same) => loss(attend([same, same, same])), [x]);
    const [, direct] = everything([x], () => attend([x, x, x]));
    loss(attend([x, x, x])).backward(undefined, { createGraph: true });
    expectNear([x.grad!.data], [direct!]);
    x.grad = null;
  });

  test('dropout: weights vanish or grow, the mean stays, gradients go the same way', () => {
    const [queries, keys] = [70, 66];
    const dropout = { probability: 0.25, key: randomKey(3) };
    const even = inputsOf([1, queries, 2], [1, keys, 2], [1, keys, keys]).map(
      (input) => input.mul(0) as Tensor,
    );
    even[2]!.data.set(Float32Array.from({ length: keys * keys }, (_, at) => (at % (keys + 1) === 0 ? 1 : 0)));
    const weights = attend(even, { dropout }).data.map((weight) => weight * keys);
    const kept = weights.filter((weight) => weight !== 0);
    expect(kept.length / weights.length).toBeCloseTo(0.75, 1);
    for (const weight of kept) expect(weight).toBeCloseTo(4 / 3, 4);
    expect(attend(even, { dropout }).data).toEqual(attend(even, { dropout: { ...dropout } }).data);
    const other = attend(even, { dropout: { ...dropout, key: randomKey(4) } }).data;
    expect(other).not.toEqual(attend(even, { dropout }).data);
    const inputs = inputsOf([2, 2, 2], [2, 3, 2], [2, 3, 1]);
    gradCheck((...given) => loss(attend(given, { dropout })), inputs);
  });
});

describe('scaledDotProductAttention', () => {
  const cases: [Shape, number, Options][] = [
    [[2, 3, 65, 16], 65, {}],
    [[1, 9, 5], 130, { causal: true }],
    [[1, 130, 6], 700, {}],
    [[2, 600, 4], 600, { causal: true, dropout: { probability: 0.2, key: randomKey(7) } }],
    [[2, 130, 33], 131, { dropout: { probability: 0.1, key: randomKey(5) } }],
    [[40, 64, 16], 64, { causal: true, dropout: { probability: 0.5, key: randomKey(6) } }],
    [[3, 2, 100, 9], 70, { mask: flags([3, 1, 1, 70], (at) => at % 3 > 0) }],
  ];
  const make = (shape: Shape, keys: number) => {
    const others = [...shape.slice(0, -2), keys, shape.at(-1)!];
    return inputsOf(shape, others, others);
  };

  test.each(cases)('values and gradients of the reference, %j with %i keys', (shape, keys, options) => {
    setEngine('reference');
    const expected = everything(make(shape, keys), (given) => attend(given, options));
    setEngine('simd');
    expectNear(
      everything(make(shape, keys), (given) => attend(given, options)),
      expected,
      2e-5,
    );
  });

  test.each(cases)('the same bits on 1 to 4 threads, %j with %i keys', async (shape, keys, options) => {
    const alone = everything(make(shape, keys), (given) => attend(given, options));
    for (const threads of [2, 3, 4]) {
      setEngine('threads', { threads });
      await poolReady();
      expect(everything(make(shape, keys), (given) => attend(given, options))).toEqual(alone);
    }
    setEngine('simd');
  });

  test('memory is linear in length: 8,192 tokens take less than a thirtieth of their scores', () => {
    const tokens = 8192;
    const inputs = [1, 2, 3].map(() => keep(randn([1, tokens, 8], { requiresGrad: true }) as Tensor));
    attend(inputs.map((input) => input.slice(1, 0, 100) as Tensor)).dispose();
    const before = memory().liveBytes;
    const out = attend(inputs);
    const during = memory().peakBytes;
    out.sum().backward();
    expect(Math.max(during, memory().peakBytes) - before).toBeLessThan((4 * tokens * tokens) / 30);
    for (const input of inputs) input.dispose();
  });

  test('a probability of 1 would leave nothing', () => {
    const inputs = inputsOf([1, 2], [1, 2], [1, 2]);
    expect(() => attend(inputs, { dropout: { probability: 1, key: randomKey(0) } })).toThrow(
      'scaledDotProductAttention: dropout probability must lie in [0, 1), got 1',
    );
  });

  test('types: rows of the queries, width of the values', () => {
    const out = scaledDotProductAttention(randn([2, 4, 7, 8]), randn([2, 4, 9, 8]), randn([2, 4, 9, 5]));
    const typed: Tensor<[2, 4, 7, 5]> = out;
    expect(typed.shape).toEqual([2, 4, 7, 5]);
  });
});
