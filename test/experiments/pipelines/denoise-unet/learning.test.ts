import {
  BatchNorm2d,
  Conv2d,
  kaimingNormal,
  mse,
  Sequential,
  shuffledSampler,
  xavierNormal,
} from '@sonograd/nn';
import { foldIn, fromArray, memory, noGrad, randn, randomKey, scope, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { startWeights } from '../../../../packages/experiments/src/pipelines/denoise-unet/initialise.ts';
import { UNet } from '../../../../packages/experiments/src/pipelines/denoise-unet/model.ts';
import type { PairBatch } from '../../../../packages/experiments/src/pipelines/shared/pairData.ts';
import { epochsInParts } from '../../../../packages/experiments/src/pipelines/shared/pairSampler.ts';
import { inParts } from '../../../../packages/experiments/src/pipelines/shared/pairSteps.ts';

const key = randomKey(3);
const as = (x: unknown): Tensor => x as Tensor;

describe('a large batch in parts', () => {
  const model = new Conv2d(1, 1, 3, { padding: 1, key });
  const batch: PairBatch = {
    x: as(randn([7, 1, 4, 4], { key })),
    y: as(randn([7, 1, 4, 4], { key: foldIn(key, 1) })),
  };
  const lossOf = (model: Conv2d<number, number, number>, { x, y }: PairBatch) => mse(as(model.forward(x)), y);
  const gradients = () => model.parameters().map(({ grad }) => [...grad!.data]);

  const whole = (() => {
    model.zeroGrad();
    const loss = lossOf(model, batch);
    loss.backward();
    return { loss: loss.item(), gradients: gradients() };
  })();

  test.each([1, 2, 3, 6, 7, 100])('%i rows at once: the loss and the gradient of the whole', (rows) => {
    model.zeroGrad();
    const loss = inParts(rows, lossOf)(model, batch);
    expect(loss.item()).toBeCloseTo(whole.loss, 5);
    loss.backward();
    gradients().forEach((values, index) => {
      values.forEach((value, at) => {
        expect(value).toBeCloseTo(whole.gradients[index]![at]!, 5);
      });
    });
  });

  test('each part has its own batch statistics, those of the rows it is made of', () => {
    const seen: number[] = [];
    const normed = new Sequential(new BatchNorm2d(1));
    normed.onForward((x) => void seen.push(as(x).shape[0]!));
    inParts(3, (model: typeof normed, { x, y }: PairBatch) => mse(as(model.forward(x)), y))(normed, batch);
    expect(seen).toEqual([3, 3, 1]);
  });

  test('where nothing is recorded there is a loss and no gradient', () => {
    model.zeroGrad();
    expect(noGrad(() => inParts(2, lossOf)(model, batch).item())).toBeCloseTo(whole.loss, 5);
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  test('parts leave nothing behind but the gradient', () => {
    const step = () =>
      scope(() => {
        inParts(2, lossOf)(model, batch).backward();
      });
    step();
    const before = memory().liveBytes;
    step();
    expect(memory().liveBytes).toBe(before);
  });
});

describe('epochs in parts', () => {
  const whole = (length: number, epoch: number) => [...shuffledSampler(length, key).order(epoch)];

  test('one part is the epoch itself', () => {
    const sampler = epochsInParts(11, 1, key);
    expect(sampler.length).toBe(11);
    expect([0, 1].map((epoch) => [...sampler.order(epoch)])).toEqual([whole(11, 0), whole(11, 1)]);
  });

  test('three parts are the epoch one after another, the rest left out', () => {
    const sampler = epochsInParts(11, 3, key);
    expect(sampler.length).toBe(3);
    const parts = Array.from({ length: 6 }, (_, part) => [...sampler.order(part)]);
    expect(parts.slice(0, 3).flat()).toEqual(whole(11, 0).slice(0, 9));
    expect(parts.slice(3).flat()).toEqual(whole(11, 1).slice(0, 9));
  });
});

describe('the first weights', () => {
  const unet = () => new UNet({ width: 8, levels: 2, attentionHeads: null, key });
  const weights = (model: UNet) => model.down[1]!.parameters().find(({ rank }) => rank === 4)!;
  const spread = ({ data }: Tensor) => Math.hypot(...data) / Math.sqrt(data.length);

  test('default: as the layers were made', () => {
    const [model, other] = [unet(), unet()];
    startWeights(model, 'default', 0.3, key);
    expect(model.parameters().map(({ data }) => [...data])).toEqual(
      other.parameters().map(({ data }) => [...data]),
    );
  });

  test.each([
    ['xavier', xavierNormal, Math.sqrt(2 / (9 * (8 + 16)))],
    ['kaiming', kaimingNormal, Math.sqrt(2 / (9 * 8))],
    ['kaiming-mean', kaimingNormal, Math.sqrt(2 / (9 * 8))],
  ] as const)('%s: drawn by its scheme, as wide as its paper says', (start, scheme, deviation) => {
    const model = unet();
    startWeights(model, start, 0.3, key);
    const weight = weights(model);
    expect(Math.abs(spread(weight) / deviation - 1)).toBeLessThan(0.05);
    const [name] = model.namedParameters().find(([, parameter]) => parameter === weight)!;
    expect([...weight.data]).toEqual([...scheme(weight.shape, foldIn(key, name)).data]);
  });

  test('kaiming-mean: the output layer is ten times quieter, and its bias the mean pixel', () => {
    const [plain, mean] = [unet(), unet()];
    startWeights(plain, 'kaiming', 0.3, key);
    startWeights(mean, 'kaiming-mean', 0.3, key);
    expect(plain.out.bias!.data[0]).toBe(0);
    expect(mean.out.bias!.data[0]).toBeCloseTo(0.3, 6);
    mean.out.weight.data.forEach((value, index) => {
      expect(value).toBeCloseTo(plain.out.weight.data[index]! / 10, 6);
    });
  });

  test('kaiming-mean begins near the mean picture, kaiming far from it', () => {
    const pixels = Float32Array.from({ length: 2 * 256 }, (_, n) => 0.3 + 0.2 * Math.sin(n));
    const y = as(fromArray(pixels, [2, 1, 16, 16]));
    const x = as(randn([2, 1, 16, 16], { key }));
    const first = (start: 'kaiming' | 'kaiming-mean') => {
      const model = unet();
      startWeights(model, start, 0.3, key);
      return noGrad(() => mse(as(model.forward(x)), y).item());
    };
    // The variance of the pixels is 0.02: nobody who knows their mean alone can do better.
    expect(first('kaiming-mean')).toBeGreaterThan(0.02);
    expect(first('kaiming-mean')).toBeLessThan(0.06);
    expect(first('kaiming')).toBeGreaterThan(10 * first('kaiming-mean'));
  });
});
