import {
  type AnyTensor,
  concat,
  type DType,
  embedding,
  fromArray,
  type Shape,
  split,
  stack,
  type Tensor,
  where,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../engines.ts';
import { draw, drawLeaf, elements, expectAll, expectBits, integers, sizeOf } from './plain.ts';

type Place = readonly number[];

/** All places of a shape, in the order of memory. */
function placesOf(shape: Shape): Place[] {
  return shape.reduce<Place[]>(
    (places, length) => places.flatMap((place) => Array.from({ length }, (_, at) => [...place, at])),
    [[]],
  );
}

const at = (x: AnyTensor, place: Place): number =>
  x.data[place.reduce((offset, index, axis) => offset * x.shape[axis]! + index, 0)]!;

/** What a tensor of this shape holds, place by place. */
const byPlace = (shape: Shape, valueAt: (place: Place) => number): number[] => placesOf(shape).map(valueAt);

const withPlace = (place: Place, axis: number, index: number): number[] =>
  place.map((own, axisOfOwn) => (axisOfOwn === axis ? index : own));

const dtypes: readonly DType[] = ['float32', 'int32', 'bool'];

/** Different numbers in every place, of any dtype. */
function numbered(shape: Shape, dtype: DType): AnyTensor {
  const values = Array.from({ length: sizeOf(shape) }, (_, index) => (index * 7919) % 1009);
  if (dtype === 'float32') return fromArray(Float32Array.from(values), shape);
  if (dtype === 'int32') return fromArray(Int32Array.from(values), shape);
  return fromArray(
    Uint8Array.from(values, (value) => value % 2),
    shape,
  );
}

const side = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }) }, fc.constantFrom(0, 8, 17));
const someShape = fc.array(side, { minLength: 1, maxLength: 4 }).filter((shape) => sizeOf(shape) <= 3000);
const someTensor = fc
  .tuple(someShape, fc.constantFrom(...dtypes))
  .map(([shape, dtype]) => numbered(shape, dtype));

const holds = <T>(given: fc.Arbitrary<T>, law: (given: T) => void) =>
  fc.assert(fc.property(given, law), { numRuns: 40 });

