/** A program that must not compile: the argument that is to blame, its type as printed, and the sentence. */
export interface ErrorCase {
  readonly code: string;
  readonly argument: string;
  readonly type: string;
  readonly sentence: string;
}

export const errors: readonly ErrorCase[] = [
  {
    code: 'randn([32, 784]).matmul(randn([785, 10]))',
    argument: 'randn([785, 10])',
    type: 'Tensor<[785, 10], "float32">',
    sentence: 'matmul: inner sizes differ, [32, 784] x [785, 10]',
  },
  {
    code: 'matmul(x, randn([10]))',
    argument: 'randn([10])',
    type: 'Tensor<[10], "float32">',
    sentence: 'matmul: inner sizes differ, [32, 784] x [10]',
  },
  {
    code: 'randn([4, 2, 3]).matmul(randn([5, 3, 2]))',
    argument: 'randn([5, 3, 2])',
    type: 'Tensor<[5, 3, 2], "float32">',
    sentence: 'matmul: shapes do not broadcast, [4] and [5]',
  },
  {
    code: 'x.matmul(randn([]))',
    argument: 'randn([])',
    type: 'Tensor<[], "float32">',
    sentence: 'matmul: both must have at least one axis, [32, 784] x []',
  },
  {
    code: 'x.add(randn([783]))',
    argument: 'randn([783])',
    type: 'Tensor<[783], "float32">',
    sentence: 'add: shapes do not broadcast, [32, 784] and [783]',
  },
  {
    code: 'x.relu().mul(2).div(image)',
    argument: 'image',
    type: 'Tensor<[8, 3, 28, 28], "float32">',
    sentence: 'div: shapes do not broadcast, [32, 784] and [8, 3, 28, 28]',
  },
  {
    code: 'x.gt(randn([2, 784]))',
    argument: 'randn([2, 784])',
    type: 'Tensor<[2, 784], "float32">',
    sentence: 'gt: shapes do not broadcast, [32, 784] and [2, 784]',
  },
  {
    code: 'where(x.gt(0), 1, randn([3]))',
    argument: 'randn([3])',
    type: 'Tensor<[3], "float32">',
    sentence: 'where: shapes do not broadcast, [32, 784] and [3]',
  },
  { code: 'x.sum(2)', argument: '2', type: '2', sentence: 'sum: axis must be from -2 to 1, got 2' },
  {
    code: 'sum(x, [0, 2])',
    argument: '[0, 2]',
    type: 'number[]',
    sentence: 'sum: axis must be from -2 to 1, got 2',
  },
  {
    code: 'x.sum([0, -2])',
    argument: '[0, -2]',
    type: 'number[]',
    sentence: 'sum: each axis may be named once, got [0, -2]',
  },
  {
    code: 'image.argmax(-5)',
    argument: '-5',
    type: '-5',
    sentence: 'argmax: axis must be from -4 to 3, got -5',
  },
  { code: 'x.softmax(2)', argument: '2', type: '2', sentence: 'softmax: axis must be from -2 to 1, got 2' },
  { code: 'x.cumsum(2)', argument: '2', type: '2', sentence: 'cumsum: axis must be from -2 to 1, got 2' },
  {
    code: 'x.flip([0, 4])',
    argument: '[0, 4]',
    type: 'number[]',
    sentence: 'flip: axis must be from -2 to 1, got 4',
  },
  {
    code: 'x.transpose(2, 0)',
    argument: '2',
    type: '2',
    sentence: 'transpose: axis must be from -2 to 1, got 2',
  },
  {
    code: 'image.permute([0, 2, 3])',
    argument: '[0, 2, 3]',
    type: 'number[]',
    sentence: 'permute: every axis must be named once, got [0, 2, 3] for [8, 3, 28, 28]',
  },
  {
    code: 'x.permute([1, 1])',
    argument: '[1, 1]',
    type: 'number[]',
    sentence: 'permute: every axis must be named once, got [1, 1] for [32, 784]',
  },
  {
    code: 'x.reshape([32, 28, 27])',
    argument: '[32, 28, 27]',
    type: 'number[]',
    sentence: 'reshape: element counts differ, [32, 784] to [32, 28, 27]',
  },
  {
    code: 'x.reshape([-1, 13])',
    argument: '[-1, 13]',
    type: 'number[]',
    sentence: 'reshape: element counts differ, [32, 784] to [-1, 13]',
  },
  {
    code: 'image.flatten(2, 1)',
    argument: '1',
    type: '1',
    sentence: 'flatten: startAxis must not lie behind endAxis, got 2 and 1',
  },
  {
    code: 'x.squeeze(0)',
    argument: '0',
    type: '0',
    sentence: 'squeeze: axis 0 must have size 1, got [32, 784]',
  },
  {
    code: 'x.unsqueeze(3)',
    argument: '3',
    type: '3',
    sentence: 'unsqueeze: axis must be from -3 to 2, got 3',
  },
  {
    code: 'x.expand([31, 784])',
    argument: '[31, 784]',
    type: 'number[]',
    sentence: 'expand: cannot repeat [32, 784] to [31, 784]',
  },
  {
    code: 'x.slice(2, 0, 10)',
    argument: '2',
    type: '2',
    sentence: 'slice: axis must be from -2 to 1, got 2',
  },
  {
    code: 'x.pad([[1, 1]])',
    argument: '[[1, 1]]',
    type: 'number[][]',
    sentence: 'pad: widths must be [before, after] of at least 0 for each axis, got [[1,1]] for [32, 784]',
  },
  {
    code: 'concat([x, randn([32, 785])])',
    argument: '[x, randn([32, 785])]',
    type: '(Tensor<[32, 784], "float32"> | Tensor<[32, 785], "float32">)[]',
    sentence: 'concat: sizes other than along axis 0 differ, [32, 784] and [32, 785]',
  },
  {
    code: 'stack([x, image])',
    argument: '[x, image]',
    type: '(Tensor<[32, 784], "float32"> | Tensor<[8, 3, 28, 28], "float32">)[]',
    sentence: 'stack: shapes differ, [32, 784] and [8, 3, 28, 28]',
  },
  {
    code: 'x.split([16, 15])',
    argument: '[16, 15]',
    type: 'number[]',
    sentence: 'split: sizes must add up to 32, got [16, 15] for [32, 784]',
  },
  {
    code: "x.gather(0, zeros([1, 785], { dtype: 'int32' }))",
    argument: "zeros([1, 785], { dtype: 'int32' })",
    type: 'Tensor<[1, 785], "int32">',
    sentence: 'gather: index [1, 785] must fit [32, 784] beside axis 0',
  },
  {
    code: "x.indexSelect(0, zeros([2, 2], { dtype: 'int32' }))",
    argument: "zeros([2, 2], { dtype: 'int32' })",
    type: 'Tensor<[2, 2], "int32">',
    sentence: 'indexSelect: index must be 1-d, got [2, 2]',
  },
  {
    code: 'x.topK(785)',
    argument: '785',
    type: '785',
    sentence: 'topK: k must be a whole number from 0 to 784, got 785',
  },
  {
    code: "einsum('ij,jk->ik', x, randn([785, 10]))",
    argument: "'ij,jk->ik'",
    type: '"ij,jk->ik"',
    sentence: "einsum: 'j' of 'ij,jk->ik' is 784 and 785",
  },
  {
    code: "einsum('bij->ij', x)",
    argument: "'bij->ij'",
    type: '"bij->ij"',
    sentence: "einsum: 'bij' needs 3 axes, got [32, 784]",
  },
  {
    code: "einsum('ij,jk->ik', x)",
    argument: "'ij,jk->ik'",
    type: '"ij,jk->ik"',
    sentence: "einsum: 'ij,jk->ik' names 2 operands, got 1",
  },
  {
    code: "einsum('ij->ik', x)",
    argument: "'ij->ik'",
    type: '"ij->ik"',
    sentence: "einsum: 'k' must occur in an operand, and once in the result, got 'ij->ik'",
  },
  {
    code: 'svd(image)',
    argument: 'image',
    type: 'Tensor<[8, 3, 28, 28], "float32">',
    sentence: 'svd: x must be a matrix, got [8, 3, 28, 28]',
  },
  {
    code: 'solve(x, randn([32]))',
    argument: 'randn([32])',
    type: 'Tensor<[32], "float32">',
    sentence: 'solve: a must be square, with as many rows as b, [32, 784] x [32]',
  },
  {
    code: 'tensor([[1, 2], [3]])',
    argument: '[[1, 2], [3]]',
    type: 'number[][]',
    sentence: 'tensor: nested lists must agree in length',
  },
];

