import { ByteWriter } from '../assembler/bytes.ts';
import { instructions } from '../assembler/instructions.ts';
import { type Kind, kindCode } from '../assembler/kinds.ts';
import type { FunctionDefinition } from './functions.ts';
import { advanceClock, isMemoryRead, mulAdd, type Node, negMulAdd, opcodes } from './node.ts';

/** What a function needs from the module it is written into. */
export interface ModuleContext {
  /** Whether `mulAdd` may be one relaxed instruction. */
  readonly relaxed: boolean;
  functionIndex(definition: FunctionDefinition): number;
}

let statements = 0;

/** Writes one function: bytes, locals and nesting. */
export class FunctionWriter {
  readonly out = new ByteWriter();
  readonly locals: Kind[] = [];
  readonly localNames: string[];
  depth = 0;
  /** Nodes that the present statement keeps in temporaries. */
  private readonly kept: Node[] = [];
  /** Temporaries nobody needs at the moment, by the code of their type. */
  private readonly idleTemporaries: number[][] = [];
  private readonly assignedAt: number[] = [];
  private storedAt = -1;
  private lastTee = -1;
  private lastSet = { index: -1, start: -1, end: -1 };

  constructor(
    readonly context: ModuleContext,
    readonly parameters: readonly Kind[],
    parameterNames: readonly string[],
  ) {
    this.localNames = [...parameterNames];
  }

  newLocal(kind: Kind, name = ''): number {
    const index = this.parameters.length + this.locals.push(kind) - 1;
    this.localNames[index] = name;
    return index;
  }

  setLocal(index: number, value: Node): void {
    this.evaluate(value);
    const start = this.out.length;
    this.local(opcodes.localSet, index);
    this.lastSet = { index, start, end: this.out.length };
    this.assignedAt[index] = advanceClock();
  }

  /** From here on, loads made earlier would read other values than their author saw. */
  memoryChanged(): void {
    this.storedAt = advanceClock();
  }

  /** Writes an expression (or a statement without result); what it uses twice is computed once. */
  evaluate(root: Node): void {
    statements++;
    countUses(root);
    this.write(root);
    this.releaseDownTo(0);
  }

  private write(node: Node): void {
    if (node.keptIn >= 0) {
      this.local(opcodes.localGet, node.keptIn);
      node.pending--;
      if (node.pending === 0) this.release(node);
      return;
    }
    if (node.isLocal) {
      this.fetch(node.immediates[0]!);
      return;
    }
    this.refuseStale(node);
    if (node.opcode === opcodes.choose) this.writeChoice(node);
    else if (!this.context.relaxed && isFused(node)) this.writeUnfused(node);
    else this.writeInstruction(node);
    if (node.uses > 1 && !isCheap(node)) this.keep(node);
  }

  private writeInstruction(node: Node): void {
    for (const operand of node.operands) this.write(operand);
    this.out.opcode(node.opcode);
    for (const immediate of node.immediates) this.out.unsigned(immediate);
    if (node.literal !== undefined) this.writeLiteral(node);
    if (node.callee) this.out.unsigned(this.context.functionIndex(node.callee));
  }

  private writeLiteral({ kind, literal }: Node): void {
    if (kind === 'i32') this.out.signed(literal as number);
    else if (kind === 'i64') this.out.signedBig(literal as bigint);
    else if (kind === 'f32') this.out.f32(literal as number);
    else if (kind === 'f64') this.out.f64(literal as number);
    else this.out.append(literal as Uint8Array);
  }

  /** a * b + c or c - a * b in two instructions that round twice, the same on every machine. */
  private writeUnfused(node: Node): void {
    const { mul, add, sub } = node.kind === 'f64x2' ? instructions.f64x2 : instructions.f32x4;
    const [a, b, c] = node.operands as [Node, Node, Node];
    const isNegated = node.opcode === negMulAdd[node.kind as 'f32x4'];
    if (isNegated) this.write(c);
    this.write(a);
    this.write(b);
    this.out.opcode(mul[0]);
    if (!isNegated) this.write(c);
    this.out.opcode(isNegated ? sub[0] : add[0]);
  }

  /** What both arms need is computed before; what an arm keeps is known inside that arm alone. */
  private writeChoice({ kind, operands }: Node): void {
    const [condition, first, second] = operands as [Node, Node, Node];
    this.writeShared(second, reachable(first, new Set()));
    this.write(condition);
    this.out.byte(opcodes.choose);
    this.out.byte(kindCode(kind as Kind));
    const before = this.kept.length;
    this.write(first);
    this.releaseDownTo(before);
    this.out.byte(opcodes.else);
    this.write(second);
    this.releaseDownTo(before);
    this.out.byte(opcodes.end);
  }

  private writeShared(node: Node, others: ReadonlySet<Node>): void {
    if (isCheap(node) || node.keptIn >= 0) return;
    if (!others.has(node)) {
      for (const operand of node.operands) this.writeShared(operand, others);
      return;
    }
    this.write(node);
    this.out.replace(this.lastTee, opcodes.localSet);
    node.pending++;
  }

  private keep(node: Node): void {
    const kind = node.kind as Kind;
    node.keptIn = this.idle(kind).pop() ?? this.newLocal(kind);
    node.pending = node.uses - 1;
    this.kept.push(node);
    this.lastTee = this.out.length;
    this.local(opcodes.localTee, node.keptIn);
  }

  /** Where nodes are kept no longer, others may be. */
  private release(node: Node): void {
    this.idle(node.kind as Kind).push(node.keptIn);
    node.keptIn = -1;
  }

  private releaseDownTo(count: number): void {
    while (this.kept.length > count) {
      const node = this.kept.pop() as Node;
      if (node.keptIn >= 0) this.release(node);
    }
  }

  private local(opcode: number, index: number): void {
    this.out.byte(opcode);
    this.out.unsigned(index);
  }

  /** What was set by the instruction before is still on the stack when that becomes a tee. */
  private fetch(index: number): void {
    const { end, index: lastIndex, start } = this.lastSet;
    if (end === this.out.length && lastIndex === index) {
      this.out.replace(start, opcodes.localTee);
      this.lastSet.index = -1;
    } else this.local(opcodes.localGet, index);
  }

  private idle(kind: Kind): number[] {
    const code = kindCode(kind);
    this.idleTemporaries[code] ??= [];
    return this.idleTemporaries[code];
  }

  private refuseStale(node: Node): void {
    if (this.storedAt > node.born && isMemoryRead(node)) {
      throw new Error('kernel: a load is used after a later store, keep its value with k.let()');
    }
    for (const operand of node.operands) {
      if (operand.isVariable && (this.assignedAt[operand.immediates[0]!] ?? -1) > node.born) {
        throw new Error(
          'kernel: an expression is used after its variable changed, keep its value with k.let()',
        );
      }
    }
  }
}

function countUses(node: Node): void {
  if (node.statement !== statements) {
    node.statement = statements;
    node.uses = 0;
  }
  node.uses++;
  if (node.uses === 1) for (const operand of node.operands) countUses(operand);
}

function reachable(node: Node, found: Set<Node>): Set<Node> {
  if (!found.has(node)) {
    found.add(node);
    for (const operand of node.operands) reachable(operand, found);
  }
  return found;
}

/** Writing it again is no longer than fetching it from a local. */
function isCheap({ isLocal, literal }: Node): boolean {
  return isLocal || typeof literal === 'number';
}

function isFused({ kind, opcode }: Node): boolean {
  return (kind === 'f32x4' || kind === 'f64x2') && (opcode === mulAdd[kind] || opcode === negMulAdd[kind]);
}
