import type { AnyTensor, Shape, Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, integers, sizeOf } from './plain.ts';

const side = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) },
  fc.constantFrom(0, 7, 16, 33),
);

/** Two shapes that broadcast, and the shape they come to. */
const somePair = fc
  .array(fc.tuple(side, fc.constantFrom('both', 'left', 'right')), { maxLength: 4 })
  .chain((axes) => fc.tuple(fc.constant(axes), fc.nat(axes.length), fc.boolean()))
  .map(([axes, missing, isLeftShort]) => {
    const whole = axes.map(([length]) => length);
    const left = axes.map(([length, kept]) => (kept === 'right' ? 1 : length));
    const right = axes.map(([length, kept]) => (kept === 'left' ? 1 : length));
    const [a, b] = isLeftShort ? [left.slice(missing), right] : [left, right.slice(missing)];
    const long = isLeftShort ? b : a;
    const out = whole.map((_, axis) => {
      const sizes = [a, b].map((shape) => shape[axis - (whole.length - shape.length)] ?? 1);
      return sizes[0] === 1 ? sizes[1]! : sizes[0]!;
    });
    return { a, b, out: long.length === whole.length ? out : [] };
  })
  .filter(({ out }) => sizeOf(out) <= 5000);

/** The element of a smaller tensor that meets a place of the result. */
function meeting(x: AnyTensor, out: Shape, position: number): number {
  let [rest, offset, stride] = [position, 0, 1];
  for (let axis = out.length - 1; axis >= 0; axis--) {
    const own = axis - (out.length - x.shape.length);
    const index = rest % out[axis]!;
    rest = Math.floor(rest / out[axis]!);
    if (own < 0) continue;
    if (x.shape[own] !== 1) offset += index * stride;
    stride *= x.shape[own]!;
  }
  return x.data[offset]!;
}

type Operation = (a: Tensor, b: Tensor) => AnyTensor;
type Plain = (a: number, b: number) => number;

const operations: readonly (readonly [string, Operation, Plain])[] = [
  ['add', (a, b) => a.add(b), (a, b) => a + b],
  ['sub', (a, b) => a.sub(b), (a, b) => a - b],
  ['mul', (a, b) => a.mul(b), (a, b) => a * b],
  ['div', (a, b) => a.div(b), (a, b) => a / b],
  ['maximum', (a, b) => a.maximum(b), Math.max],
  ['minimum', (a, b) => a.minimum(b), Math.min],
  ['lt', (a, b) => a.lt(b), (a, b) => Number(a < b)],
  ['le', (a, b) => a.le(b), (a, b) => Number(a <= b)],
  ['gt', (a, b) => a.gt(b), (a, b) => Number(a > b)],
  ['ge', (a, b) => a.ge(b), (a, b) => Number(a >= b)],
  ['eq', (a, b) => a.eq(b), (a, b) => Number(a === b)],
  ['ne', (a, b) => a.ne(b), (a, b) => Number(a !== b)],
];

const holds = <T>(given: fc.Arbitrary<T>, law: (given: T) => void) =>
  fc.assert(fc.property(given, law), { numRuns: 50 });

onEveryEngine('two tensors that broadcast', () => {
  test.each(operations)(
    '%s: each place of the result is that of the elements that meet there',
    (_, run, plain) => {
      holds(somePair, ({ a, b, out }) => {
        const [x, y] = [draw(a, 1), draw(b, 2)];
        const result = run(x, y);
        expect(result.shape).toEqual(out);
        const expected = Array.from({ length: sizeOf(out) }, (_, at) =>
          Math.fround(plain(meeting(x, out, at), meeting(y, out, at))),
        );
        expectBits(result, expected);
      });
    },
  );

  test.each(['add', 'sub', 'mul', 'maximum', 'minimum'] as const)('%s: of whole numbers too', (name) => {
    const plain = operations.find(([own]) => own === name)![2];
    const whole = (shape: Shape, seed: number) =>
      integers(
        elements(draw(shape, seed)).map((value) => Math.round(value * 1000)),
        shape,
      );
    holds(somePair, ({ a, b, out }) => {
      const [x, y] = [whole(a, 1), whole(b, 2)];
      const expected = Array.from({ length: sizeOf(out) }, (_, at) =>
        plain(meeting(x, out, at), meeting(y, out, at)),
      );
      expectAll((x as AnyTensor as Tensor)[name](y as AnyTensor as Tensor), expected, 0);
    });
  });

  test('gradients are summed over what was repeated', () => {
    holds(somePair, ({ a, b, out }) => {
      const [x, y] = [drawLeaf(a, 1), drawLeaf(b, 2)];
      x.add(y).sum().backward();
      const repeated = (shape: Shape) => (sizeOf(shape) === 0 ? 0 : sizeOf(out) / sizeOf(shape));
      expectAll(x.grad!, new Array(x.size).fill(repeated(a)), 1e-6);
      expectAll(y.grad!, new Array(y.size).fill(repeated(b)), 1e-6);
    });
  });

  test('gradients of a product are sums of the other side', () => {
    holds(somePair, ({ a, b, out }) => {
      const [x, y] = [drawLeaf(a, 1), drawLeaf(b, 2)];
      x.mul(y).sum().backward();
      const sums = new Map<number, number>();
      const places = draw(a).mul(0) as Tensor;
      places.data.forEach((_, at) => {
        places.data[at] = at;
      });
      for (let at = 0; at < sizeOf(out); at++) {
        const place = meeting(places, out, at);
        sums.set(place, (sums.get(place) ?? 0) + meeting(y, out, at));
      }
      expectAll(
        x.grad!,
        Array.from({ length: x.size }, (_, at) => sums.get(at) ?? 0),
        1e-5,
      );
    });
  });
});

