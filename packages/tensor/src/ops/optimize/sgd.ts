import type { Tensor } from '../../tensor.ts';
import { listUpdate } from './listRule.ts';

export interface SgdState {
  readonly parameters: readonly Tensor[];
  readonly gradients: readonly Tensor[];
  /** The motion so far, zeros at first; needed with momentum. */
  readonly velocities?: readonly Tensor[];
}

export interface SgdStepOptions {
  readonly rate: number;
  /** Which step this is, from 1 on: the first takes the gradient undampened. */
  readonly step: number;
  readonly momentum?: number;
  readonly dampening?: number;
  /** Looks one step ahead along the motion (Nesterov, 1983, in the form of Sutskever et al., 2013). */
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly gradientScale?: number;
}

const plain = listUpdate({
  name: 'sgdStep',
  slots: ['parameters', 'gradients'],
  constants: ['gradientScale', 'penalty', 'rate'],
  update: (m, { parameters, gradients }, c) => {
    const gradient = m.add(m.mul(gradients, c.gradientScale), m.mul(parameters, c.penalty));
    return { parameters: m.sub(parameters, m.mul(gradient, c.rate)) };
  },
});

const withMomentum = listUpdate({
  name: 'momentumStep',
  slots: ['parameters', 'gradients', 'velocities'],
  constants: ['gradientScale', 'penalty', 'momentum', 'share', 'ahead', 'rate', 'gradientRate'],
  update: (m, { parameters, gradients, velocities }, c) => {
    const gradient = m.add(m.mul(gradients, c.gradientScale), m.mul(parameters, c.penalty));
    const velocity = m.add(m.mul(velocities, c.momentum), m.mul(gradient, c.share));
    const direction = m.add(m.mul(velocity, c.ahead), m.mul(gradient, c.gradientRate));
    return { parameters: m.sub(parameters, m.mul(direction, c.rate)), velocities: velocity };
  },
});

/** One step of gradient descent for all parameters, in place; with momentum (Polyak, 1964) where it is above 0. */
export function sgdStep(state: SgdState, options: SgdStepOptions): void {
  const { rate, step, momentum = 0, dampening = 0, nesterov = false } = options;
  const shared = { rate, gradientScale: options.gradientScale ?? 1, penalty: options.weightDecay ?? 0 };
  if (momentum === 0) {
    plain(state, shared);
    return;
  }
  if (state.velocities === undefined) throw new TypeError('sgdStep: momentum needs velocities, got none');
  withMomentum(
    { ...state, velocities: state.velocities },
    {
      ...shared,
      momentum,
      share: step === 1 ? 1 : 1 - dampening,
      ahead: nesterov ? momentum : 1,
      gradientRate: nesterov ? 1 : 0,
    },
  );
}
