import { fromArray, keep, noGrad, type Tensor, zerosLike } from '@sonograd/tensor';
import { Module, type Named } from '../module/module.ts';
import type { StateDict, StateEntry } from '../module/state.ts';
import { type FusedStep, fuse } from './fused.ts';
import { rateOf } from './links.ts';
import type { Schedule } from './schedule.ts';
import { linksOf, type StepContext, type Transform } from './transform.ts';

/** What learns: all parameters of a module, by their names, or a list of tensors, by their numbers. */
export type Learners = Module | readonly Tensor[];

/** Parameters that go by the same transform. */
export interface Group {
  readonly members: readonly Named<Tensor>[];
  readonly transform: Transform;
}

/** All that an optimizer must keep to go on as if nothing had happened. */
export interface OptimizerState {
  readonly step: number;
  /** How many steps each parameter has behind it. */
  readonly ages: Readonly<Record<string, number>>;
  readonly schedules: readonly Readonly<Record<string, number>>[];
  /** `0.weight.momentum` and its like. */
  readonly tensors: StateDict;
}

interface MovingGroup {
  readonly members: readonly Member[];
  readonly transform: Transform;
  readonly fused: FusedStep | undefined;
}

interface Member {
  readonly name: string;
  readonly parameter: Tensor;
  readonly slots: ReadonlyMap<string, Tensor>;
  age: number;
}

/** Subtracts from parameters what a chain of transforms makes of their gradients. */
export class Optimizer {
  readonly #groups: readonly MovingGroup[];
  #step = 0;

  constructor(groups: readonly Group[]) {
    this.#groups = groups.map(({ members, transform }) => ({
      transform,
      fused: fuse(transform),
      members: members.map(([name, parameter]) => memberOf(name, parameter, transform)),
    }));
  }

  /** How many steps were taken. */
  get steps(): number {
    return this.#step;
  }

  /** The rate of the next step, in the first group. */
  get rate(): number {
    const link = this.#links().find(({ rate }) => rate !== undefined);
    return link?.rate === undefined ? 1 : rateOf(link.rate, this.#step);
  }

  get parameters(): Tensor[] {
    return this.#members().map(({ parameter }) => parameter);
  }

  /** Moves every parameter that has a gradient. */
  step(): void {
    noGrad(() => {
      for (const group of this.#groups) advance(group, this.#step);
    });
    this.#step += 1;
  }

  /** Forgets all gradients and gives their memory back. */
  zeroGrad(): void {
    for (const parameter of this.parameters) {
      if (parameter.grad !== null && !parameter.grad.ended) parameter.grad.dispose();
      parameter.grad = null;
    }
  }

  /** Tells the schedules how the last epoch or validation went. */
  observe(metric: number): void {
    for (const schedule of this.#schedules()) schedule.observe?.(metric);
  }

  state(): OptimizerState {
    const members = this.#members();
    return {
      step: this.#step,
      ages: Object.fromEntries(members.map(({ name, age }) => [name, age])),
      schedules: this.#schedules().map((schedule) => schedule.state?.() ?? {}),
      tensors: new Map(members.flatMap(entriesOf)),
    };
  }

  /** Goes on from a state of the same parameters and transforms; one that does not fit changes nothing. */
  restore({ step, ages, schedules, tensors }: OptimizerState): void {
    const members = this.#members();
    const wanted = members.flatMap(entriesOf);
    const misfit = wanted.find(([name, { shape }]) => !sameShape(shape, tensors.get(name)?.shape));
    if (misfit !== undefined || wanted.length !== tensors.size) {
      const names = misfit === undefined ? `${wanted.length} tensors, got ${tensors.size}` : misfit[0];
      throw new Error(`Optimizer.restore: the state must be of the same parameters and transforms: ${names}`);
    }
    this.#step = step;
    this.#schedules().forEach((schedule, index) => {
      schedule.restore?.(schedules[index] ?? {});
    });
    noGrad(() => {
      for (const member of members) restoreMember(member, ages[member.name] ?? step, tensors);
    });
  }

  #members(): Member[] {
    return this.#groups.flatMap(({ members }) => members);
  }

  #links(): Transform[] {
    return this.#groups.flatMap(({ transform }) => linksOf(transform));
  }

  #schedules(): Schedule[] {
    const rates = this.#links().map(({ rate }) => rate);
    return [...new Set(rates.filter((rate) => typeof rate === 'object'))];
  }
}

/** An optimizer of one's own making: `optimizer(model, chain(scaleByAdam(), scaleByRate(1e-3)))`. */
export function optimizer(learners: Learners, transform: Transform): Optimizer {
  return new Optimizer([{ members: namedLearners(learners), transform }]);
}

export function namedLearners(learners: Learners): Named<Tensor>[] {
  if (learners instanceof Module) return learners.namedParameters();
  return learners.map((tensor, index) => [String(index), tensor]);
}

function memberOf(name: string, parameter: Tensor, { slots }: Transform): Member {
  const zeros = slots.map((slot) => [slot, keep(zerosLike(parameter))] as const);
  return { name, parameter, slots: new Map(zeros), age: 0 };
}

function advance({ members, transform, fused }: MovingGroup, step: number): void {
  const moving = members.filter(({ parameter }) => parameter.grad !== null);
  if (moving.length === 0) return;
  const parameters = moving.map(({ parameter }) => parameter);
  const gradients = parameters.map(({ grad }) => grad!);
  const ages = moving.map(({ age }) => age);
  const slot = (name: string) => moving.map(({ slots }) => slots.get(name)!);
  const context: StepContext = { parameters, ages, step, slot };
  if (fused !== undefined && ages.every((age) => age === ages[0])) {
    fused(gradients, context);
  } else {
    const updates = transform.apply(gradients, context);
    parameters.forEach((parameter, index) => {
      parameter.assign(parameter.sub(updates[index]!));
    });
  }
  for (const member of moving) member.age += 1;
}

function entriesOf({ name, slots }: Member): [string, StateEntry][] {
  return [...slots].map(([slot, { dtype, shape, data }]) => [
    `${name}.${slot}`,
    { dtype, shape: [...shape], data: data.slice() },
  ]);
}

function restoreMember(member: Member, age: number, tensors: StateDict): void {
  member.age = age;
  for (const [slot, tensor] of member.slots) {
    const { data, shape } = tensors.get(`${member.name}.${slot}`)!;
    tensor.assign(fromArray(data as Float32Array, shape));
  }
}

function sameShape(a: readonly number[], b: readonly number[] | undefined): boolean {
  return a.length === b?.length && a.every((size, axis) => size === b[axis]);
}
