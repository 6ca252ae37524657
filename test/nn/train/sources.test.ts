import {
  adam,
  type BatchOf,
  crossEntropy,
  DataLoader,
  type Dataset,
  GRU,
  Linear,
  listDataset,
  Module,
  mapDataset,
  memoryStore,
  mse,
  padded,
  stateDict,
  Trainer,
} from '@sonograd/nn';
import { randn, randomKey, setEngine, type Tensor } from '@sonograd/tensor';
import { afterEach, describe, expect, test } from 'vitest';
import { randomNumbers, train } from './runs.ts';

const key = randomKey(0);
interface Row {
  readonly x: Float32Array;
}

const rows: readonly Row[] = Array.from({ length: 22 }, (_, row) => ({
  x: randn([3], { key: randomKey(row) }).data.slice(),
}));

/** The weights after training on a source, in one go or cut after some steps. */
async function weightsFrom(make: () => DataLoader<Row>, cuts: readonly number[] = []) {
  const store = memoryStore();
  const run = async (cut?: number) => {
    const model = new Linear(3, 3, { key: randomKey(1) });
    const trainer = new Trainer({
      model,
      optimizer: adam(model, { rate: 0.01 }),
      loss: (m, { x }: BatchOf<Row>) => mse(m.forward(x as Tensor<readonly [number, 3]>), x),
      callbacks: [{ onStep: (view) => (view.step === cut ? view.stop() : undefined) }],
    });
    await trainer.fit(make(), { epochs: 3, checkpoint: { store, resume: true } });
    return { state: stateDict(model), history: trainer.history.steps };
  };
  for (const cut of cuts) await run(cut);
  return run();
}

describe('a run goes on in the middle of', () => {
  async function* endless() {
    for (const row of rows) {
      await Promise.resolve();
      yield row;
    }
  }
  const slow: Dataset<Row> = mapDataset(listDataset(rows), async (row) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return row;
  });
  const sources: Record<string, () => DataLoader<Row>> = {
    'items in memory': () => new DataLoader(rows, { batchSize: 4, key }),
    'items that must be waited for': () => new DataLoader(slow, { batchSize: 4, key, prefetch: 2 }),
    'a stream': () => new DataLoader({ [Symbol.asyncIterator]: endless }, { batchSize: 4 }),
    'an iterable': () => new DataLoader(new Set(rows), { batchSize: 4, dropLast: true }),
  };

  test.each(Object.entries(sources))('%s', async (_, make) => {
    const whole = await weightsFrom(make);
    expect(await weightsFrom(make, [2, 6, 7])).toEqual(whole);
    expect(whole.history.step.length).toBeGreaterThan(14);
  });

  test('waiting for items changes no bits', async () => {
    const { state } = await weightsFrom(sources['items in memory']!);
    expect((await weightsFrom(sources['items that must be waited for']!)).state).toEqual(state);
  });
});

describe('the same bits', () => {
  afterEach(() => setEngine('simd'));

  test('for any number of threads', async () => {
    const setting = { optimizer: 'adamW', averaged: true, trainer: { clip: { norm: 1 } } };
    setEngine('threads', { threads: 1 });
    const alone = await train(setting);
    for (const threads of [2, 4]) {
      setEngine('threads', { threads });
      expect(await train(setting)).toEqual(alone);
    }
  });
});

test('timers and signals get their turn while a run goes on', async () => {
  let turns = 0;
  const timer = setInterval(() => (turns += 1), 1);
  const started = performance.now();
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 150);
  const { ending } = await train({ fit: { epochs: 1e6, signal: stop.signal } });
  clearInterval(timer);
  expect(ending).toBe('cancelled');
  expect(performance.now() - started).toBeGreaterThan(100);
  expect(turns).toBeGreaterThan(0);
});

/** A recurrent classifier of sequences of unlike lengths. */
class Counter extends Module {
  readonly gru = new GRU(2, 12, { batchFirst: true, key: randomKey(3) });
  readonly head = new Linear(12, 3, { key: randomKey(4) });

  forward(x: Tensor, lengths: readonly number[]): Tensor {
    const { hidden } = this.gru.forward(x, { lengths: [...lengths] });
    return this.head.forward(hidden.squeeze(0) as Tensor) as Tensor;
  }
}

test('padded sequences with their lengths are learned', async () => {
  const lengths = randomNumbers(48, 1, 7, 5);
  const items = lengths.map((length) => ({
    x: randn([length, 2], { key: randomKey(length) }) as Tensor<[number, 2]>,
    label: Math.min(2, Math.floor((length - 1) / 2)),
  }));
  const model = new Counter();
  // Were the padding looked at, a thousand would drown everything.
  const loader = new DataLoader(items, { batchSize: 12, key, collate: padded('x', { value: 1e3 }) });
  const trainer = new Trainer({
    model,
    optimizer: adam(model, { rate: 0.03 }),
    loss: (
      m,
      {
        x,
        label,
        lengths: own,
      }: BatchOf<(typeof items)[0]> & { lengths: Tensor<readonly [number], 'int32'> },
    ) => crossEntropy(m.forward(x, [...own.data]), label),
  });
  const { history } = await trainer.fit(loader, { epochs: 30 });
  expect(history.steps.loss.at(-1)).toBeLessThan(0.1);
  expect(history.steps.loss[0]).toBeGreaterThan(0.5);
});
