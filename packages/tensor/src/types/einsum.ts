import type { Shape, Show } from './shape.ts';

/**
 * The output of an equation such as `bij,bjk->bik`. Each letter is bound to a length, and the intersection of what
 * all operands say of it is at once the check and the answer: `number & 3` is 3, `3 & 4` is nothing.
 * The cost grows with the count of letters.
 */
export type Einsum<Equation extends string, Shapes extends readonly Shape[]> = string extends Equation
  ? Shape
  : number extends Shapes['length']
    ? Shape
    : WithoutSpaces<Equation> extends `${infer Inputs}->${infer Output}`
      ? Contracted<Equation, Operands<Inputs>, Shapes, Output>
      : Contracted<Equation, Operands<WithoutSpaces<Equation>>, Shapes, OccurOnce<WithoutSpaces<Equation>>>;

type WithoutSpaces<Text extends string> = Text extends `${infer Head} ${infer Tail}`
  ? WithoutSpaces<`${Head}${Tail}`>
  : Text;

type Operands<Inputs extends string> = Inputs extends `${infer Labels},${infer Rest}`
  ? [Labels, ...Operands<Rest>]
  : [Inputs];

/** Without `->` the output has the letters that occur once, in alphabetical order. */
type OccurOnce<
  Inputs extends string,
  Letters extends string = Alphabet,
  Found extends string = '',
> = Letters extends `${infer Letter}${infer Later}`
  ? OccurOnce<
      Inputs,
      Later,
      Inputs extends `${string}${Letter}${infer Rest}`
        ? Rest extends `${string}${Letter}${string}`
          ? Found
          : `${Found}${Letter}`
        : Found
    >
  : Found;

type Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Contracted<
  Equation extends string,
  Inputs extends readonly string[],
  Shapes extends readonly Shape[],
  Output extends string,
> = Inputs['length'] extends Shapes['length']
  ? Bound<Equation, Inputs, Shapes> extends infer Lengths
    ? Lengths extends string
      ? Lengths
      : Read<Equation, Output, Lengths>
    : never
  : `einsum: '${Equation}' names ${Inputs['length']} operands, got ${Shapes['length']}`;

/** Goes through the operands; comes to `{ i: 2 } & { j: 3 }`, or to a sentence. */
type Bound<
  Equation extends string,
  Inputs extends readonly string[],
  Shapes extends readonly Shape[],
  Lengths = unknown,
> = Lengths extends string
  ? Lengths
  : [Inputs, Shapes] extends [
        readonly [infer Labels extends string, ...infer MoreInputs extends readonly string[]],
        readonly [infer S extends Shape, ...infer MoreShapes extends readonly Shape[]],
      ]
    ? Bound<Equation, MoreInputs, MoreShapes, BoundOne<Equation, Labels, S, Lengths>>
    : Lengths;

type BoundOne<
  Equation extends string,
  Labels extends string,
  S extends Shape,
  Lengths,
  All extends string = Labels,
  Whole extends Shape = S,
> = Labels extends `${infer Label}${infer Rest}`
  ? S extends readonly [infer Length extends number, ...infer More extends Shape]
    ? [Lengths & { [Key in Label]: Length }] extends [never]
      ? `einsum: '${Label}' of '${Equation}' is ${Lengths[Label & keyof Lengths] & number} and ${Length}`
      : BoundOne<Equation, Rest, More, Lengths & { [Key in Label]: Length }, All, Whole>
    : number extends S['length']
      ? BoundOne<Equation, Rest, S, Lengths & { [Key in Label]: number }, All, Whole>
      : NeedsAxes<All, Whole>
  : S extends readonly [number, ...Shape]
    ? NeedsAxes<All, Whole>
    : Lengths;

type NeedsAxes<
  Labels extends string,
  S extends Shape,
> = `einsum: '${Labels}' needs ${Letters<Labels>} axes, got ${Show<S>}`;

type Letters<
  Text extends string,
  Counted extends readonly string[] = [],
> = Text extends `${infer Letter}${infer Rest}` ? Letters<Rest, [...Counted, Letter]> : Counted['length'];

type Read<
  Equation extends string,
  Output extends string,
  Lengths,
  Done extends Shape = [],
> = Output extends `${infer Label}${infer Rest}`
  ? [Label, Rest] extends [keyof Lengths, `${string}${Label}${string}`]
    ? NotOnce<Equation, Label>
    : Label extends keyof Lengths
      ? Read<Equation, Rest, Lengths, [...Done, Lengths[Label] & number]>
      : NotOnce<Equation, Label>
  : Done;

type NotOnce<
  Equation extends string,
  Label extends string,
> = `einsum: '${Label}' must occur in an operand, and once in the result, got '${Equation}'`;
