import { describe, expect, test } from 'vitest';
import { heap, kernelFamily, type Numerics } from '../../packages/wasm/src/index.ts';
import { erf, floatsBetween, sigmoid } from './references.ts';

const functions = ['exp', 'log', 'tanh', 'sigmoid', 'erf', 'sin', 'cos'] as const;
type Name = (typeof functions)[number];
const chunk = 4096;
const [input, output] = [heap.allocate(4 * chunk), heap.allocate(4 * chunk)];

function kernelsFor(numerics: Numerics) {
  return kernelFamily(
    `vector math, ${numerics}`,
    (family) =>
      Object.fromEntries(
        functions.map((name) => [
          name,
          family.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
            k.forLanes(k.begin, k.end, (at) => at.store(to, at.load(from)[name]()));
          }),
        ]),
      ),
    { numerics },
  );
}

const references: Record<Name, (x: number) => number> = {
  exp: Math.exp,
  log: Math.log,
  tanh: Math.tanh,
  sigmoid,
  erf,
  sin: Math.sin,
  cos: Math.cos,
};

interface Bound {
  readonly name: Name;
  readonly kind: 'relative' | 'absolute';
  readonly below: number;
  readonly low: number;
  readonly high: number;
  /** Every so many-th of the floats between is looked at. */
  readonly stride: number;
}

const bounds: readonly Bound[] = [
  { name: 'exp', kind: 'relative', below: 1.3e-7, low: -86.98, high: 88.72, stride: 4001 },
  { name: 'log', kind: 'relative', below: 1e-7, low: 2 ** -149, high: 3.4e38, stride: 4001 },
  { name: 'tanh', kind: 'relative', below: 4e-7, low: -20, high: 20, stride: 4001 },
  { name: 'sigmoid', kind: 'relative', below: 2.5e-7, low: -86.9, high: 100, stride: 4001 },
  { name: 'erf', kind: 'relative', below: 4e-7, low: -6, high: 6, stride: 8009 },
  { name: 'sin', kind: 'absolute', below: 1.5e-7, low: -8192, high: 8192, stride: 4001 },
  { name: 'cos', kind: 'absolute', below: 1.5e-7, low: -8192, high: 8192, stride: 4001 },
  { name: 'sin', kind: 'absolute', below: 1.5e-7, low: 8192, high: 3.4e38, stride: 1009 },
  { name: 'cos', kind: 'absolute', below: 1.5e-7, low: -3.4e38, high: -8192, stride: 1009 },
  { name: 'sin', kind: 'relative', below: 5e-7, low: -3.1, high: 3.1, stride: 4001 },
];

const title = ({ name, kind, below, low, high }: Bound) =>
  `${name}: ${kind} error below ${below} on [${low}, ${high}]`;

