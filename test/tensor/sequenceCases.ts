import {
  type AnyTensor,
  gru,
  lstm,
  rnn,
  type Shape,
  scaledDotProductAttention,
  type Tensor,
} from '@sonograd/tensor';
import fc from 'fast-check';
import { asBool, type Example, example, type OpCase, zerosOf } from './caseBuilders.ts';

interface Sizes {
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
}

interface Given {
  readonly weights: { weightIh: Tensor; weightHh: Tensor; biasIh: Tensor; biasHh: Tensor };
  readonly states: { hidden: Tensor; cell: Tensor };
  readonly reverse: boolean;
  readonly lengths: AnyTensor | undefined;
}

type Run = (x: Tensor, given: Given) => readonly Tensor[];

/** All inputs of a layer, in one direction or the other, with rows of one length or of several. */
function recurrent(gates: number, run: Run, errors: OpCase['errors']): OpCase {
  const call = (sizes: Sizes, reverse: boolean, hasLengths: boolean): Example => {
    const { batch, steps, features, units } = sizes;
    const weight = (...shape: number[]) => ({ shape, low: -0.7, high: 0.7 });
    const weights = [weight(gates * units, features), weight(gates * units, units)];
    const biases = [weight(gates * units), weight(gates * units)];
    const states: Shape[] = [
      [batch, units],
      [batch, units],
    ];
    const lengths = { shape: [batch], dtype: 'int32', low: 0, high: steps + 1 } as const;
    return example(
      (x, weightIh, weightHh, biasIh, biasHh, hidden, cell, ends) =>
        run(x!, {
          weights: { weightIh: weightIh!, weightHh: weightHh!, biasIh: biasIh!, biasHh: biasHh! },
          states: { hidden: hidden!, cell: cell! },
          reverse,
          lengths: hasLengths ? ends : undefined,
        }),
      [batch, steps, features],
      ...weights,
      ...biases,
      ...states,
      lengths,
    );
  };
  return {
    examples: [
      call({ batch: 1, steps: 3, features: 2, units: 2 }, false, false),
      call({ batch: 2, steps: 2, features: 1, units: 1 }, true, true),
      call({ batch: 5, steps: 7, features: 9, units: 13 }, false, true),
      call({ batch: 9, steps: 4, features: 33, units: 16 }, true, false),
      call({ batch: 2, steps: 0, features: 3, units: 2 }, false, false),
      call({ batch: 0, steps: 2, features: 3, units: 2 }, true, true),
    ],
    random: fc
      .tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }))
      .chain(([batch, steps, features, units]) =>
        fc
          .tuple(fc.boolean(), fc.boolean())
          .map(([reverse, hasLengths]) => call({ batch, steps, features, units }, reverse, hasLengths)),
      ),
    errors,
  };
}

const weightsOf = (weightIh: Shape, weightHh: Shape) => ({
  weightIh: zerosOf(weightIh),
  weightHh: zerosOf(weightHh),
});

export const recurrentCases = {
  gru: recurrent(
    3,
    (x, { weights, states, ...options }) => {
      const { output, hidden } = gru(x, weights, { ...options, hidden: states.hidden });
      return [output, hidden];
    },
    [
      [
        () => gru(zerosOf([2, 3]), weightsOf([6, 3], [6, 2])),
        'x must be [batch, steps, features], got [2, 3]',
      ],
      [
        () => gru(zerosOf([2, 3, 4]), weightsOf([6, 4], [8, 2])),
        'weightHh must be [3 units, units], got [8, 2]',
      ],
    ],
  ),
  lstm: recurrent(
    4,
    (x, { weights, states, ...options }) => {
      const { output, hidden, cell } = lstm(x, weights, { ...options, ...states });
      return [output, hidden, cell];
    },
    [
      [
        () => lstm(zerosOf([2, 3, 4]), weightsOf([8, 5], [8, 2])),
        'weightIh must be [8, 4], got [8, 5] beside x [2, 3, 4]',
      ],
      [
        () => lstm(zerosOf([2, 3, 4]), weightsOf([8, 4], [8, 2]), { cell: zerosOf([2, 3]) as Tensor }),
        'cell must be [2, 2], got [2, 3] beside x [2, 3, 4]',
      ],
      [
        () => lstm(zerosOf([2, 3, 4]), weightsOf([8, 4], [8, 2]), { lengths: zerosOf([2]) }),
        'dtype must be int32, got float32 [2]',
      ],
    ],
  ),
  rnn: recurrent(
    1,
    (x, { weights, states, ...options }) => {
      const { output, hidden } = rnn(x, weights, { ...options, hidden: states.hidden });
      return [output, hidden];
    },
    [
      [
        () => rnn(zerosOf([2, 3, 4]), weightsOf([2, 4], [2, 3])),
        'weightHh must be [units, units], got [2, 3]',
      ],
      [
        () => rnn(zerosOf([1, 1, 1]), weightsOf([1, 1], [1, 1]), { nonlinearity: 'step' as 'relu' }),
        'nonlinearity must be tanh or relu, got step',
      ],
    ],
  ),
} satisfies Record<string, OpCase>;

