import type { FunctionDefinition, Parameters } from '../language/functions.ts';
import type { Builder } from '../language/lanes.ts';
import { f32, i32 } from '../language/types.ts';
import type { F32, I32 } from '../language/values.ts';
import { argumentsPointer, maximumArguments, writeArguments } from './arguments.ts';

/** What a kernel takes beside its range: pointers and integers as i32, numbers as f32. */
export type KernelParameters = Readonly<Record<string, 'i32' | 'f32'>>;
export type KernelValues<P extends KernelParameters> = {
  readonly [Name in keyof P]: P[Name] extends 'f32' ? F32 : I32;
};

/** One number for each parameter, in the order in which they were declared. */
export type KernelArguments<P extends KernelParameters> = string extends keyof P
  ? readonly number[]
  : OneEach<keyof P>;
type OneEach<Names, Done extends readonly number[] = readonly []> = [Names] extends [never]
  ? Done
  : OneEach<Exclude<Names, LastOf<Names>>, readonly [...Done, number]>;
type LastOf<Union> =
  Inverted<Union extends unknown ? () => Union : never> extends () => infer Last ? Last : never;
type Inverted<Union> = (Union extends unknown ? (member: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never;

export interface KernelBuilder extends Builder {
  /** Items from `begin` up to but without `end` are to be computed. */
  readonly begin: I32;
  readonly end: I32;
}

export type KernelBody<P extends KernelParameters> = (k: KernelBuilder, parameters: KernelValues<P>) => void;

/** The function that a module exports for a kernel. */
export type KernelEntry = (args: number, begin: number, end: number) => void;

/** What a kernel is to those who do not know its parameters. */
export interface AnyKernel {
  /** `family/kernel`. */
  readonly name: string;
  /** The name of the export, and the place among the family's kernels. */
  readonly exportName: string;
  readonly index: number;
  readonly moduleBytes: Uint8Array<ArrayBuffer>;
  /** The compiled function, on this thread. */
  readonly call: KernelEntry;
  readonly definition: FunctionDefinition;
}

/** The module that a kernel lives in. */
interface Home {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  entry(exportName: string): KernelEntry;
}

/** Takes over where there are more items than the grain; see `setDispatcher`. */
export type Dispatcher = (kernel: AnyKernel, argsPointer: number, items: number, grain: number) => void;

let dispatcher: Dispatcher | null = null;

/** For the thread pool. It must have computed all items when it returns. */
export function setDispatcher(next: Dispatcher | null): void {
  dispatcher = next;
}

export class Kernel<P extends KernelParameters> implements AnyKernel {
  readonly definition: FunctionDefinition;
  readonly #isFloat: Uint8Array;
  #entry: KernelEntry | undefined;

  constructor(
    private readonly home: Home,
    readonly exportName: string,
    readonly index: number,
    parameters: P,
    body: KernelBody<P>,
  ) {
    const kinds = Object.values(parameters);
    if (kinds.length > maximumArguments) {
      throw new RangeError(
        `${this.name}: takes at most ${maximumArguments} parameters, ${kinds.length} declared`,
      );
    }
    this.#isFloat = Uint8Array.from(kinds, (kind) => (kind === 'f32' ? 1 : 0));
    this.definition = entryDefinition(exportName, parameters, body);
  }

  get name(): string {
    return `${this.home.name}/${this.exportName}`;
  }

  get moduleBytes(): Uint8Array<ArrayBuffer> {
    return this.home.bytes;
  }

  get call(): KernelEntry {
    this.#entry ??= this.home.entry(this.exportName);
    return this.#entry;
  }

  /**
   * Computes items 0 to `items`. With threads on, and more items than `grain`, ranges of `grain` items go to
   * whoever is free; without a grain all stay on this thread.
   */
  run(items: number, values: KernelArguments<P>, grain = Infinity): void {
    const given = values as readonly number[];
    if (given.length !== this.#isFloat.length) this.#refuse(given.length);
    const entry = this.#entry ?? this.call;
    writeArguments(this.#isFloat, given);
    if (dispatcher !== null && items > grain) dispatcher(this, argumentsPointer, items, grain);
    else entry(argumentsPointer, 0, items);
  }

  #refuse(given: number): never {
    throw new RangeError(`${this.name}: takes ${this.#isFloat.length} arguments, ${given} given`);
  }
}

/** args, begin, end -> (), with the parameters fetched before the body. */
function entryDefinition<P extends KernelParameters>(
  name: string,
  parameters: P,
  body: KernelBody<P>,
): FunctionDefinition {
  const entryParameters = { args: 'i32', begin: 'i32', end: 'i32' } satisfies Parameters;
  return {
    name,
    parameters: entryParameters,
    result: null,
    build(builder, { args, begin, end }) {
      const values = Object.entries(parameters).map(([parameter, kind], index) => {
        const type = kind === 'f32' ? f32 : i32;
        return [parameter, builder.let(type.load(args as I32, 4 * index), parameter)];
      });
      body(Object.assign(builder, { begin, end }) as KernelBuilder, Object.fromEntries(values));
      return null;
    },
  };
}
