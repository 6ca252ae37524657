import { einsum, linear, type Shape, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { expected, multiply, type Options, type Sizes } from '../matmulKernelHarness.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, expectNear, inner } from './plain.ts';

const few = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const odd = [1, 3, 5, 7, 9, 15, 17, 31, 33];

/** Every number of rows and columns of a tile and one more, beside every odd inner size. */
const tails: Sizes[] = few.flatMap((m) =>
  odd.map((n, index) => [m, n, odd[(index + m) % odd.length]!] as const),
);

function expectProduct(sizes: Sizes, options: Options): void {
  const [found, wanted] = [multiply(sizes, options), expected(sizes, options)];
  const allowed = 1.5e-6 * Math.sqrt(sizes[2] + 1);
  const wrong = found.findIndex((value, at) => !(Math.abs(value - wanted[at]!) <= allowed));
  if (wrong >= 0)
    expect(`[${sizes}]: ${found[wrong]} at ${wrong}`).toBe(`[${sizes}]: ${wanted[wrong]} at ${wrong}`);
}

describe('tails of tiles', () => {
  const kinds: readonly (readonly [string, Options])[] = [
    ['plain', {}],
    ['A transposed', { transposeA: true }],
    ['B transposed', { transposeB: true }],
    ['both transposed', { transposeA: true, transposeB: true }],
    ['with a bias', { hasBias: true }],
    ['cut at zero', { activation: 'relu' }],
    ['with a bias, cut at zero', { hasBias: true, activation: 'relu' }],
    ['added to what is there', { accumulate: true }],
    ['three at a time', { batch: 3 }],
    ['three at a time, transposed, with a bias', { batch: 3, transposeB: true, hasBias: true }],
    ['three at a time, added, cut at zero', { batch: 3, accumulate: true, activation: 'relu' }],
  ];

  test.each(kinds)('%s: all sums, and nothing written beside them', (_, options) => {
    for (const sizes of tails) expectProduct(sizes, options);
  });

  test('rows apart in all three matrices', () => {
    for (const [m, n, k] of tails) expectProduct([m, n, k], { lda: k + 3, ldb: n + 5, ldOut: n + 1 });
  });

  test('columns apart where matrices are transposed', () => {
    for (const [m, n, k] of tails) {
      const apart = { lda: m + 2, ldb: k + 7, ldOut: n + 4 };
      expectProduct([m, n, k], { ...apart, transposeA: true, transposeB: true });
    }
  });

  test.each([
    ['A', { strideA: 0 }],
    ['B', { strideB: 0 }],
    ['both', { strideA: 0, strideB: 0 }],
  ])('one matrix for a whole batch: %s', (_, strides) => {
    for (const sizes of tails) expectProduct(sizes, { batch: 3, ...strides });
  });

  test('matrices of a batch apart from each other', () => {
    for (const [m, n, k] of tails) {
      const strides = { strideA: m * k + 5, strideB: k * n + 3, strideOut: m * n + 9 };
      expectProduct([m, n, k], { batch: 2, ...strides });
    }
  });
});

type Call = (a: Tensor, b: Tensor) => Tensor;

/** The sum over the inner axis, in float64, for batches of any leading axes that broadcast. */
function plainProduct(a: Tensor, b: Tensor): { shape: Shape; data: number[] } {
  const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
  const leading = a.shape.slice(0, -2).map((length, axis) => Math.max(length, b.shape[axis]!));
  const data: number[] = [];
  const count = leading.reduce((product, length) => product * length, 1);
  for (let batch = 0; batch < count; batch++) {
    const place = leading.map((length, axis) => {
      const below = leading.slice(axis + 1).reduce((product, size) => product * size, 1);
      return Math.floor(batch / below) % length;
    });
    const matrixOf = ({ shape }: Tensor) =>
      place.reduce((at, index, axis) => at * shape[axis]! + (shape[axis] === 1 ? 0 : index), 0);
    const [startA, startB] = [matrixOf(a) * m * k, matrixOf(b) * k * n];
    for (let row = 0; row < m; row++) {
      for (let column = 0; column < n; column++) {
        let sum = 0;
        for (let at = 0; at < k; at++)
          sum += a.data[startA + row * k + at]! * b.data[startB + at * n + column]!;
        data.push(sum);
      }
    }
  }
  return { shape: [...leading, m, n], data };
}

onEveryEngine('matmul', () => {
  const side = fc.constantFrom(1, 2, 3, 5, 8, 9, 17);
  const axis = fc.constantFrom([1, 1], [3, 3], [1, 4], [2, 1]);
  const batches = fc.array(axis, { maxLength: 3 });
  const matmul: Call = (a, b) => a.matmul(b) as Tensor;

  test('of batches that broadcast is the sum over the inner axis', () => {
    fc.assert(
      fc.property(batches, side, side, side, (axes, m, k, n) => {
        const [a, b] = [0, 1].map((which) => axes.map((pair) => pair[which]!));
        const [left, right] = [draw([...a!, m, k], 1), draw([...b!, k, n], 2)];
        const wanted = plainProduct(left, right);
        const received = matmul(left, right);
        expect(received.shape).toEqual(wanted.shape);
        expectAll(received, wanted.data, 3e-6);
      }),
      { numRuns: 60 },
    );
  });

  test('has gradients with <a b, y> = <a, gradient> = <b, gradient>, broadcast or not', () => {
    fc.assert(
      fc.property(batches, side, side, side, (axes, m, k, n) => {
        const [a, b] = [0, 1].map((which) => axes.map((pair) => pair[which]!));
        const [left, right] = [drawLeaf([...a!, m, k], 1), drawLeaf([...b!, k, n], 2)];
        const out = matmul(left, right);
        const y = draw(out.shape, 3);
        out.backward(y);
        expectNear(inner(out, y), inner(left, left.grad!), out.size * k, 3e-6);
        expectNear(inner(out, y), inner(right, right.grad!), out.size * k, 3e-6);
      }),
      { numRuns: 40 },
    );
  });

  test('is associative, to rounding', () => {
    const [a, b, c] = [draw([5, 9], 1), draw([9, 7], 2), draw([7, 11], 3)];
    expectAll(matmul(matmul(a, b), c), matmul(a, matmul(b, c)), 1e-5);
  });

  test('by the identity changes no bit', () => {
    const eye = draw([17, 17]).mul(0) as Tensor;
    for (let at = 0; at < 17; at++) eye.data[at * 18] = 1;
    const x = draw([17, 17]);
    expectBits(matmul(x, eye), x);
    expectBits(matmul(eye, x), x);
  });

  test('of vectors is their inner product, of a matrix and a vector that of its rows', () => {
    const [matrix, vector] = [draw([6, 13], 1), draw([13], 2)];
    const rows = matrix.mul(vector).sum(1) as Tensor;
    expectAll(matmul(matrix, vector), rows, 1e-6);
    expectAll(matmul(vector, vector), vector.square().sum() as Tensor, 1e-6);
    expect(matmul(matrix, vector).shape).toEqual([6]);
    expect(matmul(vector, vector).shape).toEqual([]);
  });
});

onEveryEngine('linear', () => {
  const shapes: readonly Shape[] = [[7], [3, 7], [1, 7], [2, 3, 7], [2, 1, 3, 7], [0, 7]];

  test.each(shapes.map((shape) => [shape] as const))('of x %j is x Wᵀ + b', (shape) => {
    const [x, weight, bias] = [draw(shape, 1), draw([5, 7], 2), draw([5], 3)];
    const out = linear(x, weight, bias) as Tensor;
    expect(out.shape).toEqual([...shape.slice(0, -1), 5]);
    expectAll(out, x.matmul(weight.transpose(0, 1)).add(bias) as Tensor, 2e-6);
  });

  test('hands its bias the sum of gradients over all rows', () => {
    const [x, weight, bias] = [draw([4, 3, 7], 1), draw([5, 7], 2), drawLeaf([5], 3)];
    linear(x, weight, bias).sum().backward();
    expectBits(bias.grad!, new Array(5).fill(12));
  });
});

interface Sum {
  readonly text: string;
  readonly shapes: readonly Shape[];
}

/** Einstein's sums, each written out as loops over its letters. */
const sums: readonly Sum[] = [
  {
    text: 'ij,jk->ik',
    shapes: [
      [3, 5],
      [5, 4],
    ],
  },
  {
    text: 'bij,bkj->bik',
    shapes: [
      [2, 3, 5],
      [2, 4, 5],
    ],
  },
  {
    text: 'bij,jk->bik',
    shapes: [
      [2, 3, 5],
      [5, 4],
    ],
  },
  { text: 'i,j->ij', shapes: [[3], [4]] },
  { text: 'ij->j', shapes: [[3, 4]] },
  { text: 'ij->', shapes: [[3, 4]] },
  { text: 'ii->i', shapes: [[4, 4]] },
  {
    text: 'ij,ij->',
    shapes: [
      [3, 4],
      [3, 4],
    ],
  },
  { text: 'abc->cab', shapes: [[2, 3, 4]] },
  {
    text: 'ij,jk,kl->il',
    shapes: [
      [2, 3],
      [3, 4],
      [4, 5],
    ],
  },
  {
    text: 'bqhd,bkhd->bhqk',
    shapes: [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
    ],
  },
  { text: 'i,i,i->i', shapes: [[5], [5], [5]] },
];

function plainEinsum({ text, shapes }: Sum, inputs: readonly Tensor[]): number[] {
  const [left, right] = text.split('->') as [string, string];
  const names = left.split(',');
  const lengths = new Map(
    names.flatMap((name, at) => [...name].map((letter, axis) => [letter, shapes[at]![axis]!])),
  );
  const summed = [...lengths.keys()].filter((letter) => !right.includes(letter));
  const place = (name: string, chosen: ReadonlyMap<string, number>) =>
    [...name].reduce((at, letter) => at * lengths.get(letter)! + chosen.get(letter)!, 0);
  const over = (letters: readonly string[], chosen: Map<string, number>, visit: () => void): void => {
    const [first, ...rest] = letters;
    if (first === undefined) visit();
    else
      for (let index = 0; index < lengths.get(first)!; index++) over(rest, chosen.set(first, index), visit);
  };
  const out: number[] = [];
  const chosen = new Map<string, number>();
  over([...right], chosen, () => {
    let sum = 0;
    over(summed, chosen, () => {
      sum += names.reduce((product, name, at) => product * inputs[at]!.data[place(name, chosen)]!, 1);
    });
    out.push(sum);
  });
  return out;
}

onEveryEngine('einsum', () => {
  test.each(sums)('$text is its loops', (sum) => {
    const inputs = sum.shapes.map((shape, index) => draw(shape, index + 1));
    expectAll(einsum(sum.text, ...inputs) as Tensor, plainEinsum(sum, inputs), 1e-5);
  });

  test.each(sums)(
    '$text hands each input a gradient with <out, y> = <input, gradient>',
    ({ text, shapes }) => {
      const inputs = shapes.map((shape, index) => drawLeaf(shape, index + 1));
      const out = einsum(text, ...inputs) as Tensor;
      const y = draw(out.shape, 9);
      out.backward(y);
      for (const input of inputs) expectNear(inner(out, y), inner(input, input.grad!), 60, 3e-6);
    },
  );

  test('without an arrow keeps letters that stand once, in the order of the alphabet', () => {
    const [a, b] = [draw([3, 4], 1), draw([4, 2], 2)];
    expectBits(elements(einsum('zj,ja', a, b) as Tensor), elements(einsum('zj,ja->az', a, b) as Tensor));
  });
});
