import { type Kind, kindCode } from './kinds.ts';
import { unsignedLeb128 } from './leb128.ts';

/** One function ready to be written: parameters come first among its locals. */
export interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly Kind[];
  readonly results: readonly Kind[];
  readonly locals: readonly Kind[];
  /** The body without its closing `end`. */
  readonly code: readonly number[];
  readonly exported: boolean;
  /** Names for the first locals, only for people who read the module as text. */
  readonly localNames?: readonly string[];
}

export interface MemoryImport {
  readonly shared: boolean;
  readonly maximumPages: number;
}

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const section = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 };
const functionType = 0x60;
const functionExport = 0x00;
const memoryImport = 0x02;
const limits = { withMaximum: 0x01, sharedWithMaximum: 0x03 };
const end = 0x0b;

/** A whole module: it imports `env.memory` and exports what its functions say. */
export function encodeModule(
  memory: MemoryImport,
  functions: readonly FunctionCode[],
): Uint8Array<ArrayBuffer> {
  const types = new Map<string, { index: number; bytes: number[] }>();
  const typeIndices = functions.map((one) => typeIndex(types, one));
  const exported = functions.flatMap((one, index) =>
    one.exported ? [[...text(one.name), functionExport, ...unsignedLeb128(index)]] : [],
  );
  return Uint8Array.from([
    ...header,
    ...encodeSection(section.type, vector([...types.values()].map((type) => type.bytes))),
    ...encodeSection(section.import, vector([encodeMemoryImport(memory)])),
    ...encodeSection(section.function, vector(typeIndices.map(unsignedLeb128))),
    ...encodeSection(section.export, vector(exported)),
    ...encodeSection(section.code, vector(functions.map(encodeBody))),
    ...encodeSection(section.custom, encodeNames(functions)),
  ]);
}

function typeIndex(types: Map<string, { index: number; bytes: number[] }>, one: FunctionCode): number {
  const bytes = [functionType, ...kinds(one.parameters), ...kinds(one.results)];
  const key = bytes.join();
  const known = types.get(key) ?? { index: types.size, bytes };
  types.set(key, known);
  return known.index;
}

function encodeMemoryImport({ shared, maximumPages }: MemoryImport): number[] {
  const flags = shared ? limits.sharedWithMaximum : limits.withMaximum;
  return [...text('env'), ...text('memory'), memoryImport, flags, 0, ...unsignedLeb128(maximumPages)];
}

function encodeBody({ locals, code }: FunctionCode): number[] {
  const runs: { code: number; count: number }[] = [];
  for (const code of locals.map(kindCode)) {
    const last = runs.at(-1);
    if (last?.code === code) last.count++;
    else runs.push({ code, count: 1 });
  }
  const body = vector(runs.map((run) => [...unsignedLeb128(run.count), run.code]));
  for (const byte of code) body.push(byte);
  body.push(end);
  return [...unsignedLeb128(body.length), ...body];
}

/** The name section lets profilers, stack traces and `kernel:wat` speak of functions by name. */
function encodeNames(functions: readonly FunctionCode[]): number[] {
  const functionNames = vector(functions.map((one, index) => [...unsignedLeb128(index), ...text(one.name)]));
  const withLocals = functions.flatMap(({ localNames }, index) =>
    localNames ? [[...unsignedLeb128(index), ...vector(localNames.map(named))]] : [],
  );
  const localNames = withLocals.length > 0 ? encodeSection(2, vector(withLocals)) : [];
  return [...text('name'), ...encodeSection(1, functionNames), ...localNames];
}

function named(name: string, index: number): number[] {
  return [...unsignedLeb128(index), ...text(name)];
}

function encodeSection(id: number, content: readonly number[]): number[] {
  return [id, ...unsignedLeb128(content.length), ...content];
}

function vector(items: readonly (readonly number[])[]): number[] {
  return unsignedLeb128(items.length).concat(...items);
}

function kinds(list: readonly Kind[]): number[] {
  return [...unsignedLeb128(list.length), ...list.map(kindCode)];
}

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...unsignedLeb128(bytes.length), ...bytes];
}
