import { GRU, LSTM, RNN } from '@sonograd/nn';
import { concat, gradCheck, randn, randomKey, type Tensor } from '@sonograd/tensor';
import { expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const key = randomKey(6);
const layers = { RNN, LSTM, GRU };
const each = Object.entries(layers) as [string, typeof GRU][];

onEveryEngine('recurrent layers', () => {
  test.each(each)('%s: a padded row gives what it gives alone, in both directions', (_name, Layer) => {
    const layer = new Layer(3, 4, { numLayers: 2, bidirectional: true, batchFirst: true, key });
    const long = randn([1, 6, 3], { key: randomKey(1) }) as Tensor;
    const short = randn([1, 2, 3], { key: randomKey(2) }) as Tensor;
    const noise = randn([1, 4, 3], { key: randomKey(3) }) as Tensor;
    const padded = concat([long, concat([short, noise], 1) as Tensor]) as Tensor;
    const together = layer.forward(padded, { lengths: [6, 2] });
    const alone = layer.forward(short);
    const rows = together.output.slice(0, 1) as Tensor;
    (rows.slice(1, 0, 2) as Tensor).data.forEach((value, at) => {
      expect(value).toBeCloseTo(alone.output.data[at] as number, 5);
    });
    expect((rows.slice(1, 2) as Tensor).data.every((value) => value === 0)).toBe(true);
    (together.hidden.slice(1, 1) as Tensor).data.forEach((value, at) => {
      expect(value).toBeCloseTo(alone.hidden.data[at] as number, 5);
    });
  });

  test.each(each)('%s: steps first is the same, turned around', (_name, Layer) => {
    const [first, second] = [true, false].map(
      (batchFirst) => new Layer(3, 4, { batchFirst, bidirectional: true, key: randomKey(8) }),
    ) as [GRU, GRU];
    const x = randn([2, 5, 3], { key }) as Tensor;
    const [rows, steps] = [first.forward(x), second.forward(x.transpose(0, 1) as Tensor)];
    expect((steps.output.transpose(0, 1) as Tensor).data).toEqual(rows.output.data);
    expect(steps.hidden.data).toEqual(rows.hidden.data);
  });

  test.each(each)('%s: gradients of x and of the first state', (_name, Layer) => {
    const layer = new Layer(2, 3, { bidirectional: true, batchFirst: true, key });
    const x = randn([2, 3, 2], { key: randomKey(1) }) as Tensor;
    gradCheck((own) => layer.forward(own as Tensor, { lengths: [3, 2] }).output as Tensor, [x]);
    gradCheck((own) => layer.forward(own as Tensor, { lengths: [3, 2] }).hidden as Tensor, [x]);
  });

  test('the state of one call continues in the next', () => {
    const layer = new LSTM(3, 4, { numLayers: 2, batchFirst: true, key });
    const x = randn([2, 6, 3], { key }) as Tensor;
    const whole = layer.forward(x);
    const head = layer.forward(x.slice(1, 0, 4) as Tensor);
    const tail = layer.forward(x.slice(1, 4) as Tensor, {
      state: [head.hidden as Tensor, head.cell as Tensor],
    });
    tail.hidden.data.forEach((value, at) => {
      expect(value).toBeCloseTo(whole.hidden.data[at] as number, 5);
    });
  });

  test('dropout stands between the layers, and only while training', () => {
    const layer = new GRU(3, 8, { numLayers: 2, dropout: 0.5, batchFirst: true, key });
    const x = randn([2, 4, 3], { key }) as Tensor;
    const [first, second] = [layer.forward(x), layer.forward(x)];
    const bottom = (result: typeof first) => [...(result.hidden.slice(0, 0, 1) as Tensor).data];
    expect(bottom(first)).toEqual(bottom(second));
    expect([...first.output.data]).not.toEqual([...second.output.data]);
    layer.eval();
    expect([...layer.forward(x).output.data]).toEqual([...layer.forward(x).output.data]);
  });
});

test('bad input names the layer and the values', () => {
  expect(() => new GRU(3, 4).forward(randn([2, 5], { key }) as Tensor)).toThrow(
    'GRU: x must be [steps, batch, 3], got [2, 5]',
  );
  expect(() => new LSTM(3, 4, { batchFirst: true }).forward(randn([2, 5, 4], { key }) as Tensor)).toThrow(
    'LSTM: x must be [batch, steps, 3], got [2, 5, 4]',
  );
  expect(() => new RNN(3, 4, { dropout: 1 })).toThrow('RNN: the rate of dropout must lie in [0, 1), got 1');
  expect(() => new GRU(3, 4).forward(randn([2, 1, 3], { key }) as Tensor, { lengths: [3] })).toThrow(
    'lengths must be from 0 to 2, got 3',
  );
  expect(new LSTM(3, 4, { numLayers: 2, bidirectional: true }).toString()).toBe(
    'LSTM(3 -> 4, 2 layers, bidirectional)',
  );
});
