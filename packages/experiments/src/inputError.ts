/**
 * Something the user can mend: a path, a file, a setting, a full disk. The message is one line that says what is
 * wrong and what to do; whoever shows it needs no stack.
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** What the system's short words mean for someone at a keyboard. */
const advice: Record<string, string> = {
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'a file of this name is in the way',
  EACCES: 'permission denied: choose another folder, or change its rights',
  EPERM: 'not permitted: choose another folder, or change its rights',
  EROFS: 'the disk is read-only: choose another folder',
  ENOSPC: 'no space left on the disk: free some, or choose another folder',
  EDQUOT: 'the disk quota is used up: free some space, or choose another folder',
  EMFILE: 'too many files are open: close some programs, or raise the limit',
};

/** A failure of the file system in one line; any other error comes back as it is. */
export function explainSystemError(op: string, path: string, error: unknown): unknown {
  const code = systemCode(error);
  const meaning = code === undefined ? undefined : advice[code];
  return meaning === undefined ? error : new InputError(`${op}: ${meaning}, ${path}`, { cause: error });
}

/** `ENOENT` and its kin. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The first line of an error's message. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? message;
}
