import { type EngineName, engineNames, setEngine } from '@sonograd/tensor';
import { goldenNames } from '../golden/readGolden.ts';
import { layerParity } from './goldenLayers.ts';
import { lossParity } from './goldenLosses.ts';
import { modelParity } from './goldenModels.ts';
import type { Parity } from './parity.ts';

/** The largest error of each layer, loss and model against PyTorch, as a fraction, on every engine. */
export interface ParityRow {
  readonly kind: string;
  readonly name: string;
  readonly cases: number;
  readonly largest: Readonly<Record<EngineName, number>>;
  readonly problems: readonly string[];
}

const kinds: readonly (readonly [kind: string, folder: string, run: (name: string) => Parity])[] = [
  ['layer', 'nn/layers', (name) => layerParity('nn/layers', name)],
  ['audio', 'nn/audio', (name) => layerParity('nn/audio', name)],
  ['loss', 'nn/losses', lossParity],
  ['model', 'nn/models', modelParity],
];

export function parityRows(): ParityRow[] {
  const rows = kinds.flatMap(([kind, folder, run]) =>
    goldenNames(folder).map((name) => ({ kind, name, run })),
  );
  const largest = engineNames.map((engine) => {
    setEngine(engine);
    return rows.map(({ name, run }) => run(name));
  });
  return rows.map(({ kind, name }, row) => ({
    kind,
    name,
    cases: largest[0]?.[row]?.cases ?? 0,
    problems: largest.flatMap((column) => column[row]?.problems ?? []),
    largest: Object.fromEntries(
      engineNames.map((engine, column) => [engine, largest[column]?.[row]?.largest ?? NaN]),
    ) as Record<EngineName, number>,
  }));
}

/** Markdown, for a page of documentation. */
export function parityTable(rows: readonly ParityRow[]): string {
  const lines = rows.map(({ kind, name, cases, largest }) => {
    const errors = engineNames.map((engine) => largest[engine].toExponential(1));
    return `| ${[kind, name, cases, ...errors].join(' | ')} |`;
  });
  const head = ['', 'name', 'cases', ...engineNames];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines].join('\n');
}
