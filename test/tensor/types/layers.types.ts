import { randn, type Shape, type Tensor } from '@sonograd/tensor';
import { same } from './expect.ts';
import { Conv2d, Custom, FlattenLayer, Linear, MaxPool2d, type Module, ReLU, Sequential } from './layers.ts';

export function chains(open: Tensor, batch: Tensor<[number, 784]>) {
  const model = new Sequential(new Linear(784, 128), new ReLU(), new Linear(128, 10));
  same<Tensor<[32, 10]>>()(model.forward(randn([32, 784])));
  same<Tensor<[10]>>()(model.forward(randn([784])));
  same<Tensor<[8, 32, 10]>>()(model.forward(randn([8, 32, 784])));
  same<Tensor<[number, 10]>>()(model.forward(batch));
  same<Tensor<[...number[], 10]>>()(model.forward(open));

  const nested = new Sequential(model, new ReLU(), new Sequential(new Linear(10, 2)));
  same<Tensor<[32, 2]>>()(nested.forward(randn([32, 784])));

  const tail = new Sequential(new Linear(3, 4), new Custom());
  same<Tensor<Shape>>()(tail.forward(randn([1, 3])));
  same<Tensor<[5]>>()(new Sequential().forward(randn([5])));

  const list: Module[] = [new ReLU(), new Custom()];
  same<Tensor<Shape>>()(new Sequential(...list).forward(randn([5])));
}

export function images(open: Tensor) {
  const model = new Sequential(
    new Conv2d(3, 16, 3, { padding: 1 }),
    new ReLU(),
    new MaxPool2d(2),
    new Conv2d(16, 32, 3, { padding: 1, stride: 2 }),
    new FlattenLayer(),
    new Linear(2048, 10),
  );
  same<Tensor<[8, 10]>>()(model.forward(randn([8, 3, 32, 32])));
  same<Tensor<[number, 10]>>()(model.forward(open));
}
