import {
  BatchNorm1d,
  Conv2d,
  Dropout,
  type Layer,
  Linear,
  LSTM,
  loadStateDict,
  Module,
  observeForward,
  parameter,
  ReLU,
  replaceModules,
  Sequential,
  type StateEntry,
  stateDict,
  TransformerEncoder,
} from '@sonograd/nn';
import { noGrad, ones, randn, randomKey, scope, type Tensor, zeros } from '@sonograd/tensor';
import { describe, expect, test } from 'vitest';
import { onEveryEngine } from '../tensor/engines.ts';

const key = randomKey(5);
const names = (module: Module) => module.namedParameters().map(([name]) => name);

/** A module whose two halves share a layer. */
class Shared extends Module {
  readonly first = new Linear(3, 3);
  readonly again = this.first;
  readonly scaleOfAll = parameter(ones([1]) as Tensor);
}

describe('parameters and buffers', () => {
  test('are found from fields, in PyTorch order, under PyTorch names', () => {
    const model = new Sequential(
      new Linear(4, 3),
      new BatchNorm1d(3),
      new ReLU(),
      new Linear(3, 2, { bias: false }),
    );
    expect(names(model)).toEqual(['0.weight', '0.bias', '1.weight', '1.bias', '3.weight']);
    expect(model.namedBuffers().map(([name]) => name)).toEqual([
      '1.running_mean',
      '1.running_var',
      '1.num_batches_tracked',
    ]);
    expect(
      new LSTM(2, 3, { numLayers: 2, bidirectional: true, bias: false })
        .namedParameters()
        .map(([name]) => name),
    ).toEqual([
      'weight_ih_l0',
      'weight_hh_l0',
      'weight_ih_l0_reverse',
      'weight_hh_l0_reverse',
      'weight_ih_l1',
      'weight_hh_l1',
      'weight_ih_l1_reverse',
      'weight_hh_l1_reverse',
    ]);
  });

  test('shared ones are counted once and stored under both names', () => {
    const model = new Shared();
    expect(names(model)).toEqual(['scale_of_all', 'first.weight', 'first.bias']);
    expect([...stateDict(model).keys()]).toEqual([
      'scale_of_all',
      'first.weight',
      'first.bias',
      'again.weight',
      'again.bias',
    ]);
  });

  test('outlive the scope they were made in, and zeroGrad forgets gradients', () => {
    const model = scope(() => new Sequential(new Linear(2, 2)));
    (model.forward(ones([1, 2])) as Tensor).sum().backward();
    expect(model.parameters().every(({ grad }) => grad !== null)).toBe(true);
    model.zeroGrad();
    expect(model.parameters().every(({ grad }) => grad === null)).toBe(true);
  });

  test('train and eval reach everything below', () => {
    const model = new TransformerEncoder({ layer: { dModel: 4, nhead: 2 }, numLayers: 2 }).eval();
    expect(model.namedModules().every(([, module]) => !module.training)).toBe(true);
    expect(
      model
        .train()
        .namedModules()
        .every(([, module]) => module.training),
    ).toBe(true);
  });

  test('a model prints as PyTorch prints it', () => {
    const model = new Sequential(
      new Conv2d(3, 8, 3, { padding: 1, bias: false }),
      new ReLU(),
      new Dropout(0.2),
    );
    expect(model.toString()).toBe(
      'Sequential(\n  (0): Conv2d(3 -> 8, kernel 3x3, padding 1, no bias)\n  (1): ReLU()\n  (2): Dropout(0.2)\n)',
    );
  });
});

describe('state dictionaries', () => {
  const make = () => new Sequential(new Linear(3, 2, { key }), new BatchNorm1d(2));
  const zerosOf = (shape: number[]): StateEntry => ({
    dtype: 'float32',
    shape,
    data: new Float32Array(shape.reduce((product, size) => product * size, 1)),
  });

  test('go around and are copies', () => {
    const [from, to] = [make(), make()];
    const state = stateDict(from);
    loadStateDict(to, state);
    expect(stateDict(to)).toEqual(state);
    (state.get('0.weight') as StateEntry).data.fill(9);
    expect(stateDict(from)).not.toEqual(state);
  });

  test('missing, unexpected and wrong-shaped entries are listed, and nothing is loaded', () => {
    const model = make();
    const before = stateDict(model);
    const state = new Map(stateDict(model));
    for (const entry of state.values()) entry.data.fill(3);
    state.delete('0.bias');
    state.set('0.weight', zerosOf([2, 4]));
    state.set('2.weight', zerosOf([1]));
    expect(() => loadStateDict(model, state)).toThrow(
      'loadStateDict: the state does not fit the Sequential\n' +
        '  missing: 0.bias\n' +
        '  unexpected: 2.weight\n' +
        '  wrong shape: 0.weight is float32 [2, 3], the state has float32 [2, 4]',
    );
    expect(stateDict(model)).toEqual(before);
  });

  test('not strict: what fits by name is loaded, wrong shapes are still refused', () => {
    const model = make();
    loadStateDict(
      model,
      new Map([
        ['0.bias', zerosOf([2])],
        ['other', zerosOf([1])],
      ]),
      { strict: false },
    );
    expect([...(stateDict(model).get('0.bias') as StateEntry).data]).toEqual([0, 0]);
    expect(() => loadStateDict(model, new Map([['0.bias', zerosOf([3])]]), { strict: false })).toThrow(
      'wrong shape: 0.bias is float32 [2], the state has float32 [3]',
    );
  });
});

