/** The types a value can have. The vector kinds are views of one machine type, v128. */
export type ScalarKind = 'i32' | 'i64' | 'f32' | 'f64';
export type VectorKind = 'i8x16' | 'i16x8' | 'i32x4' | 'i64x2' | 'f32x4' | 'f64x2';
export type Kind = ScalarKind | VectorKind;

const scalarCodes: Record<ScalarKind, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c };
const v128Code = 0x7b;

/** The byte that stands for a kind in a module. */
export function kindCode(kind: Kind): number {
  return isVector(kind) ? v128Code : scalarCodes[kind as ScalarKind];
}

export function isVector(kind: Kind): kind is VectorKind {
  return kind.includes('x');
}
