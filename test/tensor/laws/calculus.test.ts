import {
  eye,
  grad,
  hessian,
  jacobian,
  qr,
  solve,
  svd,
  type Tensor,
  Value,
  valueAndGrad,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, elements, expectAll, floats } from './plain.ts';

const side = fc.integer({ min: 1, max: 8 });
const holds = <T>(given: fc.Arbitrary<T>, law: (given: T) => void) =>
  fc.assert(fc.property(given, law), { numRuns: 25 });

/** A matrix that no elimination fears: its diagonal outweighs the rest of each row. */
function wellConditioned(size: number, seed: number): Tensor {
  return draw([size, size], seed).add(eye(size).mul(size + 1)) as Tensor;
}

const transposed = (x: Tensor) => x.transpose(0, 1) as Tensor;

onEveryEngine('derivatives as functions', () => {
  test('the jacobian of a linear map is its matrix', () => {
    holds(fc.tuple(side, side), ([rows, columns]) => {
      const matrix = draw([rows, columns], 1);
      expectAll(jacobian((x: Tensor) => matrix.matmul(x) as Tensor)(draw([columns], 2)), matrix, 1e-6);
    });
  });

  test('the jacobian of a function of each element is diagonal', () => {
    const x = draw([5]);
    const expected = eye(5).mul(x.exp()) as Tensor;
    expectAll(jacobian((y: Tensor) => y.exp() as Tensor)(x), expected, 1e-6);
  });

  test('the jacobian of a composition is the product of jacobians', () => {
    const [inside, outside] = [draw([4, 3], 1), draw([2, 4], 2)];
    const f = (x: Tensor) => (inside.matmul(x) as Tensor).tanh() as Tensor;
    const g = (y: Tensor) => (outside.matmul(y) as Tensor).sigmoid() as Tensor;
    const x = draw([3], 3);
    const product = jacobian(g)(f(x)).matmul(jacobian(f)(x)) as Tensor;
    expectAll(jacobian((z: Tensor) => g(f(z)))(x), product, 1e-5);
  });

  test('a hessian is symmetric', () => {
    const weights = draw([6, 4], 1);
    const f = (x: Tensor) => (weights.matmul(x) as Tensor).softplus().square().sum() as Tensor;
    const second = hessian(f)(draw([4], 2));
    expectAll(transposed(second), second, 1e-5);
  });

  test('the hessian of a quadratic form is the sum of its matrix and the transpose', () => {
    holds(side, (size) => {
      const matrix = draw([size, size]);
      const form = (x: Tensor) => x.mul(matrix.matmul(x)).sum() as Tensor;
      expectAll(hessian(form)(draw([size], 2)), matrix.add(transposed(matrix)), 1e-5);
    });
  });

  test('the gradient of a sum is the sum of gradients, of a product what Leibniz says', () => {
    const [f, g] = [(x: Tensor) => x.sin().sum() as Tensor, (x: Tensor) => x.square().sum() as Tensor];
    const x = draw([7]);
    const both = grad((y: Tensor) => f(y).add(g(y)) as Tensor)(x);
    expectAll(both, grad(f)(x).add(grad(g)(x)), 1e-6);
    const product = grad((y: Tensor) => f(y).mul(g(y)) as Tensor)(x);
    expectAll(
      product,
      grad(f)(x)
        .mul(g(x))
        .add(grad(g)(x).mul(f(x))),
      1e-5,
    );
  });

  test('the value beside a gradient is the value', () => {
    const { value, gradient } = valueAndGrad((x: Tensor) => x.square().sum() as Tensor)(floats([1, 2, 3]));
    expect(value.item()).toBe(14);
    expectAll(gradient, [2, 4, 6]);
  });

  test('sine comes back after four derivatives', () => {
    const x = draw([5]);
    let f = (y: Tensor) => y.sin().sum() as Tensor;
    for (let order = 0; order < 4; order++) {
      const inner = grad(f);
      f = (y: Tensor) => inner(y).sum() as Tensor;
    }
    const fourth = f(x).item();
    expect(fourth).toBeCloseTo(x.sin().sum().item(), 4);
  });
});

