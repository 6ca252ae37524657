import { type AnyTensor, type DType, fromArray, type Shape, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { elements, expectBits, floats, integers } from './plain.ts';

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;
const largest = 3.4028234663852886e38;
const smallest = 1.401298464324817e-45;

/** Long enough that whole lanes and what is left over both meet every number. */
const repeated = (values: readonly number[]) => [...values, ...values, ...values];

type Unary = (x: Tensor) => AnyTensor;
type Answers = Readonly<Record<'x' | 'y', readonly number[]>>;

const unaries: readonly (readonly [string, Unary, Answers])[] = [
  ['abs', (x) => x.abs(), { x: [-0, -infinity, nan, -smallest], y: [0, infinity, nan, smallest] }],
  ['neg', (x) => x.neg(), { x: [0, -0, infinity, nan], y: [-0, 0, -infinity, nan] }],
  ['sign', (x) => x.sign(), { x: [3, -smallest, 0, infinity, -infinity], y: [1, -1, 0, 1, -1] }],
  [
    'relu',
    (x) => x.relu(),
    { x: [-infinity, infinity, nan, -1, smallest], y: [0, infinity, nan, 0, smallest] },
  ],
  ['step', (x) => x.step(), { x: [-1, 0, -0, smallest, infinity, nan], y: [0, 0, 0, 1, 1, 0] }],
  [
    'floor',
    (x) => x.floor(),
    { x: [-0.5, 0.5, 2, -2, 1e30, nan], y: [-1, 0, 2, -2, Math.fround(1e30), nan] },
  ],
  ['round', (x) => x.round(), { x: [0.5, 1.5, 2.5, -2.5, -1.5, 8388609], y: [0, 2, 2, -2, -2, 8388609] }],
  ['sqrt', (x) => x.sqrt(), { x: [0, -0, 4, -1, infinity], y: [0, -0, 2, nan, infinity] }],
  ['rsqrt', (x) => x.rsqrt(), { x: [0, 4, infinity, -1], y: [infinity, 0.5, 0, nan] }],
  [
    'reciprocal',
    (x) => x.reciprocal(),
    { x: [0, -0, infinity, 4, nan], y: [infinity, -infinity, 0, 0.25, nan] },
  ],
  ['square', (x) => x.square(), { x: [-3, -infinity, 1e30, 1e-30, nan], y: [9, infinity, infinity, 0, nan] }],
  [
    'exp',
    (x) => x.exp(),
    { x: [0, -infinity, infinity, 200, -200, nan], y: [1, 0, infinity, infinity, 0, nan] },
  ],
  ['log', (x) => x.log(), { x: [1, 0, infinity, -1, nan], y: [0, -infinity, infinity, nan, nan] }],
  ['log1p', (x) => x.log1p(), { x: [0, -1, infinity, -2, nan], y: [0, -infinity, infinity, nan, nan] }],
  ['tanh', (x) => x.tanh(), { x: [0, infinity, -infinity, 100, -100, nan], y: [0, 1, -1, 1, -1, nan] }],
  ['sigmoid', (x) => x.sigmoid(), { x: [0, infinity, -infinity, 200, -200, nan], y: [0.5, 1, 0, 1, 0, nan] }],
  [
    'softplus',
    (x) => x.softplus(),
    { x: [infinity, -infinity, 500, -500, nan], y: [infinity, 0, 500, 0, nan] },
  ],
  ['erf', (x) => x.erf(), { x: [0, infinity, -infinity, 10, -10, nan], y: [0, 1, -1, 1, -1, nan] }],
  ['sin', (x) => x.sin(), { x: [0, infinity, nan], y: [0, nan, nan] }],
  ['cos', (x) => x.cos(), { x: [0, infinity, nan], y: [1, nan, nan] }],
  ['clamp', (x) => x.clamp(-1, 2), { x: [-infinity, infinity, 0.5, -1, nan], y: [-1, 2, 0.5, -1, nan] }],
  ['inside', (x) => x.inside(-1, 2), { x: [-1, 2, -infinity, 3, nan], y: [1, 1, 0, 0, 0] }],
  ['leakyRelu', (x) => x.leakyRelu(0.5), { x: [-4, 4, 0, -infinity, nan], y: [-2, 4, 0, -infinity, nan] }],
];

type Binary = (a: Tensor, b: Tensor) => AnyTensor;
type Pairs = Readonly<Record<'a' | 'b' | 'y', readonly number[]>>;

const binaries: readonly (readonly [string, Binary, Pairs])[] = [
  [
    'add',
    (a, b) => a.add(b),
    { a: [infinity, largest, -0, 1], b: [-infinity, largest, 0, nan], y: [nan, infinity, 0, nan] },
  ],
  [
    'sub',
    (a, b) => a.sub(b),
    { a: [infinity, -largest, 1], b: [infinity, largest, 1], y: [nan, -infinity, 0] },
  ],
  [
    'mul',
    (a, b) => a.mul(b),
    { a: [0, -1, 1e30, 1e-30], b: [infinity, 0, 1e30, 1e-30], y: [nan, -0, infinity, 0] },
  ],
  [
    'div',
    (a, b) => a.div(b),
    { a: [1, 1, 0, infinity, 1], b: [0, -0, 0, infinity, infinity], y: [infinity, -infinity, nan, nan, 0] },
  ],
  [
    'maximum',
    (a, b) => a.maximum(b),
    { a: [1, nan, 1, -infinity, -0], b: [2, 1, nan, -5, 0], y: [2, nan, nan, -5, 0] },
  ],
  [
    'minimum',
    (a, b) => a.minimum(b),
    { a: [1, nan, 1, infinity, -0], b: [2, 1, nan, 5, 0], y: [1, nan, nan, 5, -0] },
  ],
  [
    'pow',
    (a, b) => a.pow(b),
    {
      a: [2, 0, nan, 1, -2, -2, -2, 0, infinity],
      b: [10, 0, 0, nan, 3, 2, 0.5, -1, -1],
      y: [1024, 1, 1, 1, -8, 4, nan, infinity, 0],
    },
  ],
  ['eq', (a, b) => a.eq(b), { a: [nan, 0, infinity, 1], b: [nan, -0, infinity, 2], y: [0, 1, 1, 0] }],
  ['ne', (a, b) => a.ne(b), { a: [nan, 0, 1], b: [nan, -0, 2], y: [1, 0, 1] }],
  ['lt', (a, b) => a.lt(b), { a: [nan, 1, -0, -infinity], b: [1, nan, 0, -largest], y: [0, 0, 0, 1] }],
  ['le', (a, b) => a.le(b), { a: [nan, -0, 0, 2], b: [nan, 0, -0, 1], y: [0, 1, 1, 0] }],
  ['gt', (a, b) => a.gt(b), { a: [nan, smallest, infinity], b: [1, 0, largest], y: [0, 1, 1] }],
  ['ge', (a, b) => a.ge(b), { a: [nan, 0, 1], b: [1, -0, 2], y: [0, 1, 0] }],
];

onEveryEngine('numbers at the edge', () => {
  test.each(unaries)('%s', (_, f, { x, y }) => {
    expectBits(f(floats(repeated(x))), repeated(y));
  });

  test.each(binaries)('%s', (_, f, { a, b, y }) => {
    expectBits(f(floats(repeated(a)), floats(repeated(b))), repeated(y));
  });

  test.each(binaries)('%s, with one number on the right of many', (_, f, { a, b, y }) => {
    y.forEach((expected, at) => {
      const many = new Array<number>(5).fill(a[at]!);
      expectBits(f(floats(many), floats([b[at]!], [])), new Array<number>(5).fill(expected));
    });
  });

  test('NaN stays in its own element', () => {
    for (const [, f] of unaries) {
      const x = floats([1, nan, 0.5, 1, 0.5, 1]);
      const clean = elements(f(floats([1, 1, 0.5, 1, 0.5, 1])));
      elements(f(x)).forEach((value, at) => {
        if (at !== 1) expect(value).toBe(clean[at]);
      });
    }
  });
});

onEveryEngine('whole numbers of 32 bits', () => {
  const [low, high] = [-(2 ** 31), 2 ** 31 - 1];

  test('sums and differences wrap around', () => {
    expectBits(integers([high, low, 5, high, low]).add(integers([1, -1, 3, high, low])), [
      low,
      high,
      8,
      -2,
      0,
    ]);
    expectBits(integers([low, high]).sub(integers([1, -1])), [high, low]);
  });

  test('products keep their lowest 32 bits', () => {
    const [a, b] = [
      integers([65536, 46341, 123456789, -5, high]),
      integers([65536, 46341, 987654321, 7, high]),
    ];
    expectBits(a.mul(b), [0, Math.imul(46341, 46341), Math.imul(123456789, 987654321), -35, 1]);
  });

  test('squares keep their lowest 32 bits', () => {
    expectBits(integers([65536, 46341, 123456789, -7, high]).square(), [
      0,
      Math.imul(46341, 46341),
      Math.imul(123456789, 123456789),
      49,
      1,
    ]);
  });

  test('the lowest number is its own negative', () => {
    expectBits(integers([low, 0, 7, -7, 1]).neg(), [low, 0, -7, 7, -1]);
    expectBits(integers([low, -3, 3, 0, -1]).abs(), [low, 3, 3, 0, 1]);
  });

  test('order holds beyond what float32 can tell apart', () => {
    const [a, b] = [
      integers([16777216, 16777217, high, low]),
      integers([16777217, 16777216, high - 1, low + 1]),
    ];
    expectBits(a.lt(b), [1, 0, 0, 1]);
    expectBits(a.eq(b), [0, 0, 0, 0]);
    expectBits(a.maximum(b), [16777217, 16777217, high, low + 1]);
  });

  test('largest and smallest of many are exact', () => {
    const x = integers([16777217, 16777216, -16777217, 5, 16777217, -16777218, 9]);
    expect(x.max().item()).toBe(16777217);
    expect(x.min().item()).toBe(-16777218);
    expect(x.argmax().item()).toBe(0);
    expect(x.argmin().item()).toBe(5);
  });

  test('sums are exact, and wrap', () => {
    expect(integers([16777217, 1, 1, 1, 1]).sum().item()).toBe(16777221);
    expect(integers([high, 1]).sum().item()).toBe(low);
  });
});

interface Conversion {
  readonly from: DType;
  readonly to: DType;
  readonly values: readonly number[];
  readonly expected: readonly number[];
}

const conversions: readonly Conversion[] = [
  { from: 'float32', to: 'int32', values: [1.9, -1.9, 0.5, -0.5, 7, -0], expected: [1, -1, 0, 0, 7, 0] },
  { from: 'float32', to: 'bool', values: [0, -0, 0.1, -3, infinity, nan], expected: [0, 0, 1, 1, 1, 1] },
  {
    from: 'int32',
    to: 'float32',
    values: [1, -1, 16777216, 16777217, 2 ** 31 - 1],
    expected: [1, -1, 16777216, 16777216, 2 ** 31],
  },
  { from: 'int32', to: 'bool', values: [0, 1, -1, 256, 65536], expected: [0, 1, 1, 1, 1] },
  { from: 'bool', to: 'float32', values: [0, 1, 1, 0, 1], expected: [0, 1, 1, 0, 1] },
  { from: 'bool', to: 'int32', values: [1, 0, 0, 1, 1], expected: [1, 0, 0, 1, 1] },
];

const ofDType = (dtype: DType, values: readonly number[], shape: Shape = [values.length]): AnyTensor => {
  if (dtype === 'float32') return floats(values, shape);
  return dtype === 'int32' ? integers(values, shape) : fromArray(Uint8Array.from(values), shape);
};

onEveryEngine('conversion', () => {
  test.each(conversions)('from $from to $to', ({ from, to, values, expected }) => {
    const converted = ofDType(from, repeated(values)).to(to);
    expect(converted.dtype).toBe(to);
    expectBits(converted, repeated(expected));
  });

  test.each(conversions)('from $from to $to, any length', ({ from, to, values, expected }) => {
    for (let length = 0; length <= 21; length++) {
      const cycled = (list: readonly number[]) => Array.from({ length }, (_, at) => list[at % list.length]!);
      expectBits(ofDType(from, cycled(values)).to(to), cycled(expected));
    }
  });

  test('to the dtype that is there already is the tensor itself', () => {
    for (const dtype of ['float32', 'int32', 'bool'] as const) {
      const x = ofDType(dtype, [0, 1]);
      expect(x.to(dtype)).toBe(x);
    }
  });

  test('from a mask and back', () => {
    const mask = ofDType('bool', repeated([1, 0, 0, 1, 1, 0, 1]));
    expectBits(mask.to('float32').to('bool'), mask);
    expectBits(mask.to('int32').to('bool'), mask);
  });
});

onEveryEngine('reductions of numbers at the edge', () => {
  test('NaN reaches sum, mean, max, min and norm', () => {
    const x = floats([1, 2, nan, 4, 5, 6, 7]);
    for (const y of [x.sum(), x.mean(), x.max(), x.min(), x.norm(), x.logSumExp(), x.variance()])
      expect(y.item()).toBeNaN();
  });

  test('NaN reaches its own row and column alone', () => {
    const x = floats([1, 2, 3, nan, 5, 6], [2, 3]);
    expectBits(x.max(0) as Tensor, [nan, 5, 6]);
    expectBits(x.sum(1) as Tensor, [6, nan]);
  });

  test('of infinities', () => {
    const x = floats([infinity, 1, 2, -infinity, 3]);
    expect(x.max().item()).toBe(infinity);
    expect(x.min().item()).toBe(-infinity);
    expect(x.sum().item()).toBeNaN();
    expect(x.argmax().item()).toBe(0);
    expect(x.argmin().item()).toBe(3);
  });

  test('argmax of equal numbers is the first, of NaN the place of that', () => {
    expect(floats([3, 7, 7, 7, 1]).argmax().item()).toBe(1);
    expect(floats([3, 1, 1, 7, 1]).argmin().item()).toBe(1);
    expect(floats([3, 1, nan, 7, nan]).argmax().item()).toBe(2);
    expect(floats([3, 1, nan, 7, nan]).argmin().item()).toBe(2);
  });

  test('softmax of scores far apart is 0 and 1, of equal ones even', () => {
    expectBits(floats([1000, 0, -1000, -1e30, 0]).softmax(0), [1, 0, 0, 0, 0]);
    expectBits(floats([1e30, 1e30, 1e30, 1e30]).softmax(0), [0.25, 0.25, 0.25, 0.25]);
    expectBits(floats([-infinity, 0, 0]).softmax(0), [0, 0.5, 0.5]);
  });

  test('logSumExp neither overflows nor vanishes', () => {
    expect(floats([1000, 1000]).logSumExp().item()).toBeCloseTo(1000 + Math.LN2, 3);
    expect(floats([-1000, -1000]).logSumExp().item()).toBeCloseTo(-1000 + Math.LN2, 3);
    expect(floats([-infinity, -infinity]).logSumExp().item()).toBe(-infinity);
    expect(floats([infinity, 0]).logSumExp().item()).toBe(infinity);
  });

  test('cumsum carries NaN and infinity on', () => {
    expectBits(floats([1, infinity, 2, -infinity, 3]).cumsum(0), [1, infinity, infinity, nan, nan]);
  });

  test('sorting puts NaN last, or first where it falls', () => {
    const x = floats([2, nan, -infinity, infinity, 0]);
    expectBits(x.sort(0).values, [-infinity, 0, 2, infinity, nan]);
    expectBits(x.sort(0, { descending: true }).values, [nan, infinity, 2, 0, -infinity]);
  });
});
