import { type AnyTensor, fromArray, noGrad } from '@sonograd/tensor';
import type { Module } from './module.ts';

/** Tensors by name, as safetensors files hold them. */
export type StateDict = ReadonlyMap<string, StateEntry>;

/** What an entry must have; tensors do, and what file readers give does as well. */
export interface StateEntry {
  readonly dtype: AnyTensor['dtype'];
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export interface LoadOptions {
  /** Missing and unexpected names are errors; wrong shapes always are. */
  readonly strict?: boolean;
}

/** Copies of all parameters and buffers. */
export function stateDict(module: Module): Map<string, StateEntry> {
  return new Map(
    module
      .namedTensors()
      .map(([name, { dtype, shape, data }]) => [name, { dtype, shape: [...shape], data: data.slice() }]),
  );
}

/** Overwrites parameters and buffers with those of the same names; a state that does not fit changes nothing. */
export function loadStateDict(module: Module, state: StateDict, { strict = true }: LoadOptions = {}): void {
  const tensors = new Map(module.namedTensors());
  const problems = [...(strict ? misfitNames(tensors, state) : []), ...misfitShapes(tensors, state)];
  if (problems.length > 0) {
    throw new Error(
      `loadStateDict: the state does not fit the ${module.constructor.name}\n${problems.join('\n')}`,
    );
  }
  noGrad(() => {
    for (const [name, tensor] of tensors) {
      const entry = state.get(name);
      if (entry !== undefined) tensor.assign(fromArray(entry.data, entry.shape) as AnyTensor);
    }
  });
}

function misfitNames(tensors: ReadonlyMap<string, AnyTensor>, state: StateDict): string[] {
  const missing = [...tensors.keys()].filter((name) => !state.has(name));
  const unexpected = [...state.keys()].filter((name) => !tensors.has(name));
  return [
    ...(missing.length > 0 ? [`  missing: ${missing.join(', ')}`] : []),
    ...(unexpected.length > 0 ? [`  unexpected: ${unexpected.join(', ')}`] : []),
  ];
}

function misfitShapes(tensors: ReadonlyMap<string, AnyTensor>, state: StateDict): string[] {
  return [...tensors].flatMap(([name, tensor]) => {
    const entry = state.get(name);
    if (entry === undefined) return [];
    const [wanted, given] = [describe(tensor), describe(entry)];
    return wanted === given ? [] : [`  wrong shape: ${name} is ${wanted}, the state has ${given}`];
  });
}

function describe({ dtype, shape }: StateEntry): string {
  return `${dtype} [${shape.join(', ')}]`;
}
