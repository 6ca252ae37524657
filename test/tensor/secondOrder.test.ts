import {
  grad,
  gradCheck,
  hessian,
  jacobian,
  ones,
  randn,
  randomKey,
  type Tensor,
  tensor,
} from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

type Function = (x: Tensor) => Tensor;

const smooth: readonly [name: string, f: Function][] = [
  ['exp', (x) => x.exp()],
  ['log', (x) => x.square().add(1).log()],
  ['tanh', (x) => x.tanh()],
  ['sigmoid', (x) => x.sigmoid()],
  ['sin', (x) => x.sin()],
  ['cos', (x) => x.cos()],
  ['softplus', (x) => x.softplus()],
  ['silu', (x) => x.silu()],
  ['gelu', (x) => x.gelu()],
  ['erf', (x) => x.erf()],
  ['sqrt', (x) => x.square().add(1).sqrt()],
  ['rsqrt', (x) => x.square().add(1).rsqrt()],
  ['reciprocal', (x) => x.square().add(1).reciprocal()],
  ['log1p', (x) => x.square().log1p()],
  ['pow', (x) => x.square().add(1).pow(1.5)],
  ['div', (x) => x.div(x.square().add(2))],
  ['softmax', (x) => x.softmax(-1)],
  ['logSoftmax', (x) => x.logSoftmax(-1)],
  ['logSumExp', (x) => x.logSumExp(-1)],
  ['norm', (x) => x.norm(-1)],
  ['variance', (x) => x.variance(-1)],
  ['matmul', (x) => x.matmul(x.transpose(0, 1))],
  ['cumsum', (x) => x.cumsum(-1).square()],
  ['slice', (x) => x.slice(1, 1, 3).square()],
  [
    'pad',
    (x) =>
      x
        .pad(
          [
            [1, 0],
            [0, 2],
          ],
          { mode: 'replicate' },
        )
        .square(),
  ],
  ['permute', (x) => x.permute([1, 0]).exp()],
];

onEveryEngine('second gradients', () => {
  test.each(smooth)('of %s agree with differences of first ones', (name, f) => {
    const x = randn([2, 4], { key: randomKey(name.length) }).mul(0.7) as Tensor;
    const first: Function = grad((y: Tensor) => f(y).square().sum());
    gradCheck((y) => first(y!), [x], {
      step: 5e-3,
      relativeTolerance: 0.03,
      absoluteTolerance: 5e-3,
      name: `grad of ${name}`,
    });
  });

  test('the hessian of a smooth function is symmetric', () => {
    const mix = randn([4, 4], { key: randomKey(3) }) as Tensor;
    const f: Function = (x) => x.matmul(mix).tanh().mul(x.exp()).sum();
    const rows = hessian(f)(randn([4], { key: randomKey(4) }) as Tensor).toArray() as number[][];
    rows.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value).toBeCloseTo(rows[j]![i]!, 4);
      });
    });
  });

  test('the jacobian of a linear map is its matrix', () => {
    const matrix = randn([3, 5], { key: randomKey(5) }) as Tensor;
    const rows = jacobian((x: Tensor) => matrix.matmul(x))(ones([5]) as Tensor);
    expect(rows.shape).toEqual([3, 5]);
    rows.data.forEach((value, index) => {
      expect(value).toBeCloseTo(matrix.data[index]!, 6);
    });
  });

  test('three times through a polynomial', () => {
    const fifth: Function = (x) => x.pow(5).sum();
    const derivative = (f: Function): Function => grad((x: Tensor) => f(x).sum());
    const x = tensor([1.5]) as Tensor;
    expect(derivative(fifth)(x).item()).toBeCloseTo(5 * 1.5 ** 4, 3);
    expect(derivative(derivative(fifth))(x).item()).toBeCloseTo(20 * 1.5 ** 3, 3);
    expect(derivative(derivative(derivative(fifth)))(x).item()).toBeCloseTo(60 * 1.5 ** 2, 2);
  });

  test('a gradient penalty trains: its gradient reaches the weights', () => {
    const weight = randn([3, 2], { key: randomKey(6), requiresGrad: true }) as Tensor;
    const input = randn([4, 3], { key: randomKey(7) }) as Tensor;
    const slope = grad((x: Tensor) => x.matmul(weight).tanh().sum())(input);
    slope.square().sum().backward();
    const analytic = Float32Array.from(weight.grad!.data);
    gradCheck(
      (w) =>
        grad((x: Tensor) => x.matmul(w!).tanh().sum())(input)
          .square()
          .sum() as Tensor,
      [weight],
      {
        step: 5e-3,
        relativeTolerance: 0.03,
        absoluteTolerance: 5e-3,
      },
    );
    expect(analytic.some((value) => value !== 0)).toBe(true);
  });
});
