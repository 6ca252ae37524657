import { Statements } from './statements.ts';
import { f32, f32x4, i8x16, i32, i32x4 } from './types.ts';
import { type F32x4, type I32, type I32x4, toValue } from './values.ts';

/**
 * Where `forLanes` stands: four elements at once, or one at a time behind the last whole four. Formulas are
 * written once for both. Arrays are named by the pointer to their element 0.
 */
export interface LanePosition {
  /** Index of the first (in the tail: the only) element here. */
  readonly index: I32;
  /** Which four of an unrolled round this is, from 0 on: sums of their own for each do not wait for each other. */
  readonly part: number;
  /** Four floats; in the tail one, and `fill` (0 unless given) in the other lanes. `skip` counts elements. */
  load(array: I32, fill?: number, skip?: number): F32x4;
  store(array: I32, value: F32x4 | number, skip?: number): void;
  loadI32(array: I32, skip?: number): I32x4;
  storeI32(array: I32, value: I32x4 | number, skip?: number): void;
  /** Bytes as integers 0 to 255. */
  loadBytes(array: I32): I32x4;
  /** Bytes 0 or 1 as a mask for `select`. */
  loadMask(array: I32): I32x4;
  /** A mask as bytes 0 or 1. */
  storeMask(array: I32, mask: I32x4): void;
  /** The value, with `neutral` in the lanes that stand for no element: for sums and maxima. */
  only(value: F32x4, neutral: number): F32x4;
}

export interface LaneOptions {
  /** Fours in one round of the loop (1 unless given): pays where the body is short, or sums by `at.part`. */
  readonly unroll?: number;
}

export class Builder extends Statements {
  /** The body for each index from begin up to but without end, in fours, then one by one. */
  forLanes(
    begin: I32 | number,
    end: I32 | number,
    body: (at: LanePosition) => void,
    { unroll = 1 }: LaneOptions = {},
  ): void {
    const first = this.let(toValue('i32', begin));
    const offset = this.variable(i32, first.shl(2), 'offset');
    const last = this.let(toValue('i32', end).max(first).shl(2), 'last');
    if (unroll > 1) this.rounds(offset, last, unroll, body);
    this.rounds(offset, last, 1, body);
    this.while(
      () => offset.ltU(last),
      () => {
        body(new TailLane(this, offset));
        offset.set(offset.add(4));
      },
    );
  }

  private rounds(
    offset: I32 & { set(value: I32): void },
    last: I32,
    unroll: number,
    body: (at: LanePosition) => void,
  ): void {
    const bytes = 16 * unroll;
    const rest = last.sub(offset);
    const whole = (bytes & (bytes - 1)) === 0 ? rest.and(-bytes) : rest.sub(rest.remU(bytes));
    const stop = this.let(offset.add(whole), 'stop');
    this.while(
      () => offset.ltU(stop),
      () => {
        for (let part = 0; part < unroll; part++) body(new FourLanes(this, offset.add(16 * part), part));
        offset.set(offset.add(bytes));
      },
    );
  }
}

abstract class Position {
  constructor(
    protected readonly k: Builder,
    private readonly offset: I32,
    readonly part = 0,
  ) {}

  get index(): I32 {
    return this.offset.shrU(2);
  }

  loadMask(array: I32): I32x4 {
    return this.loadBytes(array).ne(0);
  }

  abstract loadBytes(array: I32): I32x4;

  /** Words lie four bytes apart, bytes one. */
  protected word(array: I32): I32 {
    return array.add(this.offset);
  }

  protected byte(array: I32): I32 {
    return array.add(this.index);
  }
}

class FourLanes extends Position implements LanePosition {
  load(array: I32, _fill = 0, skip = 0): F32x4 {
    return f32x4.load(this.word(array), 4 * skip);
  }

  store(array: I32, value: F32x4 | number, skip = 0): void {
    this.k.store(this.word(array), toValue('f32x4', value), 4 * skip);
  }

  loadI32(array: I32, skip = 0): I32x4 {
    return i32x4.load(this.word(array), 4 * skip);
  }

  storeI32(array: I32, value: I32x4 | number, skip = 0): void {
    this.k.store(this.word(array), toValue('i32x4', value), 4 * skip);
  }

  loadBytes(array: I32): I32x4 {
    return i8x16.loadLow32(this.byte(array)).extendLowU().extendLowU();
  }

  storeMask(array: I32, mask: I32x4): void {
    const words = mask.narrow(mask);
    this.k.storeLane(this.byte(array), words.narrow(words).and(1).bitsAs('i32x4'), 0);
  }

  only(value: F32x4): F32x4 {
    return value;
  }
}

class TailLane extends Position implements LanePosition {
  load(array: I32, fill = 0, skip = 0): F32x4 {
    const pointer = this.word(array);
    if (fill === 0) return f32x4.loadFirst(pointer, 4 * skip);
    return f32x4(fill).replaceLane(f32.load(pointer, 4 * skip), 0);
  }

  store(array: I32, value: F32x4 | number, skip = 0): void {
    this.k.storeLane(this.word(array), toValue('f32x4', value), 0, 4 * skip);
  }

  loadI32(array: I32, skip = 0): I32x4 {
    return i32x4.loadFirst(this.word(array), 4 * skip);
  }

  storeI32(array: I32, value: I32x4 | number, skip = 0): void {
    this.k.storeLane(this.word(array), toValue('i32x4', value), 0, 4 * skip);
  }

  loadBytes(array: I32): I32x4 {
    return i32x4(0).replaceLane(i32.load8U(this.byte(array)), 0);
  }

  storeMask(array: I32, mask: I32x4): void {
    this.k.store8(this.byte(array), mask.lane(0).and(1));
  }

  only(value: F32x4, neutral: number): F32x4 {
    return i32x4(-1, 0, 0, 0).select(value, neutral);
  }
}