onEveryEngine('arrangement, place by place', () => {
  test('permute', () => {
    const permuted = someTensor.chain((x) => {
      const axes = x.shape.map((_, axis) => axis);
      return fc.tuple(fc.constant(x), fc.shuffledSubarray(axes, { minLength: axes.length }));
    });
    holds(permuted, ([x, order]) => {
      const shape = order.map((axis) => x.shape[axis]!);
      const source = (place: Place) => x.shape.map((_, axis) => place[order.indexOf(axis)]!);
      expectBits(
        x.permute(order),
        byPlace(shape, (place) => at(x, source(place))),
      );
    });
  });

  test('transpose', () => {
    holds(fc.tuple(someTensor, fc.nat(), fc.nat()), ([x, a, b]) => {
      const [first, second] = [a % x.rank, b % x.rank];
      const swap = (place: Place) => {
        const swapped = [...place];
        [swapped[first], swapped[second]] = [place[second]!, place[first]!];
        return swapped;
      };
      expectBits(
        x.transpose(first, second),
        byPlace(swap(x.shape), (place) => at(x, swap(place))),
      );
    });
  });

  test('slice, from either end, in steps', () => {
    const bounds = fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 20 }));
    holds(
      fc.tuple(someTensor, fc.nat(), bounds, fc.integer({ min: 1, max: 4 })),
      ([x, pick, [start, end], step]) => {
        const axis = pick % x.rank;
        const kept = Array.from({ length: x.shape[axis]! }, (_, index) => index)
          .slice(start, end)
          .filter((_, index) => index % step === 0);
        const shape = withPlace(x.shape, axis, kept.length);
        const received = x.slice(axis, start, end, step);
        expect(received.shape).toEqual(shape);
        expectBits(
          received,
          byPlace(shape, (place) => at(x, withPlace(place, axis, kept[place[axis]!]!))),
        );
      },
    );
  });

  test('flip', () => {
    holds(fc.tuple(someTensor, fc.nat()), ([x, pick]) => {
      const axis = pick % x.rank;
      const mirrored = (place: Place) => withPlace(place, axis, x.shape[axis]! - 1 - place[axis]!);
      expectBits(
        x.flip(axis),
        byPlace(x.shape, (place) => at(x, mirrored(place))),
      );
    });
  });

  test('roll', () => {
    holds(fc.tuple(someTensor, fc.nat(), fc.integer({ min: -30, max: 30 })), ([x, pick, shift]) => {
      const axis = pick % x.rank;
      const length = x.shape[axis]!;
      const source = (place: Place) =>
        withPlace(place, axis, (((place[axis]! - shift) % length) + length) % length);
      expectBits(
        x.roll(shift, axis),
        byPlace(x.shape, (place) => at(x, source(place))),
      );
    });
  });

  test('expand', () => {
    const expanded = fc.tuple(
      someTensor,
      fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 }),
      fc.nat(),
    );
    holds(expanded, ([x, leading, pick]) => {
      const axis = pick % x.rank;
      const narrow = x.slice(axis, 0, 1);
      if (narrow.shape[axis] !== 1) return;
      const shape = [...leading, ...withPlace(x.shape, axis, 4)];
      const source = (place: Place) => withPlace(place.slice(leading.length), axis, 0);
      expectBits(
        narrow.expand(shape),
        byPlace(shape, (place) => at(narrow, source(place))),
      );
    });
  });

  test('concat', () => {
    holds(fc.tuple(someTensor, fc.nat(), fc.integer({ min: 1, max: 4 })), ([x, pick, count]) => {
      const axis = pick % x.rank;
      const length = x.shape[axis]!;
      const shape = withPlace(x.shape, axis, length * count);
      const joined = concat(new Array<AnyTensor>(count).fill(x), axis);
      expectBits(
        joined,
        byPlace(shape, (place) => at(x, withPlace(place, axis, place[axis]! % length))),
      );
    });
  });

  test('split', () => {
    holds(fc.tuple(someTensor, fc.nat(), fc.integer({ min: 1, max: 4 })), ([x, pick, size]) => {
      const axis = pick % x.rank;
      const pieces = split(x, size, axis) as AnyTensor[];
      pieces.forEach((piece, index) => {
        const source = (place: Place) => withPlace(place, axis, place[axis]! + index * size);
        expectBits(
          piece,
          byPlace(piece.shape, (place) => at(x, source(place))),
        );
      });
      expect(pieces.reduce((total, piece) => total + piece.shape[axis]!, 0)).toBe(x.shape[axis]);
    });
  });

  test('stack', () => {
    holds(fc.tuple(someTensor, fc.nat()), ([x, pick]) => {
      const axis = pick % (x.rank + 1);
      const parts = [x, x.flip(0), x];
      const shape = [...x.shape.slice(0, axis), 3, ...x.shape.slice(axis)];
      const source = (place: Place) => place.filter((_, own) => own !== axis);
      expectBits(
        stack(parts, axis),
        byPlace(shape, (place) => at(parts[place[axis]!]!, source(place))),
      );
    });
  });

  test.each(['constant', 'reflect', 'replicate'] as const)('pad, %s', (mode) => {
    const widths = fc.tuple(fc.nat(4), fc.nat(4));
    holds(fc.tuple(someShape, fc.nat(), widths), ([shape, pick, [before, after]]) => {
      const axis = pick % shape.length;
      const length = shape[axis]!;
      if (length === 0 || (mode === 'reflect' && Math.max(before, after) >= length)) return;
      const x = draw(shape);
      const all = shape.map((_, own) => (own === axis ? ([before, after] as const) : ([0, 0] as const)));
      const outside = { constant: undefined, reflect: mirrorInto, replicate: clampInto }[mode];
      const padded = withPlace(shape, axis, before + length + after);
      const expected = byPlace(padded, (place) => {
        const index = place[axis]! - before;
        if (index >= 0 && index < length) return at(x, withPlace(place, axis, index));
        return outside === undefined ? 7 : at(x, withPlace(place, axis, outside(index, length)));
      });
      expectBits(x.pad(all, { mode, value: 7 }) as Tensor, expected);
    });
  });
});

const clampInto = (index: number, length: number) => Math.min(Math.max(index, 0), length - 1);
const mirrorInto = (index: number, length: number) => {
  const folded = Math.abs(index);
  return folded < length ? folded : 2 * (length - 1) - folded;
};

