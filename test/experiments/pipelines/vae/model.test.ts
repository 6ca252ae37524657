import { stateDict, summary } from '@sonograd/nn';
import { fromArray, gradCheck, oneHot, rand, randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { configure } from '../../../../packages/experiments/src/pipelines/perform.ts';
import { schema, type VaeConfig } from '../../../../packages/experiments/src/pipelines/vae/config.ts';
import { hear, heardIn } from '../../../../packages/experiments/src/pipelines/vae/hear.ts';
import { drawFrom, Vae, VaeSystem } from '../../../../packages/experiments/src/pipelines/vae/model.ts';
import { vae } from '../../../../packages/experiments/src/pipelines/vae/run.ts';
import { makeSystem } from '../../../../packages/experiments/src/pipelines/vae/system.ts';

const small = {
  bins: 16,
  frames: 8,
  channels: [2, 3, 4],
  latent: 5,
  conditional: false,
  batchNorm: false,
} as const;
const key = randomKey(0);
const [pictures, digits] = [rand([3, 128], { key }), fromArray(Int32Array.of(7, 0, 7), [3])];
const told = oneHot(digits, 10) as Tensor;

describe('Vae', () => {
  test('64 × 64 through 32-64-128 and a code of 32 is 1.05 million parameters', () => {
    const model = new Vae({ ...small, bins: 64, frames: 64, channels: [32, 64, 128], latent: 32, key });
    const convolutions = 9 * (32 + 32 * 64 + 64 * 128) + 32 + 64 + 128;
    const linear = 2 * (8192 * 32 + 32) + 32 * 8192 + 8192;
    const transposed = 16 * (128 * 64 + 64 * 32 + 32) + 64 + 32 + 1;
    const { parameters } = summary(model, (model) => model.regenerate(zeros([1, 4096]) as Tensor));
    expect(parameters).toBe(convolutions + linear + transposed);
    expect(parameters / 1e6).toBeCloseTo(1.05, 2);
  });

  test('pictures to clouds, codes to pictures between 0 and 1', () => {
    const model = new Vae({ ...small, key });
    const { mean, logVariance } = model.encode(pictures);
    expect([mean.shape, logVariance.shape]).toEqual([
      [3, 5],
      [3, 5],
    ]);
    const out = model.decode(mean);
    expect(out.shape).toEqual([3, 128]);
    expect(Math.min(...out.data)).toBeGreaterThan(0);
    expect(Math.max(...out.data)).toBeLessThan(1);
    expect(model.regenerate(pictures).toArray()).toEqual(out.toArray());
  });

  test('a conditional model makes other pictures of the same code when told another digit', () => {
    const model = new Vae({ ...small, conditional: true, key });
    const codes = randn([3, 5], { key }) as Tensor;
    const other = oneHot(fromArray(Int32Array.of(7, 0, 1), [3]), 10) as Tensor;
    const [first, second] = [told, other].map((told) => model.decode(codes, told).toArray() as number[][]);
    expect(first!.slice(0, 2)).toEqual(second!.slice(0, 2));
    expect(first![2]).not.toEqual(second![2]);
    expect(model.encode(pictures, told).mean.toArray()).not.toEqual(
      model.encode(pictures, other).mean.toArray(),
    );
  });

  test.each([true, false])('conditional: %s, and digits told or not as it is not', (conditional) => {
    const model = new Vae({ ...small, conditional, key });
    expect(() => model.encode(pictures, conditional ? undefined : told)).toThrow(
      `Vae: digits are told where the model is conditional, ${conditional}`,
    );
  });

  test('the same key makes the same weights, another one others', () => {
    const weights = (seed: number) =>
      [...stateDict(new Vae({ ...small, key: randomKey(seed) }))].map(([name, { data }]) => [
        name,
        [...data],
      ]);
    expect(weights(4)).toEqual(weights(4));
    expect(weights(4)).not.toEqual(weights(5));
  });
});

describe('drawFrom', () => {
  const mean = fromArray(Float32Array.of(1, -2, 0.5, 3), [2, 2]) as Tensor;
  const logVariance = fromArray(Float32Array.of(0, 2 * Math.log(3), -40, 0.2), [2, 2]) as Tensor;

  test('is mean + deviation · noise of the key', () => {
    const drawn = drawFrom({ mean, logVariance }, key).data;
    const noise = randn([2, 2], { key }).data;
    [1, 3, Math.exp(-20), Math.exp(0.1)].forEach((deviation, i) => {
      expect(drawn[i]).toBeCloseTo(mean.data[i]! + deviation * noise[i]!, 5);
    });
  });

  test('lets gradients through to both', () => {
    const shallow = logVariance.clamp(-1, 1) as Tensor;
    gradCheck(
      (mean, logVariance) =>
        drawFrom({ mean, logVariance } as never, key)
          .square()
          .sum(),
      [mean, shallow] as never,
    );
  });
});

describe('VaeSystem', () => {
  const config = (settings: object) => configure(vae, [settings as never], { quick: true }) as VaeConfig;
  const judgeOf = (settings: object) =>
    [...stateDict(makeSystem(config(settings)).judge)].map(([, { data }]) => [...data]);

  test("the judge's weights come from its own seed, whatever the autoencoder's is", () => {
    expect(judgeOf({ seed: 1, model: { latent: 3 } })).toEqual(judgeOf({ seed: 2 }));
    expect(judgeOf({ judge: { seed: 1 } })).not.toEqual(judgeOf({}));
  });

  test('judge, autoencoder and codes share no tensor, and leave none out', () => {
    const system = new VaeSystem({ ...small, key, judgeKey: key });
    const names = [...stateDict(system).keys()];
    expect(new Set(names.map((name) => name.split('.')[0]))).toEqual(new Set(['judge', 'vae', 'codes']));
    expect(new Set(system.namedTensors().map(([, tensor]) => tensor)).size).toBe(names.length);
    expect(system.codes.parameters()).toEqual([]);
  });

  test('a model that is not told asks nobody; a conditional one asks the judge', () => {
    const [plain, conditional] = [false, true].map((conditional) =>
      new VaeSystem({ ...small, conditional, key, judgeKey: key }).eval(),
    );
    expect(heardIn(plain!, pictures)).toBeUndefined();
    const heard = hear(conditional!.judge, pictures);
    const asked = heardIn(conditional!, pictures)!.toArray() as number[][];
    expect(asked.map((row) => row.indexOf(1))).toEqual(heard.map(({ digit }) => digit));
    for (const { confidence } of heard) {
      expect(confidence).toBeGreaterThanOrEqual(0.1);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });

  test.each([
    [{ features: { size: { frames: 60 } } }, 'features.size: pictures must be halved three times'],
    [{ features: { spectrum: { nMels: 20 } } }, '20 × 32'],
    [{ features: { size: { fit: 'keep' } } }, '32 × NaN'],
    [{ features: { spectrum: { kind: 'magnitude' } } }, '257 × 32'],
  ])('%j is refused: %s', (settings, message) => {
    expect(() => config(settings)).toThrow(message);
  });

  test('pictures of any corpus do once they are resized', () => {
    const features = {
      spectrum: { kind: 'picture' },
      size: { fit: 'resize', bins: 24, frames: 40 },
      normalise: { kind: 'none' },
    };
    const system = makeSystem(schema.parse({ features }));
    expect(system.vae.regenerate(zeros([2, 960]) as Tensor).shape).toEqual([2, 960]);
  });
});
