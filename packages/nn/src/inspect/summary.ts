import { noGrad, Tensor, zeros } from '@sonograd/tensor';
import type { Module } from '../module/module.ts';
import { observeForward } from '../module/observe.ts';
import { showShape, sizeOf } from '../module/shape.ts';
import { table } from './table.ts';

export interface SummaryRow {
  /** As in state dictionaries; empty for the model itself. */
  readonly name: string;
  readonly layer: string;
  /** Absent where forward never came by. */
  readonly output: readonly number[] | undefined;
  /** Of the layer itself, not of those inside. */
  readonly parameters: number;
  readonly multiplyAdds: number;
}

export interface Summary {
  readonly rows: readonly SummaryRow[];
  readonly parameters: number;
  /** Of one forward pass. */
  readonly multiplyAdds: number;
  toString(): string;
}

/** A model that is called with one tensor. */
interface Runnable extends Module {
  forward(x: Tensor): unknown;
}

interface Pass {
  output: readonly number[] | undefined;
  multiplyAdds: number;
}

/**
 * What a model consists of and what one forward pass costs. The pass takes zeros of a shape, or is whatever a function
 * does with the model, for models of several inputs; it runs in evaluation and leaves no trace.
 */
export function summary(model: Runnable, shape: readonly number[]): Summary;
export function summary<M extends Module>(model: M, run: (model: M) => unknown): Summary;
export function summary(model: Module, how: readonly number[] | ((model: never) => unknown)): Summary {
  const passes = observedPasses(model, () =>
    typeof how === 'function' ? how(model as never) : (model as Runnable).forward(zeros(how) as Tensor),
  );
  const counted = new Set<unknown>();
  const rows = model.namedModules().map(([name, module]): SummaryRow => {
    const pass = passes.get(module);
    return {
      name,
      layer: `${module.constructor.name}(${module.describe()})`,
      output: pass?.output,
      parameters: ownParameters(module, counted),
      multiplyAdds: pass?.multiplyAdds ?? 0,
    };
  });
  const total = (part: 'parameters' | 'multiplyAdds') => rows.reduce((sum, row) => sum + row[part], 0);
  const [parameters, multiplyAdds] = [total('parameters'), total('multiplyAdds')];
  return { rows, parameters, multiplyAdds, toString: () => print(rows, parameters, multiplyAdds) };
}

function observedPasses(model: Module, run: () => unknown): Map<Module, Pass> {
  const passes = new Map<Module, Pass>();
  const stop = observeForward(model, ({ module, input, output }) => {
    const pass = passes.get(module) ?? { output: undefined, multiplyAdds: 0 };
    const [from, to] = [shapeOf(input) ?? [], shapeOf(output)];
    passes.set(module, {
      output: to,
      multiplyAdds: pass.multiplyAdds + module.multiplyAdds(from, to ?? []),
    });
  });
  const modes = model.namedModules().map(([, module]) => [module, module.training] as const);
  try {
    model.eval();
    noGrad(() => {
      run();
    });
  } finally {
    stop();
    for (const [module, training] of modes) module.training = training;
  }
  return passes;
}

/** Of a tensor, or of the first among several. */
function shapeOf(value: unknown): readonly number[] | undefined {
  if (value instanceof Tensor) return value.shape;
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value).find((part): part is Tensor => part instanceof Tensor)?.shape;
}

/** A parameter that several modules share counts where it comes first. */
function ownParameters(module: Module, counted: Set<unknown>): number {
  const inside = new Set(module.namedChildren().flatMap(([, child]) => child.parameters()));
  const own = module.parameters().filter((parameter) => !inside.has(parameter) && !counted.has(parameter));
  for (const parameter of own) counted.add(parameter);
  return own.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

function print(rows: readonly SummaryRow[], parameters: number, multiplyAdds: number): string {
  const lines = rows.map(({ name, layer, output, ...numbers }) => {
    const depth = name === '' ? 0 : name.split('.').length;
    const title = `${'  '.repeat(depth)}${name.split('.').at(-1) ?? ''} ${layer}`;
    return [
      depth === 0 ? layer : title,
      output === undefined ? '-' : showShape(output),
      numbers.parameters,
      numbers.multiplyAdds,
    ];
  });
  return table(
    ['layer', 'output', 'parameters', 'multiply-adds'],
    [...lines, ['all', '', parameters, multiplyAdds]],
  );
}
