export type Plane = { readonly x: number; readonly y: number };

/** Rows less their mean. */
export function centered(rows: readonly ArrayLike<number>[]): Float64Array[] {
  const size = rows[0]?.length ?? 0;
  const mean = new Float64Array(size);
  for (const row of rows) for (let i = 0; i < size; i++) mean[i]! += row[i]! / rows.length;
  return rows.map((row) => Float64Array.from(mean, (value, i) => row[i]! - value));
}
