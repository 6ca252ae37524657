import { mse, summary } from '@sonograd/nn';
import { concat, noGrad, randn, randomKey, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import {
  BottleneckAttention,
  UNet,
} from '../../../../packages/experiments/src/pipelines/denoise-unet/model.ts';
import { WaveUNet } from '../../../../packages/experiments/src/pipelines/denoise-unet/waveModel.ts';

const key = randomKey(0);
const as = (x: unknown): Tensor => x as Tensor;
const unet = (options: Partial<ConstructorParameters<typeof UNet>[0]> = {}): UNet =>
  new UNet({ width: 2, levels: 3, attentionHeads: null, key, ...options });

describe('UNet', () => {
  /** Twice 3 x 3 filters with a bias, and a scale and a shift behind each. */
  const block = (from: number, to: number) => 9 * to * (from + to) + 6 * to;
  /** Windows of 2 x 2, spread out, with a bias. */
  const raise = (from: number, to: number) => 4 * from * to + to;

  test('1-32-64-128 with skips is 467,233 parameters, as counted by hand', () => {
    const down = block(1, 32) + block(32, 64) + block(64, 128);
    const up = raise(128, 64) + block(128, 64) + raise(64, 32) + block(64, 32);
    const model = unet({ width: 32 });
    expect(summary(model, [1, 1, 16, 16]).parameters).toBe(down + up + 32 + 1);
    expect(down + up + 33).toBe(467_233);
  });

  test('one pass over 112 x 112 sums up 1.2 thousand million products', () => {
    const filters = (from: number, to: number, side: number) => 9 * from * to * side ** 2;
    const twice = (from: number, to: number, side: number) => filters(from, to, side) + filters(to, to, side);
    const raised = (from: number, to: number, side: number) => 4 * from * to * side ** 2;
    const all =
      twice(1, 32, 112) + twice(32, 64, 56) + twice(64, 128, 28) + raised(128, 64, 28) + twice(128, 64, 56);
    const { multiplyAdds } = summary(unet({ width: 32 }), [1, 1, 112, 112]);
    expect(multiplyAdds).toBe(all + raised(64, 32, 56) + twice(64, 32, 112) + 32 * 112 ** 2);
    expect(multiplyAdds / 1e9).toBeCloseTo(1.21, 2);
  });

  test.each([2, 3, 4])('with %i levels: a picture of the same size comes out', (levels) => {
    const model = unet({ levels });
    expect([model.down.length, model.up.length, model.join.length]).toEqual([levels, levels - 1, levels - 1]);
    expect(model.forward(randn([2, 1, 16, 24], { key })).shape).toEqual([2, 1, 16, 24]);
  });

  test('two levels, walked by hand: down, down, up, joined with what was seen above', () => {
    const model = unet({ levels: 2 }).eval();
    const x = randn([1, 1, 4, 4], { key });
    const above = as(model.down[0]!.forward(x));
    const pooled = zeros(above.shape.map((size, axis) => (axis < 2 ? size : size / 2))) as Tensor;
    for (let channel = 0; channel < 2; channel++) {
      for (const y of [0, 1]) {
        for (const z of [0, 1]) {
          const at = (dy: number, dz: number) => above.data[channel * 16 + (2 * y + dy) * 4 + 2 * z + dz]!;
          pooled.data[channel * 4 + 2 * y + z] = Math.max(at(0, 0), at(0, 1), at(1, 0), at(1, 1));
        }
      }
    }
    const raised = as(model.up[0]!.forward(as(model.down[1]!.forward(pooled))));
    const joined = as(model.join[0]!.forward(as(concat([raised, above], 1))));
    expect(as(model.out.forward(joined)).toArray()).toEqual(as(model.forward(x)).toArray());
  });

  test.each([null, 2])('a gradient reaches every parameter, attention %s', (attentionHeads) => {
    const model = unet({ attentionHeads });
    mse(as(model.forward(randn([2, 1, 8, 8], { key }))), as(zeros([2, 1, 8, 8]))).backward();
    const without = model.namedParameters().filter(([, { grad }]) => grad === null);
    expect(without.map(([name]) => name)).toEqual([]);
  });

  test('the same key, the same weights; another key, others', () => {
    const [one, same, other] = [key, randomKey(0), randomKey(1)].map((key) => unet({ key }).parameters());
    expect(one!.map((tensor) => tensor.toArray())).toEqual(same!.map((tensor) => tensor.toArray()));
    expect(one![0]!.toArray()).not.toEqual(other![0]!.toArray());
  });

  test('blocks of one level draw apart from each other', () => {
    const model = unet({ levels: 3 });
    const [first, second] = model.join[1]!.parameters().filter(({ rank }) => rank === 4);
    expect(first!.data.slice(0, 9)).not.toEqual(second!.data.slice(0, 9));
  });
});

describe('attention at the bottom', () => {
  test('adds to what was there: with a silent output nothing changes', () => {
    const layer = new BottleneckAttention(4, 2, key);
    layer.heads.outProj.weight.data.fill(0);
    const x = randn([2, 4, 3, 5], { key });
    expect(layer.forward(x).toArray()).toEqual(x.toArray());
  });

  test('every place sees all others: a change in one corner is felt in the opposite one', () => {
    const layer = new BottleneckAttention(4, 1, key);
    const x = randn([1, 4, 6, 6], { key });
    const before = layer.forward(x).data.slice();
    x.data[0] = x.data[0]! + 3;
    const after = layer.forward(x).data;
    expect(Math.abs(after[35]! - before[35]!)).toBeGreaterThan(1e-6);
  });

  test('has no sense of place: places in another order come out in that order', () => {
    const layer = new BottleneckAttention(4, 2, key);
    const x = randn([1, 4, 1, 6], { key });
    const turned = as(x.flip(3));
    as(layer.forward(turned))
      .flip(3)
      .data.forEach((value, index) => {
        expect(value).toBeCloseTo(layer.forward(x).data[index]!, 5);
      });
  });
});

describe('WaveUNet', () => {
  const model = new WaveUNet({ width: 3, levels: 4, key });

  test('channels grow by the width at each level, samples halve', () => {
    const shapes: string[] = [];
    const stop = model.down.map((block) =>
      block.onForward((_, out) => void shapes.push(String(as(out).shape))),
    );
    expect(model.forward(randn([2, 1, 64], { key })).shape).toEqual([2, 1, 64]);
    for (const end of stop) end();
    expect(shapes).toEqual(['2,3,32', '2,6,16', '2,9,8', '2,12,4']);
  });

  test.each([32, 48, 160])('%i samples in, as many out', (samples) => {
    expect(model.forward(randn([1, 1, samples], { key })).shape).toEqual([1, 1, samples]);
  });

  test('a gradient reaches every parameter', () => {
    const made = new WaveUNet({ width: 3, levels: 2, key });
    mse(as(made.forward(randn([2, 1, 32], { key }))), as(zeros([2, 1, 32]))).backward();
    expect(made.namedParameters().filter(([, { grad }]) => grad === null)).toEqual([]);
  });

  test('sees no further than its filters reach', () => {
    const small = new WaveUNet({ width: 3, levels: 1, key }).eval();
    const x = randn([1, 1, 128], { key });
    const before = noGrad(() => small.forward(x).data.slice()) as Float32Array;
    x.data[100] = 5;
    const after = noGrad(() => small.forward(x).data.slice()) as Float32Array;
    const changed = [...after.keys()].filter((at) => after[at] !== before[at]);
    expect(Math.min(...changed)).toBeGreaterThan(100 - 16);
    expect(Math.max(...changed)).toBeLessThan(100 + 16);
    expect(changed).toContain(100);
  });
});