/** Layers in a chain: already the constructor names the first that cannot follow the one before it. */
export const layerErrors: readonly ErrorCase[] = [
  {
    code: 'new Sequential(new Linear(784, 128), new ReLU(), new Linear(64, 10))',
    argument: 'new Linear(64, 10)',
    type: 'Linear<64, 10>',
    sentence: 'Sequential: layer 2: Linear: last size must be 64, got [..., 128]',
  },
  {
    code: 'new Sequential(new Conv2d(3, 16, 3), new ReLU(), new Conv2d(8, 16, 3))',
    argument: 'new Conv2d(8, 16, 3)',
    type: 'Conv2d<8, 16, 3, Record<never, never>>',
    sentence: 'Sequential: layer 2: Conv2d: channels differ, [?, 16, ?, ?] x [16, 8, 3, 3]',
  },
  {
    code: 'new Linear(784, 128).forward(randn([32, 785]))',
    argument: 'randn([32, 785])',
    type: 'Tensor<[32, 785], "float32">',
    sentence: 'Linear: last size must be 784, got [32, 785]',
  },
  {
    code: 'new Sequential(new Linear(784, 128), new ReLU()).forward(randn([32, 785]))',
    argument: 'randn([32, 785])',
    type: 'Tensor<[32, 785], "float32">',
    sentence: 'Sequential: layer 0: Linear: last size must be 784, got [32, 785]',
  },
  {
    code: 'new Sequential(new Conv2d(1, 4, 5), new FlattenLayer(), new Linear(2304, 10)).forward(randn([8, 1, 29, 28]))',
    argument: 'randn([8, 1, 29, 28])',
    type: 'Tensor<[8, 1, 29, 28], "float32">',
    sentence: 'Sequential: layer 2: Linear: last size must be 2304, got [8, 2400]',
  },
  {
    code: 'new Sequential(new MaxPool2d(2), new Conv2d(3, 8, 9)).forward(randn([8, 3, 16, 16]))',
    argument: 'randn([8, 3, 16, 16])',
    type: 'Tensor<[8, 3, 16, 16], "float32">',
    sentence:
      'Sequential: layer 1: Conv2d: the kernel does not fit into the padded input, [8, 3, 8, 8] x [8, 3, 9, 9]',
  },
];
