/** A kernel and the least that it must reach, as a share of what the machine gives in the same moments. */
export interface Check {
  readonly name: string;
  readonly floor: number;
  measure(): number | Promise<number>;
}

export interface Verdict {
  readonly name: string;
  readonly floor: number;
  /** The best of all tries. */
  readonly share: number;
  readonly tries: number;
  readonly held: boolean;
}

/** Whoever else is busy on the machine can spoil a measurement, but not three in a row, some time apart. */
export async function judge(checks: readonly Check[], tries = 3): Promise<Verdict[]> {
  const verdicts = new Map<string, Verdict>();
  for (let attempt = 1; attempt <= tries; attempt++) {
    for (const { name, floor, measure } of checks) {
      const before = verdicts.get(name);
      if (before?.held) continue;
      const share = Math.max(await measure(), before?.share ?? 0);
      verdicts.set(name, { name, floor, share, tries: attempt, held: share >= floor });
    }
  }
  return [...verdicts.values()];
}
