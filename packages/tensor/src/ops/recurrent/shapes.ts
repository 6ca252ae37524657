import type { Shape } from '../../types/shape.ts';

type Units<W extends Shape> = W extends readonly [number, infer Count extends number] ? Count : number;

/** [batch, steps, units], as x [batch, steps, features] and the recurrent weights [gates · units, units] have them. */
export type States<X extends Shape, W extends Shape> = X extends readonly [
  infer Batch extends number,
  infer Steps extends number,
  number,
]
  ? [Batch, Steps, Units<W>]
  : [number, number, Units<W>];

/** [batch, units]. */
export type LastState<X extends Shape, W extends Shape> = [States<X, W>[0], Units<W>];
