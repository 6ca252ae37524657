import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { explainSystemError, firstLine, InputError } from '../inputError.ts';

/** Settings as people give them: some fields of a config, nested as in the config. */
export type Settings = { readonly [field: string]: unknown };

/** `training.epochs=5` as settings. The value is JSON where it is any, else a word. */
export function parseSetting(text: string): Settings {
  const [, path, value] = text.match(/^([\w.-]+)=(.*)$/s) ?? [];
  if (path === undefined || value === undefined) {
    throw new InputError(`--set: write path=value, such as training.epochs=5, got ${text}`);
  }
  return path
    .split('.')
    .reduceRight<unknown>((inner, field) => ({ [field]: inner }), parseValue(value)) as Settings;
}

/** The fields of a JSON file. */
export function readSettings(file: string): Settings {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw explainSystemError('--config', file, error);
  }
  try {
    const settings: unknown = JSON.parse(text);
    if (isSettings(settings)) return settings;
  } catch (error) {
    throw new InputError(`--config: not JSON, ${firstLine(error)}, ${file}`, { cause: error });
  }
  throw new InputError(`--config: the file must hold one object, ${file}`);
}

/** Later settings win, field by field; lists and plain values are replaced whole. */
export function mergeSettings(...all: readonly Settings[]): Settings {
  const merged: Record<string, unknown> = {};
  for (const settings of all) {
    for (const [field, value] of Object.entries(settings)) merged[field] = mergeValue(merged[field], value);
  }
  return merged;
}

function mergeValue(before: unknown, value: unknown): unknown {
  const goesOn = isSettings(before) && isSettings(value) && !changesKind(before, value);
  return goesOn ? mergeSettings(before, value) : value;
}

/** The whole config, defaults filled in, or one line for each field that is wrong. */
export function parseConfig<Schema extends z.ZodType>(schema: Schema, settings: Settings): z.output<Schema> {
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${explainIssue(issue)}${cameWith(issue, settings)}`);
  throw new InputError(`config: ${problems.join('; ')}`);
}

/** Another `name`, `kind` or `fit` chooses another set of fields: what was set for the old one does not count. */
function changesKind(before: Settings, after: Settings): boolean {
  return ['name', 'kind', 'fit'].some(
    (field) => field in after && field in before && after[field] !== before[field],
  );
}

function explainIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const fields = issue.keys.map((key) => (place === '' ? key : `${place}.${key}`));
    return `there is no field ${fields.join(', ')}`;
  }
  return `${place === '' ? 'the config' : place}: ${issue.message}`;
}

function cameWith(issue: z.core.$ZodIssue, settings: Settings): string {
  if (issue.code === 'unrecognized_keys' || issue.path.length === 0) return '';
  const value = issue.path.reduce<unknown>(
    (inner, field) =>
      isSettings(inner) || Array.isArray(inner) ? (inner as Settings)[String(field)] : undefined,
    settings,
  );
  return value === undefined ? '' : `, got ${JSON.stringify(value)}`;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Words need no quotes on a command line.
    return text;
  }
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
