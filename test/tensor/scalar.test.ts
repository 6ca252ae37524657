import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Value } from '../../packages/tensor/src/scalar.ts';

type Unary =
  | 'neg'
  | 'square'
  | 'sqrt'
  | 'exp'
  | 'log'
  | 'sin'
  | 'cos'
  | 'tanh'
  | 'sigmoid'
  | 'abs'
  | 'relu'
  | 'silu';
type Binary = 'add' | 'sub' | 'mul' | 'div' | 'pow';

const unary: Record<Unary, (x: number) => number> = {
  neg: (x) => -x,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  exp: Math.exp,
  log: Math.log,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  abs: Math.abs,
  relu: (x) => Math.max(x, 0),
  silu: (x) => x / (1 + Math.exp(-x)),
};
const binary: Record<Binary, (x: number, y: number) => number> = {
  add: (x, y) => x + y,
  sub: (x, y) => x - y,
  mul: (x, y) => x * y,
  div: (x, y) => x / y,
  pow: (x, y) => x ** y,
};
const positiveOnly = new Set<string>(['sqrt', 'log']);

describe.each(Object.entries(unary))('%s', (name, formula) => {
  const points = [0.3, 1.7, 2.5, ...(positiveOnly.has(name) ? [] : [-0.4, -2.2])];

  test.each(points)('value and slope at %d', (at) => {
    const x = new Value(at);
    const y = x[name as Unary]();
    y.backward();
    expect(y.item()).toBeCloseTo(formula(at), 12);
    expect(x.grad).toBeCloseTo(slope(formula, at), 6);
  });
});

describe.each(Object.entries(binary))('%s', (name, formula) => {
  test.each([
    [1.3, 2.4],
    [0.7, -1.5],
    [2.2, 0.4],
  ])('value and both slopes at %d, %d', (atX, atY) => {
    const [x, y] = [new Value(atX), new Value(atY)];
    const z = x[name as Binary](y);
    z.backward();
    expect(z.item()).toBeCloseTo(formula(atX, atY), 12);
    expect(x.grad).toBeCloseTo(
      slope((value) => formula(value, atY), atX),
      6,
    );
    expect(y.grad).toBeCloseTo(
      slope((value) => formula(atX, value), atY),
      6,
    );
  });

  test('a number as the second operand', () => {
    const x = new Value(1.5);
    const z = x[name as Binary](3);
    z.backward();
    expect(z.data).toBeCloseTo(formula(1.5, 3), 12);
    expect(x.grad).toBeCloseTo(
      slope((value) => formula(value, 3), 1.5),
      6,
    );
  });
});

test('powers at the edge of where they are defined', () => {
  for (const [base, exponent, expected] of [
    [0, 2, 0],
    [0, 1, 1],
    [0, 0, 0],
    [-2, 3, 12],
    [-2, 0, 0],
  ]) {
    const x = new Value(base);
    x.pow(exponent).backward();
    expect(x.grad + 0).toBe(expected);
  }
});

test('far out, sigmoid is flat and not NaN', () => {
  for (const at of [-1000, 1000]) {
    const x = new Value(at);
    const y = x.sigmoid();
    y.backward();
    expect([y.data, x.grad]).toEqual([at > 0 ? 1 : 0, 0]);
  }
});

describe('backward', () => {
  test('a value used twice gathers both slopes', () => {
    const x = new Value(3);
    x.mul(x).add(x).backward();
    expect(x.grad).toBe(7);
  });

  test('a diamond is walked once, newest first', () => {
    const x = new Value(2);
    const y = x.mul(3);
    const [left, right] = [y.square(), y.mul(5)];
    right.add(left).mul(y).backward();
    const whole = (value: number) => (15 * value + (3 * value) ** 2) * 3 * value;
    expect(x.grad).toBeCloseTo(slope(whole, 2), 4);
  });

  test('leaves gather over calls, the values between start anew', () => {
    const x = new Value(2);
    const y = x.mul(4);
    const z = y.mul(5);
    z.backward();
    z.backward();
    expect([x.grad, y.grad, z.grad]).toEqual([40, 5, 1]);
  });

  test('a leaf is its own result', () => {
    const x = new Value(1);
    x.backward();
    expect(x.grad).toBe(1);
  });

  test('100,000 chained steps do not overflow', () => {
    const x = new Value(0.5);
    let y = x;
    for (let step = 0; step < 100_000; step++) y = y.add(1e-5);
    y.backward();
    expect(y.data).toBeCloseTo(1.5, 9);
    expect(x.grad).toBe(1);
  });

  test('random expressions agree with finite differences', () => {
    const smooth: Unary[] = ['neg', 'square', 'sin', 'cos', 'tanh', 'sigmoid', 'silu'];
    const step = fc.tuple(
      fc.constantFrom(...smooth),
      fc.constantFrom<Binary>('add', 'sub', 'mul'),
      fc.nat(5),
    );
    const at = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(at, at, fc.array(step, { minLength: 1, maxLength: 4 }), (atX, atY, steps) => {
        const build = (x: Value, y: Value) => {
          const made = [x, y];
          for (const [one, two, pick] of steps)
            made.push(
              made
                .at(-1)!
                [two](made[pick % made.length])
                [one]()
                .tanh(),
            );
          return made.at(-1)!;
        };
        const [x, y] = [new Value(atX), new Value(atY)];
        build(x, y).backward();
        expect(x.grad).toBeCloseTo(
          slope((value) => build(new Value(value), new Value(atY)).data, atX),
          5,
        );
        expect(y.grad).toBeCloseTo(
          slope((value) => build(new Value(atX), new Value(value)).data, atY),
          5,
        );
      }),
    );
  });
});

test('a neuron learns: two weights find the line they were drawn from', () => {
  const [weight, bias] = [new Value(0), new Value(0)];
  for (let step = 0; step < 200; step++) {
    let loss = new Value(0);
    for (const x of [-1, 0, 1, 2])
      loss = loss.add(
        weight
          .mul(x)
          .add(bias)
          .sub(3 * x - 1)
          .square(),
      );
    for (const parameter of [weight, bias]) parameter.grad = 0;
    loss.backward();
    for (const parameter of [weight, bias]) parameter.data -= 0.05 * parameter.grad;
  }
  expect(weight.data).toBeCloseTo(3, 6);
  expect(bias.data).toBeCloseTo(-1, 6);
});

test('the whole of it stays within 100 lines', () => {
  const source = readFileSync(new URL('../../packages/tensor/src/scalar.ts', import.meta.url), 'utf8');
  expect(source.trimEnd().split('\n').length).toBeLessThanOrEqual(100);
});

function slope(f: (x: number) => number, at: number): number {
  const step = 1e-5;
  return (f(at + step) - f(at - step)) / (2 * step);
}
