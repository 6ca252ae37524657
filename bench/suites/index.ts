import { type Case, fullName } from '../case.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { layers } from './layers.ts';
import { matmul } from './matmul.ts';
import { moves, random } from './moves.ts';
import { optimizers } from './optimizers.ts';
import { overheads } from './overheads.ts';
import { attention, norms, pooling, probabilities } from './passes.ts';
import { recurrent } from './recurrent.ts';
import { reductions } from './reductions.ts';
import { steps } from './steps.ts';
import { transforms } from './transforms.ts';

export const allCases: readonly Case[] = [
  ...overheads,
  ...elementwise,
  ...reductions,
  ...moves,
  ...random,
  ...matmul,
  ...convolution,
  ...pooling,
  ...norms,
  ...probabilities,
  ...recurrent,
  ...attention,
  ...transforms,
  ...optimizers,
  ...layers,
  ...steps,
];

/** Names are matched where they occur: `conv`, `matmul/512`, `tanh backward`. */
export function select(cases: readonly Case[], only: readonly string[], quick: boolean): Case[] {
  return cases.filter(
    (one) =>
      !(quick && one.isLong) && (only.length === 0 || only.some((name) => fullName(one).includes(name))),
  );
}
