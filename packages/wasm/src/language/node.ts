import { atomic, instructions, simd } from '../assembler/instructions.ts';
import { isVector, type Kind } from '../assembler/kinds.ts';
import { signedLeb128, unsignedLeb128 } from '../assembler/leb128.ts';
import { loads } from '../assembler/memoryInstructions.ts';
import type { FunctionDefinition } from './functions.ts';

/**
 * An expression is a recipe: a tree of instructions that is written out where a statement uses it. A node used
 * twice inside one statement is computed once; `k.let` computes it at once and for all later statements.
 */
export interface Node {
  readonly kind: Kind | 'none';
  readonly opcode: number;
  readonly immediates: readonly number[];
  readonly operands: readonly Node[];
  /** When it was made, to tell a recipe whose ingredients have changed since (see writer.ts). */
  readonly born: number;
  readonly constant?: number;
  readonly local?: number;
  readonly mutable?: boolean;
  readonly callee?: FunctionDefinition;
}

/** `none` only gives its operand another kind. */
export const opcodes = {
  none: -1,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  select: 0x1b,
  call: 0x10,
  choose: 0x04,
  else: 0x05,
  end: 0x0b,
};
export const mulAdd: Partial<Record<Kind, number>> = { f32x4: simd + 0x105, f64x2: simd + 0x107 };
export const negMulAdd: Partial<Record<Kind, number>> = { f32x4: simd + 0x106, f64x2: simd + 0x108 };

let clock = 0;
/** Stores and assignments move the clock; expressions remember when they were made. */
export const time = { now: () => clock, advance: () => ++clock };

export function operation(
  kind: Kind | 'none',
  opcode: number,
  operands: readonly Node[],
  immediates: readonly number[] = [],
): Node {
  return simplify({ kind, opcode, operands, immediates, born: clock });
}

export function call(callee: FunctionDefinition, operands: readonly Node[]): Node {
  return {
    kind: callee.result ?? 'none',
    opcode: opcodes.call,
    immediates: [],
    operands,
    born: clock,
    callee,
  };
}

export function local(kind: Kind, index: number, mutable = false): Node {
  const immediates = unsignedLeb128(index);
  return { kind, opcode: opcodes.localGet, immediates, operands: [], born: clock, local: index, mutable };
}

const constantOpcodes = { i32: 0x41, i64: 0x42, f32: 0x43, f64: 0x44, v128: simd + 0x0c };

export function constant(kind: Kind, ...values: readonly (number | bigint)[]): Node {
  const leaf = { kind, operands: [], born: clock };
  const value = values[0] ?? 0;
  if ((kind === 'f32x4' || kind === 'i32x4') && values.length === 1 && value !== 0) return splat(kind, value);
  if (isVector(kind)) return { ...leaf, opcode: constantOpcodes.v128, immediates: laneBytes(kind, values) };
  if (kind === 'i64')
    return { ...leaf, opcode: constantOpcodes.i64, immediates: signedLeb128(BigInt(value)) };
  const number = Number(value);
  if (kind === 'i32') {
    return { ...leaf, opcode: constantOpcodes.i32, immediates: signedLeb128(number), constant: number | 0 };
  }
  const array = kind === 'f32' ? Float32Array.of(number) : Float64Array.of(number);
  return { ...leaf, opcode: constantOpcodes[kind], immediates: bytesOf(array), constant: number };
}

/** 7 bytes instead of 18, for the same machine code. */
function splat(kind: 'f32x4' | 'i32x4', value: number | bigint): Node {
  const lane = kind === 'f32x4' ? 'f32' : 'i32';
  return operation(kind, instructions[lane].splat[0], [constant(lane, value)]);
}

const laneArrays = {
  i8x16: Int8Array,
  i16x8: Int16Array,
  i32x4: Int32Array,
  i64x2: BigInt64Array,
  f32x4: Float32Array,
  f64x2: Float64Array,
};

/** One value goes to all lanes. */
function laneBytes(kind: keyof typeof laneArrays, values: readonly (number | bigint)[]): number[] {
  const array = new laneArrays[kind](16 / laneArrays[kind].BYTES_PER_ELEMENT);
  if (values.length !== 1 && values.length !== array.length) {
    throw new RangeError(`${kind}: takes 1 value or ${array.length}, ${values.length} given`);
  }
  for (let lane = 0; lane < array.length; lane++) {
    const value = values[values.length === 1 ? 0 : lane] ?? 0;
    array[lane] = kind === 'i64x2' ? BigInt(value) : Number(value);
  }
  return bytesOf(array);
}

