import {
  assign,
  type EngineName,
  engineNames,
  fromArray,
  grad,
  gradientsOf,
  isRecording,
  keep,
  memory,
  noGrad,
  randn,
  registerHook,
  retainGrad,
  scope,
  setEngine,
  type Tensor,
  tensor,
  trace,
  zeros,
} from '@sonograd/tensor';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectBits, floats, messageOf } from './plain.ts';

type View = (x: Tensor) => Tensor;

const views: readonly (readonly [string, View])[] = [
  ['reshape', (x) => x.reshape([3, 4]) as Tensor],
  ['flatten', (x) => x.flatten() as Tensor],
  ['unsqueeze', (x) => x.unsqueeze(0) as Tensor],
  ['squeeze', (x) => x.unsqueeze(1).squeeze(1) as Tensor],
  ['detach', (x) => x.detach()],
];

const copies: readonly (readonly [string, View])[] = [
  ['copy', (x) => x.copy() as Tensor],
  ['permute', (x) => x.permute([1, 0]) as Tensor],
  ['slice', (x) => x.slice(0, 0, 2) as Tensor],
  ['expand', (x) => x.expand([1, 2, 6]) as Tensor],
];

onEveryEngine('what shares memory', () => {
  test.each(views)('%s: a change of one is a change of the other', (_, view) => {
    const x = draw([2, 6]);
    const seen = view(x);
    x.data[3] = 42;
    expect(seen.data[3]).toBe(42);
    seen.data[5] = -42;
    expect(x.data[5]).toBe(-42);
  });

  test.each(copies)('%s: is on its own', (_, copy) => {
    const x = draw([2, 6]);
    const made = copy(x);
    const before = elements(made);
    x.data.fill(42);
    expectBits(made, before);
  });

  test.each(views)('%s: outlives the tensor it came from', (_, view) => {
    const x = draw([2, 6]);
    const before = elements(x);
    const seen = view(x);
    x.dispose();
    expectBits(seen, before);
    seen.dispose();
    expect(() => seen.data).toThrow('its memory was freed by dispose()');
  });

  test.each(views)('%s: a change in place is noticed by what used the other', (_, view) => {
    const x = drawLeaf([2, 6]);
    const loss = x.square().sum() as Tensor;
    noGrad(() => {
      const seen = view(x);
      seen.assign(zeros(seen.shape) as Tensor);
    });
    expect(messageOf(() => loss.backward())).toMatch(/^square: input 0 \[2, 6\] was changed in place/);
  });

  test('assign copies, and shares nothing', () => {
    const [target, source] = [zeros([3]) as Tensor, floats([1, 2, 3])];
    expect(assign(target, source)).toBe(target);
    source.data[0] = 9;
    expectBits(target, [1, 2, 3]);
  });

  test('assign counts versions one by one, for all that share', () => {
    const x = draw([2, 3]);
    const seen: Tensor = x.reshape([6]);
    x.assign(draw([2, 3], 2));
    seen.assign(draw([6], 3));
    expect([x.storage.version, seen.storage.version]).toEqual([2, 2]);
  });

  test.each<[string, () => unknown, string]>([
    [
      'shapes',
      () => zeros([2]).assign(zeros([3]) as Tensor as Tensor<[2]>),
      'assign: shapes differ, [2] and [3]',
    ],
    [
      'dtypes',
      () => (zeros([2]) as Tensor).assign(zeros([2], { dtype: 'int32' }) as unknown as Tensor),
      "assign: dtypes differ, float32 [2] and int32 [2]; convert one with to('float32')",
    ],
  ])('assign refuses other %s', (_, call, message) => {
    expect(messageOf(call)).toBe(message);
  });
});

