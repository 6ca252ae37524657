import {
  type Instruction,
  type Instructions,
  instructions,
  type Operand,
  simd,
} from '../assembler/instructions.ts';
import { isVector, type Kind, type VectorKind } from '../assembler/kinds.ts';
import { erf } from '../math/erf.ts';
import { exp } from '../math/exp.ts';
import { log } from '../math/log.ts';
import { sigmoid } from '../math/sigmoid.ts';
import { cos, sin } from '../math/sine.ts';
import { tanh } from '../math/tanh.ts';
import type { FunctionDefinition } from './functions.ts';
import { call, constant, mulAdd, type Node, negMulAdd, opcodes } from './node.ts';
import { operation } from './operation.ts';

export class Value<K extends Kind = Kind> {
  declare readonly kind: K;

  constructor(readonly node: Node) {}

  /** The same 128 bits under another kind, at no cost. */
  bitsAs<V extends VectorKind>(this: Vector, kind: V): ValueOf[V] {
    return valueFrom(kind, this.node);
  }

  /** What a function makes of this value and further ones, in the order of its parameters. */
  into<R extends Kind>(callee: FunctionDefinition & { readonly result: R }, ...further: Value[]): ValueOf[R] {
    const operands = [this, ...further].map((value) => value.node);
    return valueFrom(callee.result, call(callee, operands));
  }
}

/** The class that stands for each kind. */
export interface ValueOf {
  i32: I32;
  i64: I64;
  f32: F32;
  f64: F64;
  i8x16: I8x16;
  i16x8: I16x8;
  i32x4: I32x4;
  i64x2: I64x2;
  f32x4: F32x4;
  f64x2: F64x2;
}
export type AnyValue = ValueOf[Kind];
export type Vector = I8x16 | I16x8 | I32x4 | I64x2 | F32x4 | F64x2;

/** A plain number stands for a constant; in vectors, the same in every lane. */
export type Operandable<K extends Kind> = ValueOf[K] | number | (K extends 'i64' | 'i64x2' ? bigint : never);
type Argument<O extends Operand> = O extends Kind ? Operandable<O> : number;
type Method<I> = I extends readonly [number, infer Result extends Kind, ...infer Rest extends Operand[]]
  ? (...operands: { [Index in keyof Rest]: Argument<Rest[Index]> }) => ValueOf[Result]
  : never;
type Methods<K extends Kind> = { [Name in keyof Instructions[K]]: Method<Instructions[K][Name]> };
type ValueClass<K extends Kind> = new (node: Node) => Value<K> & Methods<K>;

/** A base class with one method for each line of the instruction table. */
function instructionMethods<K extends Kind>(kind: K): ValueClass<K> {
  class WithInstructions extends Value<K> {}
  Object.defineProperty(WithInstructions.prototype, 'kind', { value: kind });
  const table: Record<string, Instruction> = instructions[kind];
  for (const [name, instruction] of Object.entries(table)) {
    Object.defineProperty(WithInstructions.prototype, name, { value: methodFor(instruction) });
  }
  return WithInstructions as unknown as ValueClass<K>;
}

function methodFor([opcode, result, ...operands]: Instruction) {
  return function (this: Value, ...given: (AnyValue | number)[]): AnyValue {
    const nodes = [this.node];
    const lanes: number[] = [];
    for (let index = 0; index < operands.length; index++) {
      const operand = operands[index] as Operand;
      if (operand === 'lane') lanes.push(given[index] as number);
      else nodes.push(nodeOf(operand, given[index] as AnyValue | number));
    }
    return valueFrom(result, operation(result, opcode, nodes, lanes));
  };
}

/** The node of a value, or of the constant a number stands for. */
export function nodeOf(kind: Kind, value: Value | number | bigint): Node {
  if (!(value instanceof Value)) return constant(kind, value);
  if (value.kind !== kind && !(isVector(kind) && isVector(value.kind))) {
    throw new TypeError(`kernel: ${kind} expected, ${value.kind} given`);
  }
  return value.node;
}

export class I32 extends instructionMethods('i32') {
  /** This number ? first : second; both are computed. */
  select<V extends AnyValue>(first: V, second: V | number): V;
  select<V extends AnyValue>(first: number, second: V): V;
  select(first: bigint, second: I64 | bigint): I64;
  select(first: AnyValue | number | bigint, second: AnyValue | number | bigint): AnyValue {
    const kind = kindOfEither(first, second);
    const nodes = [nodeOf(kind, first), nodeOf(kind, second), this.node];
    const typed = isVector(kind) ? 0x1c : opcodes.select;
    return valueFrom(kind, operation(kind, typed, nodes, isVector(kind) ? [1, 0x7b] : []));
  }

  /**
   * This number ? first : second, of which only one is computed: for what is rare and dear. An arm's own
   * constants are made anew each time, since V8 takes nothing that is conditional out of a loop.
   */
  choose<V extends AnyValue>(first: V, second: V): V {
    const kind = first.kind;
    return valueFrom(kind, operation(kind, opcodes.choose, [this.node, first.node, second.node])) as V;
  }

  neg(): I32 {
    return toValue('i32', 0).sub(this);
  }

  min(other: I32 | number): I32 {
    const second = toValue('i32', other);
    return this.lt(second).select(this, second);
  }

  max(other: I32 | number): I32 {
    const second = toValue('i32', other);
    return this.gt(second).select(this, second);
  }
}

export class I64 extends instructionMethods('i64') {}
export class F32 extends instructionMethods('f32') {}
export class F64 extends instructionMethods('f64') {}

