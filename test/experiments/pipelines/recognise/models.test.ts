import { crossEntropy, type Module, summary } from '@sonograd/nn';
import { arange, fromArray, randn, randomKey, type Tensor } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../../../packages/experiments/src/inputError.ts';
import {
  type CnnOptions,
  CnnRecogniser,
} from '../../../../packages/experiments/src/pipelines/recognise-cnn/model.ts';
import {
  type LstmOptions,
  LstmRecogniser,
} from '../../../../packages/experiments/src/pipelines/recognise-lstm/model.ts';
import {
  flatPatches,
  type TransformerOptions,
  TransformerRecogniser,
} from '../../../../packages/experiments/src/pipelines/recognise-transformer/model.ts';
import type {
  ClipLengths,
  Recogniser,
} from '../../../../packages/experiments/src/pipelines/shared/recogniser.ts';

const [bins, frames] = [8, 12];
const key = randomKey(0);

const cnn = (part: Partial<CnnOptions> = {}) =>
  new CnnRecogniser({
    ...{ bins, frames, channels: [3, 5], depth: 1, pooling: 'mean', dropout: 0.5, key, ...part },
  });
const lstm = (part: Partial<LstmOptions> = {}) =>
  new LstmRecogniser({
    ...{ bins, frames, hidden: 6, layers: 1, bidirectional: true, dropout: 0.5, key, ...part },
  });
const transformer = (part: Partial<TransformerOptions> = {}) =>
  new TransformerRecogniser({
    ...{ bins, frames, patch: { bins: null, frames: 2 }, width: 8, heads: 2, layers: 2, feedforward: 16 },
    ...{ positions: 'learned', pooling: 'mean', normFirst: true, dropout: 0.1, key, ...part },
  });

const clips = (count = 4, seed = 1) =>
  randn([count, bins * frames], { key: randomKey(seed) }) as unknown as Tensor;
const lengthsOf = (...values: number[]): ClipLengths => fromArray(Int32Array.from(values), [values.length]);
const four = lengthsOf(12, 9, 5, 1);
const parametersOf = (model: Module) => model.parameters().reduce((sum, { size }) => sum + size, 0);
const rowsOf = (logits: Tensor) => logits.toArray() as number[][];

const kinds: readonly (readonly [name: string, make: () => Recogniser])[] = [
  ['cnn, mean', () => cnn()],
  ['cnn, mean over time', () => cnn({ pooling: 'mean-over-time' })],
  ['cnn, max', () => cnn({ pooling: 'max' })],
  ['cnn, max over time, two deep', () => cnn({ pooling: 'max-over-time', depth: 2 })],
  ['cnn with more blocks than halves', () => cnn({ channels: [2, 3, 4, 5, 6] })],
  ['lstm, both ways', () => lstm()],
  ['lstm, one way, two layers', () => lstm({ bidirectional: false, layers: 2 })],
  ['transformer, frames', () => transformer()],
  [
    'transformer, patches, class token',
    () => transformer({ patch: { bins: 4, frames: 3 }, pooling: 'class-token', positions: 'sinusoidal' }),
  ],
  ['transformer, norm behind', () => transformer({ normFirst: false, positions: 'none' })],
];

describe.each(kinds)('%s', (_, make) => {
  test('ten answers for each clip, and what was heard before them', () => {
    const model = make().eval();
    expect(model.forward(clips(), four).shape).toEqual([4, 10]);
    const hidden = model.hidden(clips(), four);
    expect(hidden.shape).toEqual([4, model.answer.weight.shape[1]]);
    expect(rowsOf(model.answer.forward(hidden) as Tensor)).toEqual(rowsOf(model.forward(clips(), four)));
  });

  test('every parameter has a share in the loss', () => {
    const model = make();
    crossEntropy(model.forward(clips(), four), fromArray(Int32Array.of(0, 3, 5, 9), [4])).backward();
    const still = model
      .namedParameters()
      .filter(([, { grad }]) => grad === null || grad.data.every((value) => value === 0));
    // A bias of keys moves all scores of a query alike, a bias before a normalisation is taken away again.
    expect(still.map(([name]) => name)).toEqual([]);
  });

  test('in use, a clip is named the same in any company, and every time', () => {
    const model = make().eval();
    const all = rowsOf(model.forward(clips(), four));
    const second = clips().slice(0, 1, 2) as Tensor;
    const alone = rowsOf(model.forward(second, lengthsOf(9)))[0]!;
    alone.forEach((value, digit) => {
      expect(value).toBeCloseTo(all[1]![digit]!, 4);
    });
    expect(rowsOf(model.forward(clips(), four))).toEqual(all);
  });

  test('the same key makes the same model, another key another', () => {
    const model = make();
    expect(model.namedParameters().map(([name]) => name)).toEqual(
      make()
        .namedParameters()
        .map(([name]) => name),
    );
    expect(summary(model, (model) => model.forward(clips(1), lengthsOf(12))).parameters).toBe(
      parametersOf(model),
    );
  });
});

describe('CnnRecogniser', () => {
  test('has the parameters that its blocks and its answer count up to', () => {
    const blocks = 9 * (1 * 3 + 3 * 5) + 2 * (3 + 5);
    expect(parametersOf(cnn())).toBe(blocks + 10 * (5 + 1));
    // Two halvings leave 2 of 8 bands.
    expect(parametersOf(cnn({ pooling: 'mean-over-time' }))).toBe(blocks + 10 * (5 * 2 + 1));
    expect(parametersOf(cnn({ depth: 2 }))).toBe(blocks + 9 * (9 + 25) + 2 * (3 + 5) + 60);
  });

  test('pooling over time keeps bands apart: a picture upside down is another', () => {
    const picture = clips(1);
    const upsideDown = (picture.reshape([bins, frames]).flip(0) as Tensor).reshape([
      1,
      bins * frames,
    ]) as Tensor;
    const model = cnn({ pooling: 'max-over-time' }).eval();
    const [one, other] = [picture, upsideDown].map((x) => rowsOf(model.forward(x, lengthsOf(12))));
    expect(one).not.toEqual(other);
  });
});

