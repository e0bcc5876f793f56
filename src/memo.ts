/**
 * `compute`, but only once for the same value and words: a report shows the same results in many variants. Values must
 * not change. A result is shared by all callers, so they must not change it either; it is freed with its value.
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
