import {
  adam,
  DataLoader,
  initialise,
  kaimingNormal,
  Linear,
  loadStateDict,
  Module,
  mse,
  parameter,
  ReLU,
  Sequential,
  seedLayers,
  stateDict,
  summary,
  Trainer,
  tensorDataset,
  watchLayers,
} from '@sonograd/nn';
import {
  decodeSafetensors,
  encodeSafetensors,
  noGrad,
  randn,
  randomKey,
  setEngine,
  type Tensor,
  zeros,
} from '@sonograd/tensor';
import { afterEach, describe, expect, test } from 'vitest';

/** The way from an idea to a trained, inspected, saved and loaded model, as a user goes it. */
describe('a user', () => {
  afterEach(() => setEngine('simd'));

  test('trains an autoencoder with a trainer, in the lines of the introduction', async () => {
    const key = randomKey(0);
    const x = randn([96, 784], { key }).mul(0.1).sigmoid();
    const model = new Sequential(new Linear(784, 128, { key }), new ReLU(), new Linear(128, 784, { key }));
    const trainer = new Trainer({
      model,
      optimizer: adam(model, { rate: 1e-3 }),
      loss: (m, { x: batch }) => mse(m.forward(batch as Tensor<[number, 784]>) as Tensor, batch as Tensor),
    });
    const train = tensorDataset({ x });
    const { history } = await trainer.fit(new DataLoader(train, { batchSize: 32, key }), {
      epochs: 4,
      validate: { with: train, every: 3 },
    });
    const losses = history.validations.map(({ loss }) => loss as number);
    expect(losses.length).toBeGreaterThanOrEqual(4);
    expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
  });

  test('writes a layer with parameters of its own', () => {
    class Gate extends Module {
      readonly openness = parameter(zeros([3]) as Tensor);
      readonly inner = new Linear<number, number>(3, 3, { key: randomKey(1) });

      forward(x: Tensor): Tensor {
        return this.inner.forward(x).mul(this.openness.sigmoid()) as Tensor;
      }
    }
    const gate = new Gate();
    expect(gate.namedParameters().map(([name]) => name)).toEqual(['openness', 'inner.weight', 'inner.bias']);
    gate
      .forward(randn([2, 3], { key: randomKey(2) }) as Tensor)
      .sum()
      .backward();
    expect(gate.parameters().every(({ grad }) => grad !== null)).toBe(true);
    expect(summary(gate, [2, 3]).parameters).toBe(15);
  });

  test('freezes the lower half, and it stays where it is', () => {
    const key = randomKey(3);
    const model = new Sequential(new Linear(4, 4, { key }), new ReLU(), new Linear(4, 1, { key }));
    const [weight] = model.parameters() as [Tensor];
    weight.requiresGrad = false;
    expect(model.namedParameters().map(([name]) => name)).toContain('0.weight');
    const before = weight.data.slice();
    const optimizer = adam(model, { rate: 0.1 });
    (model.forward(randn([8, 4], { key })) as Tensor).square().mean().backward();
    optimizer.step();
    expect(weight.grad).toBeNull();
    expect(weight.data).toEqual(before);
    expect(model.parameters()[2]?.grad).not.toBeNull();
  });

  test('saves on one engine and loads on another', () => {
    const make = () => {
      const model = new Sequential(new Linear(5, 4), new ReLU(), new Linear(4, 2));
      initialise(model, kaimingNormal, randomKey(4));
      return model;
    };
    setEngine('reference');
    const first = make();
    const x = randn([3, 5], { key: randomKey(5) });
    const file = encodeSafetensors(stateDict(first), { epoch: '3' });
    const expected = [...(first.forward(x) as Tensor).data];
    setEngine('threads', { threads: 2 });
    const second = new Sequential(new Linear(5, 4), new ReLU(), new Linear(4, 2));
    const { tensors, metadata } = decodeSafetensors(file);
    loadStateDict(second, tensors);
    expect(metadata.get('epoch')).toBe('3');
    (second.forward(randn([3, 5], { key: randomKey(5) })) as Tensor).data.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at] as number, 6);
    });
    setEngine('simd');
    // A model made on one engine runs on all.
    (first.forward(x) as Tensor).data.forEach((value, at) => {
      expect(value).toBeCloseTo(expected[at] as number, 6);
    });
  });

  test('sees why a deep network does not learn: outputs fade from layer to layer, and He makes up for it', () => {
    const deep = () =>
      new Sequential(...Array.from({ length: 8 }, () => [new Linear(32, 32), new ReLU()]).flat());
    const spread = (model: Module & { forward(x: Tensor): unknown }) => {
      const watch = watchLayers(model);
      noGrad(() => {
        model.forward(randn([64, 32], { key: randomKey(6) }) as Tensor);
      });
      watch.stop();
      const relus = watch.layers
        .filter(({ layer }) => layer === 'ReLU')
        .map(({ output }) => output.deviation);
      return (relus.at(-1) as number) / (relus[0] as number);
    };
    seedLayers(1);
    const fading = deep() as unknown as Module & { forward(x: Tensor): unknown };
    const before = spread(fading);
    expect(before).toBeLessThan(0.25);
    initialise(fading, kaimingNormal, randomKey(7));
    expect(spread(fading)).toBeGreaterThan(2 * before);
  });

  test('gets the same model from the same seed without passing keys', () => {
    const make = () => {
      seedLayers(9);
      return stateDict(new Sequential(new Linear(3, 3), new Linear(3, 3)));
    };
    expect(make()).toEqual(make());
  });
});