onEveryEngine('selection, place by place', () => {
  const somePicks = fc.tuple(
    someShape,
    fc.nat(),
    fc.integer({ min: 0, max: 9 }),
    fc.infiniteStream(fc.nat()),
  );

  test('gather', () => {
    holds(somePicks, ([shape, pick, count, stream]) => {
      const axis = pick % shape.length;
      if (shape[axis] === 0) return;
      const x = draw(shape);
      const indexShape = withPlace(shape, axis, count);
      const indices = Array.from({ length: sizeOf(indexShape) }, () => stream.next().value % shape[axis]!);
      const index = integers(indices, indexShape);
      const expected = byPlace(indexShape, (place) => at(x, withPlace(place, axis, at(index, place))));
      expectBits(x.gather(axis, index) as Tensor, expected);
    });
  });

  test('scatterAdd is the adjoint of gather', () => {
    holds(somePicks, ([shape, pick, count, stream]) => {
      const axis = pick % shape.length;
      if (shape[axis] === 0) return;
      const indexShape = withPlace(shape, axis, count);
      const indices = Array.from({ length: sizeOf(indexShape) }, () => stream.next().value % shape[axis]!);
      const index = integers(indices, indexShape);
      const source = draw(indexShape, 2);
      const x = draw(shape);
      const sums = elements(x);
      placesOf(indexShape).forEach((place, position) => {
        const target = withPlace(place, axis, at(index, place));
        const offset = target.reduce((total, own, ownAxis) => total * shape[ownAxis]! + own, 0);
        sums[offset]! += source.data[position]!;
      });
      expectAll(x.scatterAdd(axis, index, source) as Tensor, sums, 1e-6);
    });
  });

  test('indexSelect', () => {
    holds(fc.tuple(someTensor, fc.nat(), fc.array(fc.nat(), { maxLength: 7 })), ([x, pick, raw]) => {
      const axis = pick % x.rank;
      if (x.shape[axis] === 0) return;
      const picks = raw.map((value) => value % x.shape[axis]!);
      const shape = withPlace(x.shape, axis, picks.length);
      const expected = byPlace(shape, (place) => at(x, withPlace(place, axis, picks[place[axis]!]!)));
      expectBits(x.indexSelect(axis, integers(picks)), expected);
    });
  });

  test('the gradient of indexSelect counts how often each row was taken', () => {
    const x = drawLeaf([5, 3]);
    x.indexSelect(0, integers([4, 0, 4, 4, 2]))
      .sum()
      .backward();
    expectBits(x.grad!.sum(1) as Tensor, [3, 0, 3, 0, 9]);
  });

  test('embedding is indexSelect of rows, and leaves its padding without gradient', () => {
    const weight = drawLeaf([6, 5]) as AnyTensor as Tensor<readonly [number, number]>;
    const index = integers([3, 1, 5, 3, 1, 1], [2, 3]);
    const out = embedding(weight, index, { paddingIdx: 1 }) as Tensor;
    expect(out.shape).toEqual([2, 3, 5]);
    expectBits(out, weight.indexSelect(0, integers([3, 1, 5, 3, 1, 1])) as Tensor);
    out.sum().backward();
    expectBits(weight.grad!.sum(1) as Tensor, [0, 0, 0, 10, 0, 5]);
  });

  test('oneHot has a single 1 in each row, at the label', () => {
    holds(fc.array(fc.nat(6), { maxLength: 20 }), (labels) => {
      const rows = integers(labels).oneHot(7);
      expect(rows.shape).toEqual([labels.length, 7]);
      expectBits(
        rows,
        labels.flatMap((label) => Array.from({ length: 7 }, (_, at) => Number(at === label))),
      );
    });
  });

  test('where takes from either side, broadcast or not', () => {
    holds(fc.tuple(someShape, fc.nat()), ([shape, pick]) => {
      const axis = pick % shape.length;
      const row = shape.map((length, own) => (own === axis ? length : 1));
      const mask = numbered(row, 'bool') as AnyTensor as Tensor<Shape, 'bool'>;
      const [x, y] = [draw(shape, 1), draw(shape, 2)];
      const chosen = (place: Place) =>
        at(
          mask,
          place.map((index, own) => (own === axis ? index : 0)),
        );
      const expected = byPlace(shape, (place) => at(chosen(place) !== 0 ? x : y, place));
      expectBits(where(mask, x, y) as Tensor, expected);
    });
  });

  test('the gradients of where share the whole between both sides', () => {
    const [x, y] = [drawLeaf([3, 7], 1), drawLeaf([3, 7], 2)];
    const chosen = where(x.gt(y), x, y) as Tensor;
    chosen.sum().backward();
    expectBits(x.grad!.add(y.grad!) as Tensor, new Array(21).fill(1));
    expectBits(x.grad!, elements(x.gt(y)));
  });

  test('sort orders each row, and topK is its head', () => {
    holds(fc.tuple(someShape, fc.nat(), fc.boolean()), ([shape, pick, descending]) => {
      const axis = pick % shape.length;
      const x = draw(shape);
      const { values, indices } = x.sort(axis, { descending });
      expectBits(x.gather(axis, indices) as Tensor, values);
      const count = Math.min(2, shape[axis]!);
      const best = x.topK(count, axis, { largest: descending });
      expectBits(best.values as Tensor, values.slice(axis, 0, count) as Tensor);
    });
  });

  test('equal elements keep their order when sorted, either way round', () => {
    const x = integers([2, 1, 2, 1, 2, 1]);
    expectBits(x.argsort(0), [1, 3, 5, 0, 2, 4]);
    expectBits(x.argsort(0, { descending: true }), [0, 2, 4, 1, 3, 5]);
  });
});

