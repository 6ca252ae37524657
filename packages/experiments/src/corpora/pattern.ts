import { InputError } from '../inputError.ts';

/** What a file's name says; what the pattern does not mention stays undefined. */
export interface NameFields {
  readonly digit: string;
  readonly speaker: string | undefined;
  readonly take: number | undefined;
}

const fields: Record<string, string> = {
  digit: '[0-9]|[A-Za-z]+',
  speaker: '[^/]+?',
  take: '[0-9]+',
  '*': '[^/]*?',
};

/**
 * Reads names such as `{digit}_{speaker}_{take}.wav` or `{speaker}/{digit}-{*}.wav`. A field that is mentioned twice
 * must say the same twice. The pattern fits the end of the path: folders above it may be called anything.
 */
export function namePattern(pattern: string): (path: string) => NameFields | undefined {
  const seen = new Set<string>();
  const body = pattern.split(/(\{[^}]*\})/).map((piece) => {
    const name = piece.match(/^\{(.*)\}$/)?.[1];
    return name === undefined ? literal(piece) : field(pattern, name, seen);
  });
  if (!seen.has('digit'))
    throw new InputError(`namePattern: the pattern must contain {digit}, ${JSON.stringify(pattern)}`);
  const expression = new RegExp(`(?:^|/)${body.join('')}$`, 'i');
  return (path) => {
    const groups = expression.exec(path)?.groups;
    if (groups?.digit === undefined) return undefined;
    const { digit, speaker, take } = groups;
    return { digit, speaker, take: take === undefined ? undefined : Number(take) };
  };
}

function field(pattern: string, name: string, seen: Set<string>): string {
  const shape = fields[name];
  if (shape === undefined) {
    const known = Object.keys(fields).map((known) => `{${known}}`);
    throw new InputError(`namePattern: fields are ${known.join(', ')}, {${name}} in ${pattern}`);
  }
  if (name === '*') return `(?:${shape})`;
  if (seen.has(name)) return `\\k<${name}>`;
  seen.add(name);
  return `(?<${name}>${shape})`;
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
