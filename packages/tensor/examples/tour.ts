/**
 * A short tour: what a tensor remembers, and a net of two layers that learns to tell two spirals apart,
 * written out step by step. Run it with `npm start`.
 */
import {
  engine,
  fromArray,
  noGrad,
  randn,
  randomKey,
  scope,
  splitKey,
  type Tensor,
  tensor,
  zeros,
} from '@sonograd/tensor';

const pointsPerArm = 150;
const hiddenUnits = 64;
const steps = 2000;

tellHowGradientsFlow();
train();

function tellHowGradientsFlow(): void {
  console.log('1. A tensor remembers how it was made, so gradients can flow back.\n');
  const a = tensor(
    [
      [1, 2],
      [3, 4],
    ],
    { requiresGrad: true },
  );
  a.matmul(a).sum().backward();
  console.log(`a = ${a}\n\nThe gradient of sum(a @ a) by a is ${a.grad}\n`);
}

function train(): void {
  console.log(`2. Two spirals and a net of ${hiddenUnits} hidden units, on the '${engine().name}' engine.\n`);
  const { points, labels } = twoSpirals();
  const parameters = makeParameters();
  const velocities = parameters.map((parameter) => zeros(parameter.shape));
  const started = performance.now();
  for (let step = 0; step <= steps; step++) {
    // Everything made inside is freed at the end of the step; only the number comes out.
    const loss = scope('training step', () => {
      const value = logisticLoss(predict(points, parameters), labels);
      value.backward();
      noGrad(() => descend(parameters, velocities));
      return value.item();
    });
    if (step % 200 === 0) report(step, loss);
  }
  const right = noGrad(() => predict(points, parameters).mul(labels).gt(0).to('float32').mean().item());
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `\n${(right * 100).toFixed(1)} % of ${points.shape[0]} points on the right side, after ${seconds} s.\n`,
  );
  drawPlane(parameters);
}

/** Two arms that wind around each other; labels are -1 and 1. */
function twoSpirals(): { points: Tensor; labels: Tensor } {
  const points = new Float32Array(4 * pointsPerArm);
  const labels = new Float32Array(2 * pointsPerArm);
  for (let index = 0; index < 2 * pointsPerArm; index++) {
    const arm = index % 2;
    const turn = 0.3 + (index / (2 * pointsPerArm)) * 2.2;
    const angle = turn * Math.PI + arm * Math.PI;
    points[2 * index] = (turn / 2.5) * Math.cos(angle);
    points[2 * index + 1] = (turn / 2.5) * Math.sin(angle);
    labels[index] = 2 * arm - 1;
  }
  return {
    points: fromArray(points, [labels.length, 2]) as Tensor,
    labels: fromArray(labels, [labels.length, 1]) as Tensor,
  };
}

function makeParameters(): Tensor[] {
  const [first, second] = splitKey(randomKey(7));
  return [
    randn([2, hiddenUnits], { key: first! }).mul(3).detach(),
    zeros([hiddenUnits]),
    randn([hiddenUnits, 1], { key: second! }).mul(0.1).detach(),
    zeros([1]),
  ].map((parameter) => Object.assign(parameter, { requiresGrad: true }) as Tensor);
}

function predict(points: Tensor, [weight1, bias1, weight2, bias2]: readonly Tensor[]): Tensor {
  const hidden = points.matmul(weight1!).add(bias1!).tanh();
  return hidden.matmul(weight2!).add(bias2!);
}

/** log(1 + exp(-label x prediction)), on average. */
function logisticLoss(predictions: Tensor, labels: Tensor): Tensor {
  return predictions.mul(labels).neg().softplus().mean();
}

/** One step downhill with momentum. */
function descend(parameters: readonly Tensor[], velocities: readonly Tensor[]): void {
  parameters.forEach((parameter, index) => {
    const velocity = velocities[index]!;
    velocity.assign(velocity.mul(0.9).sub(parameter.grad!.mul(0.1)));
    parameter.assign(parameter.add(velocity));
    parameter.grad!.dispose();
    parameter.grad = null;
  });
}

function report(step: number, loss: number): void {
  console.log(
    `   step ${String(step).padStart(4)}   loss ${loss.toFixed(4)}   ${'█'.repeat(Math.round(loss * 60))}`,
  );
}

/** What the net makes of the whole plane. */
function drawPlane(parameters: readonly Tensor[]): void {
  const [columns, rows] = [48, 22];
  const grid = new Float32Array(columns * rows * 2);
  for (let index = 0; index < columns * rows; index++) {
    grid[2 * index] = ((index % columns) / (columns - 1)) * 2.2 - 1.1;
    grid[2 * index + 1] = 1.1 - (Math.floor(index / columns) / (rows - 1)) * 2.2;
  }
  const sides = noGrad(() => predict(fromArray(grid, [columns * rows, 2]) as Tensor, parameters)).data;
  for (let row = 0; row < rows; row++) {
    const line = Array.from({ length: columns }, (_, column) =>
      sides[row * columns + column]! > 0 ? '█' : '·',
    );
    console.log(`   ${line.join('')}`);
  }
}