export class I8x16 extends instructionMethods('i8x16') {}
export class I16x8 extends instructionMethods('i16x8') {}

/** Four integers, or a mask: 0 or -1 in each lane, as comparisons give it. */
export class I32x4 extends instructionMethods('i32x4') {
  /** Takes the bits of `first` where the mask is set, of `second` where not. */
  select<V extends Vector>(first: V, second: V | number): V;
  select<V extends Vector>(first: number, second: V): V;
  select(first: Vector | number, second: Vector | number): AnyValue {
    return bitSelect(this, first, second);
  }

  shuffle(other: I32x4, ...lanes: Lanes): I32x4 {
    return new I32x4(shuffle(this, other, lanes));
  }
}

export class I64x2 extends instructionMethods('i64x2') {
  /** As with I32x4. */
  select<V extends Vector>(first: V, second: V | number): V;
  select<V extends Vector>(first: number, second: V): V;
  select(first: Vector | number, second: Vector | number): AnyValue {
    return bitSelect(this, first, second);
  }
}

export class F32x4 extends instructionMethods('f32x4') {
  /** this * b + c, in one rounding where relaxed SIMD allows. */
  mulAdd(b: F32x4 | number, c: F32x4 | number): F32x4 {
    return new F32x4(fused('f32x4', mulAdd.f32x4, this, b, c));
  }

  /** c - this * b, in one rounding where relaxed SIMD allows. */
  negMulAdd(b: F32x4 | number, c: F32x4 | number): F32x4 {
    return new F32x4(fused('f32x4', negMulAdd.f32x4, this, b, c));
  }

  reciprocal(): F32x4 {
    return toValue('f32x4', 1).div(this);
  }

  exp(): F32x4 {
    return exp(this);
  }

  log(): F32x4 {
    return log(this);
  }

  tanh(): F32x4 {
    return tanh(this);
  }

  sigmoid(): F32x4 {
    return sigmoid(this);
  }

  erf(): F32x4 {
    return erf(this);
  }

  sin(): F32x4 {
    return sin(this);
  }

  cos(): F32x4 {
    return cos(this);
  }

  /** Lanes 0 to 3 are of this, 4 to 7 of the other. */
  shuffle(other: F32x4, ...lanes: Lanes): F32x4 {
    return new F32x4(shuffle(this, other, lanes));
  }

  /** (0 + 2) + (1 + 3): the same order everywhere. */
  sumLanes(): F32 {
    return acrossLanes(this, (a, b) => a.add(b));
  }

  maxLanes(): F32 {
    return acrossLanes(this, (a, b) => a.max(b));
  }

  minLanes(): F32 {
    return acrossLanes(this, (a, b) => a.min(b));
  }
}

export class F64x2 extends instructionMethods('f64x2') {
  mulAdd(b: F64x2 | number, c: F64x2 | number): F64x2 {
    return new F64x2(fused('f64x2', mulAdd.f64x2, this, b, c));
  }

  negMulAdd(b: F64x2 | number, c: F64x2 | number): F64x2 {
    return new F64x2(fused('f64x2', negMulAdd.f64x2, this, b, c));
  }
}

const classes: { [K in Kind]: new (node: Node) => ValueOf[K] } = {
  i32: I32,
  i64: I64,
  f32: F32,
  f64: F64,
  i8x16: I8x16,
  i16x8: I16x8,
  i32x4: I32x4,
  i64x2: I64x2,
  f32x4: F32x4,
  f64x2: F64x2,
};

export function valueFrom<K extends Kind>(kind: K, node: Node): ValueOf[K] {
  return new classes[kind](node);
}

/** A number as a constant of the kind, a value as it is. */
export function toValue<K extends Kind>(kind: K, value: Operandable<K>): ValueOf[K] {
  return value instanceof Value ? value : valueFrom(kind, constant(kind, value));
}

function bitSelect(mask: Vector, first: Vector | number, second: Vector | number): AnyValue {
  const kind = kindOfEither(first, second);
  return valueFrom(
    kind,
    operation(kind, simd + 0x52, [nodeOf(kind, first), nodeOf(kind, second), mask.node]),
  );
}

export type Lanes = readonly [number, number, number, number];

function shuffle(first: Value, second: Value, lanes: Lanes): Node {
  if (lanes.length !== 4 || lanes.some((lane) => !Number.isInteger(lane) || lane < 0 || lane > 7)) {
    throw new RangeError(`shuffle: needs 4 lanes from 0 to 7, [${lanes.join(', ')}]`);
  }
  const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
  return operation(first.kind, simd + 0x0d, [first.node, second.node], bytes);
}

function acrossLanes(value: F32x4, combine: (a: F32x4, b: F32x4) => F32x4): F32 {
  const pairs = combine(value, value.shuffle(value, 2, 3, 0, 1));
  return combine(pairs, pairs.shuffle(pairs, 1, 0, 3, 2)).lane(0);
}

function fused(
  kind: 'f32x4' | 'f64x2',
  opcode: number,
  a: Value,
  b: Value | number,
  c: Value | number,
): Node {
  return operation(kind, opcode, [a.node, nodeOf(kind, b), nodeOf(kind, c)]);
}

function kindOfEither(first: Value | number | bigint, second: Value | number | bigint): Kind {
  if (first instanceof Value) return first.kind;
  if (second instanceof Value) return second.kind;
  if (typeof first === 'bigint') return 'i64';
  throw new TypeError(`select: at least one side must be a value, ${first} and ${second}`);
}
