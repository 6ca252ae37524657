import type { Kind } from '../assembler/kinds.ts';
import {
  type Access,
  atomicStore,
  atomics,
  laneStores,
  store8,
  store16,
  stores,
} from '../assembler/memoryInstructions.ts';
import {
  type CallArguments,
  callNode,
  type FunctionDefinition,
  type Parameters,
  type WasmFunction,
} from './functions.ts';
import { local, type Node } from './node.ts';
import { address, operation } from './operation.ts';
import type { Type } from './types.ts';
import {
  type AnyValue,
  I32,
  type I64,
  nodeOf,
  type Operandable,
  toValue,
  type Value,
  type ValueOf,
  type Vector,
  valueFrom,
} from './values.ts';
import type { FunctionWriter } from './writer.ts';

/** A local that can change; it is a value itself, and `get()` says so where it reads better. */
export type Variable<K extends Kind> = ValueOf[K] & { set(value: Operandable<K>): void; get(): ValueOf[K] };

/** A loop or block that can be left from inside. */
export interface Exit {
  break(): void;
  breakIf(condition: I32): void;
}

const code = { block: 0x02, loop: 0x03, if: 0x04, else: 0x05, end: 0x0b, br: 0x0c, brIf: 0x0d };
const noResult = 0x40;
const bulk = { copy: 0xfc_000a, fill: 0xfc_000b };
const laneBits = { i8x16: 8, i16x8: 16, i32x4: 32, i64x2: 64, f32x4: 32, f64x2: 64 } as const;

/** The statements of a function body, written out in the order in which they are called. */
export class Statements {
  constructor(protected readonly writer: FunctionWriter) {}

  /** Computes now, for all later uses. */
  let<V extends AnyValue>(value: V, name?: string): V {
    if (isSettled(value.node)) return value;
    const index = this.writer.newLocal(value.kind, name);
    this.writer.setLocal(index, value.node);
    return valueFrom(value.kind, local(value.kind, index)) as V;
  }

  variable<K extends Kind>(type: Type<K>, initial: Operandable<K>, name?: string): Variable<K> {
    const index = this.writer.newLocal(type.kind, name);
    this.writer.setLocal(index, nodeOf(type.kind, initial));
    const value = valueFrom(type.kind, local(type.kind, index, true));
    return Object.assign(value, {
      set: (next: Operandable<K>) => this.writer.setLocal(index, nodeOf(type.kind, next)),
      get: () => value,
    });
  }

  /** Writes the whole value; `store8`, `store16` and `storeLane` write a part of one. */
  store(pointer: I32 | number, value: AnyValue, byteOffset = 0): void {
    this.access(stores[value.kind], pointer, [value.node], byteOffset);
  }

  store8(pointer: I32 | number, value: I32 | number, byteOffset = 0): void {
    this.access(store8, pointer, [nodeOf('i32', value)], byteOffset);
  }

  store16(pointer: I32 | number, value: I32 | number, byteOffset = 0): void {
    this.access(store16, pointer, [nodeOf('i32', value)], byteOffset);
  }

  storeLane(pointer: I32 | number, value: Vector, lane: number, byteOffset = 0): void {
    this.access(laneStores[laneBits[value.kind]], pointer, [value.node], byteOffset, [lane]);
  }

  memoryCopy(to: I32 | number, from: I32 | number, bytes: I32 | number): void {
    this.effect(
      operation(
        'none',
        bulk.copy,
        [to, from, bytes].map((one) => nodeOf('i32', one)),
        [0, 0],
      ),
    );
  }

  memoryFill(to: I32 | number, byte: I32 | number, bytes: I32 | number): void {
    this.effect(
      operation(
        'none',
        bulk.fill,
        [to, byte, bytes].map((one) => nodeOf('i32', one)),
        [0],
      ),
    );
  }

  /** Adds and gives what was there before. */
  atomicAdd(pointer: I32 | number, value: I32 | number, byteOffset = 0): I32 {
    return this.atomic(atomics.add, pointer, [nodeOf('i32', value)], byteOffset);
  }

  atomicExchange(pointer: I32 | number, value: I32 | number, byteOffset = 0): I32 {
    return this.atomic(atomics.exchange, pointer, [nodeOf('i32', value)], byteOffset);
  }

  /** Writes `replacement` where `expected` is found, and gives what was there before. */
  atomicCompareExchange(
    pointer: I32,
    expected: I32 | number,
    replacement: I32 | number,
    byteOffset = 0,
  ): I32 {
    const operands = [nodeOf('i32', expected), nodeOf('i32', replacement)];
    return this.atomic(atomics.compareExchange, pointer, operands, byteOffset);
  }

  atomicStore(pointer: I32 | number, value: I32 | number, byteOffset = 0): void {
    this.access(atomicStore, pointer, [nodeOf('i32', value)], byteOffset);
  }

  /** 0: woken, 1: the value was another one, 2: timed out. A negative timeout waits for ever. */
  atomicWait(pointer: I32 | number, expected: I32 | number, nanoseconds: I64 | bigint, byteOffset = 0): I32 {
    return this.atomic(
      atomics.wait,
      pointer,
      [nodeOf('i32', expected), nodeOf('i64', nanoseconds)],
      byteOffset,
    );
  }

