import { MultiHeadAttention, TransformerEncoderLayer } from '@sonograd/nn';
import { fillNormal, fromArray, randomKey, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../../tensor/engines.ts';
import { affine, expectClose, numbers, ofTensor, toTensor } from './arrays.ts';

const [batch, steps, width, heads] = [2, 4, 6, 2];
const headWidth = width / heads;

type Hidden = (row: number, query: number, key: number) => boolean;

/** Attention by its definition, one head, one query and one key at a time. */
function attended(
  layer: MultiHeadAttention,
  x: Float64Array,
  hidden: Hidden,
): { output: number[]; weights: number[] } {
  const inProj = ofTensor(layer.inProjWeight);
  const inBias = ofTensor(layer.inProjBias);
  const part = (which: number, token: Float64Array) =>
    affine(
      inProj.subarray(which * width * width, (which + 1) * width * width),
      token,
      inBias.subarray(which * width, (which + 1) * width),
    );
  const output: number[] = [];
  const mean = new Float64Array(batch * steps * steps);
  for (let row = 0; row < batch; row++) {
    const tokens = Array.from({ length: steps }, (_, at) =>
      x.subarray((row * steps + at) * width, (row * steps + at + 1) * width),
    );
    const [queries, keys, values] = [0, 1, 2].map((which) => tokens.map((token) => part(which, token))) as [
      Float64Array[],
      Float64Array[],
      Float64Array[],
    ];
    for (let query = 0; query < steps; query++) {
      const joined = new Float64Array(width);
      for (let head = 0; head < heads; head++) {
        const own = (vector: Float64Array | undefined) =>
          (vector as Float64Array).subarray(head * headWidth, (head + 1) * headWidth);
        const scores = keys.map((key, at) =>
          hidden(row, query, at)
            ? -Infinity
            : own(queries[query]).reduce((sum, value, i) => sum + value * (own(key)[i] as number), 0) /
              Math.sqrt(headWidth),
        );
        const largest = Math.max(...scores);
        const powers = scores.map((score) => Math.exp(score - largest));
        const total = powers.reduce((sum, power) => sum + power, 0);
        powers.forEach((power, at) => {
          mean[(row * steps + query) * steps + at]! += power / total / heads;
          own(values[at]).forEach((value, i) => {
            joined[head * headWidth + i]! += (power / total) * value;
          });
        });
      }
      output.push(...affine(ofTensor(layer.outProj.weight), joined, ofTensor(layer.outProj.bias)));
    }
  }
  return { output, weights: [...mean] };
}

function make(): MultiHeadAttention {
  const layer = new MultiHeadAttention(width, heads, { batchFirst: true, key: randomKey(1) });
  // Biases start at zero; a mix-up of them must show.
  fillNormal((layer.inProjBias as Tensor).data as Float32Array, randomKey(2), 0, 0.5);
  fillNormal((layer.outProj.bias as Tensor).data as Float32Array, randomKey(3), 0, 0.5);
  return layer;
}

const bools = (shape: number[], value: (at: number) => boolean) =>
  fromArray(
    Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, at) => Number(value(at))),
    shape,
  ) as Tensor<readonly number[], 'bool'>;

onEveryEngine('MultiHeadAttention is its definition', () => {
  const x = numbers(batch * steps * width, 7);
  const tensor = () => toTensor(x, batch, steps, width);

  test.each([
    ['everyone sees everyone', {}, () => false],
    ['nobody sees the future', { causal: true }, (_row: number, query: number, key: number) => key > query],
    [
      'a mask of queries and keys',
      { attentionMask: bools([steps, steps], (at) => at % 3 === 1) },
      (_row: number, query: number, key: number) => (query * steps + key) % 3 === 1,
    ],
    [
      'padding at the end of the second row',
      { keyPaddingMask: bools([batch, steps], (at) => at >= steps + 2) },
      (row: number, _query: number, key: number) => row === 1 && key >= 2,
    ],
    [
      'all three',
      {
        causal: true,
        attentionMask: bools([steps, steps], (at) => at === steps),
        keyPaddingMask: bools([batch, steps], (at) => at === 2),
      },
      (row: number, query: number, key: number) =>
        key > query || query * steps + key === steps || row * steps + key === 2,
    ],
  ] as [string, object, Hidden][])('%s', (_name, masks, hidden) => {
    const layer = make();
    const found = layer.forward(tensor(), tensor(), tensor(), masks);
    const expected = attended(layer, x, hidden);
    expectClose(found.output as Tensor, expected.output);
    expectClose(found.weights as Tensor, expected.weights);
  });

  test('an encoder layer: attention, then two linear layers, each added to what came in and normalised', () => {
    const layer = new TransformerEncoderLayer(width, heads, {
      dimFeedforward: 5,
      dropout: 0,
      batchFirst: true,
      key: randomKey(5),
    });
    const { output } = attended(layer.selfAttn, x, () => false);
    const rows: number[] = [];
    for (let at = 0; at < batch * steps; at++) {
      const own = Float64Array.from(
        { length: width },
        (_, i) => (x[at * width + i] as number) + (output[at * width + i] as number),
      );
      const first = standardised(own);
      const wide = affine(ofTensor(layer.linear1.weight), first, ofTensor(layer.linear1.bias)).map((value) =>
        Math.max(0, value),
      );
      const narrow = affine(ofTensor(layer.linear2.weight), wide, ofTensor(layer.linear2.bias));
      rows.push(...standardised(first.map((value, i) => value + (narrow[i] as number))));
    }
    expectClose(layer.forward(tensor()) as Tensor, rows);
  });

  test('rows do not see each other', () => {
    const layer = make();
    const other = Float64Array.from(x);
    other.fill(3, steps * width);
    const run = (values: Float64Array) => {
      const input = toTensor(values, batch, steps, width);
      return [...layer.forward(input, input, input).output.data.subarray(0, steps * width)];
    };
    expect(run(other)).toEqual(run(x));
  });
});

function standardised(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return values.map((value) => (value - mean) / Math.sqrt(variance + 1e-5));
}
