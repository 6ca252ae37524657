import {
  add,
  assign,
  gradientsOf,
  memory,
  noGrad,
  registerHook,
  retainGrad,
  scope,
  sgdStep,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { elements, expectAll, expectBits, floats, messageOf } from '../laws/plain.ts';

const leaf = (...values: number[]): Tensor => {
  const x = floats(values);
  x.requiresGrad = true;
  return x;
};

onEveryEngine('a pass through shared parts', () => {
  test.each([1, 2, 10, 20, 100])(
    '%s diamonds on end are walked once each, not once for each path',
    (depth) => {
      const x = leaf(1, -2);
      let calls = 0;
      let top: Tensor = x;
      for (let level = 0; level < depth; level++) {
        top = top.add(0) as Tensor;
        registerHook(top, () => {
          calls += 1;
          return undefined;
        });
        top = top.mul(0.5).add(top.mul(0.5)) as Tensor;
      }
      top.sum().backward();
      expect(calls).toBe(depth);
      expectBits(x.grad!, [1, 1]);
    },
  );

  test('2^depth paths come to a gradient of 2^depth', () => {
    const x = leaf(1);
    let top: Tensor = x;
    for (let level = 0; level < 30; level++) top = top.add(top) as Tensor;
    top.sum().backward();
    expectBits(x.grad!, [2 ** 30]);
  });

  test('a chain of 20,000 ops needs no deep call stack', () => {
    const x = leaf(1);
    let top: Tensor = x;
    for (let level = 0; level < 20_000; level++) top = top.neg() as Tensor;
    top.sum().backward();
    expectBits(x.grad!, [1]);
  });

  test.each([
    ['x + x', (x: Tensor) => x.add(x), [2, 2]],
    ['x - x', (x: Tensor) => x.sub(x), [0, 0]],
    ['x · x', (x: Tensor) => x.mul(x), [6, -4]],
    ['x / x', (x: Tensor) => x.div(x), [0, 0]],
    ['the larger of x and x', (x: Tensor) => x.maximum(x), [1, 1]],
    ['x beside x', (x: Tensor) => x.reshape([1, 2]).matmul(x.reshape([2, 1])), [6, -4]],
  ] as const)('%s: both operands are one tensor', (_, f, slope) => {
    const x = leaf(3, -2);
    (f(x) as Tensor).sum().backward();
    expectAll(x.grad!, slope);
  });

  test('a random graph of sums has the gradient that counting its paths gives', () => {
    const pairs = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 14 });
    fc.assert(
      fc.property(pairs, (choices) => {
        const x = leaf(1);
        const made: Tensor[] = [x];
        const paths = [1];
        for (const [a, b] of choices) {
          const [left, right] = [a % made.length, b % made.length];
          made.push(add(made[left]!, made[right]!) as Tensor);
          paths.push(paths[left]! + paths[right]!);
        }
        made.at(-1)!.sum().backward();
        expectBits(x.grad!, [paths.at(-1)!]);
      }),
      { numRuns: 40 },
    );
  });
});

onEveryEngine('hooks of a pass', () => {
  test('run from the result to the leaves, each once its gradient is whole', () => {
    const x = leaf(2);
    const y = x.mul(3) as Tensor;
    const z = y.mul(y) as Tensor;
    const seen: [string, number][] = [];
    const named = { x, y, z };
    for (const [name, tensor] of Object.entries(named)) {
      registerHook(tensor, (dOut) => {
        seen.push([name, dOut.item()]);
        return undefined;
      });
    }
    z.add(y).sum().backward();
    expect(seen).toEqual([
      ['z', 1],
      ['y', 13],
      ['x', 39],
    ]);
  });

  test('of one tensor run in the order they came, each on what the last one left', () => {
    const x = leaf(1);
    registerHook(x, (dOut) => dOut.add(1));
    const remove = registerHook(x, (dOut) => dOut.mul(10));
    const run = () => {
      x.grad = null;
      x.mul(2).sum().backward();
      return x.grad!.item();
    };
    expect(run()).toBe(30);
    remove();
    expect(run()).toBe(3);
    remove();
    expect(run()).toBe(3);
  });

  test('retainGrad keeps what the hooks made of a gradient', () => {
    const x = leaf(1, 1);
    const y = retainGrad(x.mul(2) as Tensor);
    registerHook(y, (dOut) => dOut.mul(5));
    y.sum().backward();
    expectBits(y.grad!, [5, 5]);
    expectBits(x.grad!, [10, 10]);
  });
});

