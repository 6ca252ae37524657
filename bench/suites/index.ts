import { type Case, fullName } from '../case.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { norms, pooling, probabilities } from './layers.ts';
import { matmul } from './matmul.ts';
import { moves, random } from './moves.ts';
import { overheads } from './overheads.ts';
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
  ...transforms,
  ...steps,
];

/** Names are matched where they occur: `conv`, `matmul/512`, `tanh backward`. */
export function select(cases: readonly Case[], only: readonly string[], quick: boolean): Case[] {
  return cases.filter(
    (one) =>
      !(quick && one.isLong) && (only.length === 0 || only.some((name) => fullName(one).includes(name))),
  );
}
