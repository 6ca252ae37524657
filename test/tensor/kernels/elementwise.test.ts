import { type AnyTensor, fromArray, setEngine, tensor, unary } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectAsReference, noise, valuesOn } from './compare.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const odd = [nan, infinity, -infinity, 0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 1e-40, 3e38, -3e38];
const row = (values: readonly number[]) => fromArray(Float32Array.from(values), [values.length]);

describe('values that are not ordinary numbers', () => {
  const formulas: Record<string, (x: ReturnType<typeof row>) => AnyTensor> = {
    abs: (x) => x.abs(),
    clamp: (x) => x.clamp(-1, 1),
    floor: (x) => x.floor(),
    inside: (x) => x.inside(-1, 1),
    leakyRelu: (x) => x.leakyRelu(0.1),
    neg: (x) => x.neg(),
    reciprocal: (x) => x.reciprocal(),
    relu: (x) => x.relu(),
    round: (x) => x.round(),
    sign: (x) => x.sign(),
    sqrt: (x) => x.sqrt(),
    square: (x) => x.square(),
    step: (x) => x.step(),
  };

  test.each(Object.entries(formulas))('%s: as the reference', (_, run) => {
    expectAsReference(() => run(row(odd)), 1e-7);
  });

  test('minimum and maximum hand on a NaN from either side', () => {
    const left = odd.flatMap((value) => odd.map(() => value));
    const right = odd.flatMap(() => odd);
    expectAsReference(() => row(left).minimum(row(right)));
    expectAsReference(() => row(left).maximum(row(right)));
  });

  test('comparisons with a NaN are false, but for ne', () => {
    const left = odd.flatMap((value) => odd.map(() => value));
    const right = odd.flatMap(() => odd);
    for (const name of ['eq', 'ne', 'lt', 'le', 'gt', 'ge'] as const) {
      expectAsReference(() => row(left)[name](row(right)));
    }
  });

  test('round takes halves to the even neighbour', () => {
    const values = valuesOn('simd', () => row([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999998, 1e9]).round());
    expect(values.map((value) => value + 0)).toEqual([0, 2, 2, 0, -2, 2, 1e9]);
  });
});

describe('log1p', () => {
  test('relative error below 4e-7 from 1e-38 to 1e38, and above -1', () => {
    const exponents = Array.from({ length: 760 }, (_, index) => 1.26 ** (index - 380));
    const inputs = [...exponents, ...exponents.filter((x) => x < 0.999).map((x) => -x)].map(Math.fround);
    const received = valuesOn('simd', () => row(inputs).log1p());
    const errors = inputs.map((x, index) => Math.abs(received[index]! / Math.log1p(x) - 1));
    expect(Math.max(...errors.filter((_, index) => Math.abs(inputs[index]!) > 1e-37))).toBeLessThan(4e-7);
  });

  test('-1 gives -Infinity, below gives NaN, Infinity stays', () => {
    expect(valuesOn('simd', () => row([-1, -1.5, infinity, nan, 0]).log1p())).toEqual([
      -infinity,
      nan,
      infinity,
      nan,
      0,
    ]);
  });
});

describe('pow', () => {
  const power = (base: readonly number[], exponent: readonly number[]) =>
    valuesOn('simd', () => row(base).pow(row(exponent)));

  test('relative error below 4e-7 wherever the result is a normal number', () => {
    fc.assert(
      fc.property(
        fc.float({ min: Math.fround(1e-30), max: Math.fround(1e30), noNaN: true }),
        fc.float({ min: -60, max: 60, noNaN: true }),
        (base, exponent) => {
          const expected = base ** exponent;
          if (expected < 1.2e-38 || expected > 3.4e38) return;
          expect(Math.abs(power([base], [exponent])[0]! / expected - 1)).toBeLessThan(4e-7);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('anything to the 0 and 1 to anything is 1', () => {
    const ones = odd.map(() => 1);
    expect(
      power(
        odd,
        odd.map(() => 0),
      ),
    ).toEqual(ones);
    expect(
      power(
        odd.map(() => 1),
        odd,
      ),
    ).toEqual(ones);
    expect(power([-1, -1], [infinity, -infinity])).toEqual([1, 1]);
  });

  test('negative bases: whole exponents keep or turn the sign, others have no result', () => {
    expect(power([-2, -2, -2, -2], [3, 2, -1, 0.5])).toEqual([-8, 4, -0.5, nan]);
    expect(power([-3, -3, -infinity, -infinity], [1e10, 1.5, 3, -3])).toEqual([infinity, nan, -infinity, -0]);
  });

  test('zeros: odd exponents keep the sign', () => {
    expect(power([0, -0, 0, -0, 0, -0], [3, 3, 2, 2, -1, -1])).toEqual([0, -0, 0, 0, infinity, -infinity]);
  });

  test('infinite exponents follow the size of the base; NaN stays', () => {
    expect(power([0.5, 2, 0.5, 2, nan, 2], [infinity, infinity, -infinity, -infinity, 2, nan])).toEqual([
      0,
      infinity,
      infinity,
      0,
      nan,
      nan,
    ]);
  });

  test('subnormal numbers, in and out', () => {
    const [root, small] = power([2 ** -140, 2], [0.5, -140]);
    expect(root! / 2 ** -70).toBeCloseTo(1, 6);
    expect(small! / 2 ** -140).toBeCloseTo(1, 6);
  });
});

describe('int32', () => {
  const edges = [0, 1, -1, 7, -7, 2_147_483_647, -2_147_483_648];
  const whole = (values: readonly number[]) => fromArray(Int32Array.from(values), [values.length]);

  test('arithmetic wraps around as in a typed array', () => {
    const left = edges.flatMap((value) => edges.map(() => value));
    const right = edges.flatMap(() => edges);
    for (const name of ['add', 'sub', 'minimum', 'maximum'] as const) {
      expectAsReference(() => whole(left)[name](whole(right)));
    }
    expect(valuesOn('simd', () => whole(left).mul(whole(right)))).toEqual(
      left.map((value, index) => Math.imul(value, right[index]!)),
    );
  });

  test('neg, abs and square', () => {
    const tame = edges.slice(0, 5);
    expectAsReference(() => whole(tame).neg());
    expectAsReference(() => whole(tame).abs());
    expectAsReference(() => whole(tame).square());
  });

  test('a formula without an int32 form says so', () => {
    const wrong = unary({ name: 'wrongIntegerFormula', value: (m, x) => m.exp(x), integers: true });
    setEngine('simd');
    expect(() => wrong(whole([1]))).toThrow('exp: has no int32 form');
  });
});

describe('formulas with constants', () => {
  test('as many as the formula takes', () => {
    const polynomial = unary<[number, number, number]>({
      name: 'polynomialOfThree',
      value: (m, x, [a, b, c]) => m.add(m.mul(m.add(m.mul(x, a!), b!), x), c!),
      slope: (m, x, _y, [a, b]) => m.add(m.mul(m.mul(x, 2), a!), b!),
    });
    expectAsReference(() => polynomial(fromArray(noise(67), [67]), 2, -3, 0.5), 1e-6);
    setEngine('simd');
    const x = tensor([1, -2], { requiresGrad: true });
    polynomial(x, 2, -3, 0.5).sum().backward();
    expect([...x.grad!.data]).toEqual([1, -11]);
  });
});
