import {
  arange,
  engine,
  eye,
  fromArray,
  full,
  linspace,
  manualSeed,
  ones,
  onesLike,
  rand,
  randn,
  randomKey,
  setEngine,
  splitKey,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from './engines.ts';

onEveryEngine('creation', () => {
  test('tensor takes numbers, truth values and nested lists', () => {
    expect(tensor(5)).toMatchObject({ shape: [], dtype: 'float32' });
    expect(tensor([[1, 2, 3]])).toMatchObject({ shape: [1, 3], dtype: 'float32' });
    expect(tensor([true, false])).toMatchObject({ shape: [2], dtype: 'bool' });
    expect(tensor([])).toMatchObject({ shape: [0], dtype: 'float32' });
    expect(tensor([[], []])).toMatchObject({ shape: [2, 0] });
    expect([
      ...tensor([
        [1, 2],
        [3, 4],
      ]).data,
    ]).toEqual([1, 2, 3, 4]);
  });

  test('the dtype can be said', () => {
    expect([...tensor([1, 0, -3], { dtype: 'int32' }).data]).toEqual([1, 0, -3]);
    expect([...tensor([1, 0, -3], { dtype: 'bool' }).data]).toEqual([1, 0, 1]);
    expect(() => tensor([1.5], { dtype: 'int32' })).toThrow(
      'tensor: int32 elements must be whole numbers, got 1.5',
    );
  });

  test('ragged lists are refused with the place', () => {
    const ragged: number[][] = [[1, 2], [3]];
    expect(() => tensor(ragged)).toThrow(
      'tensor: nested lists must agree in length, got a list of 1 at depth 1 of [2, 2]',
    );
    const mixed = [[1, 2], 3] as unknown as number[][];
    expect(() => tensor(mixed)).toThrow(
      'tensor: nested lists must agree in length, got 3 at depth 1 of [2, 2]',
    );
  });

  test('fromArray copies, and wants as many elements as the shape', () => {
    const source = Float32Array.from([1, 2, 3, 4]);
    const made = fromArray(source, [2, 2]);
    source[0] = 99;
    expect(made.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(() => fromArray(source, [3])).toThrow('fromArray: [3] needs 3 elements, got 4');
    expect(fromArray(Uint8Array.from([0, 7]), [2]).toArray()).toEqual([false, true]);
    expect(fromArray(Int32Array.from([7]), [1]).dtype).toBe('int32');
  });

  test('zeros, ones, full and their likes', () => {
    expect([...zeros([2]).data]).toEqual([0, 0]);
    expect([...ones([2], { dtype: 'int32' }).data]).toEqual([1, 1]);
    expect([...full([2], 2.5).data]).toEqual([2.5, 2.5]);
    expect(zerosLike(full([2, 3], 1))).toMatchObject({ shape: [2, 3], dtype: 'float32' });
    expect([...onesLike(tensor([5, 6], { dtype: 'int32' })).data]).toEqual([1, 1]);
    expect(() => zeros([2, -1])).toThrow('full: sizes must be whole numbers of at least 0, got [2, -1]');
    expect(() => zeros([1.5])).toThrow('full: sizes must be whole numbers of at least 0, got [1.5]');
  });

  test('ranges', () => {
    expect([...arange(4).data]).toEqual([0, 1, 2, 3]);
    expect([...arange(1, 2, 0.25).data]).toEqual([1, 1.25, 1.5, 1.75]);
    expect([...arange(3, 0, -1).data]).toEqual([3, 2, 1]);
    expect(() => arange(0, 1, 0)).toThrow(
      'arange: step must lead from start to end, got start=0 end=1 step=0',
    );
    expect(() => arange(1, 0)).toThrow('arange: step must lead from start to end, got start=1 end=0 step=1');
    expect([...linspace(0, 1, 5).data]).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect([...linspace(2, 3, 1).data]).toEqual([2]);
    expect(() => linspace(0, 1, -1)).toThrow('linspace: count must be a whole number of at least 0, got -1');
    expect(eye(2).toArray()).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(() => eye(-1)).toThrow('eye: size must be a whole number of at least 0, got -1');
  });

  test('linspace ends at its end, to the bit', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.float({ noNaN: true, noDefaultInfinity: true }),
        fc.integer({ min: 2, max: 200 }),
        (start, end, count) => {
          const data = linspace(start, end, count).data;
          expect(data[0]).toBe(start);
          expect(data.at(-1)).toBe(end);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('random tensors follow their key, and a series of seeds without one', () => {
    const [first, second] = splitKey(randomKey(3)) as [
      ReturnType<typeof randomKey>,
      ReturnType<typeof randomKey>,
    ];
    expect([...randn([5], { key: first }).data]).toEqual([...randn([5], { key: first }).data]);
    expect([...randn([5], { key: first }).data]).not.toEqual([...randn([5], { key: second }).data]);
    manualSeed(11);
    const drawn = [rand([3]), randn([3])].map((made) => [...made.data]);
    manualSeed(11);
    expect([rand([3]), randn([3])].map((made) => [...made.data])).toEqual(drawn);
  });

  test('rand lies in [0, 1), randn around 0', () => {
    const uniform = rand([10_000], { key: randomKey(5) }).data;
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
    const normal = randn([10_000], { key: randomKey(6) }) as Tensor;
    expect(Math.abs(normal.mean().item())).toBeLessThan(0.05);
    expect(Math.abs(normal.variance().item() - 1)).toBeLessThan(0.05);
  });

  test('reading', () => {
    expect(tensor([[true], [false]]).toArray()).toEqual([[true], [false]]);
    expect(tensor(2.5).toArray()).toBe(2.5);
    expect(tensor(2.5).item()).toBe(2.5);
    expect(() => tensor([1, 2]).item()).toThrow('item: the tensor must have one element, got shape [2]');
    expect(String(tensor([1, 2]))).toBe('tensor([1., 2.])');
  });
});

describe('random numbers are the same on every engine', () => {
  test.each([1, 5, 64, 1001])('for %i elements', (count) => {
    const draws = (['reference', 'simd', 'threads'] as const).map((name) => {
      setEngine(name, { threads: 2 });
      return [...rand([count], { key: randomKey(1) }).data, ...randn([count], { key: randomKey(2) }).data];
    });
    setEngine('simd');
    expect(draws[1]).toEqual(draws[0]);
    expect(draws[2]).toEqual(draws[0]);
  });
});

describe('engines', () => {
  test('say what they are', () => {
    setEngine('reference');
    expect(engine()).toEqual({ name: 'reference', threads: 1 });
    setEngine('threads', { threads: 3 });
    expect(engine()).toEqual({ name: 'threads', threads: 3 });
    setEngine('simd');
    expect(engine()).toEqual({ name: 'simd', threads: 1 });
  });

  test('know their names', () => {
    expect(() => setEngine('gpu' as 'simd')).toThrow(
      'setEngine: name must be one of reference, simd, threads, got gpu',
    );
  });

  test('hand tensors on: what one made the next can use', () => {
    setEngine('reference');
    const made = tensor([1, 2, 3]);
    setEngine('simd');
    const doubled = made.mul(2);
    setEngine('reference');
    expect([...doubled.add(made).data]).toEqual([3, 6, 9]);
    setEngine('simd');
  });
});