type Curve = (x: Tensor) => Tensor;

/** Functions and their slopes as textbooks have them, in float64. */
const curves: readonly (readonly [string, Curve, (x: number) => number, (x: number) => number])[] = [
  ['exp', (x) => x.exp() as Tensor, Math.exp, Math.exp],
  [
    'log',
    (x) => x.abs().add(0.5).log() as Tensor,
    (x) => Math.log(Math.abs(x) + 0.5),
    (x) => Math.sign(x) / (Math.abs(x) + 0.5),
  ],
  ['log1p', (x) => x.square().log1p() as Tensor, (x) => Math.log1p(x * x), (x) => (2 * x) / (1 + x * x)],
  ['sin', (x) => x.sin() as Tensor, Math.sin, Math.cos],
  ['cos', (x) => x.cos() as Tensor, Math.cos, (x) => -Math.sin(x)],
  ['tanh', (x) => x.tanh() as Tensor, Math.tanh, (x) => 1 - Math.tanh(x) ** 2],
  [
    'sigmoid',
    (x) => x.sigmoid() as Tensor,
    (x) => 1 / (1 + Math.exp(-x)),
    (x) => Math.exp(-x) / (1 + Math.exp(-x)) ** 2,
  ],
  ['softplus', (x) => x.softplus() as Tensor, (x) => Math.log1p(Math.exp(x)), (x) => 1 / (1 + Math.exp(-x))],
  ['square', (x) => x.square() as Tensor, (x) => x * x, (x) => 2 * x],
  ['sqrt', (x) => x.square().add(1).sqrt() as Tensor, (x) => Math.hypot(x, 1), (x) => x / Math.hypot(x, 1)],
  [
    'rsqrt',
    (x) => x.square().add(1).rsqrt() as Tensor,
    (x) => 1 / Math.hypot(x, 1),
    (x) => -x / Math.hypot(x, 1) ** 3,
  ],
  [
    'reciprocal',
    (x) => x.square().add(1).reciprocal() as Tensor,
    (x) => 1 / (x * x + 1),
    (x) => (-2 * x) / (x * x + 1) ** 2,
  ],
  ['relu', (x) => x.relu() as Tensor, (x) => Math.max(x, 0), (x) => Number(x > 0)],
  ['leakyRelu', (x) => x.leakyRelu(0.25) as Tensor, (x) => (x > 0 ? x : x / 4), (x) => (x > 0 ? 1 : 0.25)],
  ['abs', (x) => x.abs() as Tensor, Math.abs, Math.sign],
  ['neg', (x) => x.neg() as Tensor, (x) => -x, () => -1],
  [
    'clamp',
    (x) => x.clamp(-1, 1) as Tensor,
    (x) => Math.min(Math.max(x, -1), 1),
    (x) => Number(Math.abs(x) <= 1),
  ],
  ['floor', (x) => x.floor() as Tensor, Math.floor, () => 0],
  ['sign', (x) => x.sign() as Tensor, Math.sign, () => 0],
  [
    'silu',
    (x) => x.silu() as Tensor,
    (x) => x / (1 + Math.exp(-x)),
    (x) => (1 + Math.exp(-x) * (1 + x)) / (1 + Math.exp(-x)) ** 2,
  ],
  [
    'erf',
    (x) => x.erf().add(1) as Tensor,
    (x) => 1 + erf(x),
    (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x),
  ],
];

/** The integral of its slope, by Simpson's rule. */
function erf(x: number): number {
  const [steps, slope] = [400, (t: number) => (2 / Math.sqrt(Math.PI)) * Math.exp(-t * t)];
  const width = x / steps;
  let sum = slope(0) + slope(x);
  for (let at = 1; at < steps; at++) sum += slope(at * width) * (at % 2 === 1 ? 4 : 2);
  return (sum * width) / 3;
}

onEveryEngine('curves', () => {
  const x = () => draw([997]).mul(3) as Tensor;

  test.each(curves)('%s: within 1e-6 of the largest value, slope within 2e-6', (_, run, value, slope) => {
    const input = x();
    input.requiresGrad = true;
    const out = run(input);
    expectAll(out, elements(input).map(value), 1e-6);
    out.sum().backward();
    expectAll(input.grad ?? new Array(997).fill(0), elements(input).map(slope), 2e-6);
  });

  test.each(curves)('%s: the gradient that has a gradient is the same gradient', (_, run) => {
    const [plain, recorded] = [x(), x()];
    for (const input of [plain, recorded]) input.requiresGrad = true;
    run(plain).sum().backward();
    run(recorded).sum().backward(undefined, { createGraph: true });
    if (plain.grad === null) expect(recorded.grad).toBeNull();
    else expectAll(recorded.grad!, plain.grad, 2e-6);
  });

  test.each(curves)('%s: the same bits wherever an element stands', (_, run) => {
    const whole = elements(run(x()));
    for (const start of [1, 2, 3, 5, 990]) expectBits(run(x().slice(0, start) as Tensor), whole.slice(start));
  });
});
