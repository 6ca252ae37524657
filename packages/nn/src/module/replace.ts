import { Module } from './module.ts';

/** Gives a new module for one to be replaced, or nothing where it stays. */
export type Replacement = (name: string, module: Module) => Module | undefined;

/** Puts other modules in the place of some below `root`, wherever fields or lists hold them. */
export function replaceModules(root: Module, replacement: Replacement): void {
  const names = new Map(root.namedModules().map(([name, module]) => [module, name]));
  const replaced = (value: unknown): unknown => {
    if (value instanceof Module) return replacement(names.get(value) ?? '', value) ?? value;
    return Array.isArray(value) ? value.map(replaced) : value;
  };
  for (const [, module] of root.namedModules()) {
    for (const [field, value] of Object.entries(module)) {
      if (!(value instanceof Module || Array.isArray(value))) continue;
      const now = replaced(value);
      if (now !== value && containsModule(value)) Object.assign(module, { [field]: now });
    }
  }
}

function containsModule(value: unknown): boolean {
  return value instanceof Module || (Array.isArray(value) && value.some(containsModule));
}