onEveryEngine('hooks', () => {
  test('see the sum of all gradients, once', () => {
    const x = drawLeaf([3]);
    const seen: number[][] = [];
    registerHook(x, (dOut) => void seen.push(elements(dOut)) as undefined);
    x.add(x.mul(2)).sum().backward();
    expect(seen).toEqual([[3, 3, 3]]);
  });

  test('in the middle of a graph change what reaches all leaves behind', () => {
    const [x, y] = [drawLeaf([2], 1), drawLeaf([2], 2)];
    const middle = x.add(y) as Tensor;
    registerHook(middle, (dOut) => (dOut as Tensor).mul(10));
    middle.sum().backward();
    expectBits(x.grad!, [10, 10]);
    expectBits(y.grad!, [10, 10]);
  });

  test('run in the order in which they came, each on what the last one made', () => {
    const x = drawLeaf([1]);
    registerHook(x, (dOut) => (dOut as Tensor).add(1));
    registerHook(x, (dOut) => (dOut as Tensor).mul(5));
    x.sum().backward();
    expect(x.grad!.item()).toBe(10);
  });

  test('taken away are silent', () => {
    const x = drawLeaf([1]);
    const remove = registerHook(x, (dOut) => (dOut as Tensor).mul(100));
    remove();
    remove();
    x.sum().backward();
    expect(x.grad!.item()).toBe(1);
  });

  test('on a view see the gradients of the view alone', () => {
    const x = drawLeaf([2, 2]);
    const seen: string[] = [];
    const view = x.reshape([4]) as Tensor;
    registerHook(view, (dOut) => void seen.push(`${dOut.shape} ${elements(dOut)}`) as undefined);
    view.sum().add(x.sum()).backward();
    expect(seen).toEqual(['4 1,1,1,1']);
    expectBits(x.grad!, [2, 2, 2, 2]);
  });

  test('want a tensor that requires a gradient', () => {
    expect(messageOf(() => registerHook(draw([2]), () => undefined))).toBe(
      'registerHook: the tensor must require a gradient, or none will ever reach it',
    );
  });

  test('retainGrad keeps what reached an inner tensor, after hooks', () => {
    const x = drawLeaf([2]);
    const inner = retainGrad(x.mul(3) as Tensor);
    registerHook(inner, (dOut) => (dOut as Tensor).mul(2));
    inner.sum().backward();
    expectBits(inner.grad!, [2, 2]);
    expectBits(x.grad!, [6, 6]);
  });
});

onEveryEngine('gradients', () => {
  test('of one tensor in both places of an op are added', () => {
    const x = floats([3]);
    x.requiresGrad = true;
    x.mul(x).sum().backward();
    expect(x.grad!.item()).toBe(6);
  });

  test('add up over several backward calls, until they are cleared', () => {
    const x = drawLeaf([2]);
    for (const expected of [1, 2, 3]) {
      x.sum().backward();
      expectBits(x.grad!, [expected, expected]);
    }
    x.grad = null;
    x.sum().backward();
    expectBits(x.grad!, [1, 1]);
  });

  test('of two leaves of one sum are tensors of their own', () => {
    const [x, y] = [drawLeaf([2], 1), drawLeaf([2], 2)];
    x.add(y).sum().backward();
    x.grad!.data[0] = 7;
    expectBits(y.grad!, [1, 1]);
  });

  test('by gradientsOf leave .grad alone, and are undefined where there is no path', () => {
    const [x, y] = [drawLeaf([2], 1), drawLeaf([2], 2)];
    const [dX, dY] = gradientsOf(x.mul(2).sum() as Tensor, [x, y]);
    expectBits(dX!, [2, 2]);
    expect(dY).toBeUndefined();
    expect([x.grad, y.grad]).toEqual([null, null]);
  });

  test('stop at an inner tensor that was asked for', () => {
    const x = drawLeaf([2]);
    const middle = x.mul(5) as Tensor;
    const [dMiddle] = gradientsOf(middle.mul(3).sum() as Tensor, [middle]);
    expectBits(dMiddle!, [3, 3]);
  });

  test('of a function that throws leave recording as it was', () => {
    expect(() =>
      grad(() => {
        throw new Error('boom');
      })(draw([2])),
    ).toThrow('boom');
    expect(isRecording()).toBe(true);
    expect(() =>
      noGrad(() => {
        throw new Error('boom');
      }),
    ).toThrow('boom');
    expect(isRecording()).toBe(true);
  });

  test('under trace stay at every inner tensor, and the graph with them', () => {
    const x = drawLeaf([2]);
    trace(() => {
      const middle = x.mul(3) as Tensor;
      const loss = middle.sum() as Tensor;
      loss.backward();
      expectBits(middle.grad!, [1, 1]);
      loss.backward();
      expectBits(x.grad!, [6, 6]);
    });
  });
});