  atomicNotify(pointer: I32 | number, count: I32 | number, byteOffset = 0): I32 {
    return this.atomic(atomics.notify, pointer, [nodeOf('i32', count)], byteOffset);
  }

  /** Calls now. What the function gives back, if anything, is kept. */
  call<P extends Parameters, K extends Kind>(callee: WasmFunction<P, K>, given: CallArguments<P>): ValueOf[K];
  call<P extends Parameters>(
    callee: FunctionDefinition & { parameters: P; result: null },
    given: CallArguments<P>,
  ): void;
  call(
    callee: FunctionDefinition,
    given: Readonly<Record<string, Value | number | bigint>>,
  ): AnyValue | undefined {
    const node = callNode(callee, given);
    if (callee.result === null) {
      this.effect(node);
      return undefined;
    }
    const result = this.let(valueFrom(callee.result, node));
    this.writer.memoryChanged();
    return result;
  }

  if(condition: I32, then: () => void, otherwise?: () => void): void {
    this.writer.evaluate(condition.node);
    this.open(code.if);
    this.nested(then);
    if (otherwise) {
      this.writer.out.byte(code.else);
      this.nested(otherwise);
    }
    this.writer.out.byte(code.end);
  }

  block(body: (exit: Exit) => void): void {
    this.open(code.block);
    this.nested(() => body(this.exit()));
    this.writer.out.byte(code.end);
  }

  /** Runs again and again until something breaks out. */
  loop(body: (exit: Exit) => void): void {
    this.repeat(body, null);
  }

  /** The condition is a function, for it is written twice: before the first round and after each. */
  while(condition: () => I32, body: (exit: Exit) => void): void {
    this.repeat(body, condition);
  }

  /** `from` up to but without `to`, signed; `to` is computed once. A negative step counts down. */
  for(
    from: I32 | number,
    to: I32 | number,
    step: number | I32,
    body: (index: I32, exit: Exit) => void,
    name = 'index',
  ): void {
    const index = this.newVariable('i32', from, name);
    const limit = typeof to === 'number' ? to : this.let(to);
    const down = typeof step === 'number' && step < 0;
    const round = (exit: Exit) => {
      body(index, exit);
      index.set(index.add(step));
    };
    this.repeat(round, () => (down ? index.gt(limit) : index.lt(limit)), isAtLeastOneRound(from, to, step));
  }

  /** Leaves the function; a helper with a result gives it. */
  protected branch(target: number, condition?: I32): void {
    if (condition) this.writer.evaluate(condition.node);
    this.writer.out.byte(condition ? code.brIf : code.br);
    this.writer.out.unsigned(this.writer.depth - target);
  }

  /** block { br_if out unless condition; loop { body; br_if again while condition } } */
  private repeat(
    body: (exit: Exit) => void,
    condition: (() => I32) | null,
    entered = condition === null,
  ): void {
    this.block((exit) => {
      if (!entered) this.branch(this.writer.depth, (condition as () => I32)().eqz());
      this.open(code.loop);
      this.nested(() => {
        const top = this.writer.depth;
        body(exit);
        this.branch(top, condition?.());
      });
      this.writer.out.byte(code.end);
    });
  }

  private newVariable<K extends Kind>(kind: K, initial: Operandable<K>, name: string): Variable<K> {
    return this.variable({ kind } as Type<K>, initial, name);
  }

  private open(opcode: number): void {
    this.writer.out.byte(opcode);
    this.writer.out.byte(noResult);
  }

  private nested(body: () => void): void {
    this.writer.depth++;
    body();
    this.writer.depth--;
  }

  private exit(): Exit {
    const target = this.writer.depth;
    return { break: () => this.branch(target), breakIf: (condition) => this.branch(target, condition) };
  }

  private access(
    [opcode, alignment]: Access,
    pointer: I32 | number,
    operands: readonly Node[],
    byteOffset: number,
    lanes: readonly number[] = [],
  ): void {
    const { base, immediates } = address(nodeOf('i32', pointer), byteOffset, alignment);
    this.effect(operation('none', opcode, [base, ...operands], [...immediates, ...lanes]));
  }

  private atomic(access: Access, pointer: I32 | number, operands: readonly Node[], byteOffset: number): I32 {
    const [opcode, alignment] = access;
    const { base, immediates } = address(toValue('i32', pointer).node, byteOffset, alignment);
    const before = this.let(new I32(operation('i32', opcode, [base, ...operands], immediates)));
    this.writer.memoryChanged();
    return before;
  }

  private effect(node: Node): void {
    this.writer.evaluate(node);
    this.writer.memoryChanged();
  }
}

/** Cannot change, and costs nothing to repeat. */
function isSettled({ isLocal, isVariable, literal }: Node): boolean {
  return (isLocal && !isVariable) || typeof literal === 'number';
}

function isAtLeastOneRound(from: I32 | number, to: I32 | number, step: number | I32): boolean {
  if (typeof from !== 'number' || typeof to !== 'number' || typeof step !== 'number') return false;
  return step > 0 ? from < to : from > to;
}