onEveryEngine('solving', () => {
  test('a x = b: the product with the answer is the right side', () => {
    holds(fc.tuple(side, side), ([size, columns]) => {
      const [a, b] = [wellConditioned(size, 1), draw([size, columns], 2)];
      expectAll(a.matmul(solve(a, b)) as Tensor, b, 1e-5);
    });
  });

  test('by the identity gives the right side', () => {
    const b = draw([6, 2]);
    expectAll(solve(eye(6) as Tensor, b), b, 1e-6);
  });

  test('by a product is solving twice', () => {
    const [a, c, b] = [wellConditioned(5, 1), wellConditioned(5, 2), draw([5, 3], 3)];
    expectAll(solve(a.matmul(c) as Tensor, b), solve(c, solve(a, b)), 1e-4);
  });

  test('has the gradient of b as the solution of the transposed system', () => {
    const [a, b] = [wellConditioned(4, 1), draw([4], 2)];
    const weights = draw([4], 3);
    const gradient = grad((right: Tensor) => solve(a, right).mul(weights).sum() as Tensor)(b);
    expectAll(gradient, solve(transposed(a), weights), 1e-5);
  });
});

onEveryEngine('decompositions', () => {
  test('qr: the product is the matrix, q has orthonormal columns, r is upper triangular', () => {
    holds(fc.tuple(side, side), ([rows, columns]) => {
      const x = draw([rows, columns]);
      const { q, r } = qr(x);
      const rank = Math.min(rows, columns);
      expectAll(q.matmul(r as Tensor) as Tensor, x, 1e-5);
      expectAll(transposed(q as Tensor).matmul(q as Tensor) as Tensor, eye(rank), 1e-5);
      const below = elements(r).filter((_, at) => Math.floor(at / columns) > at % columns);
      expect(below.every((value) => value === 0)).toBe(true);
    });
  });

  test('svd: the product is the matrix, both bases are orthonormal, values fall and are not negative', () => {
    holds(fc.tuple(side, side), ([rows, columns]) => {
      const x = draw([rows, columns]);
      const { u, s, v } = svd(x);
      const rank = Math.min(rows, columns);
      const product = (u as Tensor).mul(s as Tensor).matmul(transposed(v as Tensor)) as Tensor;
      expectAll(product, x, 1e-5);
      for (const basis of [u, v] as Tensor[])
        expectAll(transposed(basis).matmul(basis) as Tensor, eye(rank), 1e-5);
      const values = elements(s);
      expect(values).toEqual([...values].sort((a, b) => b - a));
      expect(values.at(-1)).toBeGreaterThanOrEqual(0);
    });
  });

  test('the squares of singular values add up to the square of the norm', () => {
    holds(fc.tuple(side, side), ([rows, columns]) => {
      const x = draw([rows, columns]);
      expectAll(svd(x).s.square().sum() as Tensor, x.square().sum() as Tensor, 1e-5);
    });
  });

  test('a transpose has the same singular values', () => {
    const x = draw([5, 8]);
    expectAll(svd(transposed(x)).s as Tensor, svd(x).s as Tensor, 1e-5);
  });
});

type Formula = (x: Value, y: Value) => Value;
type TensorFormula = (x: Tensor, y: Tensor) => Tensor;

/** The same formulas on single numbers and on tensors. */
const formulas: readonly (readonly [string, Formula, TensorFormula])[] = [
  ['x y + x', (x, y) => x.mul(y).add(x), (x, y) => x.mul(y).add(x) as Tensor],
  [
    'sin x / (2 + cos y)',
    (x, y) => x.sin().div(y.cos().add(2)),
    (x, y) => x.sin().div(y.cos().add(2)) as Tensor,
  ],
  ['exp(x - y²)', (x, y) => x.sub(y.square()).exp(), (x, y) => x.sub(y.square()).exp() as Tensor],
  ['tanh(x) sigmoid(y)', (x, y) => x.tanh().mul(y.sigmoid()), (x, y) => x.tanh().mul(y.sigmoid()) as Tensor],
  ['silu(x) + relu(y)', (x, y) => x.silu().add(y.relu()), (x, y) => x.silu().add(y.relu()) as Tensor],
  [
    'log(1 + x²) √(1 + y²)',
    (x, y) => x.square().add(1).log().mul(y.square().add(1).sqrt()),
    (x, y) => x.square().add(1).log().mul(y.square().add(1).sqrt()) as Tensor,
  ],
  ['|x| ^ 1.5', (x) => x.abs().pow(1.5), (x) => x.abs().pow(1.5) as Tensor],
];

describe('numbers and tensors learn the same slopes', () => {
  test.each(formulas)('%s', (_, onNumbers, onTensors) => {
    const [x, y] = [draw([9], 1), draw([9], 2)];
    const dX = grad((given: Tensor, other: Tensor) => onTensors(given, other).sum() as Tensor)(x, y);
    x.data.forEach((value, at) => {
      const [a, b] = [new Value(value), new Value(y.data[at]!)];
      const result = onNumbers(a, b);
      result.backward();
      expect(dX.data[at]).toBeCloseTo(a.grad, 5);
      expect(onTensors(x, y).data[at]).toBeCloseTo(result.data, 5);
    });
  });
});