onEveryEngine('random streams', () => {
  const make = () => new Sequential(new Dropout(0.3, { key }), new Dropout(0.3, { key: randomKey(9) }));
  const draw = (model: { forward(x: Tensor): Tensor }) => [...model.forward(ones([4, 8]) as Tensor).data];

  test('every call draws anew; a restored state draws the same again', () => {
    const model = make() as unknown as Module & { forward(x: Tensor): Tensor };
    draw(model);
    const state = JSON.parse(JSON.stringify(model.generatorState()));
    expect(Object.keys(state)).toEqual(['0.dropout_generator', '1.dropout_generator']);
    const [next, after] = [draw(model), draw(model)];
    expect(after).not.toEqual(next);
    const fresh = make() as unknown as Module & { forward(x: Tensor): Tensor };
    fresh.restoreGeneratorState(state);
    expect([draw(fresh), draw(fresh)]).toEqual([next, after]);
  });

  test('a state that lacks a generator is refused', () => {
    expect(() => make().restoreGeneratorState({})).toThrow(
      'restoreGeneratorState: the state must know every generator, not 0.dropout_generator, 1.dropout_generator',
    );
  });

  test('evaluation draws nothing', () => {
    const model = make().eval();
    const before = model.generatorState();
    expect([...(model.forward(ones([2, 2])) as Tensor).data]).toEqual([1, 1, 1, 1]);
    expect(model.generatorState()).toEqual(before);
  });
});

describe('hooks', () => {
  test('see every layer, the innermost first, until they are stopped', () => {
    const model = new Sequential(new Linear(3, 2), new ReLU());
    const seen: string[] = [];
    const stop = observeForward(model, ({ name, output }) => {
      seen.push(`${name} ${(output as Tensor).shape}`);
    });
    model.forward(zeros([4, 3]));
    stop();
    model.forward(zeros([4, 3]));
    expect(seen).toEqual(['0 4,2', '1 4,2', ' 4,2']);
    expect(model.observed).toBe(false);
  });
});

describe('replaceModules', () => {
  test('reaches fields and lists', () => {
    const model = new Sequential(new Linear(3, 3), new Sequential(new Linear(3, 3), new ReLU()));
    replaceModules(model, (_name, module) => (module instanceof Linear ? new Dropout(0.1) : undefined));
    expect(model.namedModules().map(([name, module]) => `${name} ${module.constructor.name}`)).toEqual([
      ' Sequential',
      '0 Dropout',
      '1 Sequential',
      '1.0 Dropout',
      '1.1 ReLU',
    ]);
  });
});

onEveryEngine('a ReLU behind a convolution or a batch-norm', () => {
  test.each([
    ['Conv2d', () => new Conv2d(2, 3, 3, { key, padding: 1 }), [2, 2, 5, 5]],
    ['BatchNorm1d', () => new BatchNorm1d(6), [5, 6]],
  ] as [string, () => Layer, number[]][])(
    '%s: in one pass, with the values and gradients of two',
    (_name, make, shape) => {
      const layer = make();
      const x = randn(shape, { key });
      const run = (watched: boolean) => {
        const model = new Sequential(layer, new ReLU());
        const stop = watched ? observeForward(model, () => undefined) : () => undefined;
        const input = x.detach() as Tensor;
        input.requiresGrad = true;
        const output = model.forward(input) as Tensor;
        output.square().sum().backward();
        stop();
        return noGrad(() => [[...output.data], [...((input.grad as Tensor).data as Float32Array)]]);
      };
      const [fused, separate] = [run(false), run(true)];
      expect(fused[0]).toEqual(separate[0]);
      fused[1]?.forEach((value, at) => {
        expect(value).toBeCloseTo(separate[1]?.[at] as number, 5);
      });
    },
  );
});
