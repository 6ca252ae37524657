import type { Case, Work } from '../case.ts';

interface Layer {
  readonly op: 'lstm' | 'gru';
  readonly batch: number;
  readonly steps: number;
  readonly features: number;
  readonly units: number;
}

const gatesOf = { lstm: 4, gru: 3 };

export const recurrent: readonly Case[] = [
  { op: 'lstm', batch: 32, steps: 64, features: 64, units: 128 } as const,
  { op: 'lstm', batch: 32, steps: 50, features: 40, units: 64 } as const,
  { op: 'gru', batch: 16, steps: 64, features: 513, units: 256 } as const,
].flatMap((layer) => [layerCase(layer, 'forward'), layerCase(layer, 'both')]);

function layerCase({ op, batch, steps, features, units }: Layer, mode: Work['mode']): Case {
  const gates = gatesOf[op] * units;
  const inputs = [[batch, steps, features], [gates, features], [gates, units], [gates], [gates]];
  const flops = 2 * batch * steps * gates * (features + units);
  return {
    suite: 'recurrent',
    name: `${op} ${features}→${units}, ${steps} steps, batch ${batch}, ${mode === 'both' ? 'forward and backward' : mode}`,
    work: { op, inputs: inputs.map((shape) => ({ shape })), mode },
    flops: mode === 'both' ? 3 * flops : flops,
    bytes: 4 * (gates * (features + units) + batch * steps * (features + units)),
    limit: 'compute',
  };
}
