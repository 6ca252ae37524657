import {
  AdaptiveAvgPool1d,
  AvgPool1d,
  Conv1d,
  Conv2d,
  ConvTranspose1d,
  ConvTranspose2d,
  Flatten,
  type Layer,
  Linear,
  MaxPool2d,
  Module,
  Sequential,
  summary,
  TransformerEncoder,
} from '@sonograd/nn';
import { type Tensor, zeros } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { table } from '../../packages/nn/src/inspect/table.ts';

const movement = fc.record({
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 1 }),
  dilation: fc.integer({ min: 1, max: 2 }),
});

describe('output sizes follow the formulas', () => {
  test('Conv1d and its way back: strides multiply, the rest is made up by outputPadding', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 12, max: 40 }),
        fc.integer({ min: 2, max: 4 }),
        movement,
        (length, kernel, own) => {
          const reach = own.dilation * (kernel - 1) + 1;
          const forward = new Conv1d(1, 1, kernel, own) as unknown as Layer;
          const out = Math.floor((length + 2 * own.padding - reach) / own.stride) + 1;
          expect((forward.forward(zeros([1, 1, length])) as Tensor).shape).toEqual([1, 1, out]);
          const back = new ConvTranspose1d(1, 1, kernel, own) as unknown as Layer;
          expect((back.forward(zeros([1, 1, out])) as Tensor).shape).toEqual([
            1,
            1,
            (out - 1) * own.stride - 2 * own.padding + reach,
          ]);
        },
      ),
      { seed: 9, numRuns: 60 },
    );
  });

  test('a chain of layers: summary shows what forward gives, and counts what the formula counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }), (channels, batch) => {
        const model = new Sequential(
          new Conv2d(1, channels, 3, { padding: 1 }),
          new MaxPool2d(2),
          new ConvTranspose2d(channels, 2, 2, { stride: 2, bias: false }),
          new Flatten(),
          new Linear(128, 3),
        ) as unknown as Layer;
        const x = zeros([batch, 1, 8, 8]) as Tensor;
        const found = summary(model as never, [batch, 1, 8, 8]);
        expect(found.rows[0]?.output).toEqual((model.forward(x) as Tensor).shape);
        expect(found.multiplyAdds).toBe(batch * (channels * 64 * 9 + channels * 16 * 2 * 4 + 128 * 3));
        expect(found.parameters).toBe(10 * channels + 8 * channels + 387);
      }),
      { seed: 10, numRuns: 20 },
    );
  });

  test('signals through pools', () => {
    const model = new Sequential(new AvgPool1d(4), new AdaptiveAvgPool1d(5)) as unknown as Layer;
    expect((model.forward(zeros([2, 3, 50])) as Tensor).shape).toEqual([2, 3, 5]);
  });
});

describe('summary', () => {
  test('shows what is inside what', () => {
    const encoder = new TransformerEncoder({
      layer: { dModel: 8, nhead: 2, dimFeedforward: 16, batchFirst: true },
      numLayers: 1,
    });
    const lines = summary(encoder as never, [2, 5, 8])
      .toString()
      .split('\n');
    expect(lines.map((line) => line.slice(0, line.indexOf('  [')).trimEnd())).toEqual(
      expect.arrayContaining([
        'TransformerEncoder()',
        '    0 TransformerEncoderLayer()',
        '      self_attn MultiHeadAttention(8, 2 heads, dropout 0.1)',
        '        out_proj Linear(8 -> 8)',
        '      norm2 LayerNorm(8)',
      ]),
    );
  });

  test('a layer that is run twice counts twice, its parameters once; one that is never run has no output', () => {
    class Twice extends Module {
      readonly used = new Linear<number, number>(3, 3);
      readonly unused = new Linear<number, number>(3, 3);

      forward(x: Tensor): Tensor {
        return this.used.forward(this.used.forward(x) as Tensor) as Tensor;
      }
    }
    const { rows, parameters } = summary(new Twice(), [2, 3]);
    expect(rows.map(({ name, multiplyAdds, output }) => [name, multiplyAdds, output])).toEqual([
      ['', 0, undefined],
      ['used', 36, [2, 3]],
      ['unused', 0, undefined],
    ]);
    expect(parameters).toBe(24);
  });
});

describe('table', () => {
  test('words to the left, numbers to the right, thousands apart, three digits of fractions', () => {
    expect(
      table(
        ['name', 'count', 'share'],
        [
          ['a', 1234567, 0.123456],
          ['bcd', 8, 12],
        ],
      ),
    ).toBe(['name      count  share', 'a     1,234,567  0.123', 'bcd           8     12'].join('\n'));
  });

  test('a hole among numbers stands with them', () => {
    expect(
      table(
        ['n', 'rank'],
        [
          ['a', '-'],
          ['b', 12],
        ],
      ),
    ).toBe(['n  rank', 'a     -', 'b    12'].join('\n'));
  });
});
