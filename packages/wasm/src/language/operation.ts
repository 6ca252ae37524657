import { instructions } from '../assembler/instructions.ts';
import type { Kind } from '../assembler/kinds.ts';
import { loads } from '../assembler/memoryInstructions.ts';
import { constant, Node } from './node.ts';

/** An instruction with its operands, or something shorter that gives the same. */
export function operation(
  kind: Kind | 'none',
  opcode: number,
  operands: readonly Node[],
  immediates: readonly number[] = [],
): Node {
  if (immediates.length > 0) return new Node(kind, opcode, operands, immediates);
  if (kind === 'i32' && operands.length === 2) return simplifyInteger(opcode, operands[0]!, operands[1]!);
  if (opcode === instructions.f32.splat[0]) return simplifySplat(operands[0]!);
  if (opcode === instructions.i32.eqz[0]) return simplifyNegation(operands[0]!);
  return new Node(kind, opcode, operands);
}

const { eq, ne, lt, ltU, gt, gtU, le, leU, ge, geU, eqz } = instructions.i32;
const opposites = new Map<number, number>();
for (const [one, other] of [
  [eq, ne],
  [lt, ge],
  [ltU, geU],
  [gt, le],
  [gtU, leU],
] as const) {
  opposites.set(one[0], other[0]);
  opposites.set(other[0], one[0]);
}

/** not (a < b) is a >= b, for integers. */
function simplifyNegation(value: Node): Node {
  const opposite = opposites.get(value.opcode);
  if (opposite === undefined) return new Node('i32', eqz[0], [value]);
  return new Node('i32', opposite, value.operands);
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
