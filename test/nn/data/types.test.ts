import {
  type Batch,
  type BatchOf,
  DataLoader,
  type Dataset,
  Linear,
  listDataset,
  mapDataset,
  mse,
  padded,
  Sequential,
  sgd,
  split,
  Trainer,
  tensorDataset,
} from '@sonograd/nn';
import { randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, expectTypeOf, test } from 'vitest';

const key = randomKey(0);
const images = tensorDataset({ x: zeros([12, 3, 5]), y: zeros([12], { dtype: 'int32' }) });

/** The batches that a loader gives. */
type BatchesOf<L> = L extends AsyncIterable<infer B> ? B : never;

describe('the compiler knows', () => {
  test('the rows and batches of a tensor dataset', () => {
    type Item = typeof images extends Dataset<infer I> ? I : never;
    expectTypeOf<Item['x']>().toEqualTypeOf<Tensor<[3, 5]>>();
    expectTypeOf<Item['y']>().toEqualTypeOf<Tensor<[], 'int32'>>();
    const { x, y } = images.batch(Int32Array.of(0, 1));
    expectTypeOf(x.shape).toEqualTypeOf<readonly [number, 3, 5]>();
    expectTypeOf(y.dtype).toEqualTypeOf<'int32'>();
    expect([x.shape, y.shape]).toEqual([[2, 3, 5], [2]]);
  });

  test('what becomes of each kind of field', async () => {
    const items = [
      { wave: new Float32Array(3), mask: new Uint8Array(2), steps: new Int32Array(1), label: 4 },
    ];
    const loader = new DataLoader(items);
    type B = BatchesOf<typeof loader>;
    expectTypeOf<B['wave']>().toEqualTypeOf<Tensor<readonly [number, number]>>();
    expectTypeOf<B['mask']>().toEqualTypeOf<Tensor<readonly [number, number], 'bool'>>();
    expectTypeOf<B['steps']>().toEqualTypeOf<Tensor<readonly [number, number], 'int32'>>();
    expectTypeOf<B['label']>().toEqualTypeOf<Tensor<readonly [number], 'int32'>>();
    for await (const batch of loader) {
      expect([batch.wave, batch.mask, batch.steps, batch.label].map(({ dtype }) => dtype)).toEqual([
        'float32',
        'bool',
        'int32',
        'int32',
      ]);
    }
  });

  test('tensors of unknown shape stay so', () => {
    type B = BatchOf<{ x: Tensor }>;
    expectTypeOf<B['x']>().toEqualTypeOf<Tensor>();
    expect(zeros([2]).rank).toBe(1);
  });

  test('the items of maps, subsets and splits', async () => {
    const mapped = mapDataset(listDataset([1, 2, 3, 4]), (label) => ({ label }));
    const parts = split(mapped, { train: 3, held: 1 }, { key });
    expectTypeOf(parts).toEqualTypeOf<Record<'train' | 'held', Dataset<{ label: number }>>>();
    expect((await parts.held.get(0)).label).toBeGreaterThan(0);
    // @ts-expect-error there is no such part
    expect(parts.test).toBeUndefined();
  });

  test('that padding adds lengths, and asks for fields that are there', async () => {
    const items = [{ wave: new Float32Array(3), label: 1 }];
    const loader = new DataLoader(items, { collate: padded('wave') });
    type B = BatchesOf<typeof loader>;
    expectTypeOf<B['lengths']>().toEqualTypeOf<Tensor<readonly [number], 'int32'>>();
    for await (const { lengths } of loader) expect([...lengths.data]).toEqual([3]);
    // @ts-expect-error no item has this field
    expect(() => new DataLoader(items, { collate: padded('waves') })).not.toThrow();
  });
});

describe('a trainer and its data must fit', () => {
  const model = new Sequential(new Linear(4, 4, { key }));
  const optimizer = sgd(model, { rate: 0.1 });
  const floats = tensorDataset({ x: randn([8, 4], { key }) });

  test('a loss without a type for its batch takes any fields of floats', async () => {
    const trainer = new Trainer({
      model,
      optimizer,
      loss: (m, batch) => {
        expectTypeOf(batch).toEqualTypeOf<Batch>();
        return mse(m.forward(batch.x!), batch.x!);
      },
    });
    const { history } = await trainer.fit(new DataLoader(floats, { batchSize: 4 }), { epochs: 1 });
    expect(history.steps.step).toEqual([1, 2]);
    // @ts-expect-error labels are no floats: the loss must say that it wants them
    const run = trainer.fit(new DataLoader(images), { epochs: 1 });
    await expect(run).rejects.toThrow('linear: inner sizes differ');
  });

  test('a loss that names its batch asks for just that', async () => {
    const trainer = new Trainer({
      model,
      optimizer,
      loss: (m, { x }: { x: Tensor<readonly [number, 4]> }) => mse(m.forward(x), x),
    });
    await trainer.fit(new DataLoader(floats), { epochs: 1, validate: { with: floats } });
    const others = tensorDataset({ z: randn([8, 4], { key }) });
    // @ts-expect-error there is no x in these batches
    const lost = trainer.fit(new DataLoader(others), { epochs: 1 });
    await expect(lost).rejects.toThrow();
    const narrow = tensorDataset({ x: randn([8, 5], { key }) });
    // @ts-expect-error the rows of x are too long
    const misfit = trainer.fit(new DataLoader(narrow), { epochs: 1 });
    await expect(misfit).rejects.toThrow('linear: inner sizes differ');
    expect(trainer.history.validations).toHaveLength(1);
  });
});
