import type { AnyTensor, Tensor } from '@sonograd/tensor';
import { isBuffer, isParameter, stateName } from './fields.ts';

/** A tensor of a module with the name that state dictionaries give it. */
export type Named<T> = readonly [name: string, value: T];

/**
 * A piece of a network: fields that are tensors are its parameters and buffers, fields that are modules (or lists of
 * them) are its children, in the order of their definition. Private `#fields` are its own business.
 */
export abstract class Module {
  /** Whether dropout drops and batch statistics are taken. */
  training = true;

  /** Every parameter below this module, once each. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  namedParameters(): Named<Tensor>[] {
    return unique(this.namedTensors()).filter((entry): entry is Named<Tensor> => isParameter(entry[1]));
  }

  namedBuffers(): Named<AnyTensor>[] {
    return unique(this.namedTensors()).filter(([, tensor]) => isBuffer(tensor));
  }

  /** The modules directly in the fields of this one. */
  namedChildren(): Named<Module>[] {
    return Object.entries(this).flatMap(([field, value]) => childrenIn(this.stateName(field), value));
  }

  /** This module and all below it, outermost first; the outermost has the empty name. */
  namedModules(prefix = ''): Named<Module>[] {
    const below = this.namedChildren().flatMap(([name, child]) =>
      child.namedModules(joinNames(prefix, name)),
    );
    return [[prefix, this], ...below];
  }

  /** Dropout drops, batch-norm takes the statistics of the batch. */
  train(on = true): this {
    for (const [, module] of this.namedModules()) module.training = on;
    return this;
  }

  /** For use instead of learning: the opposite of `train`. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets all gradients and gives their memory back. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) {
      if (parameter.grad !== null && !parameter.grad.ended) parameter.grad.dispose();
      parameter.grad = null;
    }
  }

  /** Parameters and buffers of this module and all below, in PyTorch's order: own ones first. */
  namedTensors(prefix = ''): Named<AnyTensor>[] {
    const own = Object.entries(this).flatMap(([field, value]): Named<AnyTensor>[] =>
      isParameter(value) || isBuffer(value) ? [[joinNames(prefix, this.stateName(field)), value]] : [],
    );
    const ordered = [
      ...own.filter(([, value]) => isParameter(value)),
      ...own.filter(([, value]) => isBuffer(value)),
    ];
    const below = this.namedChildren().flatMap(([name, child]) =>
      child.namedTensors(joinNames(prefix, name)),
    );
    return [...ordered, ...below];
  }

  /** The name of a field in files; layers whose fields are called otherwise in PyTorch say so here. */
  protected stateName(field: string): string {
    return stateName(field);
  }

  /** What `summary` and `toString` print in the brackets behind the layer's name. */
  describe(): string {
    return '';
  }

  toString(): string {
    const children = this.namedChildren().map(([name, child]) => `  (${name}): ${indent(child.toString())}`);
    const head = `${this.constructor.name}(${this.describe()}`;
    return children.length === 0 ? `${head})` : `${head}\n${children.join('\n')}\n)`;
  }
}

function childrenIn(name: string, value: unknown): Named<Module>[] {
  if (value instanceof Module) return [[name, value]];
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry, index) => childrenIn(joinNames(name, String(index)), entry));
}

function joinNames(prefix: string, name: string): string {
  return prefix === '' || name === '' ? prefix + name : `${prefix}.${name}`;
}

/** A tensor that two modules share is named once, where it comes first. */
function unique<T extends AnyTensor>(entries: readonly Named<T>[]): Named<T>[] {
  const seen = new Set<T>();
  return entries.filter(([, tensor]) => !seen.has(tensor) && seen.add(tensor));
}

function indent(text: string): string {
  return text.replaceAll('\n', '\n  ');
}