describe.each<Numerics>(['fast', 'strict'])('%s numerics', (numerics) => {
  const kernels = kernelsFor(numerics);

  function apply(name: Name, values: readonly number[]): Float32Array {
    heap.f32(input, values.length).set(values);
    kernels[name]!.run(values.length, [output, input]);
    return heap.f32(output, values.length);
  }

  /** The largest error and where it is. */
  function worst({ name, kind, low, high, stride }: Bound): { error: number; x: number } {
    const found = { error: 0, x: Number.NaN };
    let values: number[] = [];
    const look = () => {
      const results = apply(name, values);
      values.forEach((x, index) => {
        const exact = references[name](x);
        const difference = Math.abs(results[index]! - exact);
        const error = kind === 'absolute' ? difference : difference / Math.max(Math.abs(exact), 2 ** -126);
        if (!(error <= found.error)) Object.assign(found, { error, x });
      });
      values = [];
    };
    for (const x of floatsBetween(low, high, stride)) {
      if (values.push(x) === chunk) look();
    }
    look();
    return found;
  }

  test.each(bounds.map((bound) => [title(bound), bound] as const))('%s', (_, bound) => {
    const { error, x } = worst(bound);
    expect(error, `at ${x}`).toBeLessThan(bound.below);
    expect(error).toBeGreaterThan(0);
  });

  const { NaN: nan } = Number;
  const special: Record<Name, readonly (readonly [number, number])[]> = {
    exp: [
      [nan, nan],
      [Infinity, Infinity],
      [-Infinity, 0],
      [0, 1],
      [-0, 1],
      [89, Infinity],
      [-87.4, 0],
      [1e-40, 1],
    ],
    log: [
      [nan, nan],
      [Infinity, Infinity],
      [-Infinity, nan],
      [0, -Infinity],
      [-0, -Infinity],
      [-1, nan],
      [1, 0],
    ],
    tanh: [
      [nan, nan],
      [Infinity, 1],
      [-Infinity, -1],
      [0, 0],
      [-0, -0],
      [9.5, 1],
      [-1e30, -1],
    ],
    sigmoid: [
      [nan, nan],
      [Infinity, 1],
      [-Infinity, 0],
      [0, 0.5],
      [100, 1],
      [-100, 0],
    ],
    erf: [
      [nan, nan],
      [Infinity, 1],
      [-Infinity, -1],
      [0, 0],
      [-0, -0],
      [4, 1],
      [-1e30, -1],
    ],
    sin: [
      [nan, nan],
      [Infinity, nan],
      [-Infinity, nan],
      [0, 0],
    ],
    cos: [
      [nan, nan],
      [Infinity, nan],
      [-Infinity, nan],
      [0, 1],
      [-0, 1],
      [1e-30, 1],
    ],
  };

  test.each(functions)('%s: NaN, infinities, zeros and ends', (name) => {
    const cases = special[name];
    const results = [
      ...apply(
        name,
        cases.map(([x]) => x),
      ),
    ];
    expect(results).toEqual(cases.map(([, expected]) => expected));
  });

  test.each(functions)('%s: a special value does not disturb its neighbours', (name) => {
    const ordinary = [0.5, 1.25, 2.5, 0.75];
    const alone = [...apply(name, ordinary)];
    for (const intruder of [nan, Infinity, -1, 0, 1e-41, 3e38]) {
      for (let place = 0; place < 4; place++) {
        const mixed = [...apply(name, ordinary.with(place, intruder))];
        expect(mixed.toSpliced(place, 1)).toEqual(alone.toSpliced(place, 1));
      }
    }
  });

  test.each([
    ['tanh', 1],
    ['erf', 1],
    ['sigmoid', 1],
  ] as const)('%s never exceeds %i', (name, limit) => {
    for (const x of [...floatsBetween(3, 12, 20011)]) expect(apply(name, [x])[0]).toBeLessThanOrEqual(limit);
  });

  test.each(['exp', 'sigmoid'] as const)('%s rises with x', (name) => {
    const values = Array.from({ length: chunk }, (_, index) => -80 + (160 * index) / chunk);
    const results = [...apply(name, values)];
    expect(results.every((y, index) => index === 0 || y >= results[index - 1]!)).toBe(true);
  });
});

test('strict: the bits are those of JavaScript rounding after each step', () => {
  const kernels = kernelFamily(
    'strict polynomial',
    (family) => ({
      cubic: family.kernel({ to: 'i32', from: 'i32' }, (k, { to, from }) => {
        k.forLanes(k.begin, k.end, (at) => {
          const x = at.load(from);
          at.store(to, x.mulAdd(0.3, 0.7).mulAdd(x, -1.1).mulAdd(x, 0.9));
        });
      }),
    }),
    { numerics: 'strict' },
  );
  const values = Array.from({ length: 101 }, (_, index) => Math.fround(Math.cos(index * 1.7) * 3));
  heap.f32(input, values.length).set(values);
  kernels.cubic.run(values.length, [output, input]);
  const { fround } = Math;
  const step = (y: number, x: number, c: number) => fround(fround(y * x) + fround(c));
  const expected = values.map((x) => step(step(step(x, fround(0.3), 0.7), x, -1.1), x, 0.9));
  expect([...heap.f32(output, values.length)]).toEqual(expected);
});
