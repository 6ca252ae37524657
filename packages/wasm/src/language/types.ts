import type { Kind } from '../assembler/kinds.ts';
import { type Access, loads } from '../assembler/memoryInstructions.ts';
import { constant } from './node.ts';
import { address, operation } from './operation.ts';
import { type I32, nodeOf, type ValueOf, valueFrom } from './values.ts';

type Loads = typeof loads;
type Load<K extends Kind> = (pointer: I32 | number, byteOffset?: number) => ValueOf[K];

/** A kind as code uses it: `f32x4(0)` is a constant, `f32x4.load(pointer, 16)` reads memory. */
export type Type<K extends Kind> = ((
  ...values: (K extends 'i64' | 'i64x2' ? number | bigint : number)[]
) => ValueOf[K]) & {
  readonly kind: K;
} & { readonly [Name in keyof Loads[K]]: Load<K> };

function type<K extends Kind>(kind: K): Type<K> {
  const table: Record<string, Access> = loads[kind];
  const methods = Object.fromEntries(
    Object.entries(table).map(([name, access]) => [name, loadWith(kind, access)]),
  );
  const literal = (...values: (number | bigint)[]) => valueFrom(kind, constant(kind, ...values));
  return Object.assign(literal, methods, { kind }) as unknown as Type<K>;
}

function loadWith<K extends Kind>(kind: K, [opcode, alignment]: Access): Load<K> {
  return (pointer, byteOffset = 0) => {
    const { base, immediates } = address(nodeOf('i32', pointer), byteOffset, alignment);
    return valueFrom(kind, operation(kind, opcode, [base], immediates));
  };
}

export const i32 = type('i32');
export const i64 = type('i64');
export const f32 = type('f32');
export const f64 = type('f64');
export const i8x16 = type('i8x16');
export const i16x8 = type('i16x8');
export const i32x4 = type('i32x4');
export const i64x2 = type('i64x2');
export const f32x4 = type('f32x4');
export const f64x2 = type('f64x2');
