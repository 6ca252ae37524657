export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

export function showShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
