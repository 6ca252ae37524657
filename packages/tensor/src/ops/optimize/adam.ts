import type { Algebra } from '../../elementwise/algebra.ts';
import type { Tensor } from '../../tensor.ts';
import { listUpdate } from './listRule.ts';

export interface AdamState {
  readonly parameters: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  /** Running means of the gradient and of its square, zeros at first. */
  readonly means: readonly Tensor[];
  readonly squares: readonly Tensor[];
  /** The largest mean square so far, where it shall be divided by that (Reddi et al., 2018). */
  readonly largest?: readonly Tensor[];
}

export interface AdamStepOptions {
  readonly rate: number;
  /** Which step this is, from 1 on. */
  readonly step: number;
  readonly betas?: readonly [number, number];
  readonly eps?: number;
  readonly weightDecay?: number;
  /** Weights shrink by themselves (AdamW), instead of by a penalty that the gradient carries. */
  readonly decoupled?: boolean;
  /** What the gradients are multiplied by on the way, such as a clipping factor. */
  readonly gradientScale?: number;
}

const slots = ['parameters', 'gradients', 'means', 'squares'] as const;
const constants = [
  'gradientScale',
  'penalty',
  'kept',
  'beta1',
  'rest1',
  'beta2',
  'rest2',
  'inverseRoot',
  'eps',
  'rate',
] as const;
type Values<T> = Readonly<Record<(typeof slots)[number], T>>;
type Constants<T> = Readonly<Record<(typeof constants)[number], T | number>>;

function follow<T>(m: Algebra<T>, { parameters, gradients, means, squares }: Values<T>, c: Constants<T>) {
  const gradient = m.add(m.mul(gradients, c.gradientScale), m.mul(parameters, c.penalty));
  return {
    means: m.add(m.mul(means, c.beta1), m.mul(gradient, c.rest1)),
    squares: m.add(m.mul(squares, c.beta2), m.mul(m.mul(gradient, gradient), c.rest2)),
  };
}

function moved<T>(m: Algebra<T>, parameter: T, mean: T, square: T, c: Constants<T>): T {
  const root = m.add(m.mul(m.sqrt(square), c.inverseRoot), c.eps);
  return m.sub(m.mul(parameter, c.kept), m.div(m.mul(mean, c.rate), root));
}

const adam = listUpdate({
  name: 'adamStep',
  slots,
  constants,
  update: (m, values, c) => {
    const { means, squares } = follow(m, values, c);
    return { parameters: moved(m, values.parameters, means, squares, c), means, squares };
  },
});

const amsgrad = listUpdate({
  name: 'amsgradStep',
  slots: [...slots, 'largest'],
  constants,
  update: (m, values, c) => {
    const { means, squares } = follow(m, values, c);
    const largest = m.max(values.largest, squares);
    return { parameters: moved(m, values.parameters, means, largest, c), means, squares, largest };
  },
});

/**
 * One step of Adam (Kingma and Ba, 2015) or AdamW (Loshchilov and Hutter, 2019) for all parameters, in place and in one
 * pass over the memory.
 */
export function adamStep(state: AdamState, options: AdamStepOptions): void {
  const { rate, step, eps = 1e-8, weightDecay = 0, decoupled = false, gradientScale = 1 } = options;
  const [beta1, beta2] = options.betas ?? [0.9, 0.999];
  const numbers = {
    gradientScale,
    penalty: decoupled ? 0 : weightDecay,
    kept: decoupled ? 1 - rate * weightDecay : 1,
    beta1,
    rest1: 1 - beta1,
    beta2,
    rest2: 1 - beta2,
    // Both means start at zero; dividing by what their weights sum to takes that out.
    inverseRoot: 1 / Math.sqrt(1 - beta2 ** step),
    rate: rate / (1 - beta1 ** step),
    eps,
  };
  if (state.largest === undefined) adam(state, numbers);
  else amsgrad({ ...state, largest: state.largest }, numbers);
}
