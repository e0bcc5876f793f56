/** `count` of `values`, chosen at random without replacement. */
export function sampleOf<T>(values: readonly T[], count: number): T[] {
  const left = [...values];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    return left.splice(Math.floor(Math.random() * left.length), 1)[0] as T;
  });
}
