import { describe, expect, test } from 'vitest';
import { type Case, fullName, gradientInputs } from '../../bench/case.ts';
import { makeInput } from '../../bench/own/inputs.ts';
import { ownOp } from '../../bench/own/ops.ts';
import { prepareOwn } from '../../bench/own/prepare.ts';
import { allCases, select } from '../../bench/suites/index.ts';

const names = allCases.map(fullName);

describe('the cases', () => {
  test('have names of their own', () => {
    expect(new Set(names).size).toBe(names.length);
  });

  test('can be done by us', () => {
    for (const { own, work } of allCases)
      if (own === undefined) expect(ownOp(work.op)).toBeTypeOf('function');
  });

  test('with a limit say how much they do of it', () => {
    const silent = allCases.filter(
      ({ limit, flops, bytes }) =>
        (limit === 'compute' && !(flops! > 0)) || (limit === 'memory' && !(bytes! > 0)),
    );
    expect(silent.map(fullName)).toEqual([]);
  });

  test('are plain data to peers', () => {
    for (const { work } of allCases) expect(JSON.parse(JSON.stringify(work))).toEqual(work);
  });

  test.each([
    'overhead',
    'elementwise',
    'reductions',
    'moves',
    'random',
    'matmul',
    'conv',
    'pool',
    'norm',
    'softmax',
    'recurrent',
    'attention',
    'fft',
    'optimizer',
    'layers',
    'steps',
  ])('cover %s', (suite) => {
    expect(allCases.some((one) => one.suite === suite)).toBe(true);
  });
});

describe('the choice', () => {
  test('is everything unless something is named', () => {
    expect(select(allCases, [], false)).toHaveLength(allCases.length);
  });

  test('goes by parts of suite and name', () => {
    const chosen = select(allCases, ['matmul/512', 'fft/'], false);
    expect(chosen.length).toBeGreaterThan(2);
    expect(chosen.every((one) => /^(matmul\/512|fft\/)/.test(fullName(one)))).toBe(true);
    expect(select(allCases, ['nothing of the kind'], false)).toEqual([]);
  });

  test('leaves long cases out of quick runs', () => {
    const [first, second] = allCases as readonly [Case, Case];
    expect(select([{ ...first, isLong: true }, second], [], true)).toEqual([second]);
  });
});

describe('our side', () => {
  test('inputs are of their kind, and the same each time', () => {
    expect(makeInput({ shape: [2, 3] }, 1).toArray()).toEqual(makeInput({ shape: [2, 3] }, 1).toArray());
    const shares = makeInput({ shape: [100], kind: 'uniform' }, 2).data;
    expect(shares.every((share) => share >= 0 && share < 1)).toBe(true);
    const labels = makeInput({ shape: [100], kind: 'labels', classes: 3 }, 3);
    expect(labels.dtype).toBe('int32');
    expect(new Set(labels.data)).toEqual(new Set([0, 1, 2]));
  });

  test('gradients are taken by all inputs that are no labels, or by those named', () => {
    const inputs = [{ shape: [2, 3] }, { shape: [2], kind: 'labels' }] as const;
    expect(gradientInputs({ op: 'crossEntropy', inputs, mode: 'backward' })).toEqual([0]);
    expect(gradientInputs({ op: 'mul', inputs, mode: 'backward', by: [1] })).toEqual([1]);
  });

  test.each(['forward', 'backward', 'both'] as const)('%s runs, again and again', (mode) => {
    const prepared = prepareOwn({ op: 'matmul', inputs: [{ shape: [3, 4] }, { shape: [4, 5] }], mode });
    if (!('run' in prepared)) throw new Error('an op on tensors is timed from outside');
    for (let call = 0; call < 3; call++) prepared.run();
    prepared.release();
    expect(() => prepared.run()).toThrow(/freed/);
  });

  test('an op that nobody knows is named', () => {
    expect(() => ownOp('levitate')).toThrow(/no op of this name, levitate/);
  });
});