onEveryEngine('reductions, place by place', () => {
  const someAxes = someShape.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.subarray(
        shape.map((_, axis) => axis),
        { minLength: 1 },
      ),
    ),
  );

  /** The elements that come together in each place of the result. */
  function gathered(x: AnyTensor, axes: readonly number[]): number[][] {
    const groups = new Map<string, number[]>();
    const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
    for (const place of placesOf(kept)) groups.set(String(place), []);
    for (const place of placesOf(x.shape)) {
      groups.get(String(place.map((index, axis) => (axes.includes(axis) ? 0 : index))))!.push(at(x, place));
    }
    return [...groups.values()];
  }

  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const average = (values: readonly number[]) => total(values) / values.length;
  const spread = (values: readonly number[]) =>
    total(values.map((value) => (value - average(values)) ** 2)) / (values.length - 1);

  type Reduce = (x: Tensor, axes: readonly number[]) => AnyTensor;
  const reductions: readonly (readonly [string, Reduce, (values: readonly number[]) => number, number])[] = [
    ['sum', (x, axes) => x.sum(axes), total, 0],
    ['mean', (x, axes) => x.mean(axes), average, 1],
    ['max', (x, axes) => x.max(axes), (values) => Math.max(...values), 1],
    ['min', (x, axes) => x.min(axes), (values) => Math.min(...values), 1],
    ['norm', (x, axes) => x.norm(axes), (values) => Math.hypot(...values), 0],
    ['variance', (x, axes) => x.variance(axes), spread, 2],
    ['logSumExp', (x, axes) => x.logSumExp(axes), (values) => Math.log(total(values.map(Math.exp))), 1],
  ];

  test.each(reductions)('%s over any axes', (_, reduce, plain, least) => {
    holds(someAxes, ([shape, axes]) => {
      if (axes.some((axis) => shape[axis]! === 0) || sizeOf(axes.map((axis) => shape[axis]!)) < least) return;
      const x = draw(shape);
      expectAll(reduce(x, axes), gathered(x, axes).map(plain), 2e-5);
    });
  });

  test('argmax and argmin name the place of what max and min give', () => {
    holds(fc.tuple(someShape, fc.nat()), ([shape, pick]) => {
      const axis = pick % shape.length;
      if (shape[axis] === 0) return;
      const x = draw(shape);
      const named = (index: AnyTensor) => x.gather(axis, index as Tensor<Shape, 'int32'>) as Tensor;
      expectBits(named(x.argmax(axis, { keepDims: true })), x.max(axis, { keepDims: true }) as Tensor);
      expectBits(named(x.argmin(axis, { keepDims: true })), x.min(axis, { keepDims: true }) as Tensor);
    });
  });

  test('the gradient of max goes to the largest, shared where several are', () => {
    const x = fromArray(Float32Array.of(1, 5, 5, 2, 5, 0), [2, 3], { requiresGrad: true });
    x.max().backward();
    const third = Math.fround(1 / 3);
    expectBits(x.grad!, [0, third, third, 0, third, 0]);
  });

  test('the sum of nothing is 0, its largest is an error', () => {
    const none = draw([3, 0]);
    expectBits(none.sum(1) as Tensor, [0, 0, 0]);
    expect(none.sum(0).shape).toEqual([0]);
    expect(() => none.max(1)).toThrow(/^max: /);
  });
});
