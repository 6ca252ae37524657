import {
  assign,
  backward,
  graph,
  memory,
  noGrad,
  ones,
  randn,
  randomKey,
  registerHook,
  retainGrad,
  scope,
  type Tensor,
  tensor,
  trace,
  Value,
} from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

onEveryEngine('backward', () => {
  test('adds up what comes along several paths', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    x.mul(x).add(x).sum().backward();
    expect([...x.grad!.data]).toEqual([3, 5, 7]);
  });

  test('adds to the gradient that is already there', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    x.sum().backward();
    x.mul(3).sum().backward();
    expect([...x.grad!.data]).toEqual([4, 4]);
  });

  test('gives two leaves of one sum gradients of their own', () => {
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([3, 4], { requiresGrad: true });
    a.add(b).sum().backward();
    assign(a.grad!, tensor([9, 9]));
    expect([...b.grad!.data]).toEqual([1, 1]);
  });

  test('undoes broadcasting', () => {
    const row = ones([3], { requiresGrad: true });
    const column = ones([2, 1], { requiresGrad: true });
    row.mul(column).mul(5).sum().backward();
    expect(row.grad!.toArray()).toEqual([10, 10, 10]);
    expect(column.grad!.toArray()).toEqual([[15], [15]]);
  });

  test('takes an upstream gradient of the shape of the tensor', () => {
    const x = tensor([1, 2, 3], { requiresGrad: true });
    backward(x.mul(2), tensor([1, 10, 100]));
    expect([...x.grad!.data]).toEqual([2, 20, 200]);
  });

  test('goes through a chain of 10,000 ops without overflow', () => {
    const x = tensor([1], { requiresGrad: true });
    scope(() => {
      let y: Tensor = x as Tensor;
      for (let step = 0; step < 10_000; step++) y = y.add(0.5);
      y.sum().backward();
    });
    expect(x.grad!.item()).toBe(1);
  });

  test('frees its intermediate gradients as it moves on', () => {
    const x = randn([256, 256], { key: randomKey(1), requiresGrad: true });
    scope(() => {
      let y: Tensor = x as Tensor;
      for (let step = 0; step < 20; step++) y = y.tanh();
      const loss = y.sum();
      const before = memory().peakBytes;
      loss.backward();
      const grown = memory().peakBytes - before;
      expect(grown).toBeLessThan(6 * 256 * 256 * 4);
    });
  });

  test('keeps the gradient of an inner tensor where retainGrad asks for it', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = retainGrad(x.mul(3));
    y.mul(y).sum().backward();
    expect([...y.grad!.data]).toEqual([6, 12]);
    expect([...x.grad!.data]).toEqual([18, 36]);
  });

  test('calls hooks with the whole gradient, and goes on with what they return', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = x.mul(3) as Tensor;
    const seen: number[][] = [];
    registerHook(y, (dOut) => {
      seen.push([...dOut.data]);
      return (dOut as Tensor).mul(2);
    });
    const remove = registerHook(x as Tensor, (dOut) => {
      seen.push([...dOut.data]);
      return undefined;
    });
    y.add(y).sum().backward();
    expect(seen).toEqual([
      [2, 2],
      [12, 12],
    ]);
    expect([...x.grad!.data]).toEqual([12, 12]);
    remove();
    x.sum().backward();
    expect(seen).toHaveLength(2);
  });

  test('records nothing under noGrad', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const y = noGrad(() => x.mul(2).add(1));
    expect(y.requiresGrad).toBe(false);
    expect(y.source).toBeUndefined();
    expect([...y.data]).toEqual([3, 5]);
  });

  test('stops at detach, which shares memory', () => {
    const x = tensor([2, 3], { requiresGrad: true });
    const held = x.mul(1).detach();
    x.mul(held).sum().backward();
    expect([...x.grad!.data]).toEqual([2, 3]);
  });
});

