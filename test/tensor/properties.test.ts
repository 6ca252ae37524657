import {
  type AnyTensor,
  concat,
  einsum,
  fromArray,
  manualSeed,
  rand,
  randn,
  type Shape,
  split,
  stack,
  type Tensor,
  where,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

const runs = { numRuns: 40 };
const size = fc.oneof(fc.integer({ min: 0, max: 5 }), fc.constantFrom(1, 8, 63, 65));
const shape = fc.array(size, { minLength: 1, maxLength: 4 }).filter((sizes) => product(sizes) < 4000);
const filled = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, length) => total * length, 1);
}

function make(sizes: Shape): Tensor {
  return randn(sizes) as Tensor;
}

function expectSame(received: AnyTensor, expected: AnyTensor): void {
  expect(received.shape).toEqual(expected.shape);
  expect([...received.data]).toEqual([...expected.data]);
}

function expectClose(received: Tensor, expected: Tensor, tolerance = 1e-4): void {
  expect(received.shape).toEqual(expected.shape);
  received.data.forEach((value, index) => {
    expect(Math.abs(value - expected.data[index]!)).toBeLessThanOrEqual(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

onEveryEngine('arrangement', () => {
  test('permute and back is nothing', () => {
    fc.assert(
      fc.property(shape, fc.infiniteStream(fc.nat()), (sizes, order) => {
        const x = make(sizes);
        const axes = sizes.map((_, axis) => axis);
        for (let axis = axes.length - 1; axis > 0; axis--) {
          const other = order.next().value % (axis + 1);
          [axes[axis], axes[other]] = [axes[other]!, axes[axis]!];
        }
        const inverse = axes.map((_, axis) => axes.indexOf(axis));
        expectSame((x.permute(axes) as Tensor).permute(inverse), x);
      }),
      runs,
    );
  });

  test('split and concat is nothing, along every axis', () => {
    fc.assert(
      fc.property(filled, fc.nat(), fc.integer({ min: 1, max: 4 }), (sizes, pick, part) => {
        const x = make(sizes);
        const axis = pick % sizes.length;
        expectSame(concat(split(x, part, axis) as Tensor[], axis), x);
      }),
      runs,
    );
  });

  test('stack then slicing gives the tensors back', () => {
    fc.assert(
      fc.property(filled, fc.integer({ min: 1, max: 4 }), fc.nat(), (sizes, count, pick) => {
        const parts = Array.from({ length: count }, () => make(sizes));
        const axis = pick % (sizes.length + 1);
        const whole = stack(parts, axis) as Tensor;
        parts.forEach((part, index) => {
          expectSame(whole.slice(axis, index, index + 1).squeeze(axis), part);
        });
      }),
      runs,
    );
  });

  test('flip twice and roll round is nothing', () => {
    fc.assert(
      fc.property(shape, fc.nat(), fc.integer({ min: -9, max: 9 }), (sizes, pick, shift) => {
        const x = make(sizes);
        const axis = pick % sizes.length;
        expectSame(x.flip(axis).flip(axis), x);
        expectSame(x.roll(shift, axis).roll(-shift, axis), x);
      }),
      runs,
    );
  });

  test('pad then slice is nothing, whatever the mode', () => {
    fc.assert(
      fc.property(
        filled,
        fc.constantFrom('constant', 'reflect', 'replicate'),
        fc.nat(3),
        fc.nat(3),
        (sizes, mode, before, after) => {
          const reach = (length: number, width: number) =>
            mode === 'reflect' ? Math.min(width, length - 1) : width;
          const widths = sizes.map((length) => [reach(length, before), reach(length, after)] as const);
          const x = make(sizes);
          const padded = x.pad(widths, { mode, value: 7 }) as Tensor;
          const back = widths.reduce<Tensor>(
            (inner, [start], axis) => inner.slice(axis, start, start + sizes[axis]!),
            padded,
          );
          expectSame(back, x);
        },
      ),
      runs,
    );
  });

  test('gather by argsort sorts', () => {
    fc.assert(
      fc.property(filled, fc.boolean(), (sizes, descending) => {
        const x = make(sizes);
        const { values } = x.sort(-1, { descending });
        const rows = values.reshape([-1, sizes.at(-1)!]).toArray() as number[][];
        for (const row of rows) {
          expect(row).toEqual([...row].sort((a, b) => (descending ? b - a : a - b)));
        }
      }),
      runs,
    );
  });
});

onEveryEngine('arithmetic', () => {
  test('broadcasting is expanding first', () => {
    fc.assert(
      fc.property(filled, fc.infiniteStream(fc.boolean()), (sizes, drop) => {
        const kept = sizes.map((length) => (drop.next().value ? 1 : length));
        const [x, y] = [make(sizes), make(kept)];
        expectSame(x.add(y), x.add(y.expand(sizes)));
        expectSame(x.mul(y), x.mul(y.expand(sizes)));
        expectSame(y.sub(x), y.expand(sizes).sub(x));
        expectSame(x.maximum(y), x.maximum(y.expand(sizes)));
      }),
      runs,
    );
  });

  test('where takes from the right side', () => {
    fc.assert(
      fc.property(filled, (sizes) => {
        const [x, y] = [make(sizes), make(sizes)];
        const chosen = where(x.gt(y), x, y) as Tensor;
        expectSame(chosen, x.maximum(y));
      }),
      runs,
    );
  });

  test('a sum over all is the sum of sums over any axis', () => {
    fc.assert(
      fc.property(shape, fc.nat(), (sizes, pick) => {
        const x = make(sizes);
        const axis = pick % sizes.length;
        expectClose((x.sum(axis) as Tensor).sum(), x.sum());
        expectClose(
          x.sum(axis, { keepDims: true }).reshape(x.sum(axis).shape) as Tensor,
          x.sum(axis) as Tensor,
        );
      }),
      runs,
    );
  });

  test('softmax rows add up to 1, and do not mind a shift', () => {
    fc.assert(
      fc.property(filled, fc.nat(), fc.float({ min: -50, max: 50, noNaN: true }), (sizes, pick, shift) => {
        const x = make(sizes);
        const axis = pick % sizes.length;
        const soft = x.softmax(axis);
        (soft.sum(axis) as Tensor).data.forEach((total) => {
          expect(total).toBeCloseTo(1, 5);
        });
        expectClose(x.add(shift).softmax(axis), soft, 1e-4);
        expectClose(x.logSoftmax(axis).exp() as Tensor, soft, 1e-5);
      }),
      runs,
    );
  });

  test('variance is the mean square less the square of the mean', () => {
    fc.assert(
      fc.property(filled, (sizes) => {
        const x = make(sizes);
        const expected = x.square().mean().sub(x.mean().square()) as Tensor;
        expectClose(x.variance(undefined, { correction: 0 }) as Tensor, expected, 1e-4);
      }),
      runs,
    );
  });

  test('cumsum ends at the sum', () => {
    fc.assert(
      fc.property(filled, fc.nat(), (sizes, pick) => {
        const x = make(sizes);
        const axis = pick % sizes.length;
        const last = x
          .cumsum(axis)
          .slice(axis, sizes[axis]! - 1)
          .squeeze(axis) as Tensor;
        expectClose(last, x.sum(axis) as Tensor, 1e-5);
      }),
      runs,
    );
  });
});

onEveryEngine('products', () => {
  const side = fc.constantFrom(1, 2, 3, 7, 16, 33);

  test('matmul distributes over addition', () => {
    fc.assert(
      fc.property(side, side, side, (m, k, n) => {
        const [a, b, c] = [make([m, k]), make([k, n]), make([k, n])];
        expectClose(a.matmul(b.add(c)), a.matmul(b).add(a.matmul(c)) as Tensor, 1e-3);
      }),
      runs,
    );
  });

  test('the transpose of a product is the product of transposes, reversed', () => {
    fc.assert(
      fc.property(side, side, side, (m, k, n) => {
        const [a, b] = [make([m, k]), make([k, n])];
        expectClose(a.matmul(b).transpose(0, 1), b.transpose(0, 1).matmul(a.transpose(0, 1)), 1e-4);
      }),
      runs,
    );
  });

  test('a batch is its matrices one by one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), side, side, side, (batch, m, k, n) => {
        const [a, b] = [make([batch, m, k]), make([batch, k, n])];
        const whole = a.matmul(b) as Tensor;
        for (let index = 0; index < batch; index++) {
          const one = a
            .slice(0, index, index + 1)
            .squeeze(0)
            .matmul(b.slice(0, index, index + 1).squeeze(0) as Tensor);
          expectClose(whole.slice(0, index, index + 1).squeeze(0) as Tensor, one as Tensor, 1e-4);
        }
      }),
      runs,
    );
  });

  test('einsum says matmul, outer product, trace and sums', () => {
    fc.assert(
      fc.property(side, side, (m, n) => {
        const [a, b] = [make([m, n]), make([n, m])];
        expectClose(einsum('ij,jk->ik', a, b) as Tensor, a.matmul(b), 1e-4);
        expectClose(einsum('ij->ji', a) as Tensor, a.transpose(0, 1));
        expectClose(einsum('ij->', a) as Tensor, a.sum(), 1e-3);
        expectClose(einsum('ij,ij->i', a, a) as Tensor, a.square().sum(1) as Tensor, 1e-4);
        const square = a.matmul(b) as Tensor;
        const diagonal = Array.from({ length: m }, (_, i) => square.data[i * (m + 1)]!);
        expectClose(einsum('ii->i', square) as Tensor, fromArray(Float32Array.from(diagonal), [m]) as Tensor);
        expectClose(einsum('ij,kj->ik', a, a) as Tensor, a.matmul(a.transpose(0, 1)), 1e-4);
      }),
      { numRuns: 15 },
    );
  });
});

