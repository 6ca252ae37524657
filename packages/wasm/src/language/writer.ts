import { instructions } from '../assembler/instructions.ts';
import { type Kind, kindCode } from '../assembler/kinds.ts';
import { unsignedLeb128 } from '../assembler/leb128.ts';
import type { FunctionDefinition } from './functions.ts';
import { isMemoryRead, mulAdd, type Node, negMulAdd, opcodeBytes, opcodes, time } from './node.ts';

/** What a function needs from the module it is written into. */
export interface ModuleContext {
  /** Whether `mulAdd` may be one relaxed instruction. */
  readonly relaxed: boolean;
  functionIndex(definition: FunctionDefinition): number;
}

/** One statement: how often it uses each node, which of them are kept in which temporary. */
interface Scope {
  readonly uses: ReadonlyMap<Node, number>;
  readonly kept: Map<Node, number>;
  readonly taken: { readonly kind: Kind; readonly index: number }[];
}

/** Writes one function: bytes, locals and nesting. */
export class FunctionWriter {
  readonly bytes: number[] = [];
  readonly locals: Kind[] = [];
  readonly localNames: string[];
  depth = 0;
  readonly #idleTemporaries = new Map<number, number[]>();
  readonly #assignedAt: number[] = [];
  #storedAt = -1;

  constructor(
    readonly context: ModuleContext,
    readonly parameters: readonly Kind[],
    parameterNames: readonly string[],
  ) {
    this.localNames = [...parameterNames];
  }

  push(...bytes: number[]): void {
    for (const byte of bytes) this.bytes.push(byte);
  }

  newLocal(kind: Kind, name = ''): number {
    const index = this.parameters.length + this.locals.push(kind) - 1;
    this.localNames[index] = name;
    return index;
  }

  setLocal(index: number, value: Node): void {
    this.evaluate(value);
    this.push(opcodes.localSet, ...unsignedLeb128(index));
    this.#assignedAt[index] = time.advance();
  }

  /** From here on, loads made earlier would read other values than their author saw. */
  memoryChanged(): void {
    this.#storedAt = time.advance();
  }

  /** Writes an expression (or a statement without result); what it uses twice is computed once. */
  evaluate(root: Node): void {
    const uses = new Map<Node, number>();
    countUses(root, uses);
    const scope: Scope = { uses, kept: new Map(), taken: [] };
    this.#write(root, scope);
    for (const { kind, index } of scope.taken) this.#idle(kind).push(index);
  }

  #write(node: Node, scope: Scope): void {
    const kept = scope.kept.get(node);
    if (kept !== undefined) {
      this.push(opcodes.localGet, ...unsignedLeb128(kept));
      return;
    }
    this.#refuseStale(node);
    if (node.opcode === opcodes.choose) this.#writeChoice(node, scope);
    else this.#writeInstruction(node, scope);
    if ((scope.uses.get(node) ?? 0) > 1 && !isCheap(node)) this.#keep(node, scope);
  }

  #keep(node: Node, { kept, taken }: Scope): void {
    const kind = node.kind as Kind;
    const index = this.#idle(kind).pop() ?? this.newLocal(kind);
    taken.push({ kind, index });
    kept.set(node, index);
    this.push(opcodes.localTee, ...unsignedLeb128(index));
  }

  #writeInstruction(node: Node, scope: Scope): void {
    const write = (operand: Node) => this.#write(operand, scope);
    if (!this.context.relaxed && isFused(node)) {
      writeUnfused(this, node, write);
      return;
    }
    node.operands.forEach(write);
    this.push(...opcodeBytes(node.opcode), ...node.immediates);
    if (node.callee) this.push(...unsignedLeb128(this.context.functionIndex(node.callee)));
  }

  /** What an arm keeps is known inside that arm alone. */
  #writeChoice({ kind, operands }: Node, scope: Scope): void {
    const [condition, first, second] = operands as [Node, Node, Node];
    this.#write(condition, scope);
    this.push(opcodes.choose, kindCode(kind as Kind));
    this.#write(first, { ...scope, kept: new Map(scope.kept) });
    this.push(opcodes.else);
    this.#write(second, { ...scope, kept: new Map(scope.kept) });
    this.push(opcodes.end);
  }

  #idle(kind: Kind): number[] {
    const code = kindCode(kind);
    const list = this.#idleTemporaries.get(code) ?? [];
    this.#idleTemporaries.set(code, list);
    return list;
  }

  #refuseStale(node: Node): void {
    if (isMemoryRead(node) && this.#storedAt > node.born) {
      throw new Error('kernel: a load is used after a later store, keep its value with k.let()');
    }
    for (const { local } of node.operands) {
      if (local !== undefined && (this.#assignedAt[local] ?? -1) > node.born) {
        throw new Error(
          'kernel: an expression is used after its variable changed, keep its value with k.let()',
        );
      }
    }
  }
}

function countUses(node: Node, uses: Map<Node, number>): void {
  const count = uses.get(node) ?? 0;
  uses.set(node, count + 1);
  if (count === 0) for (const operand of node.operands) countUses(operand, uses);
}

/** Writing it again is no longer than fetching it from a local. */
function isCheap(node: Node): boolean {
  return node.local !== undefined || node.constant !== undefined || node.opcode === opcodes.none;
}

function isFused({ kind, opcode }: Node): boolean {
  return kind !== 'none' && (mulAdd[kind] === opcode || negMulAdd[kind] === opcode);
}

/** a * b + c or c - a * b in two instructions that round twice, the same on every machine. */
function writeUnfused(writer: FunctionWriter, node: Node, write: (operand: Node) => void): void {
  const arithmetic = node.kind === 'f64x2' ? instructions.f64x2 : instructions.f32x4;
  const [a, b, c] = node.operands as [Node, Node, Node];
  const negated = negMulAdd[node.kind as Kind] === node.opcode;
  for (const operand of negated ? [c, a, b] : [a, b]) write(operand);
  writer.push(...opcodeBytes(arithmetic.mul[0]));
  if (!negated) write(c);
  writer.push(...opcodeBytes(negated ? arithmetic.sub[0] : arithmetic.add[0]));
}
