/** Does the work of all items, so many at a time, in their order; begins nothing new once the signal came. */
export async function inParallel<Item>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const worker = async () => {
    while (next < items.length && !signal.aborted && failure === undefined) {
      try {
        await work(items[next++]!);
      } catch (error) {
        // The others come to the end of what they have begun before anybody hears of it.
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  if (failure !== undefined) throw failure.error;
}
