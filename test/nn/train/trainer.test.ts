import {
  accuracy,
  adam,
  type BatchNorm1d,
  type Callback,
  crossEntropy,
  DataLoader,
  decodeCheckpoint,
  ema,
  Linear,
  memoryStore,
  mse,
  predictions,
  ReLU,
  reduceOnPlateau,
  Sequential,
  sgd,
  stateDict,
  Trainer,
  tensorDataset,
  wholeMetric,
} from '@sonograd/nn';
import { memory, randn, randomKey, setEngine, type Tensor, tensor } from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { toyData, toyModel, toyTrainer, train } from './runs.ts';

const key = randomKey(0);
beforeAll(() => setEngine('simd'));

describe('a trainer', () => {
  test('works as the README writes it', async () => {
    const train = tensorDataset({ x: randn([96, 12], { key }) });
    const held = tensorDataset({ x: randn([32, 12], { key: randomKey(1) }) });
    const model = new Sequential(new Linear(12, 8, { key }), new ReLU(), new Linear(8, 12, { key }));
    const trainer = new Trainer({
      model,
      optimizer: adam(model, { rate: 1e-3 }),
      loss: (m, { x }) => mse(m.forward(x), x),
    });
    const { history, ending } = await trainer.fit(new DataLoader(train, { batchSize: 32, key }), {
      epochs: 20,
      validate: { with: held, every: 15 },
    });
    expect(ending).toBe('finished');
    expect(history.steps.loss.at(-1)).toBeLessThan(history.steps.loss[0]!);
    expect(history.validations.map(({ step }) => step)).toEqual([15, 30, 45, 60]);
  });

  test('learns one batch by heart', async () => {
    const model = new Sequential(new Linear(6, 32, { key }), new ReLU(), new Linear(32, 3, { key }));
    const data = toyData(16);
    const trainer = new Trainer({
      model,
      optimizer: adam(model, { rate: 0.02 }),
      loss: (m, { x, y }: { x: Tensor<readonly [number, 6]>; y: Tensor<readonly [number], 'int32'> }) =>
        crossEntropy(m.forward(x), y),
    });
    const { history } = await trainer.fit(new DataLoader(data, { batchSize: 16 }), { epochs: 300 });
    expect(history.steps.loss.at(-1)).toBeLessThan(1e-2);
    const { x, y } = data.batch(Int32Array.from({ length: 16 }, (_, row) => row));
    expect(accuracy(model.forward(x), y)).toBe(1);
  });

  test('several batches of a step are one large batch', async () => {
    const data = tensorDataset({ x: randn([24, 4], { key }) });
    const weightsAfter = async (batchSize: number, accumulate: number) => {
      const model = new Linear(4, 4, { key: randomKey(5) });
      const trainer = new Trainer({
        model,
        optimizer: sgd(model, { rate: 0.1, momentum: 0.9 }),
        loss: (m, { x }) => mse(m.forward(x), x),
        accumulate,
      });
      const { history } = await trainer.fit(new DataLoader(data, { batchSize }), { epochs: 3 });
      return { weights: [...model.weight.data], steps: history.steps.step.length };
    };
    const [whole, parts] = [await weightsAfter(12, 1), await weightsAfter(4, 3)];
    expect(parts.steps).toBe(whole.steps);
    parts.weights.forEach((weight, index) => {
      expect(weight).toBeCloseTo(whole.weights[index]!, 6);
    });
    // Five batches for steps of three: the last two share a step, and count by their number.
    expect((await weightsAfter(5, 3)).steps).toBe(6);
  });

  test('does not grow over 1,000 steps, with validation and items made on the way', async () => {
    const model = toyModel();
    const trainer = toyTrainer({ model, optimizer: adam(model, { rate: 1e-3 }), clip: { norm: 1 } });
    const loader = new DataLoader(toyData(40), { batchSize: 8, key });
    const live: number[] = [];
    const run = (epochs: number) =>
      trainer.fit(loader, { epochs, validate: { with: toyData(8, 2), every: 10 } });
    for (const epochs of [20, 90, 110]) {
      await run(epochs);
      trainer.history.restore({ step: [], epoch: [], loss: [], rate: [] }, []);
      live.push(memory().liveBlocks);
    }
    // The held-out data of each call is all that may wait for the garbage collector.
    expect(live[2]! - live[1]!).toBeLessThanOrEqual(2);
    expect(live[1]! - live[0]!).toBeLessThanOrEqual(2);
  });

  test('tells its callbacks in order, and waits for them', async () => {
    const told: string[] = [];
    const later = async (text: string) => {
      await Promise.resolve();
      told.push(text);
    };
    const callback: Callback = {
      onStart: (run) => later(`start, ${run.stepsPerEpoch} steps an epoch`),
      onStep: (run, { step, epoch }) =>
        later(`step ${step} of epoch ${epoch}${run.model.parameters()[0]?.grad ? '' : ', no gradient'}`),
      onValidate: (_, { step }) => later(`validation at ${step}`),
      onEpoch: (run) => later(`epoch ${run.epoch}`),
      onCheckpoint: (_, name) => later(`wrote ${name}`),
      onEnd: (_, ending) => later(ending),
    };
    await train({
      accumulate: 4,
      trainer: { callbacks: [callback] },
      fit: { epochs: 1, validate: { with: toyData(8) }, checkpoint: { store: memoryStore() } },
    });
    expect(told).toEqual([
      'start, 2 steps an epoch',
      'step 1 of epoch 0',
      'step 2 of epoch 0',
      'validation at 2',
      'epoch 1',
      'wrote best',
      'wrote last',
      'finished',
    ]);
  });

  test('a plateau watches the training loss where nothing is held out', async () => {
    const data = tensorDataset({ x: randn([8, 2], { key }) });
    const model = new Linear(2, 2, { key });
    const optimizer = sgd(model, { rate: reduceOnPlateau({ rate: 0, patience: 2, factor: 0.5, eps: 0 }) });
    const rates = reduceOnPlateau({ rate: 1, patience: 2, factor: 0.5 });
    const constantLoss = new Trainer({
      model,
      optimizer: sgd(model, { rate: rates }),
      loss: (m, { x }) => mse(m.forward(x), m.forward(x)),
    });
    await constantLoss.fit(new DataLoader(data, { batchSize: 8 }), { epochs: 7 });
    expect(rates.rateAt(0)).toBe(0.25);
    expect(optimizer.rate).toBe(0);
  });

  test('bad options are refused by name', async () => {
    const model = toyModel();
    const optimizer = adam(model, { rate: 1 });
    expect(() => toyTrainer({ model, optimizer, accumulate: 0 })).toThrow(
      'Trainer: accumulate must be a whole number of at least 1, got 0',
    );
    await expect(train({ fit: { epochs: 1.5 } })).rejects.toThrow('Trainer: epochs must be a whole number');
    await expect(train({ fit: { stopEarly: { patience: 1 } } })).rejects.toThrow('stopEarly needs validate');
    const validate = { with: toyData(8) };
    await expect(train({ fit: { validate, stopEarly: { patience: 0 } } })).rejects.toThrow(
      'Trainer: stopEarly.patience must be a whole number of at least 1, got 0',
    );
    await expect(train({ fit: { validate: { ...validate, every: 0 } } })).rejects.toThrow('validate.every');
    await expect(train({ fit: { validate, stopEarly: { patience: 1, metric: 'f1' } } })).rejects.toThrow(
      'Trainer: metric must be one of step, epoch, loss, got f1',
    );
  });
});

