import { basename, extname } from 'node:path';
import { InputError } from '../../inputError.ts';
import { parseConfig, readSettings } from '../../settings/settings.ts';
import { type SweepDeclaration, type SweepSettings, sweepDeclaration } from '../declaration.ts';
import { families } from './families.ts';
import { frontEnd } from './frontEnd.ts';
import { normalisation } from './normalisation.ts';
import { regularisation } from './regularisation.ts';

/** What is worth comparing again and again, by name. */
export const builtInSweeps: Readonly<Record<string, SweepSettings>> = {
  'front-end': frontEnd,
  ...{ normalisation, families, regularisation },
};

/** A built-in sweep, or one of a file that ends in `.json`. */
export function openSweep(name: string): { readonly name: string; readonly declaration: SweepDeclaration } {
  if (extname(name).toLowerCase() === '.json') {
    return { name: basename(name, extname(name)), declaration: parse(name, readSettings(name)) };
  }
  const found = Object.hasOwn(builtInSweeps, name) ? builtInSweeps[name] : undefined;
  if (found !== undefined) return { name, declaration: parse(name, found) };
  const names = Object.keys(builtInSweeps).join(', ');
  throw new InputError(`sweep: there is none called ${name}, there are ${names}; or give a .json file`);
}

function parse(name: string, settings: object): SweepDeclaration {
  try {
    return parseConfig(sweepDeclaration, { ...settings });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message.replace(/^config: /, `sweep ${name}: `), { cause: error });
  }
}
