import type { Tensor } from '../../tensor.ts';
import { listUpdate } from './listRule.ts';

const average = listUpdate({
  name: 'averageStep',
  slots: ['averages', 'parameters'],
  constants: ['decay', 'share'],
  update: (m, { averages, parameters }, c) => ({
    averages: m.add(m.mul(averages, c.decay), m.mul(parameters, c.share)),
  }),
});

/** Moves the averages towards the parameters, in place; they keep `decay` of themselves (Polyak and Juditsky, 1992). */
export function averageStep(
  lists: { readonly averages: readonly Tensor[]; readonly parameters: readonly Tensor[] },
  decay: number,
): void {
  average(lists, { decay, share: 1 - decay });
}