describe('validation', () => {
  test('is a mean over rows, however they are cut into batches', async () => {
    const losses = await Promise.all(
      [3, 7, 20].map(async (batchSize) => {
        const { validations } = await train({
          fit: { epochs: 1, validate: { with: new DataLoader(toyData(20, 4), { batchSize }) } },
        });
        return validations[0]!.loss;
      }),
    );
    expect(losses[1]).toBeCloseTo(losses[0]!, 5);
    expect(losses[2]).toBeCloseTo(losses[0]!, 5);
  });

  test('has metrics of rows and metrics of everything', async () => {
    const rows = 20;
    const { validations } = await train({
      fit: {
        epochs: 2,
        validate: {
          with: toyData(rows, 4),
          metrics: {
            accuracy: (model, { x, y }) => accuracy(model.forward(x), y),
            hits: wholeMetric({
              collect: (
                model: ReturnType<typeof toyModel>,
                { x, y }: { x: Tensor<[number, 6]>; y: Tensor<[number], 'int32'> },
              ) => {
                const guessed = predictions(model.forward(x));
                return [...y.data].filter((label, row) => label === guessed[row]).length;
              },
              over: (parts: readonly number[]) => parts.reduce((sum, hits) => sum + hits, 0),
            }),
          },
        },
      },
    });
    for (const { accuracy: share, hits } of validations) expect(share! * rows).toBeCloseTo(hits!);
    expect(validations).toHaveLength(2);
  });

  test('is of the averaged weights where there are some, and puts the others back', async () => {
    const data = tensorDataset({ x: randn([4, 2], { key }) });
    const run = async (validate: object) => {
      const model = new Linear(2, 2, { key: randomKey(6) });
      const average = ema(model, { decay: 0.5 });
      const trainer = new Trainer({
        model,
        average,
        optimizer: sgd(model, { rate: 0.5 }),
        loss: (m, { x }) => mse(m.forward(x as Tensor<[number, 2]>), x),
      });
      const { history } = await trainer.fit(new DataLoader(data, { batchSize: 4 }), {
        epochs: 3,
        ...validate,
      });
      return { model, average, history };
    };
    const [plain, validated] = [await run({}), await run({ validate: { with: data } })];
    expect(stateDict(validated.model)).toEqual(stateDict(plain.model));
    const { x } = data.batch(Int32Array.of(0, 1, 2, 3));
    const own = mse(plain.model.forward(x), x).item();
    plain.average.swap();
    const averaged = mse(plain.model.forward(x), x).item();
    expect(validated.history.validations[2]!.loss).toBe(averaged);
    expect(averaged).not.toBe(own);
  });

  test('leaves modules as they were, frozen ones too, and batch statistics alone', async () => {
    const model = toyModel();
    const norm = model.layers[1] as BatchNorm1d;
    norm.eval();
    const before = norm.runningMean?.data.slice();
    const seen: boolean[] = [];
    await toyTrainer({
      model,
      optimizer: adam(model, { rate: 1e-3 }),
      loss: (m, { x, y }) => {
        seen.push(m.training);
        return crossEntropy(m.forward(x), y);
      },
    }).fit(new DataLoader(toyData(8), { batchSize: 8 }), { epochs: 1, validate: { with: toyData(8) } });
    expect(seen).toEqual([true, false]);
    expect([model.training, norm.training]).toEqual([true, false]);
    expect(norm.runningMean?.data).toEqual(before);
  });
});

