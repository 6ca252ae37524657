import {
  type Checkpoint,
  DataLoader,
  decodeCheckpoint,
  encodeCheckpoint,
  evaluate,
  Linear,
  memoryStore,
  mse,
  RunningAverage,
  tensorDataset,
  wholeMetric,
} from '@sonograd/nn';
import { decodeSafetensors, randn, randomKey, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromJson, toJson } from '../../../packages/nn/src/train/checkpoint.ts';
import type { ValidationRecord } from '../../../packages/nn/src/train/history.ts';
import { Watch } from '../../../packages/nn/src/train/watch.ts';
import { toyData, train } from './runs.ts';

async function written(): Promise<Uint8Array> {
  const store = memoryStore();
  await train({
    averaged: true,
    optimizer: 'plateau',
    trainer: { config: { width: 16, note: 'ä "quoted"' } },
    fit: { epochs: 1, validate: { with: toyData(8) }, checkpoint: { store } },
  });
  return store.files.get('last')!;
}

describe('the bytes of a checkpoint', () => {
  test('come out as they went in', async () => {
    const bytes = await written();
    const checkpoint = decodeCheckpoint(bytes);
    expect(encodeCheckpoint(checkpoint)).toEqual(bytes);
    expect(checkpoint.config).toEqual({ width: 16, note: 'ä "quoted"' });
    expect(checkpoint.average?.updates).toBe(7);
    expect(checkpoint.loader).toEqual({ epoch: 1, batch: 0 });
  });

  test('are safetensors that anyone can read: weights under model., metadata as text', async () => {
    const { tensors, metadata } = decodeSafetensors(await written());
    expect([...tensors.keys()]).toEqual(
      expect.arrayContaining([
        'model.0.weight',
        'model.1.running_mean',
        'optimizer.0.weight.mean',
        'history.loss',
      ]),
    );
    expect(metadata.get('config')).toBe('{"width":16,"note":"ä \\"quoted\\""}');
    expect(JSON.parse(metadata.get('progress')!)).toMatchObject({ epoch: 1, optimizer: { step: 7 } });
  });

  test('are refused when any of them are missing at the end', async () => {
    const bytes = await written();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        expect(() => decodeCheckpoint(bytes.subarray(0, length))).toThrow(/safetensors/);
      }),
      { numRuns: 100 },
    );
  });

  test('of a run without averages, validation or config hold none', async () => {
    const store = memoryStore();
    await train({ fit: { epochs: 1, checkpoint: { store } } });
    const checkpoint: Checkpoint = decodeCheckpoint(store.files.get('last')!);
    expect([checkpoint.average, checkpoint.held, checkpoint.config]).toEqual([undefined, undefined, null]);
    expect(checkpoint.best).toEqual({ best: Infinity, waited: 0 });
  });

  test('JSON keeps every number', () => {
    const number = fc.double().filter((value) => !Object.is(value, -0));
    const value = fc.dictionary(fc.string(), fc.oneof(number, fc.array(number), fc.string(), fc.boolean()));
    fc.assert(
      fc.property(value, (given) => {
        expect(fromJson(toJson(given))).toEqual(given);
      }),
      { numRuns: 200 },
    );
    expect(fromJson(toJson({ a: [NaN, Infinity, -Infinity] }))).toEqual({ a: [NaN, Infinity, -Infinity] });
  });
});

describe('a store in memory', () => {
  test('keeps copies', async () => {
    const store = memoryStore();
    const bytes = Uint8Array.of(1, 2);
    await store.write('last', bytes);
    bytes[0] = 9;
    const read = await store.read('last');
    read![1] = 9;
    expect(await store.read('last')).toEqual(Uint8Array.of(1, 2));
    expect(await store.read('best')).toBeUndefined();
  });
});

describe('the best so far', () => {
  const record = (loss: number): ValidationRecord => ({ step: 1, epoch: 0, loss });
  const values = fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 20 });

  test.each(['min', 'max'] as const)('is the %s, and waiting counts from where it came first', (mode) => {
    fc.assert(
      fc.property(values, (losses) => {
        const watch = new Watch({ mode });
        const improved = losses.map((loss) => watch.improves(record(loss)));
        losses.forEach((loss, at) => {
          const before = losses.slice(0, at);
          expect(improved[at]).toBe(before.every((other) => (mode === 'min' ? loss < other : loss > other)));
        });
        const best = mode === 'min' ? Math.min(...losses) : Math.max(...losses);
        expect(watch.state()).toEqual({
          best,
          waited: losses.length - 1 - (losses.length ? losses.indexOf(best) : -1),
        });
      }),
      { numRuns: 100 },
    );
  });

  test('goes on from its state', () => {
    const [whole, late] = [new Watch(), new Watch()];
    for (const loss of [3, 2, 4]) whole.improves(record(loss));
    late.restore(whole.state());
    expect([2.5, 1].map((loss) => late.improves(record(loss)))).toEqual([false, true]);
    expect(late.waited).toBe(0);
  });
});

describe('evaluate', () => {
  const key = randomKey(0);
  const data = tensorDataset({ x: randn([10, 3], { key }) });

  test('runs through a source once, without a trainer', async () => {
    const model = new Linear(3, 3, { key });
    const seen = new RunningAverage();
    const result = await evaluate(model, new DataLoader(data, { batchSize: 4 }), {
      loss: (m, { x }) => mse(m.forward(x), x).item(),
      rows: wholeMetric({
        collect: (_: Linear<3, 3>, { x }: { x: Tensor<readonly [number, 3]> }) => x.shape[0],
        over: (parts: readonly number[]) => {
          for (const part of parts) seen.add(part);
          return parts.reduce((sum, part) => sum + part, 0);
        },
      }),
    });
    const { x } = data.batch(Int32Array.from({ length: 10 }, (_, row) => row));
    expect(result.rows).toBe(10);
    expect(seen.value).toBeCloseTo(10 / 3);
    expect(result.loss).toBeCloseTo(mse(model.forward(x), x).item(), 5);
  });

  test('puts the model back even when a metric fails', async () => {
    const model = new Linear(3, 3, { key });
    const failing = evaluate(model, new DataLoader(data), {
      broken: () => {
        expect(model.training).toBe(false);
        throw new Error('no such thing');
      },
    });
    await expect(failing).rejects.toThrow('no such thing');
    expect(model.training).toBe(true);
  });
});
