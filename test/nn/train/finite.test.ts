import {
  DataLoader,
  decodeCheckpoint,
  Linear,
  memoryStore,
  mse,
  NonFiniteError,
  ReLU,
  Sequential,
  sgd,
  Trainer,
  tensorDataset,
} from '@sonograd/nn';
import { fromArray, randn, randomKey, type Tensor, tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';

const key = randomKey(0);

function parts() {
  const model = new Sequential(new Linear(4, 3, { key }), new ReLU(), new Linear(3, 4, { key }));
  return { model, data: randn([8, 4], { key }) as Tensor<[8, 4]> };
}

async function failure(run: Promise<unknown>): Promise<NonFiniteError> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(NonFiniteError);
  return error as NonFiniteError;
}

function fitted({ model, data }: ReturnType<typeof parts>, rate = 0.1) {
  const trainer = new Trainer({
    model,
    optimizer: sgd(model, { rate }),
    loss: (m, { x }) => mse(m.forward(x as Tensor<[number, 4]>), x),
  });
  const loader = new DataLoader(tensorDataset({ x: data }), { batchSize: 4 });
  return { run: trainer.fit(loader, { epochs: 4 }) };
}

describe('a loss that is not finite', () => {
  test('names the first layer whose output is not, and its weight', async () => {
    const given = parts();
    (given.model.layers[2] as Linear<3, 4>).weight.data[1] = Number.NaN;
    const error = await failure(fitted(given).run);
    expect(error.message).toBe(
      'Trainer: the loss is NaN at step 1; the first layer whose output is not finite is 2, Linear: its weight is not finite',
    );
    expect(error.layer).toBe('2');
  });

  test('names the layer that overflows with finite weights', async () => {
    const given = parts();
    (given.model.layers[0] as Linear<4, 3>).weight.data.fill(3e38);
    const error = await failure(fitted(given).run);
    expect(error.message).toMatch(/is 0, Linear: its weights are finite, its input as well$/);
  });

  test('names the field of the batch that brought it', async () => {
    const given = parts();
    given.data.data[6] = Number.POSITIVE_INFINITY;
    const error = await failure(fitted(given).run);
    expect(error.message).toContain('the batch is not finite in x');
  });

  test('says so when every layer is well', async () => {
    const { model, data } = parts();
    const trainer = new Trainer({
      model,
      optimizer: sgd(model, { rate: 1 }),
      loss: (m, { x }) => mse(m.forward(x as Tensor<[number, 4]>), x).div(0),
    });
    const error = await failure(
      trainer.fit(new DataLoader(tensorDataset({ x: data }), { batchSize: 4 }), { epochs: 1 }),
    );
    expect(error.message).toBe(
      'Trainer: the loss is Infinity at step 1; the output of every layer is finite',
    );
    expect(error.layer).toBeUndefined();
  });

  test('leaves no hook behind, and the weights as they were', async () => {
    const given = parts();
    given.data.data[0] = Number.NaN;
    const before = given.model.parameters().map(({ data }) => data.slice());
    await failure(fitted(given).run);
    expect(given.model.layers.some((layer) => layer.observed)).toBe(false);
    expect(given.model.parameters().map(({ data }) => data)).toEqual(before);
  });
});

describe('a step that goes astray', () => {
  test('leaves the last whole checkpoint alone', async () => {
    const { model, data } = parts();
    const optimizer = sgd(model, { rate: 0.1 });
    const trainer = new Trainer({
      model,
      optimizer,
      loss: (m, { x }) => mse(m.forward(x as Tensor<[number, 4]>), x).div(optimizer.steps < 3 ? 1 : 0),
    });
    const store = memoryStore();
    const loader = new DataLoader(tensorDataset({ x: data }), { batchSize: 4 });
    const error = await failure(trainer.fit(loader, { epochs: 4, checkpoint: { store, every: 1 } }));
    expect(error.message).toContain('the loss is Infinity at step 4');
    expect(decodeCheckpoint(store.files.get('last')!).optimizer.step).toBe(3);
  });

  test('sends the weights to infinity: the next loss names the layer', async () => {
    const error = await failure(fitted(parts(), 1e30).run);
    expect(error.message).toMatch(/at step \d; the first layer whose output is not finite is \d, Linear/);
  });

  test('is refused before it is written down', async () => {
    const model = new Linear(1, 1, { key });
    model.weight.data[0] = 1e20;
    const trainer = new Trainer({
      model,
      optimizer: sgd(model, { rate: 3e38 }),
      loss: (m, { x }) => m.forward(x as Tensor<[number, 1]>).sum(),
    });
    const store = memoryStore();
    const data = tensorDataset({ x: fromArray(Float32Array.of(1e10), [1, 1]) });
    const error = await failure(
      trainer.fit(new DataLoader(data), { epochs: 2, checkpoint: { store, every: 1 } }),
    );
    expect(error.message).toBe('Trainer: the weights are not finite after step 1, first in weight');
    expect(store.files.size).toBe(0);
  });

  test('clipping names the parameter whose gradient is not finite', async () => {
    const model = new Linear(1, 1, { key });
    const trainer = new Trainer({
      model,
      optimizer: sgd(model, { rate: 1 }),
      clip: { norm: 1 },
      // The root's slope at 0 is infinite, and times 0 it is no number.
      loss: (m, { x }) =>
        m
          .forward(x as Tensor<[number, 1]>)
          .mul(0)
          .pow(0.5)
          .sum(),
    });
    const error = await failure(
      trainer.fit(new DataLoader(tensorDataset({ x: tensor([[1]]) })), { epochs: 1 }),
    );
    expect(error.message).toBe(
      'Trainer: the norm of the gradients is NaN at step 1, the first that is not finite is of weight',
    );
  });
});