/** A run whose validation metric is written down beforehand. */
async function scripted(values: readonly number[], fit: object = {}) {
  let at = 0;
  const model = new Linear(2, 2, { key: randomKey(8) });
  const states: Map<string, unknown>[] = [];
  const trainer = new Trainer({
    model,
    optimizer: sgd(model, { rate: 0.1 }),
    loss: (m, { x }) => mse(m.forward(x), x),
    callbacks: [{ onValidate: () => void states.push(stateDict(model)) }],
  });
  const data = tensorDataset({ x: randn([4, 2], { key }) });
  const { ending, history } = await trainer.fit(new DataLoader(data, { batchSize: 4 }), {
    epochs: values.length,
    validate: { with: data, metrics: { scripted: () => values[at++]! } },
    ...fit,
  });
  return { ending, epochs: history.validations.length, states };
}

describe('stopping early', () => {
  const watch = { metric: 'scripted', patience: 2 };

  test.each([
    ['after two validations without a new best', [5, 4, 4, 4.5, 1], 'min', 4],
    ['not before', [5, 4, 4.5, 3, 3.5, 2], 'min', 6],
    ['upwards where more is better', [0.1, 0.5, 0.4, 0.5, 0.9], 'max', 4],
    ['for what is not a number', [1, NaN, NaN, 0], 'min', 3],
  ] as const)('%s', async (_, values, mode, epochs) => {
    const run = await scripted(values, { stopEarly: { ...watch, mode } });
    expect(run.epochs).toBe(epochs);
    expect(run.ending).toBe(epochs < values.length ? 'stoppedEarly' : 'finished');
  });

  test('remembers the best and its patience over an interruption', async () => {
    const store = memoryStore();
    const checkpoint = { store, resume: true, metric: 'scripted' };
    await scripted([5, 3, 4], { stopEarly: watch, checkpoint, epochs: 3 });
    const best = store.files.get('best');
    const run = await scripted([3.5, 1], { stopEarly: watch, checkpoint, epochs: 5 });
    expect([run.ending, run.epochs]).toEqual(['stoppedEarly', 4]);
    expect(store.files.get('best')).toEqual(best);
  });

  test('the best checkpoint has the weights of the best validation', async () => {
    const store = memoryStore();
    const { states } = await scripted([5, 2, 3, 4], { checkpoint: { store, metric: 'scripted' } });
    const [best, last] = ['best', 'last'].map((name) => decodeCheckpoint(store.files.get(name)!));
    expect(best!.model).toEqual(states[1]);
    expect(last!.model).toEqual(states[3]);
    expect(best!.validations).toHaveLength(2);
  });
});

describe('a checkpoint', () => {
  test('is a safetensors file that says what it is, and refuses to be another', async () => {
    const store = memoryStore();
    await scripted([Infinity, NaN], { checkpoint: { store, metric: 'scripted' } });
    const { validations, best, steps } = decodeCheckpoint(store.files.get('last')!);
    expect(validations.map((record) => record.scripted)).toEqual([Infinity, NaN]);
    expect(best.best).toBe(Infinity);
    expect(steps.step).toEqual([1, 2]);
    const { encodeSafetensors } = await import('@sonograd/tensor');
    expect(() => decodeCheckpoint(encodeSafetensors({ x: tensor([1]) }))).toThrow(
      'decodeCheckpoint: the file must be a "sonograd checkpoint 1", got "none"',
    );
  });
});
