import { type MatmulArguments, productOf } from './product.ts';
import { runBlocks } from './runBlocks.ts';
import { runVector, vectorForm } from './runVector.ts';

export type { MatmulArguments } from './product.ts';

/** out = activation(A·B + bias) for each matrix of the batch, on as many threads as are on. */
export function runMatmul(given: MatmulArguments): void {
  const product = productOf(given);
  if (product.batch * product.m * product.n === 0) return;
  const form = vectorForm(product);
  if (form === undefined) runBlocks(product);
  else runVector(form);
}
