import { heap } from '../heap/heap.ts';
import { addressSpaceBytes, pageBytes } from '../heap/memory.ts';
import type { FunctionDefinition } from '../language/functions.ts';
import { buildModule } from '../language/moduleBuilder.ts';
import {
  type AnyKernel,
  Kernel,
  type KernelBody,
  type KernelEntry,
  type KernelParameters,
} from './kernel.ts';
import { type Numerics, numerics, numericsInUse, relaxedSupported } from './numerics.ts';

/** What is declared in `kernelFamily`: becomes a kernel under the name it has in the record. */
interface Declaration<P extends KernelParameters> {
  readonly parameters: P;
  readonly body: KernelBody<P>;
}

export interface FamilyBuilder {
  kernel<P extends KernelParameters>(parameters: P, body: KernelBody<P>): Declaration<P>;
}

type Kernels<D> = { readonly [Name in keyof D]: D[Name] extends Declaration<infer P> ? Kernel<P> : never };

export interface FamilyOptions {
  /** The process's choice unless given. */
  readonly numerics?: Numerics;
}

const families = new Map<string, Family>();

/** Every family that was declared so far, by name. */
export function knownFamilies(): ReadonlyMap<string, Family> {
  return families;
}

/** Kernels that share one module. Nothing is built before the first of them runs. */
export function kernelFamily<D extends Record<string, unknown>>(
  name: string,
  declare: (family: FamilyBuilder) => D,
  options: FamilyOptions = {},
): Kernels<D> {
  if (families.has(name)) throw new Error(`kernelFamily: the name is taken, ${name}`);
  const family = new Family(name, options);
  const declarations = declare({ kernel: (parameters, body) => ({ parameters, body }) });
  const kernels = Object.entries(declarations).map(([exportName, declaration]) => {
    const { parameters, body } = declaration as Declaration<KernelParameters>;
    return [exportName, family.add(exportName, parameters, body)];
  });
  families.set(name, family);
  return Object.fromEntries(kernels) as Kernels<D>;
}

/** One module: its bytes, its compiled form, its kernels. */
export class Family {
  readonly kernels: AnyKernel[] = [];
  #bytes: Uint8Array<ArrayBuffer> | undefined;
  #module: WebAssembly.Module | undefined;
  #exports: WebAssembly.Exports | undefined;

  constructor(
    readonly name: string,
    private readonly options: FamilyOptions,
  ) {}

  add<P extends KernelParameters>(exportName: string, parameters: P, body: KernelBody<P>): Kernel<P> {
    const kernel = new Kernel(this, exportName, this.kernels.length, parameters, body);
    this.kernels.push(kernel);
    return kernel;
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    this.#bytes ??= this.assemble(this.kernels.map((kernel) => kernel.definition));
    return this.#bytes;
  }

  /** Workers that are sent this share its machine code. */
  get module(): WebAssembly.Module {
    this.#module ??= new WebAssembly.Module(this.bytes);
    return this.#module;
  }

  entry(exportName: string): KernelEntry {
    this.#exports ??= new WebAssembly.Instance(this.module, { env: { memory: heap.memory } }).exports;
    return this.#exports[exportName] as KernelEntry;
  }

  /** The module for some of the kernels, with names for locals: what `kernel:wat` shows. */
  assembleForReading(kernel: AnyKernel): Uint8Array<ArrayBuffer> {
    return this.assemble([kernel.definition], true);
  }

  private assemble(definitions: readonly FunctionDefinition[], localNames = false): Uint8Array<ArrayBuffer> {
    const fast = (this.options.numerics ?? numerics()) === 'fast';
    if (this.options.numerics === undefined) numericsInUse();
    const memory = { shared: heap.shared, maximumPages: addressSpaceBytes / pageBytes };
    try {
      return buildModule(definitions, { memory, relaxed: fast && relaxedSupported(), localNames });
    } catch (error) {
      if (error instanceof Error) error.message = `${this.name}/${error.message}`;
      throw error;
    }
  }
}
