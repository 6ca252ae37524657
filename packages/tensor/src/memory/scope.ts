import type { AnyTensor } from '../tensor.ts';

/** Marks tensors for code that must not import the class. */
export const tensorBrand: unique symbol = Symbol('tensor');

/** The tensors made since a scope began, and what became of them. */
class Scope {
  readonly members: AnyTensor[] = [];
  constructor(
    readonly label: string,
    readonly parent: Scope | undefined,
    /** Holds the call stack, which is only formatted when a freed tensor is touched; taking it costs 4 µs. */
    private readonly origin?: Error,
  ) {}

  /** Frees what does not survive; the rest goes to the scope around this one. */
  close(survives: (member: AnyTensor) => boolean): void {
    for (const member of this.members) {
      if (member.ended) continue;
      if (member.kept) member.watch();
      else if (survives(member)) adopt(member, this.parent);
      else member.end(this);
    }
  }

  /** The first line of the stack outside this library's memory code. */
  toString(): string {
    const line = (this.origin?.stack ?? '')
      .split('\n')
      .find((entry) => /^\s+at /.test(entry) && !/memory.scope/.test(entry));
    return line === undefined ? this.label : `${this.label} (${line.trim()})`;
  }
}

export type Ending = Scope | string;

let current: Scope | undefined;

/** Every new tensor reports here: the open scope frees it, or garbage collection does. */
export function adoptTensor(made: AnyTensor): void {
  adopt(made, current);
}

function adopt(member: AnyTensor, owner: Scope | undefined): void {
  if (owner === undefined) member.watch();
  else owner.members.push(member);
}

/**
 * Runs `body` and frees every tensor it made, except those it returns (at any depth of arrays and objects),
 * those their graph still needs, and those given to `keep`.
 */
export function scope<Result>(body: () => Result): Result;
export function scope<Result>(label: string, body: () => Result): Result;
export function scope<Result>(...given: [() => Result] | [string, () => Result]): Result {
  return given.length === 1 ? innerScope('scope', given[0], new Error()) : innerScope(...given, new Error());
}

/** A scope of the library's own: it costs no look at the call stack. */
export function innerScope<Result>(label: string, body: () => Result, origin?: Error): Result {
  const own = new Scope(label, current, origin);
  current = own;
  let survivors: Set<object> | undefined;
  try {
    const result = body();
    if (isPromise(result)) {
      throw new TypeError(
        `${label}: a scope ends when its function returns, so it must not return a promise`,
      );
    }
    survivors = reachable(result);
    return result;
  } finally {
    current = own.parent;
    own.close((member) => survivors?.has(member) ?? false);
  }
}

/**
 * The engine's own short form: `body` returns a list, and exactly the tensors in it survive. Also says which
 * of them were made inside.
 */
export function scopeOfList<T extends AnyTensor>(
  label: string,
  body: () => readonly (T | undefined)[],
): { list: readonly (T | undefined)[]; made: AnyTensor[] } {
  const own = new Scope(label, current);
  const made: AnyTensor[] = [];
  let list: readonly (T | undefined)[] = [];
  current = own;
  try {
    list = body();
  } finally {
    current = own.parent;
    own.close((member) => {
      const survives = (list as readonly unknown[]).includes(member);
      if (survives) made.push(member);
      return survives;
    });
  }
  return { list, made };
}

/** Lets a tensor outlive every scope; garbage collection frees it in the end. */
export function keep<T extends AnyTensor>(tensor: T): T {
  tensor.kept = true;
  return tensor;
}

function isPromise(value: unknown): boolean {
  return value instanceof Promise;
}

/** All tensors that `root` leads to: through arrays, objects, maps, gradients and recorded graphs. */
function reachable(root: unknown): Set<object> {
  const found = new Set<object>();
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || found.has(value))
      continue;
    found.add(value);
    if (tensorBrand in value) open.push(...tensorsBehind(value as AnyTensor));
    else if (value instanceof Map || value instanceof Set) open.push(...value.values());
    else open.push(...Object.values(value));
  }
  return found;
}

function tensorsBehind(tensor: AnyTensor): unknown[] {
  const source = tensor.source;
  return source === undefined ? [tensor.grad] : [tensor.grad, ...source.inputs, ...source.outputs];
}