onEveryEngine('errors of backward', () => {
  test('a tensor of several elements needs an upstream gradient', () => {
    const x = ones([2, 3], { requiresGrad: true });
    expect(() => x.mul(2).backward()).toThrow('backward: the tensor must have one element, got shape [2, 3]');
  });

  test('an upstream gradient must have the shape of the tensor', () => {
    const x = ones([2, 3], { requiresGrad: true });
    expect(() => backward(x.mul(2) as Tensor, ones([3]) as Tensor)).toThrow(
      'backward: dOut must have the shape of the tensor, got [3] for [2, 3]',
    );
  });

  test('something must require a gradient', () => {
    expect(() => ones([2]).sum().backward()).toThrow(
      'backward: nothing that led to this tensor [] requires a gradient',
    );
  });

  test('a graph runs backward once, or again where it was retained', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const once = x.mul(x).sum();
    once.backward();
    expect(() => once.backward()).toThrow(
      'was released by an earlier backward(); pass { retainGraph: true }',
    );
    const twice = x.mul(x).sum();
    twice.backward(undefined, { retainGraph: true });
    twice.backward();
    expect([...x.grad!.data]).toEqual([6, 12]);
  });

  test('a value changed in place after forward is noticed', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const weight = tensor([3, 4]);
    const y = x.mul(weight).sum();
    assign(weight, tensor([5, 6]));
    expect(() => y.backward()).toThrow(
      'mul: input 1 [2] was changed in place after the op used it, version 1 where 0 was recorded',
    );
  });

  test('only float32 tensors may require gradients', () => {
    expect(() => tensor([1, 2], { dtype: 'int32', requiresGrad: true })).toThrow(
      'requiresGrad: only float32 tensors have gradients, got int32',
    );
  });
});

onEveryEngine('the graph', () => {
  test('is described with op, shape, data and edges before backward', () => {
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([3, 4]);
    const { nodes, edges } = graph(a.mul(b).sum());
    expect(nodes.map(({ op, kind }) => `${op} ${kind}`).sort()).toEqual([
      'mul op',
      'sum op',
      'tensor leaf',
      'tensor parameter',
    ]);
    const product = nodes.find(({ op }) => op === 'mul')!;
    expect(product).toMatchObject({ shape: [2], dtype: 'float32', data: [3, 8] });
    expect(edges.filter(({ to }) => to === product.id).map(({ input }) => input)).toEqual([0, 1]);
  });

  test('shows gradients, times and source lines of what ran under trace', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = trace(() => {
      const result = x.mul(x).sum();
      result.backward();
      return result;
    });
    const product = graph(loss).nodes.find(({ op }) => op === 'mul')!;
    expect(product.grad).toEqual([1, 1]);
    expect(product.milliseconds).toBeGreaterThanOrEqual(0);
    expect(product.source).toMatch(/autograd\.test\.ts:\d+/);
  });

  test('is gone after backward, and says so', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = x.mul(x).sum();
    loss.backward();
    expect(() => graph(loss)).toThrow(
      /^graph: what led to \w+ was released by backward\(\); call graph before it/,
    );
  });
});

onEveryEngine('the scalar classroom', () => {
  test('gives the gradients of tensors', () => {
    const [a, b] = [new Value(1.5), new Value(-0.75)];
    const value = a.mul(b).add(a.tanh()).sub(b.exp()).mul(a.sigmoid()).add(a.div(b)).add(b.pow(2));
    value.backward();
    const x = tensor(1.5, { requiresGrad: true });
    const y = tensor(-0.75, { requiresGrad: true });
    const same = x.mul(y).add(x.tanh()).sub(y.exp()).mul(x.sigmoid()).add(x.div(y)).add(y.pow(2));
    same.backward();
    expect(same.item()).toBeCloseTo(value.item(), 5);
    expect(x.grad!.item()).toBeCloseTo(a.grad, 5);
    expect(y.grad!.item()).toBeCloseTo(b.grad, 5);
  });
});
