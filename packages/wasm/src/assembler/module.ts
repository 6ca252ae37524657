import { ByteWriter } from './bytes.ts';
import { type Kind, kindCode } from './kinds.ts';

/** One function ready to be written: parameters come first among its locals. */
export interface FunctionCode {
  readonly name: string;
  readonly parameters: readonly Kind[];
  readonly results: readonly Kind[];
  readonly locals: readonly Kind[];
  /** The body without its closing `end`. */
  readonly code: Uint8Array;
  readonly exported: boolean;
  /** Names for locals, only for people who read the module as text. */
  readonly localNames?: readonly string[];
}

export interface MemoryImport {
  readonly shared: boolean;
  readonly maximumPages: number;
}

const header = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
const sections = { custom: 0, type: 1, import: 2, function: 3, export: 7, code: 10 };
const nameSections = { functions: 1, locals: 2 };
const functionType = 0x60;
const external = { function: 0x00, memory: 0x02 };
const limits = { withMaximum: 0x01, sharedWithMaximum: 0x03 };
const end = 0x0b;

/** A whole module: it imports `env.memory` and exports what its functions say. */
export function encodeModule(
  memory: MemoryImport,
  functions: readonly FunctionCode[],
): Uint8Array<ArrayBuffer> {
  const module = new ByteWriter(4096);
  const types = functions.map(typeKey);
  const distinct = [...new Set(types)];
  module.append(header);
  section(module, sections.type, (out) => {
    list(out, distinct, (type) => writeType(out, functions[types.indexOf(type)] as FunctionCode));
  });
  section(module, sections.import, (out) => list(out, [memory], (one) => writeMemory(out, one)));
  section(module, sections.function, (out) =>
    list(out, types, (type) => out.unsigned(distinct.indexOf(type))),
  );
  section(module, sections.export, (out) => writeExports(out, functions));
  section(module, sections.code, (out) => list(out, functions, (one) => writeBody(out, one)));
  section(module, sections.custom, (out) => writeNames(out, functions));
  return module.finish();
}

function section(out: ByteWriter, id: number, write: (content: ByteWriter) => void): void {
  const content = new ByteWriter(1024);
  write(content);
  out.byte(id);
  out.sized(content);
}

function list<T>(out: ByteWriter, items: readonly T[], write: (item: T, index: number) => void): void {
  out.unsigned(items.length);
  items.forEach(write);
}

function typeKey({ parameters, results }: FunctionCode): string {
  return `${parameters.map(kindCode)}>${results.map(kindCode)}`;
}

function writeType(out: ByteWriter, { parameters, results }: FunctionCode): void {
  out.byte(functionType);
  for (const kinds of [parameters, results]) list(out, kinds, (kind) => out.byte(kindCode(kind)));
}

function writeMemory(out: ByteWriter, { shared, maximumPages }: MemoryImport): void {
  out.text('env');
  out.text('memory');
  out.byte(external.memory);
  out.byte(shared ? limits.sharedWithMaximum : limits.withMaximum);
  out.unsigned(0);
  out.unsigned(maximumPages);
}

function writeExports(out: ByteWriter, functions: readonly FunctionCode[]): void {
  const exported = functions.filter((one) => one.exported);
  list(out, exported, (one) => {
    out.text(one.name);
    out.byte(external.function);
    out.unsigned(functions.indexOf(one));
  });
}

function writeBody(out: ByteWriter, { locals, code }: FunctionCode): void {
  const body = new ByteWriter(code.length + 32);
  const runs: { kind: number; count: number }[] = [];
  for (const kind of locals.map(kindCode)) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.count++;
    else runs.push({ kind, count: 1 });
  }
  list(body, runs, ({ kind, count }) => {
    body.unsigned(count);
    body.byte(kind);
  });
  body.append(code);
  body.byte(end);
  out.sized(body);
}

/** The name section lets profilers, stack traces and `kernel:wat` speak of functions by name. */
function writeNames(out: ByteWriter, functions: readonly FunctionCode[]): void {
  out.text('name');
  section(out, nameSections.functions, (content) => {
    writeNameMap(
      content,
      functions.map((one) => one.name),
    );
  });
  const named = functions.filter((one) => one.localNames);
  if (named.length === 0) return;
  section(out, nameSections.locals, (content) => {
    list(content, named, (one) => {
      content.unsigned(functions.indexOf(one));
      writeNameMap(content, one.localNames as readonly string[]);
    });
  });
}

function writeNameMap(out: ByteWriter, all: readonly string[]): void {
  list(out, all, (name, index) => {
    out.unsigned(index);
    out.text(name);
  });
}
