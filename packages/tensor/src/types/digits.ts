/**
 * Arithmetic on sizes, for the compiler: a pocket calculator on decimal digits. A number is a string of digits,
 * lowest first, so that carries run the way strings are read: 784 is '487'. The cost grows with the count of
 * digits, never with the size, and every sum is worked out once per program: the compiler remembers.
 */
export type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';

type Bit = '0' | '1';

type From0 = ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'];
type From1 = ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'];
type From2 = ['02', '03', '04', '05', '06', '07', '08', '09', '10', '11'];
type From3 = ['03', '04', '05', '06', '07', '08', '09', '10', '11', '12'];
type From4 = ['04', '05', '06', '07', '08', '09', '10', '11', '12', '13'];
type From5 = ['05', '06', '07', '08', '09', '10', '11', '12', '13', '14'];
type From6 = ['06', '07', '08', '09', '10', '11', '12', '13', '14', '15'];
type From7 = ['07', '08', '09', '10', '11', '12', '13', '14', '15', '16'];
type From8 = ['08', '09', '10', '11', '12', '13', '14', '15', '16', '17'];
type From9 = ['09', '10', '11', '12', '13', '14', '15', '16', '17', '18'];
type From10 = ['10', '11', '12', '13', '14', '15', '16', '17', '18', '19'];

/** `Sums[carry][a][b]` is the two digits of carry + a + b. */
type Sums = [
  [From0, From1, From2, From3, From4, From5, From6, From7, From8, From9],
  [From1, From2, From3, From4, From5, From6, From7, From8, From9, From10],
];

/** `Products[a][b]` is the two digits of a times b. */
type Products = [
  ['00', '00', '00', '00', '00', '00', '00', '00', '00', '00'],
  ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'],
  ['00', '02', '04', '06', '08', '10', '12', '14', '16', '18'],
  ['00', '03', '06', '09', '12', '15', '18', '21', '24', '27'],
  ['00', '04', '08', '12', '16', '20', '24', '28', '32', '36'],
  ['00', '05', '10', '15', '20', '25', '30', '35', '40', '45'],
  ['00', '06', '12', '18', '24', '30', '36', '42', '48', '54'],
  ['00', '07', '14', '21', '28', '35', '42', '49', '56', '63'],
  ['00', '08', '16', '24', '32', '40', '48', '56', '64', '72'],
  ['00', '09', '18', '27', '36', '45', '54', '63', '72', '81'],
];

/** How the adder reads its second number: as it is, or as the nine's complement. */
type Itself = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
type NinesComplement = ['9', '8', '7', '6', '5', '4', '3', '2', '1', '0'];

/** The sum, with the last carry as its highest digit. The shorter number goes on as zeros. */
type Adder<
  A extends string,
  B extends string,
  Read extends Itself | NinesComplement,
  Carry extends Bit,
  Written extends string = '',
> = A extends `${infer DigitA extends Digit}${infer RestA}`
  ? B extends `${infer DigitB extends Digit}${infer RestB}`
    ? Sums[Carry][DigitA][Read[DigitB]] extends `${infer Next extends Bit}${infer Sum}`
      ? Adder<RestA, RestB, Read, Next, `${Written}${Sum}`>
      : never
    : Adder<A, '0', Read, Carry, Written>
  : B extends ''
    ? `${Written}${Carry}`
    : Adder<'0', B, Read, Carry, Written>;

export type Sum<A extends string, B extends string> = Trim<Adder<A, B, Itself, '0'>>;

/** a - b as hardware does it: add the complement and 1. The carry that is left over says a >= b; else `never`. */
export type Difference<A extends string, B extends string> =
  Adder<A, B, NinesComplement, '1'> extends `${infer Rest}1` ? Trim<Rest> : never;

/** Without the zeros that stand in front of a number (behind, as it is written here). */
export type Trim<A extends string> = A extends `${infer Rest}0` ? (Rest extends '' ? '0' : Trim<Rest>) : A;

/** One row of a multiplication on paper. */
type Row<
  A extends string,
  B extends Digit,
  Carry extends Digit = '0',
  Written extends string = '',
> = A extends `${infer DigitA extends Digit}${infer RestA}`
  ? Products[DigitA][B] extends `${infer Tens extends Digit}${infer Ones extends Digit}`
    ? Sums['0'][Ones][Carry] extends `${infer Over extends Bit}${infer Sum}`
      ? Sums[Over][Tens]['0'] extends `0${infer Next extends Digit}`
        ? Row<RestA, B, Next, `${Written}${Sum}`>
        : never
      : never
    : never
  : `${Written}${Carry}`;

/** `B` is read highest digit first, as people write it: what is there so far moves up one place, then a row is added. */
export type Product<
  A extends string,
  B extends string,
  SoFar extends string = '0',
> = B extends `${infer DigitB extends Digit}${infer RestB}`
  ? Product<A, RestB, Sum<`0${SoFar}`, Row<A, DigitB>>>
  : SoFar;

/** Long division of `A`, highest digit first; the quotient comes highest digit first too, the rest is dropped. */
export type Quotient<
  A extends string,
  B extends string,
  Rest extends string = '0',
  Written extends string = '',
> = A extends `${infer DigitA}${infer RestA}`
  ? TakeAway<Trim<`${DigitA}${Rest}`>, B> extends [infer Times extends string, infer Left extends string]
    ? Quotient<RestA, B, Left, `${Written}${Times}`>
    : never
  : Written;

/** How many times `B` can be taken from `A`, at most nine, and what is left. */
type TakeAway<A extends string, B extends string, Times extends Digit = '0'> = [Difference<A, B>] extends [
  never,
]
  ? [Times, A]
  : TakeAway<Difference<A, B>, B, OneMore[Times]>;

type OneMore = ['1', '2', '3', '4', '5', '6', '7', '8', '9', never];

/** Turns the order round; anything but digits gives `''`. */
export type Reverse<A extends string, Written extends string = ''> = A extends `${infer First}${infer Rest}`
  ? First extends Digit
    ? Reverse<Rest, `${First}${Written}`>
    : ''
  : Written;