function bytesOf(array: ArrayBufferView): number[] {
  return [...new Uint8Array(array.buffer, array.byteOffset, array.byteLength)];
}

/** The bytes of an opcode: one, or a prefix and a number. */
export function opcodeBytes(opcode: number): number[] {
  if (opcode === opcodes.none) return [];
  if (opcode < 0x100) return [opcode];
  return [opcode >> 16, ...unsignedLeb128(opcode & 0xffff)];
}

export function isMemoryRead({ opcode }: Node): boolean {
  if (opcode >= 0x28 && opcode <= 0x35) return true;
  if (opcode >= atomic) return true;
  const number = opcode - simd;
  return opcode >= simd && (number <= 0x0a || number === 0x5c || number === 0x5d);
}

const { add, mul, shl, sub } = instructions.i32;
const addition = add[0];

/** Folds constants, so that addresses end as one base and one constant offset. */
function simplify(node: Node): Node {
  const [left, right] = node.operands;
  if (node.opcode === instructions.f32.splat[0] && left?.opcode === loads.f32.load[0]) {
    const [opcode, alignment] = loads.f32x4.loadSplat;
    return { ...node, opcode, immediates: [alignment, ...left.immediates.slice(1)], operands: left.operands };
  }
  if (node.kind !== 'i32' || left === undefined || right === undefined) return node;
  const a = left.constant;
  const b = right.constant;
  if (a !== undefined && b !== undefined) return foldConstants(node, a, b);
  if (node.opcode === addition) return simplifyAddition(node, left, right);
  if (b === undefined) return node;
  if (node.opcode === sub[0]) return operation('i32', addition, [left, constant('i32', -b | 0)]);
  if (node.opcode === shl[0] && b === 0) return left;
  if (node.opcode === mul[0] && b > 0 && (b & (b - 1)) === 0) {
    return operation('i32', shl[0], [left, constant('i32', 31 - Math.clz32(b))]);
  }
  return node;
}

function foldConstants(node: Node, a: number, b: number): Node {
  if (node.opcode === addition) return constant('i32', (a + b) | 0);
  if (node.opcode === sub[0]) return constant('i32', (a - b) | 0);
  if (node.opcode === mul[0]) return constant('i32', Math.imul(a, b));
  if (node.opcode === shl[0]) return constant('i32', a << b);
  return node;
}

/** Moves constants outwards: (x + 4) + y becomes (x + y) + 4. */
function simplifyAddition(node: Node, left: Node, right: Node): Node {
  if (left.constant !== undefined) return operation('i32', addition, [right, left]);
  if (right.constant === 0) return left;
  const inner = splitAddition(left);
  if (inner.offset !== 0) {
    if (right.constant !== undefined) return addConstant(inner.base, (inner.offset + right.constant) | 0);
    return addConstant(operation('i32', addition, [inner.base, right]), inner.offset);
  }
  const other = splitAddition(right);
  if (other.offset === 0 || right.constant !== undefined) return node;
  return addConstant(operation('i32', addition, [left, other.base]), other.offset);
}

function addConstant(base: Node, offset: number): Node {
  return offset === 0 ? base : operation('i32', addition, [base, constant('i32', offset)]);
}

/** `base + offset` apart, when a node is such a sum. */
function splitAddition(node: Node): { base: Node; offset: number } {
  const [base, second] = node.operands;
  if (node.opcode !== addition || base === undefined || second?.constant === undefined)
    return { base: node, offset: 0 };
  return { base, offset: second.constant };
}

/** Offsets up to here move from the address into the instruction, where they cost nothing. */
const largestFoldedOffset = 0xffff;

/** Address operand and immediates of a memory access. The instruction adds its offset without wrapping at 4 GiB. */
export function address(
  pointer: Node,
  offset: number,
  alignment: number,
): { base: Node; immediates: number[] } {
  const split = splitAddition(pointer);
  const folds = split.offset > 0 && split.offset <= largestFoldedOffset;
  const total = offset + (folds ? split.offset : 0);
  return { base: folds ? split.base : pointer, immediates: [alignment, ...unsignedLeb128(total)] };
}
