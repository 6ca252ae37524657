import {
  fromArray,
  keep,
  memory,
  noGrad,
  randn,
  randomKey,
  scope,
  setEngine,
  type Tensor,
  tensor,
  zeros,
} from '@sonograd/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

describe('scope', () => {
  beforeEach(() => setEngine('simd'));

  test('frees what was made inside and not returned', () => {
    // Numbers such as the 1 below are made once and kept.
    scope(() => zeros([1]).add(1));
    const before = memory().liveBytes;
    const kept = scope(() => {
      const inner = zeros([1000]);
      return inner.add(1);
    });
    expect(memory().liveBytes - before).toBeLessThan(2 * 4096);
    expect(kept.data[999]).toBe(1);
    kept.dispose();
    expect(memory().liveBytes).toBe(before);
  });

  test('finds tensors in arrays, objects and maps that are returned', () => {
    const { list, named } = scope(() => ({
      list: [zeros([2]), zeros([3])],
      named: new Map([['x', zeros([4])]]),
    }));
    expect(list.map((item) => item.ended)).toEqual([false, false]);
    expect(named.get('x')!.ended).toBe(false);
  });

  test('keeps what a returned graph still needs, and frees it with the rest after backward', () => {
    const x = tensor([1, 2], { requiresGrad: true });
    const loss = scope(() => x.mul(x).exp().sum());
    loss.backward();
    expect(x.grad!.data[0]).toBeCloseTo(2 * Math.E, 5);
  });

  test('hands survivors to the scope around it', () => {
    let escaped: Tensor | undefined;
    scope(() => {
      escaped = scope(() => zeros([5])) as Tensor;
      expect(escaped.ended).toBe(false);
    });
    expect(escaped!.ended).toBe(true);
  });

  test('keep lets a tensor outlive every scope', () => {
    let state: Tensor | undefined;
    scope(() => {
      scope(() => {
        state = keep(zeros([5])) as Tensor;
      });
    });
    expect(state!.ended).toBe(false);
  });

  test('cleans up when its function throws', () => {
    const before = memory().liveBytes;
    expect(() =>
      scope(() => {
        zeros([1000]);
        throw new Error('boom');
      }),
    ).toThrow('boom');
    expect(memory().liveBytes).toBe(before);
  });

  test('refuses a promise', () => {
    expect(() => scope(async () => zeros([1]))).toThrow(
      'scope: a scope ends when its function returns, so it must not return a promise',
    );
  });

  test('gradients of parameters outlive the step that made them', () => {
    const weight = zeros([3], { requiresGrad: true });
    scope(() => weight.mul(2).sum().backward());
    expect([...weight.grad!.data]).toEqual([2, 2, 2]);
  });
});

onEveryEngine('endings', () => {
  test('touching a freed tensor says where it ended', () => {
    let inner: Tensor | undefined;
    scope('training step', () => {
      inner = zeros([2, 3]) as Tensor;
    });
    expect(() => inner!.add(1)).toThrow(
      /^tensor \[2, 3\]: its memory was freed by training step \(at .*memory\.test\.ts/,
    );
    expect(() => inner!.data).toThrow('return it from the scope or keep(x) it to use it later');
  });

  test('the op that made it is named', () => {
    const product = tensor([1, 2], { requiresGrad: true }).mul(2);
    product.dispose();
    expect(() => product.sum()).toThrow('mul [2]: its memory was freed by dispose()');
  });

  test('dispose twice is an error, the end of a using block is not', () => {
    const x = zeros([2]);
    x.dispose();
    expect(() => x.dispose()).toThrow('tensor [2]: its memory was freed by dispose()');
    {
      using y = zeros([2]);
      y.dispose();
    }
  });

  test('a using block frees at its end', () => {
    let seen: Tensor | undefined;
    {
      using y = zeros([2]);
      seen = y as Tensor;
    }
    expect(() => seen!.data).toThrow('freed by the end of its using block');
  });

  test('tensors that share memory end one by one', () => {
    const x = fromArray(Float32Array.from([1, 2, 3, 4]), [4]);
    const y = x.reshape([2, 2]);
    x.dispose();
    expect(y.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });
});

describe('a training loop', () => {
  afterEach(() => setEngine('simd'));

  test.each(['simd', 'threads'] as const)('of 1,000 steps on %s does not grow the heap', (name) => {
    setEngine(name, { threads: 2 });
    const input = randn([16, 8], { key: randomKey(1) }) as Tensor;
    const weights = [
      randn([8, 12], { key: randomKey(2), requiresGrad: true }),
      randn([12, 3], { key: randomKey(3), requiresGrad: true }),
    ] as Tensor[];
    const step = () =>
      scope(() => {
        const hidden = input.matmul(weights[0]!).relu() as Tensor;
        const loss = hidden.matmul(weights[1]!).square().mean() as Tensor;
        loss.backward();
        for (const weight of weights) {
          noGrad(() => weight.assign(weight.sub(weight.grad!.mul(0.01) as Tensor) as Tensor));
          weight.grad!.dispose();
          weight.grad = null;
        }
        return loss.item();
      });
    for (let warm = 0; warm < 10; warm++) step();
    const before = memory();
    const losses = Array.from({ length: 1000 }, step);
    const after = memory();
    expect(losses.at(-1)).toBeLessThan(losses[0]!);
    expect(after.liveBytes).toBe(before.liveBytes);
    expect(after.liveBlocks).toBe(before.liveBlocks);
    expect(after.reservedBytes).toBe(before.reservedBytes);
  });
});
