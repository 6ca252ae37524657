import type { Tensor } from '@sonograd/tensor';
import { addMomentum, decayWeights, type MomentumOptions, scaleByRate } from './links.ts';
import { type Learners, namedLearners, Optimizer } from './optimizer.ts';
import { type AdamScaling, type RmsScaling, scaleByAdam, scaleByRms } from './scaling.ts';
import type { Schedule } from './schedule.ts';
import { chain, type Transform } from './transform.ts';

export interface RateOptions {
  readonly rate: number | Schedule;
  readonly weightDecay?: number;
}

/** Some of the parameters, and what is different for them. */
export type GroupOptions<Options> = Partial<Options> & {
  readonly parameters: readonly Tensor[] | ((name: string, parameter: Tensor) => boolean);
};

/** The options of all parameters, and groups for which some of them differ; the first that fits counts. */
export type Grouped<Options> = Options & { readonly groups?: readonly GroupOptions<Options>[] };

export type AdamOptions = RateOptions & AdamScaling;
export type SgdOptions = RateOptions & MomentumOptions & { readonly momentum?: number };
export type RmspropOptions = RateOptions & RmsScaling & { readonly momentum?: number };

/** Kingma and Ba, 2015; `weightDecay` is an L2 penalty. */
export function adam(learners: Learners, options: Grouped<AdamOptions>): Optimizer {
  return grouped(learners, options, ({ weightDecay = 0, rate, ...scaling }) =>
    chain(...decay(weightDecay), scaleByAdam(scaling), scaleByRate(rate)),
  );
}

/** Loshchilov and Hutter, 2019: Adam whose weights shrink by themselves. */
export function adamW(learners: Learners, options: Grouped<AdamOptions>): Optimizer {
  return grouped(learners, options, ({ weightDecay = 0.01, rate, ...scaling }) =>
    chain(scaleByAdam(scaling), ...decay(weightDecay), scaleByRate(rate)),
  );
}

/** Against the gradient, with momentum and an L2 penalty where asked for. */
export function sgd(learners: Learners, options: Grouped<SgdOptions>): Optimizer {
  return grouped(learners, options, ({ weightDecay = 0, momentum = 0, rate, ...motion }) =>
    chain(...decay(weightDecay), ...move(momentum, motion), scaleByRate(rate)),
  );
}

/** Tieleman and Hinton, 2012. */
export function rmsprop(learners: Learners, options: Grouped<RmspropOptions>): Optimizer {
  return grouped(learners, options, ({ weightDecay = 0, momentum = 0, rate, ...scaling }) =>
    chain(...decay(weightDecay), scaleByRms(scaling), ...move(momentum), scaleByRate(rate)),
  );
}

function decay(share: number): Transform[] {
  return share === 0 ? [] : [decayWeights(share)];
}

function move(momentum: number, options?: MomentumOptions): Transform[] {
  return momentum === 0 ? [] : [addMomentum(momentum, options)];
}

function grouped<Options extends object>(
  learners: Learners,
  { groups = [], ...shared }: Grouped<Options>,
  make: (options: Options) => Transform,
): Optimizer {
  const left = new Map(namedLearners(learners));
  const taken = groups.map(({ parameters, ...own }) => {
    const members = [...left].filter(([name, parameter]) =>
      typeof parameters === 'function' ? parameters(name, parameter) : parameters.includes(parameter),
    );
    if (members.length === 0) throw new Error('optimizer: a group must have parameters, this one finds none');
    for (const [name] of members) left.delete(name);
    return { members, transform: make({ ...shared, ...own } as object as Options) };
  });
  return new Optimizer([...taken, { members: [...left], transform: make(shared as object as Options) }]);
}
