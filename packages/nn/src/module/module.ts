import type { AnyTensor, Tensor } from '@sonograd/tensor';
import { isBuffer, isParameter, stateName } from './fields.ts';
import { Generator, type GeneratorState } from './generator.ts';

/** A tensor of a module with the name that state dictionaries give it. */
export type Named<T> = readonly [name: string, value: T];

/** Told what went into a module and what came out of it. */
export type ForwardHook = (input: unknown, output: unknown) => void;

/**
 * A piece of a network: fields that are tensors are its parameters and buffers, fields that are modules (or lists of
 * them) are its children, in the order of their definition. Private `#fields` are its own business.
 */
export abstract class Module {
  /** Whether dropout drops and batch statistics are taken. */
  training = true;

  #hooks: ReadonlySet<ForwardHook> | undefined;

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
    const own = this.ownTensors().map(([name, tensor]) => [joinNames(prefix, name), tensor] as const);
    const below = this.namedChildren().flatMap(([name, child]) =>
      child.namedTensors(joinNames(prefix, name)),
    );
    return [
      ...own.filter(([, tensor]) => isParameter(tensor)),
      ...own.filter(([, tensor]) => isBuffer(tensor)),
      ...below,
    ];
  }

  /**
   * Where the random streams of dropout and its like stand, by name. With parameters, buffers and the optimizer's
   * state it makes a run resume to the bit.
   */
  generatorState(): Record<string, GeneratorState> {
    return Object.fromEntries(this.namedGenerators().map(([name, generator]) => [name, generator.state]));
  }

  restoreGeneratorState(states: Readonly<Record<string, GeneratorState>>): void {
    const generators = this.namedGenerators();
    const missing = generators.map(([name]) => name).filter((name) => !Object.hasOwn(states, name));
    if (missing.length > 0) {
      throw new Error(
        `restoreGeneratorState: the state must know every generator, not ${missing.join(', ')}`,
      );
    }
    for (const [name, generator] of generators) generator.restore(states[name] as GeneratorState);
  }

  /** Calls `hook` after every forward pass of this module; returns what ends it. */
  onForward(hook: ForwardHook): () => void {
    this.#hooks = new Set([...(this.#hooks ?? []), hook]);
    return () => {
      const rest = [...(this.#hooks ?? [])].filter((other) => other !== hook);
      this.#hooks = rest.length === 0 ? undefined : new Set(rest);
    };
  }

  /** Whether anybody looks at what this module makes. */
  get observed(): boolean {
    return this.#hooks !== undefined;
  }

  /** For every `forward`: shows the output to the hooks, and hands it on. */
  protected shown<Output>(input: unknown, output: Output): Output {
    if (this.#hooks !== undefined) for (const hook of this.#hooks) hook(input, output);
    return output;
  }

  /** The tensors of this module alone, by the names that files give them. */
  protected ownTensors(): Named<AnyTensor>[] {
    return Object.entries(this).flatMap(([field, value]): Named<AnyTensor>[] =>
      isParameter(value) || isBuffer(value) ? [[this.stateName(field), value]] : [],
    );
  }

  /** The name of a field in files; layers whose fields are called otherwise in PyTorch say so here. */
  protected stateName(field: string): string {
    return stateName(field);
  }

  /** What `summary` and `toString` print in the brackets behind the layer's name. */
  describe(): string {
    return '';
  }

  /** How many products one forward pass sums up, not counting those of the modules inside. */
  multiplyAdds(_input: readonly number[], _output: readonly number[]): number {
    return 0;
  }

  toString(): string {
    const children = this.namedChildren().map(([name, child]) => `  (${name}): ${indent(child.toString())}`);
    const head = `${this.constructor.name}(${this.describe()}`;
    return children.length === 0 ? `${head})` : `${head}\n${children.join('\n')}\n)`;
  }

  private namedGenerators(): Named<Generator>[] {
    return this.namedModules().flatMap(([prefix, module]) =>
      Object.entries(module).flatMap(([field, value]): Named<Generator>[] =>
        value instanceof Generator ? [[joinNames(prefix, stateName(field)), value]] : [],
      ),
    );
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