describe('LstmRecogniser', () => {
  test('64 bands into 128 units each way are 201 thousand parameters', () => {
    const model = lstm({ bins: 64, frames: 64, hidden: 128 });
    expect(parametersOf(model)).toBe(2 * 4 * 128 * (64 + 128 + 2) + 10 * (256 + 1));
    expect(parametersOf(model)).toBe(201_226);
  });

  test('does not read padding, whatever stands there', () => {
    const model = lstm().eval();
    const quiet = clips(1).reshape([bins, frames]) as Tensor;
    const loud = fromArray(quiet.data, [bins, frames]) as unknown as Tensor;
    for (let bin = 0; bin < bins; bin++) loud.data.fill(9, bin * frames + 7, (bin + 1) * frames);
    const named = [quiet, loud].map((x) =>
      rowsOf(model.forward(x.reshape([1, bins * frames]) as Tensor, lengthsOf(7))),
    );
    expect(named[0]).toEqual(named[1]);
  });

  test('reads up to the last frame of sound', () => {
    const model = lstm().eval();
    const [short, long] = [7, 8].map((length) => rowsOf(model.forward(clips(1), lengthsOf(length))));
    expect(short).not.toEqual(long);
  });

  test('one way, what is heard is the last of its states', () => {
    const model = lstm({ bidirectional: false }).eval();
    const x = clips(2);
    const steps = (x.reshape([2, bins, frames]) as Tensor).transpose(1, 2) as Tensor;
    const { output } = model.lstm.forward(steps);
    const last = (output as Tensor).slice(1, frames - 1, frames).squeeze(1) as Tensor;
    const heard = rowsOf(model.hidden(x, lengthsOf(12, 12)));
    rowsOf(last).forEach((row, clip) => {
      row.forEach((value, unit) => {
        expect(heard[clip]![unit]).toBeCloseTo(value, 5);
      });
    });
  });
});

describe('TransformerRecogniser', () => {
  test('flatPatches: rectangles in the order of time, then of bands', () => {
    const x = (arange(16) as unknown as Tensor).reshape([1, 4, 4]) as Tensor;
    const patch = { bins: 2, frames: 2, rows: 2, columns: 2 };
    expect(rowsOf(flatPatches(x, patch))).toEqual([
      [0, 1, 4, 5],
      [8, 9, 12, 13],
      [2, 3, 6, 7],
      [10, 11, 14, 15],
    ]);
  });

  test('flatPatches: whole frames, one column each', () => {
    const x = (arange(12) as unknown as Tensor).reshape([2, 2, 3]) as Tensor;
    expect(rowsOf(flatPatches(x, { bins: 2, frames: 1, rows: 1, columns: 3 }))).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
      [6, 9],
      [7, 10],
      [8, 11],
    ]);
  });

  test('every setting counts in parameters as it should', () => {
    const layer = 4 * (8 * 8 + 8) + (8 * 16 + 16) + (16 * 8 + 8) + 2 * 16;
    const base = (16 + 1) * 8 + 16 + 6 * 8 + 2 * layer + 16 + 90;
    expect(parametersOf(transformer())).toBe(base);
    expect(parametersOf(transformer({ positions: 'sinusoidal' }))).toBe(base - 6 * 8);
    expect(parametersOf(transformer({ pooling: 'class-token' }))).toBe(base + 8 + 8);
    expect(parametersOf(transformer({ layers: 3 }))).toBe(base + layer);
  });

  test('without positions the order of tokens is nothing to it; with them it is', () => {
    const x = clips(1);
    const backwards = (x.reshape([bins, 6, 2]).flip(1) as Tensor).reshape([1, bins * frames]) as Tensor;
    const namedBy = (model: Recogniser) =>
      [x, backwards].map((clip) => rowsOf(model.eval().forward(clip, lengthsOf(12)))[0]!);
    const [one, other] = namedBy(transformer({ positions: 'none' }));
    one!.forEach((value, digit) => {
      expect(value).toBeCloseTo(other![digit]!, 4);
    });
    const [first, second] = namedBy(transformer({ positions: 'sinusoidal' }));
    expect(first).not.toEqual(second);
  });

  test('the wide form: 512 numbers, 8 heads, 4 layers', () => {
    const model = transformer({ width: 512, heads: 8, layers: 4, feedforward: 512 });
    expect(model.encoder.layers).toHaveLength(4);
    expect(model.eval().forward(clips(1), lengthsOf(12)).shape).toEqual([1, 10]);
  });

  test.each([
    [
      { patch: { bins: 3, frames: 2 } },
      'config: model.patch must divide bins and frames of a clip, 3 x 2 of 8 x 12',
    ],
    [
      { patch: { bins: null, frames: 5 } },
      'config: model.patch must divide bins and frames of a clip, 8 x 5 of 8 x 12',
    ],
    [{ heads: 3 }, 'config: model.heads must divide model.width, 3 and 8'],
  ])('%j is refused', (part, message) => {
    expect(() => transformer(part)).toThrow(new InputError(message));
  });
});