onEveryEngine('what a pass leaves', () => {
  test('a kept graph runs as often as it is asked, and the last pass lets it go', () => {
    const x = leaf(1, 2);
    const loss = x.square().sum() as Tensor;
    loss.backward(undefined, { retainGraph: true });
    loss.backward(undefined, { retainGraph: true });
    expectBits(x.grad!, [4, 8]);
    loss.backward();
    expectBits(x.grad!, [6, 12]);
    expect(messageOf(() => loss.backward())).toMatch(
      /^backward: the graph behind sum \[\] was released by an/,
    );
    expectBits(x.grad!, [6, 12]);
  });

  test('a part that another result shares is released with the first', () => {
    const x = leaf(1, 2);
    const shared = x.square() as Tensor;
    const [first, second] = [shared.sum() as Tensor, shared.mul(3).sum() as Tensor];
    first.backward();
    expect(messageOf(() => second.backward())).toMatch('the graph behind square [2] was released');
  });

  test('who needs no gradient gets none', () => {
    const [x, data] = [leaf(1, 2), floats([3, 4])];
    const inner = data.square() as Tensor;
    const y = noGrad(() => x.mul(100)) as Tensor;
    x.mul(inner).add(y).sum().backward();
    expectBits(x.grad!, [9, 16]);
    expect([data.grad, inner.grad, y.grad]).toEqual([null, null, null]);
    expect([inner.isLeaf, y.isLeaf, y.requiresGrad]).toEqual([true, true, false]);
  });

  test('gradientsOf stops at what it was asked for, and knows what leads nowhere', () => {
    const [x, other] = [leaf(1, 2), leaf(5)];
    const middle = x.square() as Tensor;
    const [byMiddle, byOther] = gradientsOf(middle.mul(7).sum() as Tensor, [middle, other]);
    expectBits(byMiddle!, [7, 7]);
    expect(byOther).toBeUndefined();
    expect(x.grad).toBeNull();
    expect(middle.source!.released).toBe(false);
  });

  test('the gradients of a step are all that it adds to the heap', () => {
    const x = leaf(1, 2, 3);
    const step = () => scope(() => void x.sin().mul(x).exp().sum().backward());
    step();
    const { liveBlocks } = memory();
    for (let again = 0; again < 5; again++) step();
    expect(memory().liveBlocks).toBe(liveBlocks);
  });
});

onEveryEngine('a change in place between forward and backward', () => {
  const one = () => floats([1, 1]);
  const changes: readonly (readonly [string, (x: Tensor) => void])[] = [
    ['assign', (x) => void assign(x, one())],
    ['sgdStep', (x) => sgdStep({ parameters: [x], gradients: [one()] }, { rate: 0.1, step: 1 })],
    [
      'sgdStep with momentum',
      (x) =>
        sgdStep(
          { parameters: [x], gradients: [one()], velocities: [zeros([2])] },
          { rate: 0.1, step: 1, momentum: 0.9 },
        ),
    ],
  ];

  test.each(changes)('%s is noticed by an op that used the tensor', (_, change) => {
    const x = leaf(1, 2);
    const loss = x.square().sum() as Tensor;
    change(x);
    expect(messageOf(() => loss.backward())).toBe(
      'square: input 0 [2] was changed in place after the op used it, version 1 where 0 was recorded',
    );
    expect(x.grad).toBeNull();
  });

  test.each(changes)('%s after backward, and before the next forward, is a training step', (_, change) => {
    const x = leaf(1, 2);
    const before = elements(x);
    x.square().sum().backward();
    change(x);
    expect(elements(x)).not.toEqual(before);
    x.grad = null;
    x.square().sum().backward();
    expectAll(
      x.grad!,
      elements(x).map((value) => 2 * value),
    );
  });

  test('of a tensor that the graph does not hold is nobody’s business', () => {
    const [x, bystander] = [leaf(1, 2), floats([0, 0])];
    const loss = x.square().sum() as Tensor;
    for (const [, change] of changes) change(bystander);
    loss.backward();
    expectBits(x.grad!, [2, 4]);
  });
});
