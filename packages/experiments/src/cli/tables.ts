import type { FinalMetrics, ReportData } from '../runs/reportData.ts';

/** Columns as wide as they must be: the first to the left, numbers to the right. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
}

/** What came of a run, for people. */
export function resultTables(metrics: FinalMetrics, { perClass, perSpeaker }: ReportData): string {
  const tables = [
    formatTable(
      ['digit', 'precision', 'recall', 'F1', 'clips'],
      perClass.map(({ name, precision, recall, f1, support }) => [
        ...[name, share(precision), share(recall), share(f1), String(support)],
      ]),
    ),
    formatTable(
      ['speaker', 'accuracy', 'clips'],
      perSpeaker.map(({ name, accuracy, count }) => [name, share(accuracy), String(count)]),
    ),
    formatTable(
      ['metric', 'value'],
      Object.entries(metrics).map(([name, value]) => [name, number(value)]),
    ),
  ];
  const filled = [perClass.length > 0, perSpeaker.length > 0, true];
  return tables.filter((_, index) => filled[index]).join('\n\n');
}

const share = (value: number): string => value.toFixed(3);

const number = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