describe('an engine that changes on the way', () => {
  afterEach(() => setEngine('simd'));

  const pairs = engineNames.flatMap((from) => engineNames.map((to) => [from, to] as const));

  function stepOn(forward: EngineName, back: EngineName): number[] {
    setEngine(forward, { threads: 2 });
    const [x, weight] = [drawLeaf([5, 7], 1), drawLeaf([7, 3], 2)];
    const loss = x.matmul(weight).tanh().square().sum() as Tensor;
    setEngine(back, { threads: 2 });
    loss.backward();
    return [loss.item(), ...elements(x.grad!), ...elements(weight.grad!)];
  }

  test.each(pairs)('forward on %s, backward on %s: the same gradients', (forward, back) => {
    const expected = stepOn('reference', 'reference');
    stepOn(forward, back).forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at]!, 4);
    });
  });

  test('values made without the heap move into it when a kernel needs them', () => {
    setEngine('reference');
    const x = draw([4]);
    expect(x.data.buffer).toBeInstanceOf(ArrayBuffer);
    setEngine('simd');
    const doubled = x.add(x);
    setEngine('reference');
    expectBits(
      doubled,
      elements(x).map((value) => 2 * value),
    );
  });

  test('the name of an engine that there is not is refused, and nothing changes', () => {
    setEngine('reference');
    expect(messageOf(() => setEngine('gpu' as EngineName))).toBe(
      'setEngine: name must be one of reference, simd, threads, got gpu',
    );
    expect(draw([1]).add(1).size).toBe(1);
  });
});

describe('lives of tensors', () => {
  beforeEach(() => setEngine('simd'));

  test('a scope inside a scope frees its own first', () => {
    const order: boolean[] = [];
    scope(() => {
      const outer = zeros([2]);
      let inner: Tensor | undefined;
      scope(() => {
        inner = zeros([2]) as Tensor;
      });
      order.push(outer.ended, inner!.ended);
    });
    expect(order).toEqual([false, true]);
  });

  test('noGrad frees what it does not return', () => {
    let lost: Tensor | undefined;
    const kept = noGrad(() => {
      lost = zeros([2]) as Tensor;
      return lost.add(1);
    });
    expect([lost!.ended, kept.ended]).toEqual([true, false]);
  });

  test('keep inside a scope that throws still keeps', () => {
    let kept: Tensor | undefined;
    expect(() =>
      scope(() => {
        kept = keep(floats([1, 2]));
        throw new Error('boom');
      }),
    ).toThrow('boom');
    expectBits(kept!, [1, 2]);
    kept!.dispose();
  });

  test('a result that is returned twice is freed once', () => {
    const [a, b] = scope(() => {
      const x = zeros([2]);
      return [x, x];
    });
    expect(a).toBe(b);
    a!.dispose();
    expect(b!.ended).toBe(true);
  });

  test('tensors in fields of classes are found', () => {
    class Holder {
      readonly weight = randn([3]) as Tensor;
    }
    const holder = scope(() => new Holder());
    expect(holder.weight.ended).toBe(false);
    holder.weight.dispose();
  });

  test('a ring of objects ends the search', () => {
    interface Ring {
      self?: Ring;
      x: Tensor;
    }
    const ring = scope(() => {
      const made: Ring = { x: zeros([1]) as Tensor };
      made.self = made;
      return made;
    });
    expect(ring.x.ended).toBe(false);
    ring.x.dispose();
  });

  test('an ended tensor is refused wherever it is used', () => {
    const x = tensor([1, 2]);
    x.dispose();
    const uses = [
      () => x.add(1),
      () => x.reshape([2]),
      () => x.toArray(),
      () => x.pointer,
      () => zeros([2]).assign(x),
      () => x.detach(),
      () => String(x),
    ];
    for (const use of uses) expect(use).toThrow('tensor [2]: its memory was freed by dispose()');
  });

  test('a name is what messages call a tensor', () => {
    const x = tensor([1, 2]) as Tensor;
    x.name = 'first.weight';
    x.dispose();
    expect(() => x.data).toThrow(/^first.weight \[2\]: its memory was freed/);
  });

  test('memory reports what is alive, and names the largest', () => {
    const before = memory();
    const big = zeros([50_000]);
    const during = memory();
    expect(during.liveBlocks).toBe(before.liveBlocks + 1);
    expect(during.liveBytes - before.liveBytes).toBeGreaterThanOrEqual(200_000);
    expect(during.largest.some(({ maker, bytes }) => maker === 'full' && bytes === 200_000)).toBe(true);
    big.dispose();
    expect(memory().liveBytes).toBe(before.liveBytes);
  });

  test('data read before memory grows still holds when read again after', () => {
    const x = fromArray(Float32Array.of(1, 2, 3), [3]);
    const grown = zeros([8_000_000]);
    expectBits(x.data, [1, 2, 3]);
    grown.dispose();
    x.dispose();
  });
});
