import { siSdr, snr, stft, whiteNoise } from '@sonograd/dsp';
import { summary } from '@sonograd/nn';
import { fromArray, noGrad, randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import {
  defaults,
  framesOf,
  schema,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/config.ts';
import { denoised } from '../../../../packages/experiments/src/pipelines/denoise-stft/evaluate.ts';
import { lossOf, negativeSnr } from '../../../../packages/experiments/src/pipelines/denoise-stft/losses.ts';
import {
  denoiserOf,
  magnitudesOf,
} from '../../../../packages/experiments/src/pipelines/denoise-stft/model.ts';
import { besideNeighbours } from '../../../../packages/experiments/src/pipelines/denoise-stft/networks.ts';
import { parseConfig } from '../../../../packages/experiments/src/settings/settings.ts';
import { distance, energy, kinds, smallConfig, smallModel, word } from './support.ts';

const row = (samples: Float32Array): Tensor => fromArray(samples, [1, samples.length]) as Tensor;

describe('config', () => {
  test.each([
    [8000, 512, 128],
    [16_000, 1024, 256],
    [48_000, 4096, 1024],
    [4000, 256, 64],
  ])('frames of about 64 ms: at %i Hz %i samples, %i apart', (sampleRate, nFft, hopLength) => {
    expect(framesOf({ sampleRate, nFft: null, hopLength: null })).toEqual({ nFft, hopLength });
  });

  test('what is said counts', () => {
    expect(framesOf({ sampleRate: 8000, nFft: 1024, hopLength: 512 })).toEqual({
      nFft: 1024,
      hopLength: 512,
    });
    expect(framesOf({ sampleRate: 8000, nFft: 256, hopLength: null }).hopLength).toBe(64);
  });

  test.each([
    [{ noise: { lowDb: 5, highDb: 0 } }, /noise\.lowDb: lowDb exceeds highDb, 5 > 0/],
    [{ stft: { nFft: 64, hopLength: 33 } }, /stft\.hopLength: frames must overlap by half, 33 > 64 \/ 2/],
    [{ model: { kind: 'magic' } }, /model\.kind/],
    [{ target: 'phase' }, /target/],
  ])('%j is refused', (settings, message) => {
    expect(() => parseConfig(schema, settings)).toThrow(message);
  });

  test('the three kinds are alike in size', () => {
    const sizes = kinds.map((kind) => {
      const config = parseConfig(schema, { ...defaults, model: { kind } });
      return summary(denoiserOf(config, randomKey(0)), [1, 512]).parameters;
    });
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.3);
  });
});

describe('besideNeighbours', () => {
  const x = fromArray(Float32Array.of(1, 2, 3, 4), [1, 4, 1]) as Tensor;

  test('each frame between those before and behind it, zeros beyond the ends', () => {
    expect(besideNeighbours(x, 1, { from: 0, to: 4 }).toArray()).toEqual([
      [
        [0, 1, 2],
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, 0],
      ],
    ]);
  });

  test('of some frames alone, they see what lies around them', () => {
    expect(besideNeighbours(x, 2, { from: 1, to: 2 }).toArray()).toEqual([[[0, 1, 2, 3, 4]]]);
    expect(besideNeighbours(x, 0, { from: 1, to: 3 }).toArray()).toEqual([[[2], [3]]]);
  });
});