interface Heads {
  readonly leading: Shape;
  readonly queries: number;
  readonly keys: number;
  readonly width: number;
  readonly valueWidth: number;
}

function attend(
  { leading, queries, keys, width, valueWidth }: Heads,
  causal: boolean,
  mask?: Shape,
): Example {
  const inputs = [
    [...leading, queries, width],
    [...leading, keys, width],
    [...leading, keys, valueWidth],
  ];
  const masks = mask === undefined ? [] : [{ shape: mask, dtype: 'bool' } as const];
  return example(
    (query, key, value, seen) =>
      scaledDotProductAttention(query!, key!, value!, { causal, mask: seen && asBool(seen) }),
    ...inputs,
    ...masks,
  );
}

export const attentionCase: OpCase = {
  examples: [
    attend({ leading: [], queries: 2, keys: 3, width: 2, valueWidth: 1 }, false),
    attend({ leading: [2], queries: 3, keys: 2, width: 2, valueWidth: 3 }, true),
    attend({ leading: [2, 1], queries: 2, keys: 3, width: 1, valueWidth: 2 }, false, [2, 1, 2, 3]),
    attend({ leading: [2, 3], queries: 65, keys: 67, width: 9, valueWidth: 13 }, true, [2, 1, 1, 67]),
    attend({ leading: [2], queries: 70, keys: 130, width: 16, valueWidth: 8 }, false, [70, 1]),
    attend({ leading: [1], queries: 3, keys: 0, width: 2, valueWidth: 2 }, false),
    attend({ leading: [0], queries: 3, keys: 2, width: 2, valueWidth: 2 }, false),
  ],
  random: fc
    .tuple(
      fc.array(fc.nat(3), { maxLength: 2 }),
      fc.record({
        queries: fc.nat(140),
        keys: fc.nat(140),
        width: fc.integer({ min: 1, max: 20 }),
        valueWidth: fc.integer({ min: 1, max: 20 }),
      }),
      fc.boolean(),
      fc.constantFrom('none', 'pairs', 'keys'),
    )
    .map(([leading, heads, causal, mask]) => {
      const pairs = [heads.queries, heads.keys];
      const masks = { none: undefined, pairs, keys: [...leading, 1, heads.keys] };
      return attend({ leading, ...heads }, causal, masks[mask as keyof typeof masks]);
    }),
  errors: [
    [
      () => scaledDotProductAttention(zerosOf([2, 3]), zerosOf([2, 4]), zerosOf([2, 3])),
      'widths of queries and keys differ, [2, 3], [2, 4], [2, 3]',
    ],
    [
      () => scaledDotProductAttention(zerosOf([2, 3]), zerosOf([2, 3]), zerosOf([4, 3])),
      'numbers of keys and values differ, [2, 3], [2, 3], [4, 3]',
    ],
    [
      () =>
        scaledDotProductAttention(zerosOf([2, 3]), zerosOf([4, 3]), zerosOf([4, 3]), {
          mask: zerosOf([5, 2, 4], 'bool'),
        }),
      'mask must broadcast to [2, 4], got [5, 2, 4]',
    ],
  ],
};
