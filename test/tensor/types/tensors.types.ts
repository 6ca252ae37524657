import {
  type AnyTensor,
  add,
  concat,
  einsum,
  eye,
  matmul,
  oneHot,
  ones,
  rand,
  randn,
  type Shape,
  stack,
  sum,
  type Tensor,
  tensor,
  where,
  zeros,
} from '@sonograd/tensor';
import { same } from './expect.ts';

/** What inference makes of functions and of the methods derived from them; compiled, never called. */
export function creation(batch: number, shape: number[], list: number[][]) {
  same<Tensor<[2, 2]>>()(
    tensor(
      [
        [1, 2],
        [3, 4],
      ],
      { requiresGrad: true },
    ),
  );
  same<Tensor<[]>>()(tensor(3));
  same<Tensor<[3], 'int32'>>()(tensor([1, 2, 3], { dtype: 'int32' }));
  same<Tensor<[2], 'bool'>>()(tensor([true, false]));
  same<Tensor<[number, number]>>()(tensor(list));
  same<Tensor<[2, 3]>>()(zeros([2, 3]));
  same<Tensor<[2, 3], 'int32'>>()(ones([2, 3], { dtype: 'int32' }));
  same<Tensor<[32, 784]>>()(randn([32, 784]));
  same<Tensor<[number, 784]>>()(rand([batch, 784]));
  same<Tensor<number[]>>()(zeros(shape));
  same<Tensor<[2, 3]>>()(zeros(randn([2, 3]).shape));
  same<Tensor<[3, 3]>>()(eye(3));
  same<Tensor<[32, 10]>>()(oneHot(zeros([32], { dtype: 'int32' }), 10));
}

export function functions(x: Tensor<[32, 784]>, open: Tensor, batch: Tensor<[number, 784]>) {
  same<Tensor<[32, 784]>>()(add(x, 2));
  same<Tensor<[32, 784]>>()(add(x, randn([784])));
  same<Tensor<[32, 784]>>()(add(x, batch));
  same<Tensor<Shape>>()(add(x, open));
  same<Tensor<[32, 10]>>()(matmul(x, randn([784, 10])));
  same<Tensor<[784]>>()(sum(x, 0));
  same<Tensor<[1, 784]>>()(sum(x, 0, { keepDims: true }));
  same<Tensor<[32, 784]>>()(where(x.gt(0), x, 0));
  same<Tensor<[64, 784]>>()(concat([x, x]));
  same<Tensor<[32, 784, 2]>>()(stack([x, x], -1));
  same<Tensor<[32, 10]>>()(einsum('ij,jk->ik', x, randn([784, 10])));
}

export function methods(x: Tensor<[32, 784]>, open: Tensor, any: AnyTensor) {
  same<Tensor<[32, 784]>>()(x.relu());
  same<Tensor<[32, 784]>>()(x.mul(2).add(x));
  same<Tensor<[2, 32, 784]>>()(x.add(randn([2, 1, 784])));
  same<Tensor<[32, 784], 'bool'>>()(x.gt(0));
  same<Tensor<[32, 10]>>()(x.matmul(randn([784, 10])));
  same<Tensor<[]>>()(x.sum());
  same<Tensor<[32]>>()(x.mean(-1));
  same<Tensor<[1, 1]>>()(x.max([0, 1], { keepDims: true }));
  same<Tensor<[32], 'int32'>>()(x.argmax(1));
  same<Tensor<[32, 784]>>()(x.softmax(-1));
  same<Tensor<[784, 32]>>()(x.transpose(0, 1));
  same<Tensor<[784, 32]>>()(x.permute([1, 0]));
  same<Tensor<[32, 28, 28]>>()(x.reshape([-1, 28, 28]));
  same<Tensor<[25_088]>>()(x.flatten());
  same<Tensor<[32, 1, 784]>>()(x.unsqueeze(1));
  same<Tensor<[10, 784]>>()(x.slice(0, 0, 10));
  same<Tensor<[34, 784]>>()(
    x.pad([
      [1, 1],
      [0, 0],
    ]),
  );
  same<[Tensor<[16, 784]>, Tensor<[16, 784]>]>()(x.split(16));
  same<Tensor<[32, 5]>>()(x.topK(5).values);
  same<Tensor<[32, 5], 'int32'>>()(x.topK(5).indices);
  same<Tensor<Shape>>()(open.relu().matmul(x));
  same<Tensor<[]>>()(open.sum());
  const widened: Tensor = x;
  const wider: AnyTensor[] = [x, open, any, widened, x.gt(0)];
  return wider;
}

/** The dtype goes along, and questions are answered with truth values. */
export function dtypes(x: Tensor<[2, 3]>, whole: Tensor<[2, 3], 'int32'>, mask: Tensor<[2, 3], 'bool'>) {
  same<Tensor<[2, 3], 'int32'>>()(whole.add(1));
  same<Tensor<[2, 3], 'int32'>>()(whole.mul(whole));
  same<Tensor<[3], 'int32'>>()(whole.sum(0));
  same<Tensor<[3, 2], 'int32'>>()(whole.transpose(0, 1));
  same<Tensor<[6], 'bool'>>()(mask.reshape([6]));
  same<Tensor<[2, 3], 'bool'>>()(whole.eq(whole));
  same<Tensor<[2, 3], 'bool'>>()(mask.logicalAnd(x.gt(0)));
  same<Tensor<[2, 3], 'bool'>>()(mask.logicalNot());
  same<Tensor<[2, 3], 'int32'>>()(x.to('int32'));
  same<Tensor<[2, 2]>>()(x.gather(1, zeros([2, 2], { dtype: 'int32' })));
  same<Tensor<[7, 3]>>()(x.indexSelect(0, zeros([7], { dtype: 'int32' })));
  same<Tensor<[2, 3]>>()(x.scatterAdd(0, whole, x));
  same<Tensor<[2, 3], 'int32'>>()(x.argsort(0));
  same<Tensor<[2, 3]>>()(x.sort(0).values);
  same<Float32Array>()(x.data);
  same<Int32Array>()(whole.data);
  same<Uint8Array>()(mask.data);
}

/** What is written where gradients are wanted. */
export function gradients(x: Tensor<[2, 3]>) {
  same<Tensor<[2, 3]> | null>()(x.grad);
  same<Tensor<[2, 3]>>()(x.detach());
  same<number>()(x.sum().item());
  same<void>()(x.sum().backward());
}

/** Code that is generic in a shape is let through and checked again, with the shape, where it is called. */
export function swish<S extends Shape>(x: Tensor<S>) {
  return x.mul(x.sigmoid()).add(1);
}

export function affine<S extends Shape, N extends number>(
  x: Tensor<S>,
  weight: Tensor<[784, N]>,
  bias: Tensor<[N]>,
) {
  return x.matmul(weight).add(bias);
}

export function attention<B extends number, T extends number>(
  query: Tensor<[B, T, 64]>,
  key: Tensor<[B, T, 64]>,
) {
  return query.matmul(key.transpose(-1, -2)).softmax(-1);
}

export function generic(x: Tensor<[32, 784]>) {
  same<Tensor<[32, 784]>>()(swish(x));
  same<Tensor<[32, 10]>>()(affine(x, randn([784, 10]), randn([10])));
  same<Tensor<[8, 5, 10]>>()(affine(randn([8, 5, 784]), randn([784, 10]), randn([10])));
  same<Tensor<[8, 50, 50]>>()(attention(randn([8, 50, 64]), randn([8, 50, 64])));
}