describe.each(kinds)('a network, %s', (kind) => {
  const model = smallModel({ model: { kind, hidden: 16 } });
  const { network } = model;
  const frames = randn([2, 40, 33], { key: randomKey(4) }) as Tensor;

  test('as many numbers as there are bins, for every frame of every clip', () => {
    expect(noGrad(() => network.forward(frames)).shape).toEqual([2, 40, 33]);
  });

  test('frames further away than its reach have no say; nearer ones have', () => {
    const last = (x: Tensor) => noGrad(() => network.answer(x, { from: 20, to: 21 }).output.data.slice());
    const changed = (frame: number) => {
      const data = frames.data.slice();
      for (const clip of [0, 1]) data.fill(3, (clip * 40 + frame) * 33, (clip * 40 + frame + 1) * 33);
      return fromArray(data, [2, 40, 33]) as Tensor;
    };
    expect(distance(last(changed(20 + network.reach + 1)), last(frames))).toBe(0);
    expect(distance(last(changed(20 + network.reach)), last(frames))).toBeGreaterThan(1e-6);
  });

  test('a stretch after another, with what is remembered, is the whole', () => {
    const whole = noGrad(() => network.forward(frames).data.slice());
    const parts = noGrad(() => {
      const first = network.answer(frames, { from: 0, to: 15 });
      const second = network.answer(frames, { from: 15, to: 40, state: first.state });
      return [first.output.data.slice(), second.output.data.slice()] as const;
    });
    for (const clip of [0, 1]) {
      const own = whole.subarray(clip * 40 * 33, (clip + 1) * 40 * 33);
      expect(
        distance(parts[0].subarray(clip * 15 * 33, (clip + 1) * 15 * 33), own.slice(0, 15 * 33)),
      ).toBeLessThan(1e-6);
      expect(
        distance(parts[1].subarray(clip * 25 * 33, (clip + 1) * 25 * 33), own.slice(15 * 33)),
      ).toBeLessThan(1e-6);
    }
  });

  test('every parameter learns', () => {
    const learning = denoiserOf(smallConfig({ model: { kind, hidden: 16 } }), randomKey(2));
    const clean = row(word(400));
    lossOf('snr')(learning, {
      noisy: clean.add(row(whiteNoise(400, { seed: 1, rms: 0.1 }))) as Tensor,
      clean,
    }).backward();
    const silent = learning
      .namedParameters()
      .filter(([, { grad }]) => grad === null || grad.abs().max().item() === 0);
    expect(silent.map(([name]) => name)).toEqual([]);
  });
});

describe('Denoiser', () => {
  const noisy = whiteNoise(1000, { seed: 8 });

  test('a mask lies between 0 and 1', () => {
    const { gains } = noGrad(() =>
      smallModel().gains(randn([1, 9, 33], { key: randomKey(1) }).abs() as Tensor, { from: 0, to: 9 }),
    );
    expect(gains.min().item()).toBeGreaterThan(0);
    expect(gains.max().item()).toBeLessThan(1);
  });

  test('where every gain is one half, the sound comes back at half its size', () => {
    const model = smallModel();
    noGrad(() => {
      for (const parameter of model.network.parameters()) parameter.assign(zeros(parameter.shape) as Tensor);
    });
    const out = noGrad(() => model.forward(row(noisy)).data.slice());
    expect(
      distance(
        out,
        noisy.map((sample) => sample / 2),
      ),
    ).toBeLessThan(1e-6);
  });

  test.each(['log', 'root', 'none'] as const)(
    'direct magnitudes, %s: what is compressed can be expanded',
    (compress) => {
      const model = smallModel({ target: 'magnitude', compress });
      const magnitudes = randn([1, 5, 33], { key: randomKey(3) })
        .abs()
        .add(0.1) as Tensor;
      // A network that says what it sees, frame by frame.
      const seen = noGrad(() => model.standardise.forward(model.compressed(magnitudes)) as Tensor);
      model.network.answer = (x, { from, to }) => ({
        output: x.slice(1, from, to) as Tensor,
        state: undefined,
      });
      expect(seen.shape).toEqual([1, 5, 33]);
      const { gains } = noGrad(() => model.gains(magnitudes, { from: 1, to: 4 }));
      expect(gains.shape).toEqual([1, 3, 33]);
      expect(distance(gains.data, new Float32Array(99).fill(1))).toBeLessThan(1e-4);
    },
  );

  test('its transform is that of dsp', () => {
    const model = smallModel();
    const own = noGrad(() => model.stft.forward(row(noisy)));
    const theirs = stft(noisy, framesOf(smallConfig().stft));
    expect(distance(own.real.data, theirs.re)).toBeLessThan(1e-4);
    expect(distance(own.imaginary.data, theirs.im)).toBeLessThan(1e-4);
  });

  test('frames of an odd number of samples, far apart', () => {
    const model = smallModel({ stft: { sampleRate: 4000, nFft: 65, hopLength: 32 } });
    expect(denoised(model, noisy)).toHaveLength(1000);
  });

  test('a louder sound has a louder answer, and no other', () => {
    const model = smallModel({ model: { kind: 'gru', hidden: 16 } });
    const [soft, loud] = [0.01, 10].map((gain) =>
      denoised(
        model,
        noisy.map((sample) => gain * sample),
      ).map((sample) => sample / gain),
    );
    expect(distance(soft!, loud!)).toBeLessThan(1e-5);
  });

  test('silence stays silence', () => {
    expect(energy(denoised(smallModel(), new Float32Array(300)))).toBe(0);
  });

  test('magnitudes of silence have a slope', () => {
    const x = zeros([3], { requiresGrad: true }) as Tensor;
    magnitudesOf(x, zeros([3]) as Tensor)
      .sum()
      .backward();
    expect(Array.from(x.grad!.data)).toEqual([0, 0, 0]);
  });
});

