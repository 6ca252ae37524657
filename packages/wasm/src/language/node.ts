import { atomic, instructions, simd } from '../assembler/instructions.ts';
import type { Kind } from '../assembler/kinds.ts';
import { loads } from '../assembler/memoryInstructions.ts';
import type { FunctionDefinition } from './functions.ts';

/** `none` only gives its operand another kind; `choose` is `if` with a result: condition, then, else. */
export const opcodes = {
  none: -1,
  choose: 0x04,
  else: 0x05,
  end: 0x0b,
  call: 0x10,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  v128Const: simd + 0x0c,
} as const;
export const mulAdd = { f32x4: simd + 0x105, f64x2: simd + 0x107 } as const;
export const negMulAdd = { f32x4: simd + 0x106, f64x2: simd + 0x108 } as const;

const nothing: readonly never[] = [];
let clock = 0;
/** Stores and assignments move the clock; expressions remember when they were made. */
export const time = { now: () => clock, advance: () => ++clock };

/**
 * An expression is a recipe: a tree of instructions that is written out where a statement uses it. A node used
 * twice inside one statement is computed once; `k.let` computes it at once and for all later statements.
 */
export class Node {
  /** To tell a recipe whose ingredients have changed since. */
  readonly born = clock;
  /** For the statement being written, by its number: how often it needs this node, and where it is kept. */
  statement = 0;
  uses = 0;
  keptIn = -1;

  constructor(
    readonly kind: Kind | 'none',
    readonly opcode: number,
    readonly operands: readonly Node[] = nothing,
    /** Unsigned numbers that follow the opcode. */
    readonly immediates: readonly number[] = nothing,
    /** The value of a constant; of a vector, its bytes. */
    readonly literal?: number | bigint | Uint8Array,
    readonly callee?: FunctionDefinition,
    readonly isVariable = false,
  ) {}

  get isLocal(): boolean {
    return this.opcode === opcodes.localGet;
  }

  /** The value, where this is an i32 constant. */
  get integer(): number | undefined {
    return this.opcode === opcodes.i32Const ? (this.literal as number) : undefined;
  }
}

export function operation(
  kind: Kind | 'none',
  opcode: number,
  operands: readonly Node[],
  immediates: readonly number[] = nothing,
): Node {
  if (kind === 'i32' && operands.length === 2) return simplifyInteger(opcode, operands[0]!, operands[1]!);
  if (opcode === instructions.f32.splat[0]) return simplifySplat(operands[0]!);
  return new Node(kind, opcode, operands, immediates);
}

export function call(callee: FunctionDefinition, operands: readonly Node[]): Node {
  return new Node(callee.result ?? 'none', opcodes.call, operands, nothing, undefined, callee);
}

export function local(kind: Kind, index: number, isVariable = false): Node {
  return new Node(kind, opcodes.localGet, nothing, [index], undefined, undefined, isVariable);
}

/** One value goes to all lanes. */
export function constant(kind: Kind, ...values: readonly (number | bigint)[]): Node {
  const first = values[0] ?? 0;
  if (kind === 'i32') return literal(kind, opcodes.i32Const, Number(first) | 0);
  if (kind === 'i64') return literal(kind, opcodes.i64Const, BigInt(first));
  if (kind === 'f32') return literal(kind, opcodes.f32Const, Number(first));
  if (kind === 'f64') return literal(kind, opcodes.f64Const, Number(first));
  if (values.length === 1 && first !== 0) {
    /** 7 bytes instead of 18, for the same machine code. */
    if (kind === 'f32x4') return new Node(kind, instructions.f32.splat[0], [constant('f32', first)]);
    if (kind === 'i32x4') return new Node(kind, instructions.i32.splat[0], [constant('i32', first)]);
  }
  return literal(kind, opcodes.v128Const, laneBytes(kind, values));
}

function literal(kind: Kind, opcode: number, value: number | bigint | Uint8Array): Node {
  return new Node(kind, opcode, nothing, nothing, value);
}

const laneArrays = {
  i8x16: Int8Array,
  i16x8: Int16Array,
  i32x4: Int32Array,
  i64x2: BigInt64Array,
  f32x4: Float32Array,
  f64x2: Float64Array,
};

