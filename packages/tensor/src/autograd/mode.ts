import { innerScope } from '../memory/scope.ts';

let recording = true;

export function isRecording(): boolean {
  return recording;
}

/** Runs `body` with recording switched as said, and puts it back whatever happens. */
export function withRecording<Result>(on: boolean, body: () => Result): Result {
  const before = recording;
  recording = on;
  try {
    return body();
  } finally {
    recording = before;
  }
}

/** Nothing inside is recorded for gradients, and what `body` does not return is freed. */
export function noGrad<Result>(body: () => Result): Result {
  return withRecording(false, () => innerScope('noGrad', body));
}
