import { encodeModule, type FunctionCode, type MemoryImport } from '../assembler/module.ts';
import type { FunctionDefinition } from './functions.ts';
import { Builder } from './lanes.ts';
import { local } from './node.ts';
import { type AnyValue, valueFrom } from './values.ts';
import { FunctionWriter, type ModuleContext } from './writer.ts';

export interface ModuleOptions {
  readonly memory: MemoryImport;
  readonly relaxed: boolean;
  /** Names for locals, for people. */
  readonly localNames?: boolean;
}

/** A module that exports these functions, and holds the helpers that they call. */
export function buildModule(
  exported: readonly FunctionDefinition[],
  options: ModuleOptions,
): Uint8Array<ArrayBuffer> {
  const definitions = [...exported];
  const context: ModuleContext = {
    relaxed: options.relaxed,
    functionIndex(definition) {
      const known = definitions.indexOf(definition);
      return known >= 0 ? known : definitions.push(definition) - 1;
    },
  };
  const functions: FunctionCode[] = [];
  for (let index = 0; index < definitions.length; index++) {
    const definition = definitions[index] as FunctionDefinition;
    const { localNames, ...written } = writeFunction(definition, context);
    const named = options.localNames ? { localNames: distinct(localNames) } : {};
    functions.push({ ...written, ...named, exported: index < exported.length });
  }
  return encodeModule(options.memory, functions);
}

function writeFunction(definition: FunctionDefinition, context: ModuleContext) {
  const names = Object.keys(definition.parameters);
  const kinds = Object.values(definition.parameters);
  const writer = new FunctionWriter(context, kinds, names);
  const values = kinds.map((kind, index) => valueFrom(kind, local(kind, index)));
  const record: Record<string, AnyValue> = Object.fromEntries(
    names.map((name, index) => [name, values[index]]),
  );
  try {
    const result = definition.build(new Builder(writer), record);
    if (result) writer.evaluate(result.node);
  } catch (error) {
    if (error instanceof Error) error.message = `${definition.name}: ${error.message}`;
    throw error;
  }
  const results = definition.result === null ? [] : [definition.result];
  const { locals, localNames } = writer;
  return { name: definition.name, parameters: kinds, results, locals, code: writer.out.finish(), localNames };
}

/** Locals without a name are called by their number, and of two with the same name the second too. */
function distinct(names: readonly string[]): string[] {
  return names.map((name, index) => (name === '' || names.indexOf(name) < index ? `${name}${index}` : name));
}
