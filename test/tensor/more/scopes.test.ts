import { keep, memory, scope, setEngine, type Tensor, zeros } from '@sonograd/tensor';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { draw, elements, expectBits, messageOf } from '../laws/plain.ts';

type Fate = 'dropped' | 'returned' | 'kept' | 'disposed';

/** A scope as a list of what happens in it: a tensor with its fate, or a scope within, which may throw. */
interface Block {
  readonly steps: readonly (Fate | Block)[];
  /** Whether what the scopes within return is returned in turn. */
  readonly passesOn: boolean;
  readonly throws: boolean;
}

const { block: someBlock } = fc.letrec<{ block: Block }>((tie) => ({
  block: fc.record({
    steps: fc.array(
      fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom<Fate>('dropped', 'returned', 'kept', 'disposed'),
        tie('block') as fc.Arbitrary<Block>,
      ),
      { maxLength: 6 },
    ),
    passesOn: fc.boolean(),
    throws: fc.integer({ min: 0, max: 7 }).map((draw) => draw === 0),
  }),
}));

/** What the scopes really do. */
function act(block: Block, all: Tensor[], kept: Tensor[]): Tensor[] {
  try {
    return scope(() => {
      const returned: Tensor[] = [];
      for (const step of block.steps) {
        if (typeof step === 'object') {
          const inner = act(step, all, kept);
          if (block.passesOn) returned.push(...inner);
          continue;
        }
        const made = zeros([16]) as Tensor;
        all.push(made);
        if (step === 'kept') kept.push(keep(made));
        if (step === 'returned') returned.push(made);
        if (step === 'disposed') made.dispose();
      }
      if (block.throws) throw new RangeError('on purpose');
      return returned;
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [];
  }
}

/** What they ought to: how many tensors come out of a block, and how many are kept for good in it. */
function count(block: Block): { returned: number; kept: number } {
  const total = { returned: 0, kept: 0 };
  for (const step of block.steps) {
    if (step === 'returned') total.returned += 1;
    if (step === 'kept') total.kept += 1;
    if (typeof step !== 'object') continue;
    const inner = count(step);
    total.kept += inner.kept;
    if (block.passesOn) total.returned += inner.returned;
  }
  return block.throws ? { ...total, returned: 0 } : total;
}

// The reference engine keeps its numbers outside the heap, where there are no blocks to count.
describe('scopes in scopes', () => {
  beforeEach(() => setEngine('simd'));

  test('exactly what was returned all the way or kept is alive, whatever the nesting', () => {
    fc.assert(
      fc.property(someBlock, (block) => {
        const before = memory().liveBlocks;
        const [all, kept]: Tensor[][] = [[], []];
        const survivors = act(block, all!, kept!);
        const wanted = count(block);
        expect(survivors.length).toBe(wanted.returned);
        expect(kept!.length).toBe(wanted.kept);
        expect(memory().liveBlocks - before).toBe(wanted.returned + wanted.kept);
        const alive = all!.filter((tensor) => !tensor.ended);
        expect(new Set(alive)).toEqual(new Set([...survivors, ...kept!]));
        for (const tensor of alive) tensor.dispose();
        expect(memory().liveBlocks).toBe(before);
      }),
      { numRuns: 60 },
    );
  });

  test('an outer scope frees what the inner ones handed to it', () => {
    fc.assert(
      fc.property(someBlock, (block) => {
        const [all, kept]: Tensor[][] = [[], []];
        const before = memory().liveBlocks;
        scope(() => void act(block, all!, kept!));
        expect(all!.filter((tensor) => !tensor.ended)).toEqual(kept);
        for (const tensor of kept!) tensor.dispose();
        expect(memory().liveBlocks).toBe(before);
      }),
      { numRuns: 40 },
    );
  });

  test('a freed tensor names the scope that freed it, not those around it', () => {
    const lost: Tensor[] = [];
    scope('epoch', () => {
      const outer = zeros([2]) as Tensor;
      scope('step', () => void lost.push(zeros([3]) as Tensor));
      lost.push(outer);
    });
    const reasons = lost.map((tensor) => messageOf(() => tensor.data));
    expect(reasons[0]).toMatch(/^tensor \[3\]: its memory was freed by step \(at .*scopes\.test\.ts/);
    expect(reasons[1]).toMatch(/^tensor \[2\]: its memory was freed by epoch \(at .*scopes\.test\.ts/);
  });

  test('a name given to a tensor is the name in its message', () => {
    const weight = zeros([4, 2]) as Tensor;
    weight.name = 'encoder.weight';
    weight.dispose();
    expect(messageOf(() => weight.data)).toMatch(
      /^encoder\.weight \[4, 2\]: its memory was freed by dispose/,
    );
  });
});

describe('one stretch of memory under many tensors', () => {
  beforeEach(() => setEngine('simd'));

  type View = 'reshape' | 'detach' | 'flatten' | 'unsqueeze';
  const makers: Record<View, (x: Tensor) => Tensor> = {
    reshape: (x) => x.reshape([3, 4]) as Tensor,
    detach: (x) => x.detach(),
    flatten: (x) => x.flatten() as Tensor,
    unsqueeze: (x) => x.unsqueeze(0) as Tensor,
  };
  const chain = fc.array(
    fc.record({
      view: fc.constantFrom<View>('reshape', 'detach', 'flatten', 'unsqueeze'),
      of: fc.nat(),
      order: fc.nat(),
    }),
    { minLength: 1, maxLength: 8 },
  );

  test('lives until the last of them ends, in whatever order they end', () => {
    fc.assert(
      fc.property(chain, fc.nat(), (links, first) => {
        const before = memory().liveBlocks;
        const family: { tensor: Tensor; order: number }[] = [{ tensor: draw([2, 6]), order: first }];
        for (const { view, of, order } of links) {
          family.push({ tensor: makers[view](family[of % family.length]!.tensor), order });
        }
        const values = elements(family[0]!.tensor);
        const leaving = family.toSorted((a, b) => a.order - b.order).map(({ tensor }) => tensor);
        while (leaving.length > 0) {
          expect(memory().liveBlocks).toBe(before + 1);
          for (const tensor of leaving) expectBits(tensor, values);
          leaving.shift()!.dispose();
        }
        expect(memory().liveBlocks).toBe(before);
      }),
      { numRuns: 40 },
    );
  });

  test('is freed once where a scope ends views and owner together', () => {
    const before = memory().liveBlocks;
    const seen = scope(() => {
      const x = draw([2, 6]);
      const [a, b] = [makers.reshape(x), makers.detach(x)];
      b.dispose();
      return { a };
    });
    expect(memory().liveBlocks).toBe(before + 1);
    expectBits(seen.a, elements(draw([12])));
    seen.a.dispose();
  });
});

describe('numbers beside tensors', () => {
  let x: Tensor;
  beforeEach(() => {
    x = draw([3]);
  });

  test('are made once, whoever asks, and no scope frees them', () => {
    scope(() => void x.mul(0.123));
    const before = memory().liveBlocks;
    for (let again = 0; again < 10; again++) scope(() => void x.mul(0.123));
    expect(memory().liveBlocks).toBe(before);
  });

  test('NaN and the infinities arrive as they are', () => {
    for (let again = 0; again < 2; again++) {
      expectBits(x.mul(Number.NaN), [Number.NaN, Number.NaN, Number.NaN]);
      expectBits(x.abs().add(Infinity), [Infinity, Infinity, Infinity]);
      expectBits(x.abs().sub(Infinity), [-Infinity, -Infinity, -Infinity]);
    }
  });

  test.each([0.5, Number.NaN, Infinity])('%s has no place beside integers', (value) => {
    const whole = x.to('int32');
    expect(messageOf(() => whole.eq(value))).toBe(
      `constant: a number beside an int32 tensor must be whole, got ${value}`,
    );
  });
});
