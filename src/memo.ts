/**
 * `compute`, but once for the same value and words: what a report shows in many variants is computed once. Values must
 * not change; what was computed of one is forgotten with it, and belongs to all who ask: nobody may change it either.
 */
export function memo<T extends object, Words extends readonly string[], Result>(
  compute: (value: T, ...words: Words) => Result,
): (value: T, ...words: Words) => Result {
  const all = new WeakMap<T, Map<string, Result>>();
  return (value, ...words) => {
    const known = all.get(value) ?? new Map<string, Result>();
    all.set(value, known);
    const name = words.join(" ");
    if (!known.has(name)) known.set(name, compute(value, ...words));
    return known.get(name) as Result;
  };
}
