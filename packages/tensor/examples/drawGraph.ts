/**
 * Draws the graph of a small loss with the data and gradient of every node, as the picture in the README.
 * `npx tsx --conditions=sonograd-source packages/tensor/examples/drawGraph.ts docs/graph.svg`
 */
import { writeFileSync } from 'node:fs';
import { graph, tensor, toHtml, toSvg, trace } from '@sonograd/tensor';

const target = process.argv[2] ?? 'graph.html';

const build = () => {
  const x = Object.assign(tensor([[1, -2, 0.5]]), { name: 'x' });
  const weight = Object.assign(tensor([[0.5], [-0.25], [1]], { requiresGrad: true }), { name: 'weight' });
  const bias = Object.assign(tensor([0.1], { requiresGrad: true }), { name: 'bias' });
  const prediction = x.matmul(weight).add(bias).tanh();
  const result = prediction.sub(0.5).square().mean();
  result.backward();
  return result;
};

// The first call assembles the kernels; the second shows what the ops themselves take.
build();
const loss = trace(build);

const title = 'mean((tanh(x @ weight + bias) - 0.5)²)';
const picture = target.endsWith('.svg') ? toSvg(graph(loss), { title }) : toHtml(graph(loss), { title });
writeFileSync(target, picture);
console.log(`wrote ${target}`);
