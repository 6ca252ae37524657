import { NonFiniteError } from '@sonograd/nn';
import { CommanderError } from 'commander';
import { explainSystemError, firstLine, InputError } from '../inputError.ts';
import { Interrupted } from '../pipelines/shared/phase.ts';

/** What the process says to whoever started it. */
export const exitCodes = { fine: 0, bug: 1, badInput: 2, interrupted: 130 } as const;

/** The exit code of a failure, after it was shown: one line for what people can mend, the stack for what is a bug. */
export function showFailure(failure: unknown, write: (line: string) => void): number {
  if (failure instanceof CommanderError) return failure.exitCode === 0 ? exitCodes.fine : exitCodes.badInput;
  if (failure instanceof Interrupted || isAbort(failure)) {
    write(firstLine(failure));
    return exitCodes.interrupted;
  }
  const error = explainSystemError('sonograd', pathOf(failure), failure);
  if (error instanceof InputError || error instanceof NonFiniteError) {
    write(firstLine(error));
    return exitCodes.badInput;
  }
  write(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.bug;
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';

function pathOf(error: unknown): string {
  return error instanceof Error && 'path' in error ? String(error.path) : '';
}