describe('losses', () => {
  const clean = word(500);
  const noise = whiteNoise(500, { seed: 2, rms: 0.05 });
  const noisy = clean.map((sample, index) => sample + noise[index]!);

  test('negativeSnr is minus what snr says, the mean over clips', () => {
    const two = fromArray(
      Float32Array.from([...noisy, ...clean.map((sample) => 0.9 * sample)]),
      [2, 500],
    ) as Tensor;
    const wanted = fromArray(Float32Array.from([...clean, ...clean]), [2, 500]) as Tensor;
    const expected = -(snr(clean, noisy) + 20) / 2;
    expect(negativeSnr(two, wanted).item()).toBeCloseTo(expected, 3);
  });

  test('nothing left of the noise is a large number, not an infinite one', () => {
    const best = negativeSnr(row(clean), row(clean)).item();
    expect(best).toBeLessThan(-60);
    expect(Number.isFinite(negativeSnr(row(noise), zeros([1, 500]) as Tensor).item())).toBe(true);
  });

  const half = smallModel();
  noGrad(() => {
    for (const parameter of half.network.parameters()) parameter.assign(zeros(parameter.shape) as Tensor);
  });
  const batch = { noisy: row(noisy), clean: row(clean) };
  const halved = noisy.map((sample) => sample / 2);

  test('snr and si-sdr, of a model that halves everything', () => {
    expect(lossOf('snr')(half, batch).item()).toBeCloseTo(-snr(clean, halved), 3);
    expect(lossOf('si-sdr')(half, batch).item()).toBeCloseTo(-siSdr(clean, halved, { zeroMean: true }), 2);
  });

  test('spectrum and magnitude, by hand', () => {
    const frames = framesOf(smallConfig().stft);
    const [out, wanted] = [stft(halved, frames), stft(clean, frames)];
    const mean = (of: (at: number) => number) =>
      out.re.reduce((sum, _, at) => sum + of(at), 0) / out.re.length;
    const spectrum =
      mean((at) => (out.re[at]! - wanted.re[at]!) ** 2) + mean((at) => (out.im[at]! - wanted.im[at]!) ** 2);
    const magnitude = mean(
      (at) => (Math.hypot(out.re[at]!, out.im[at]!) - Math.hypot(wanted.re[at]!, wanted.im[at]!)) ** 2,
    );
    expect(lossOf('spectrum')(half, batch).item()).toBeCloseTo(spectrum, 3);
    expect(lossOf('magnitude')(half, batch).item()).toBeCloseTo(magnitude, 3);
    expect(magnitude).toBeLessThan(spectrum);
  });
});
