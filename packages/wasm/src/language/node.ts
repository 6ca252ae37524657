import { atomic, instructions, simd } from '../assembler/instructions.ts';
import type { Kind } from '../assembler/kinds.ts';
import type { FunctionDefinition } from './functions.ts';

/** `choose` is `if` with a result: condition, then, else. */
export const opcodes = {
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
export function advanceClock(): number {
  clock++;
  return clock;
}

/**
 * An expression is a recipe: a tree of instructions that is written out where a statement uses it. A node used
 * twice inside one statement is computed once; `k.let` computes it at once and for all later statements.
 */
export class Node {
  /** To tell a recipe whose ingredients have changed since. */
  readonly born = clock;
  /** For the statement being written, by its number: how often it needs this node. */
  statement = 0;
  uses = 0;
  /** Where the node is kept meanwhile, and how often it will be fetched from there. */
  keptIn = -1;
  pending = 0;

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
