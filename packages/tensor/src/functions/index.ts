export { detach } from './detach.ts';
export { einsum } from './einsum.ts';
export { oneHot } from './oneHot.ts';
export { roll } from './roll.ts';
export { sort, topK } from './sort.ts';
export { flatten, squeeze, unsqueeze } from './squeeze.ts';
export { split, stack } from './stack.ts';
export { logSumExp, mean, norm, variance } from './statistics.ts';
export { sumTo } from './sumTo.ts';
