import type { Binary } from './broadcast.ts';
import type { Shape, Show } from './shape.ts';

/** Vectors, matrices, and batches of matrices whose leading axes broadcast. */
export type Matmul<A extends Shape, B extends Shape> = A extends readonly [infer InnerA extends number]
  ? B extends readonly [infer InnerB extends number]
    ? Contracted<A, B, InnerA & InnerB, []>
    : B extends readonly [
          ...infer Batch extends Shape,
          infer InnerB extends number,
          infer Columns extends number,
        ]
      ? Contracted<A, B, InnerA & InnerB, [...Batch, Columns]>
      : NotMatrices<A, B>
  : A extends readonly [...infer BatchA extends Shape, infer Rows extends number, infer InnerA extends number]
    ? B extends readonly [infer InnerB extends number]
      ? Contracted<A, B, InnerA & InnerB, [...BatchA, Rows]>
      : B extends readonly [
            ...infer BatchB extends Shape,
            infer InnerB extends number,
            infer Columns extends number,
          ]
        ? Contracted<A, B, InnerA & InnerB, Batched<Binary<'matmul', BatchA, BatchB>, [Rows, Columns]>>
        : NotMatrices<A, B>
    : NotMatrices<A, B>;

type Contracted<A extends Shape, B extends Shape, Inner extends number, Result> = [Inner] extends [never]
  ? `matmul: inner sizes differ, ${Show<A>} x ${Show<B>}`
  : Result;

type Batched<Batch, Matrix extends Shape> = Batch extends Shape ? [...Batch, ...Matrix] : Batch;

type NotMatrices<A extends Shape, B extends Shape> = [] extends A
  ? NoAxes<A, B>
  : [] extends B
    ? NoAxes<A, B>
    : Shape;

type NoAxes<A extends Shape, B extends Shape> = number extends (A | B)['length']
  ? Shape
  : `matmul: both must have at least one axis, ${Show<A>} x ${Show<B>}`;
