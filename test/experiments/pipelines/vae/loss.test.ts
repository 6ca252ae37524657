import { klToUnitGaussian } from '@sonograd/nn';
import { foldIn, fromArray, rand, randomKey, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import {
  betaAt,
  pictureError,
  tell,
  vaeLoss,
} from '../../../../packages/experiments/src/pipelines/vae/loss.ts';
import { drawFrom, Vae } from '../../../../packages/experiments/src/pipelines/vae/model.ts';

const key = randomKey(1);
const small = { bins: 8, frames: 8, channels: [2, 2, 2], latent: 3, batchNorm: true, key } as const;
const batch = {
  x: rand([2, 64], { key }) as Tensor,
  y: fromArray(Int32Array.of(3, 9), [2]),
} as never;
const config = { beta: 0.5, warmUpEpochs: 2, absolute: 0 };

test('betaAt: a straight line up to the end of the warm-up, then all of it', () => {
  const at = (step: number) => betaAt(config, step, 10);
  expect([0, 9, 19, 20, 1000].map(at)).toEqual([0.025, 0.25, 0.5, 0.5, 0.5]);
  expect(betaAt({ ...config, warmUpEpochs: 0 }, 0, 10)).toBe(0.5);
});

test('pictureError: summed over a picture, the mean over clips, absolute errors if wanted', () => {
  const [out, x] = [
    [1, 2, 3, 4],
    [1, 0, 0, 4.5],
  ].map((values) => fromArray(Float32Array.from(values), [2, 2]) as Tensor) as [Tensor, Tensor];
  expect(pictureError(out, x, 0).item()).toBeCloseTo((4 + 9 + 0.25) / 2, 6);
  expect(pictureError(out, x, 2).item()).toBeCloseTo((13.25 + 2 * 5.5) / 2, 6);
});

describe('vaeLoss', () => {
  const model = new Vae({ ...small, conditional: false });
  const lossAt = (step: number, settings = config) =>
    vaeLoss({ config: settings, key, step: () => step, stepsPerEpoch: 10 })(model, batch).item();

  test('is the error of a drawn picture plus β times the nats of its code', () => {
    const { x } = batch as { x: Tensor };
    const cloud = model.encode(x);
    const drawn = model.decode(drawFrom(cloud, foldIn(key, 4)));
    const wanted =
      pictureError(drawn, x, 0).item() + 0.125 * klToUnitGaussian(cloud.mean, cloud.logVariance).item();
    expect(lossAt(4)).toBeCloseTo(wanted, 4);
  });

  test('the noise follows from the step alone', () => {
    const still = { ...config, warmUpEpochs: 0 };
    expect(lossAt(7, still)).toBe(lossAt(7, still));
    expect(lossAt(7, still)).not.toBe(lossAt(8, still));
  });

  test('in evaluation β is whole and the noise the same, whichever step it is', () => {
    model.eval();
    const held = lossAt(0);
    expect(lossAt(15)).toBe(held);
    expect(lossAt(0, { ...config, beta: 0 })).toBeLessThan(held);
    model.train();
    expect(lossAt(0)).not.toBe(held);
  });

  test('reaches every weight', () => {
    vaeLoss({ config, key, step: () => 0, stepsPerEpoch: 1 })(model, batch).backward();
    for (const [name, { grad }] of model.namedParameters()) {
      expect(
        grad?.data.some((value) => value !== 0),
        name,
      ).toBe(true);
    }
  });

  test('a conditional model is told the digits of the batch', () => {
    const { y } = batch as { y: Tensor<[number], 'int32'> };
    const told = tell(new Vae({ ...small, conditional: true }), y as never)!;
    expect((told.toArray() as number[][]).map((row) => row.indexOf(1))).toEqual([3, 9]);
    expect(tell(model, y as never)).toBeUndefined();
  });
});