function laneBytes(kind: keyof typeof laneArrays, values: readonly (number | bigint)[]): Uint8Array {
  const array = new laneArrays[kind](16 / laneArrays[kind].BYTES_PER_ELEMENT);
  if (values.length !== 1 && values.length !== array.length) {
    throw new RangeError(`${kind}: takes 1 value or ${array.length}, ${values.length} given`);
  }
  for (let lane = 0; lane < array.length; lane++) {
    const value = values[values.length === 1 ? 0 : lane] ?? 0;
    array[lane] = kind === 'i64x2' ? BigInt(value) : Number(value);
  }
  return new Uint8Array(array.buffer);
}

export function isMemoryRead({ opcode }: Node): boolean {
  if (opcode < simd) return opcode >= 0x28 && opcode <= 0x35;
  if (opcode >= atomic) return true;
  const number = opcode - simd;
  return number <= 0x0a || number === 0x5c || number === 0x5d;
}

/** A number splat from memory is one instruction. */
function simplifySplat(value: Node): Node {
  const [opcode, alignment] = loads.f32x4.loadSplat;
  const [loadOpcode] = loads.f32.load;
  if (value.opcode !== loadOpcode) return new Node('f32x4', instructions.f32.splat[0], [value]);
  return new Node('f32x4', opcode, value.operands, [alignment, value.immediates[1]!]);
}

const [addition] = instructions.i32.add;
const [subtraction] = instructions.i32.sub;
const [multiplication] = instructions.i32.mul;
const [shift] = instructions.i32.shl;

/** Folds constants, so that addresses end as one base and one constant offset. */
function simplifyInteger(opcode: number, left: Node, right: Node): Node {
  const a = left.integer;
  const b = right.integer;
  if (a !== undefined && b !== undefined) {
    const value = foldConstants(opcode, a, b);
    if (value !== undefined) return constant('i32', value);
  }
  if (opcode === addition) return simplifyAddition(left, right);
  if (b === undefined) return new Node('i32', opcode, [left, right]);
  if (opcode === subtraction) return addConstant(left, -b | 0);
  if (opcode === shift && b === 0) return left;
  if (opcode === multiplication && b > 0 && (b & (b - 1)) === 0) {
    return operation('i32', shift, [left, constant('i32', 31 - Math.clz32(b))]);
  }
  return new Node('i32', opcode, [left, right]);
}

function foldConstants(opcode: number, a: number, b: number): number | undefined {
  if (opcode === addition) return (a + b) | 0;
  if (opcode === subtraction) return (a - b) | 0;
  if (opcode === multiplication) return Math.imul(a, b);
  if (opcode === shift) return a << b;
  return undefined;
}

/** Moves constants outwards: (x + 4) + y becomes (x + y) + 4. */
function simplifyAddition(left: Node, right: Node): Node {
  const first = splitAddition(left);
  const second = splitAddition(right);
  const offset = (first.offset + second.offset) | 0;
  if (first.base === undefined || second.base === undefined)
    return addConstant((first.base ?? second.base)!, offset);
  if (offset === 0 && first.base === left && second.base === right)
    return new Node('i32', addition, [left, right]);
  return addConstant(new Node('i32', addition, [first.base, second.base]), offset);
}

function addConstant(value: Node, added: number): Node {
  const { base, offset } = splitAddition(value);
  const total = (offset + added) | 0;
  if (base === undefined) return constant('i32', total);
  return total === 0 ? base : new Node('i32', addition, [base, constant('i32', total)]);
}

/** `base + offset` apart; no base where the node is a constant. */
function splitAddition(node: Node): { base: Node | undefined; offset: number } {
  if (node.integer !== undefined) return { base: undefined, offset: node.integer };
  const offset = node.opcode === addition ? node.operands[1]?.integer : undefined;
  return offset === undefined ? { base: node, offset: 0 } : { base: node.operands[0], offset };
}

/** Offsets up to here move from the address into the instruction, where they cost nothing. */
const largestFoldedOffset = 0xffff;

/** Address operand and immediates of a memory access. The instruction adds its offset without wrapping at 4 GiB. */
export function address(
  pointer: Node,
  byteOffset: number,
  alignment: number,
): { base: Node; immediates: number[] } {
  if (!Number.isInteger(byteOffset) || byteOffset < 0) {
    throw new RangeError(`kernel: a byte offset must be an integer from 0 on, ${byteOffset}`);
  }
  const { base, offset } = splitAddition(pointer);
  if (base === undefined || offset <= 0 || offset > largestFoldedOffset) {
    return { base: pointer, immediates: [alignment, byteOffset] };
  }
  return { base, immediates: [alignment, byteOffset + offset] };
}