onEveryEngine('elementwise identities', () => {
  test('hold for any numbers', () => {
    manualSeed(3);
    const x = rand([257]).mul(8).sub(4) as Tensor;
    expectClose(x.exp().log() as Tensor, x, 1e-5);
    expectClose(x.sin().square().add(x.cos().square()) as Tensor, x.mul(0).add(1) as Tensor, 1e-5);
    expectClose(x.tanh() as Tensor, x.mul(2).sigmoid().mul(2).sub(1) as Tensor, 1e-5);
    expectClose(x.softplus().sub(x.neg().softplus()) as Tensor, x, 1e-5);
    expectClose(x.relu().sub(x.neg().relu()) as Tensor, x);
    expectClose(x.silu() as Tensor, x.mul(x.sigmoid()) as Tensor, 1e-5);
    expectClose(x.erf().add(x.neg().erf()) as Tensor, x.mul(0) as Tensor);
    expectClose(x.abs().sqrt().square() as Tensor, x.abs() as Tensor, 1e-5);
    expectClose(x.abs().add(0.1).rsqrt() as Tensor, x.abs().add(0.1).sqrt().reciprocal() as Tensor, 1e-5);
    expectClose(x.abs().add(0.1).pow(2.5).log() as Tensor, x.abs().add(0.1).log().mul(2.5) as Tensor, 1e-4);
    expectClose(x.leakyRelu(0.1) as Tensor, x.maximum(x.mul(0.1)) as Tensor, 1e-6);
    expectClose(x.clamp(-1, 1) as Tensor, x.maximum(-1).minimum(1) as Tensor);
    expectClose(x.gelu().sub(x.neg().gelu()) as Tensor, x, 1e-5);
  });
});
