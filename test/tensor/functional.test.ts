import {
  type AnyTensor,
  defineOp,
  defineOpMany,
  type Fits,
  grad,
  gradCheck,
  hessian,
  jacobian,
  randn,
  randomKey,
  type Shape,
  type Tensor,
  tensor,
  valueAndGrad,
} from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

const cubes = (x: Tensor) => x.mul(x).mul(x).sum() as Tensor;

onEveryEngine('functional gradients', () => {
  test('grad and valueAndGrad leave .grad alone', () => {
    const x = tensor([1, 2, 3]) as Tensor;
    const { value, gradient } = valueAndGrad(cubes)(x);
    expect(value.item()).toBe(36);
    expect([...gradient.data]).toEqual([3, 12, 27]);
    expect([...grad(cubes)(x).data]).toEqual([3, 12, 27]);
    expect(x.grad).toBeNull();
    expect(x.requiresGrad).toBe(false);
  });

  test('grad of grad of grad', () => {
    const x = tensor([2]) as Tensor;
    const second = grad((y: Tensor) => grad(cubes)(y).sum() as Tensor);
    const third = grad((y: Tensor) => second(y).sum() as Tensor);
    expect(second(x).item()).toBeCloseTo(12, 4);
    expect(third(x).item()).toBeCloseTo(6, 4);
  });

  test('further inputs are constants to it', () => {
    const f = (x: Tensor, scale: Tensor) => x.mul(scale).sum() as Tensor;
    expect([...grad(f)(tensor([1, 2]) as Tensor, tensor([5, 7]) as Tensor).data]).toEqual([5, 7]);
  });

  test('a function that does not use its input has gradient zero', () => {
    expect([...grad(() => tensor(1) as Tensor)(tensor([1, 2]) as Tensor).data]).toEqual([0, 0]);
  });

  test('jacobian has a row for each output', () => {
    const f = (x: Tensor) => x.mul(x).slice(0, 0, 2) as Tensor;
    expect(jacobian(f)(tensor([1, 2, 3]) as Tensor).toArray()).toEqual([
      [2, 0, 0],
      [0, 4, 0],
    ]);
  });

  test('hessian of a quadratic form is the form twice', () => {
    const form = tensor([
      [2, 1],
      [1, 3],
    ]) as Tensor;
    const f = (x: Tensor) => x.matmul(form).mul(x).sum() as Tensor;
    expect(hessian(f)(tensor([0.5, -1]) as Tensor).toArray()).toEqual([
      [4, 2],
      [2, 6],
    ]);
  });

  test('a gradient inside a loss trains: d/dx of |f(x)|² through createGraph', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const slope = grad(cubes)(x as Tensor);
    slope.mul(slope).sum().backward();
    expect([...x.grad!.data]).toEqual([36, 288]);
  });

  test('grad wants one number', () => {
    expect(() => grad((x: Tensor) => x.mul(2) as Tensor)(tensor([1, 2]) as Tensor)).toThrow(
      'grad: the function must return one element, got shape [2]; jacobian takes any shape',
    );
  });
});

onEveryEngine('gradCheck', () => {
  const inputs = [randn([3, 4], { key: randomKey(1) }), randn([4], { key: randomKey(2) })] as Tensor[];

  test('passes what is right', () => {
    gradCheck((x, y) => x!.mul(y!).tanh() as Tensor, inputs);
  });

  test('names function, input, place, expected and received of what is wrong', () => {
    const wrong = defineOp({
      name: 'wrong',
      shape: ([a]) => a!,
      forward: (out, [a]) => out.data.set(a!.data),
      backward: ({ dOut }) => [dOut.mul(2) as Tensor],
    });
    expect(() => gradCheck((x) => wrong([x!], undefined), [inputs[0]!], { name: 'wrong' })).toThrow(
      /^wrong: the gradient of input 0 \[3, 4\] is wrong along random direction 0: expected \S+, received \S+$/,
    );
  });

  test('names the element on small inputs', () => {
    const lastOff = defineOp({
      name: 'lastOff',
      shape: ([a]) => a!,
      forward: (out, [a]) => out.data.set(a!.data),
      backward: ({ dOut }) => [dOut.mul(tensor([1, 1, 1, 0.9]) as Tensor) as Tensor],
    });
    expect(() => gradCheck((x) => lastOff([x!], undefined), [inputs[1]!], { directions: 0 })).toThrow(
      /^gradCheck: the gradient of input 0 \[4\] is wrong at element 3/,
    );
  });
});

onEveryEngine('ops of one’s own', () => {
  const triple: (inputs: readonly AnyTensor[], params: { by: number }) => Tensor = defineOp<{ by: number }>({
    name: 'scaleBy',
    shape: ([x]) => x!,
    forward: (out, [x], { by }) => out.data.set(x!.data.map((value: number) => value * by)),
    backward: ({ dOut, params: { by } }) => [triple([dOut], { by })],
  });
  const scaleBy = <S extends Shape>(x: Fits<Tensor<S>, S>, by: number) =>
    triple([x as Tensor<S>], { by }) as Tensor<S>;

  test('have values, gradients and second gradients', () => {
    const x = tensor([1, -2], { requiresGrad: true });
    scaleBy(x, 3).mul(x).sum().backward();
    expect([...x.grad!.data]).toEqual([6, -12]);
    const f = (y: Tensor) => scaleBy(y, 3).mul(y).sum() as Tensor;
    expect(hessian(f)(tensor([1, 2]) as Tensor).toArray()).toEqual([
      [6, 0],
      [0, 6],
    ]);
  });

  test('may have several outputs, some of them saved for backward alone', () => {
    const halves = defineOpMany({
      name: 'sinCos',
      visibleOutputs: 2,
      outputs: ([x]) => [x!, x!, x!].map(({ shape }) => ({ shape, dtype: 'float32' as const })),
      forward: ([sine, cosine, saved], [x]) => {
        sine!.data.set(x!.data.map(Math.sin));
        cosine!.data.set(x!.data.map(Math.cos));
        saved!.data.set(x!.data);
      },
      backward: ({ outputs: [sine, cosine], dOuts: [dSine, dCosine] }) => {
        const viaSine = dSine?.mul(cosine!) as Tensor | undefined;
        const viaCosine = dCosine?.mul(sine!).neg() as Tensor | undefined;
        return [
          viaSine === undefined
            ? viaCosine
            : viaCosine === undefined
              ? viaSine
              : (viaSine.add(viaCosine) as Tensor),
        ];
      },
    });
    const x = tensor([0.3, -1.2], { requiresGrad: true });
    const [sine, cosine, saved] = halves([x], undefined) as Tensor[];
    sine!.mul(2).add(cosine!).sum().backward();
    [0.3, -1.2].forEach((value, index) => {
      expect(x.grad!.data[index]).toBeCloseTo(2 * Math.cos(value) - Math.sin(value), 5);
    });
    expect(saved!.ended).toBe(true);
  });
});

describe('gradCheck across sizes', () => {
  test.each([1, 3, 64, 127])('a composite of %i elements', (size) => {
    const x = randn([size], { key: randomKey(size) }) as Tensor;
    gradCheck((y) => y!.mul(y!).sigmoid().softmax(0) as Tensor, [x]);
  });
});
