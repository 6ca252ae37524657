import type {
  AtLeast,
  DividedBy,
  DividedUpBy,
  Minus,
  Plus,
  Smaller,
  Times,
} from '../../../packages/tensor/src/types/arithmetic.ts';
import type { Equal, Expect } from './expect.ts';

export type Sums = [
  Expect<Equal<Plus<0, 0>, 0>>,
  Expect<Equal<Plus<7, 8>, 15>>,
  Expect<Equal<Plus<999, 1>, 1000>>,
  Expect<Equal<Plus<1, 99_999>, 100_000>>,
  Expect<Equal<Plus<16_000, 441>, 16_441>>,
  Expect<Equal<Plus<1_000_000_000, 2_000_000_000>, 3_000_000_000>>,
];

export type Differences = [
  Expect<Equal<Minus<5, 5>, 0>>,
  Expect<Equal<Minus<1000, 1>, 999>>,
  Expect<Equal<Minus<100_000, 99_999>, 1>>,
  Expect<Equal<Minus<5, 7>, never>>,
  Expect<Equal<Minus<99, 100>, never>>,
];

export type Products = [
  Expect<Equal<Times<0, 784>, 0>>,
  Expect<Equal<Times<784, 0>, 0>>,
  Expect<Equal<Times<1, 784>, 784>>,
  Expect<Equal<Times<28, 28>, 784>>,
  Expect<Equal<Times<100, 100>, 10_000>>,
  Expect<Equal<Times<16_000, 62_500>, 1_000_000_000>>,
  Expect<Equal<Times<46_341, 46_341>, 2_147_488_281>>,
  Expect<Equal<Times<99_999, 99_999>, 9_999_800_001>>,
];

export type Quotients = [
  Expect<Equal<DividedBy<0, 5>, 0>>,
  Expect<Equal<DividedBy<3, 5>, 0>>,
  Expect<Equal<DividedBy<5, 5>, 1>>,
  Expect<Equal<DividedBy<224, 2>, 112>>,
  Expect<Equal<DividedBy<16_000, 3>, 5333>>,
  Expect<Equal<DividedBy<1_000_000_000, 821>, 1_218_026>>,
  Expect<Equal<DividedBy<5, 0>, never>>,
  Expect<Equal<DividedUpBy<10, 3>, 4>>,
  Expect<Equal<DividedUpBy<9, 3>, 3>>,
  Expect<Equal<DividedUpBy<0, 3>, 0>>,
];

export type Comparisons = [
  Expect<Equal<AtLeast<3, 3>, true>>,
  Expect<Equal<AtLeast<10, 9>, true>>,
  Expect<Equal<AtLeast<9, 10>, false>>,
  Expect<Equal<AtLeast<number, 10>, boolean>>,
  Expect<Equal<Smaller<32, 784>, 32>>,
  Expect<Equal<Smaller<784, 32>, 32>>,
  Expect<Equal<Smaller<784, number>, number>>,
];

/** What is not one whole number gives `number`, and no explosion. */
export type NotKnown = [
  Expect<Equal<Plus<number, 1>, number>>,
  Expect<Equal<Plus<1, number>, number>>,
  Expect<Equal<Plus<2 | 3, 1>, number>>,
  Expect<Equal<Plus<-1, 1>, number>>,
  Expect<Equal<Times<2.5, 2>, number>>,
  Expect<Equal<Times<1e21, 2>, number>>,
  Expect<Equal<Times<2 | 3 | 4 | 5, 6 | 7 | 8 | 9>, number>>,
  Expect<Equal<DividedBy<number, 2>, number>>,
];
