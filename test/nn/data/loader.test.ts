import { DataLoader, listDataset, mapDataset, padded, subset, tensorDataset } from '@sonograd/nn';
import { randomKey, type Tensor, tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

/** Items that are their own numbers. */
const numbers = (length: number) => listDataset(Array.from({ length }, (_, id) => ({ id })));

async function passOf(
  loader: AsyncIterable<{ id: Tensor<readonly [number], 'int32'> }>,
): Promise<number[][]> {
  const batches: number[][] = [];
  for await (const { id } of loader) batches.push([...id.data]);
  return batches;
}

const sizes = { length: fc.integer({ min: 1, max: 40 }), batchSize: fc.integer({ min: 1, max: 12 }) };
const ascending = (a: number, b: number) => a - b;

describe('a loader', () => {
  test('visits every item once in each epoch, shuffled or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record({ ...sizes, shuffle: fc.boolean(), seed: fc.nat() }), async (given) => {
        const { length, batchSize, shuffle, seed } = given;
        const loader = new DataLoader(numbers(length), { batchSize, shuffle, key: randomKey(seed) });
        for (let epoch = 0; epoch < 2; epoch++) {
          const batches = await passOf(loader);
          expect(batches.flat().sort(ascending)).toEqual(Array.from({ length }, (_, id) => id));
          expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
          expect(batches.length).toBe(loader.length);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('gives the same order for the same key and epoch, and another for another', async () => {
    const make = (seed: number) => new DataLoader(numbers(50), { batchSize: 7, key: randomKey(seed) });
    const [first, second, other] = [make(1), make(1), make(2)];
    const epochs = [await passOf(first), await passOf(first)];
    expect([await passOf(second), await passOf(second)]).toEqual(epochs);
    expect(epochs[0]).not.toEqual(epochs[1]);
    expect(await passOf(other)).not.toEqual(epochs[0]);
  });

  test('drops the last batch only where it is short', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(sizes), async ({ length, batchSize }) => {
        fc.pre(length >= batchSize);
        const batches = await passOf(new DataLoader(numbers(length), { batchSize, dropLast: true }));
        expect(batches.map((batch) => batch.length)).toEqual(
          new Array(Math.floor(length / batchSize)).fill(batchSize),
        );
      }),
      { numRuns: 40 },
    );
  });

  test('goes on from its state behind the batches it had handed out, in whatever epoch', async () => {
    const cursor = {
      ...sizes,
      epochs: fc.integer({ min: 0, max: 2 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    };
    await fc.assert(
      fc.asyncProperty(fc.record(cursor), async (given) => {
        const { length, batchSize, epochs, share } = given;
        const make = () => new DataLoader(numbers(length), { batchSize, key: randomKey(3) });
        const whole = make();
        for (let epoch = 0; epoch < epochs; epoch++) await passOf(whole);
        const batches = await passOf(whole);
        const next = await passOf(whole);
        const taken = Math.floor(share * batches.length);
        const early = make();
        for (let epoch = 0; epoch < epochs; epoch++) await passOf(early);
        let seen = 0;
        if (taken > 0) for await (const _ of early) if (++seen === taken) break;
        const late = make();
        late.restore(taken > 0 ? early.state() : { epoch: epochs, batch: 0 });
        expect(await passOf(late)).toEqual(batches.slice(taken));
        expect(await passOf(late)).toEqual(next);
      }),
      { numRuns: 40 },
    );
  });

  test('begins its epoch anew after a pass that was left early', async () => {
    const loader = new DataLoader(numbers(10), { batchSize: 2, key: randomKey(0) });
    for await (const _ of loader) break;
    expect(loader.state()).toEqual({ epoch: 0, batch: 1 });
    expect(await passOf(loader)).toHaveLength(5);
    expect(loader.state()).toEqual({ epoch: 1, batch: 0 });
  });

  test('asks for the next batch of slow items before this one is done, and keeps their order', async () => {
    const asked: number[] = [];
    const slow = mapDataset(numbers(8), async ({ id }) => {
      asked.push(id);
      await new Promise((resolve) => setTimeout(resolve, id % 3));
      return { id };
    });
    const loader = new DataLoader(slow, { batchSize: 2 });
    const seen: number[] = [];
    for await (const { id } of loader) {
      seen.push(...id.data);
      expect(asked.length).toBe(Math.min(8, seen.length + 2));
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('does not make items in memory ahead of time', async () => {
    let made = 0;
    const lazy = mapDataset(numbers(9), ({ id }) => {
      made += 1;
      return { id };
    });
    const batches = new DataLoader(lazy, { batchSize: 3 }).prepared();
    await batches.next();
    const second = await batches.next();
    expect(made).toBe(3);
    second.value?.();
    expect(made).toBe(6);
  });

  test('hands on what a dataset throws, at the batch where it happens', async () => {
    const failing = mapDataset(numbers(6), async ({ id }) => {
      if (id === 3) throw new Error('file 3 is gone');
      return { id };
    });
    const seen: number[] = [];
    const run = async () => {
      for await (const { id } of new DataLoader(failing, { batchSize: 2 })) seen.push(...id.data);
    };
    await expect(run()).rejects.toThrow('file 3 is gone');
    expect(seen).toEqual([0, 1]);
  });

  test('bad options are refused by name', () => {
    expect(() => new DataLoader(numbers(3), { batchSize: 0 })).toThrow(
      'DataLoader: batchSize must be a whole number of at least 1, got 0',
    );
    expect(() => new DataLoader(numbers(3), { batchSize: 4, dropLast: true })).toThrow(
      'DataLoader: there must be a batch, got 3 items for batches of 4',
    );
    expect(() => new DataLoader([])).toThrow('DataLoader: there must be a batch, got 0 items');
    expect(() => new DataLoader(numbers(3), { shuffle: true })).toThrow('DataLoader: shuffle needs a key');
  });
});

describe('a loader of a stream', () => {
  const stream = (count: number) => ({
    async *[Symbol.asyncIterator]() {
      for (let id = 0; id < count; id++) yield { id };
    },
  });

  test('cuts it into batches, again in each epoch', async () => {
    const loader = new DataLoader(stream(5), { batchSize: 2 });
    expect(await passOf(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect(await passOf(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect(loader.state()).toEqual({ epoch: 2, batch: 0 });
    expect(loader.length).toBeUndefined();
  });

  test('goes on from every cursor', async () => {
    for (const dropLast of [false, true]) {
      const whole = await passOf(new DataLoader(stream(5), { batchSize: 2, dropLast }));
      for (let batch = 0; batch <= whole.length; batch++) {
        const loader = new DataLoader(stream(5), { batchSize: 2, dropLast });
        loader.restore({ epoch: 4, batch });
        expect(await passOf(loader)).toEqual(whole.slice(batch));
        expect(loader.state().epoch).toBe(5);
      }
    }
  });

  test('cannot be shuffled', () => {
    expect(() => new DataLoader(stream(3), { shuffle: true })).toThrow(
      'DataLoader: a stream comes in its own order',
    );
  });
});

describe('datasets', () => {
  const x = tensor([
    [0, 1],
    [2, 3],
    [4, 5],
  ]);
  const y = tensor([7, 8, 9], { dtype: 'int32' });

  test('of tensors give rows, one by one or gathered', () => {
    const data = tensorDataset({ x, y });
    expect(data.length).toBe(3);
    const batch = data.batch(Int32Array.of(2, 0));
    expect(batch.x.toArray()).toEqual([
      [4, 5],
      [0, 1],
    ]);
    expect(batch.y.toArray()).toEqual([9, 7]);
    expect(batch.y.dtype).toBe('int32');
  });

  test('of tensors: one item has the shape of a row', async () => {
    const item = await tensorDataset({ x, y }).get(1);
    expect(item.x.shape).toEqual([2]);
    expect(item.y.item()).toBe(8);
  });

  test('of tensors must have the same number of rows', () => {
    expect(() => tensorDataset({ x, y: tensor([1, 2]) })).toThrow(
      'tensorDataset: fields must have the same number of rows, got x [3, 2], y [2]',
    );
    expect(() => tensorDataset({})).toThrow('got none');
  });

  test('a subset names its items anew and gathers whole batches still', async () => {
    const part = subset(tensorDataset({ x, y }), [2, 1]);
    expect(part.length).toBe(2);
    expect(part.batch?.(Int32Array.of(0)).y.toArray()).toEqual([9]);
    expect((await part.get(1)).y.item()).toBe(8);
    expect(() => part.get(2)).toThrow('Dataset: index must be from 0 to 1, got 2');
    expect(() => subset(part, [5])).toThrow('Dataset: index must be from 0 to 1, got 5');
  });
});

describe('collate', () => {
  const batchOf = async <B>(loader: AsyncIterable<B>): Promise<B> => {
    for await (const batch of loader) return batch;
    throw new Error('no batch');
  };

  test('stacks tensors, rows of numbers and labels', async () => {
    const items = [0, 1].map((id) => ({
      frames: tensor([[id, 2]]) as Tensor<[1, 2]>,
      wave: Float32Array.of(id, 0.5),
      mask: Uint8Array.of(1, 0),
      label: id,
    }));
    const batch = await batchOf(new DataLoader(items, { batchSize: 2 }));
    expect(batch.frames.toArray()).toEqual([[[0, 2]], [[1, 2]]]);
    expect(batch.wave.toArray()).toEqual([
      [0, 0.5],
      [1, 0.5],
    ]);
    expect(batch.mask.dtype).toBe('bool');
    expect([batch.label.dtype, ...batch.label.data]).toEqual(['int32', 0, 1]);
  });

  test('fills items of unlike lengths and tells how long they were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 5 }),
        async (lengths) => {
          const items = lengths.map((length, label) => ({
            wave: new Float32Array(length).fill(label + 1),
            label,
          }));
          const loader = new DataLoader(items, { batchSize: 5, collate: padded('wave', { value: -1 }) });
          const { wave, lengths: told, label } = await batchOf(loader);
          const longest = Math.max(...lengths);
          expect(wave.shape).toEqual([lengths.length, longest]);
          expect([...told.data]).toEqual(lengths);
          expect([...label.data]).toEqual(lengths.map((_, index) => index));
          lengths.forEach((length, row) => {
            const values = [...wave.data.subarray(row * longest, (row + 1) * longest)];
            expect(values).toEqual(values.map((_, at) => (at < length ? row + 1 : -1)));
          });
        },
      ),
      { numRuns: 40 },
    );
  });

  test('fills only the first axis, and several fields alike', async () => {
    const items = [1, 2].map((length) => ({
      x: tensor(Array.from({ length }, () => [1, 2])) as Tensor<[number, 2]>,
      y: Int32Array.from({ length }, () => 3),
    }));
    const batch = await batchOf(new DataLoader(items, { batchSize: 2, collate: padded(['x', 'y']) }));
    expect(batch.x.toArray()).toEqual([
      [
        [1, 2],
        [0, 0],
      ],
      [
        [1, 2],
        [1, 2],
      ],
    ]);
    expect(batch.y.toArray()).toEqual([
      [3, 0],
      [3, 3],
    ]);
  });

  test('items that do not fit are refused with what to do', async () => {
    const first = (items: object[]) => batchOf(new DataLoader(items, { batchSize: 2 }));
    await expect(first([{ x: tensor([1, 2]) }, { x: tensor([1]) }])).rejects.toThrow(
      "collate: x must be alike in all items, got float32 [2] and float32 [1]; pad with { collate: padded('x') }",
    );
    await expect(first([{ x: 1 }, { x: 0.5 }])).rejects.toThrow(
      'collate: x of item 1 must be a tensor, a typed array or a whole number, got 0.5',
    );
    await expect(first([{ x: 1 }, {}])).rejects.toThrow('x of item 1');
  });
});
