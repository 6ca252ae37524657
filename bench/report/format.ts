/** Three digits that mean something, in the unit that suits. */
export function formatTime(milliseconds: number): string {
  if (milliseconds < 1e-3) return `${digits(milliseconds * 1e6)} ns`;
  if (milliseconds < 1) return `${digits(milliseconds * 1e3)} µs`;
  return milliseconds < 1000 ? `${digits(milliseconds)} ms` : `${digits(milliseconds / 1000)} s`;
}

export function digits(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}

export function formatRatio(ratio: number | null): string {
  return ratio === null ? '' : `${digits(ratio)}×`;
}

export function formatShare(share: number | null): string {
  return share === null ? '' : `${Math.round(share * 100)} %`;
}

/** Columns under each other: the first to the left, the others to the right. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) =>
    row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join('  '),
  );
}

export function markdownTable(rows: readonly (readonly string[])[]): string {
  const [head, ...body] = rows;
  const rule = head!.map((_, at) => (at === 0 ? '---' : '--:'));
  return [head!, rule, ...body].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
