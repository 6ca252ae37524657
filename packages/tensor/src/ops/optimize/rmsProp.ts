import type { Algebra } from '../../elementwise/algebra.ts';
import type { Tensor } from '../../tensor.ts';
import { listUpdate } from './listRule.ts';

export interface RmsPropState {
  readonly parameters: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  /** Running means of the squared gradient, zeros at first. */
  readonly squares: readonly Tensor[];
  /** Running means of the gradient, where it shall be divided by its deviation (Graves, 2013). */
  readonly means?: readonly Tensor[];
  /** The motion so far; needed with momentum. */
  readonly velocities?: readonly Tensor[];
}

export interface RmsPropStepOptions {
  readonly rate: number;
  readonly alpha?: number;
  readonly eps?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly gradientScale?: number;
}

const constants = ['gradientScale', 'penalty', 'alpha', 'rest', 'eps', 'rate', 'momentum'] as const;
type Slot = 'parameters' | 'gradients' | 'squares';
type Constants<T> = Readonly<Record<(typeof constants)[number], T | number>>;

/** The gradient over the root of its running mean square, less the square of its running mean where there is one. */
function scaled<T>(m: Algebra<T>, values: Readonly<Record<Slot, T>>, c: Constants<T>, means?: T) {
  const gradient = m.add(m.mul(values.gradients, c.gradientScale), m.mul(values.parameters, c.penalty));
  const squares = m.add(m.mul(values.squares, c.alpha), m.mul(m.mul(gradient, gradient), c.rest));
  const nextMeans = means === undefined ? gradient : m.add(m.mul(means, c.alpha), m.mul(gradient, c.rest));
  // Rounding may carry a deviation of nothing below zero.
  const power = means === undefined ? squares : m.max(m.sub(squares, m.mul(nextMeans, nextMeans)), 0);
  return { squares, means: nextMeans, direction: m.div(gradient, m.add(m.sqrt(power), c.eps)) };
}

const plain = listUpdate({
  name: 'rmsPropStep',
  slots: ['parameters', 'gradients', 'squares'],
  constants,
  update: (m, values, c) => {
    const { squares, direction } = scaled(m, values, c);
    return { parameters: m.sub(values.parameters, m.mul(direction, c.rate)), squares };
  },
});

const centered = listUpdate({
  name: 'rmsPropCenteredStep',
  slots: ['parameters', 'gradients', 'squares', 'means'],
  constants,
  update: (m, values, c) => {
    const { squares, means, direction } = scaled(m, values, c, values.means);
    return { parameters: m.sub(values.parameters, m.mul(direction, c.rate)), squares, means };
  },
});

const withMomentum = listUpdate({
  name: 'rmsPropMomentumStep',
  slots: ['parameters', 'gradients', 'squares', 'velocities'],
  constants,
  update: (m, values, c) => {
    const { squares, direction } = scaled(m, values, c);
    const velocities = m.add(m.mul(values.velocities, c.momentum), direction);
    return { parameters: m.sub(values.parameters, m.mul(velocities, c.rate)), squares, velocities };
  },
});

const centeredWithMomentum = listUpdate({
  name: 'rmsPropCenteredMomentumStep',
  slots: ['parameters', 'gradients', 'squares', 'means', 'velocities'],
  constants,
  update: (m, values, c) => {
    const { squares, means, direction } = scaled(m, values, c, values.means);
    const velocities = m.add(m.mul(values.velocities, c.momentum), direction);
    return { parameters: m.sub(values.parameters, m.mul(velocities, c.rate)), squares, means, velocities };
  },
});

/** One step of RMSprop (Tieleman and Hinton, 2012) for all parameters, in place. */
export function rmsPropStep(state: RmsPropState, options: RmsPropStepOptions): void {
  const { rate, alpha = 0.99, eps = 1e-8, momentum = 0 } = options;
  const { means, velocities } = state;
  const shared = { gradientScale: options.gradientScale ?? 1, penalty: options.weightDecay ?? 0 };
  const numbers = { ...shared, alpha, rest: 1 - alpha, eps, rate, momentum };
  if (momentum === 0) {
    if (means === undefined) plain(state, numbers);
    else centered({ ...state, means }, numbers);
    return;
  }
  if (velocities === undefined) throw new TypeError('rmsPropStep: momentum needs velocities, got none');
  if (means === undefined) withMomentum({ ...state, velocities }, numbers);
  else centeredWithMomentum({ ...state, means, velocities }, numbers);
}
