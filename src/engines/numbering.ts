/**
 * A function that numbers values: equal ones (as JSON) get the same number. Runs of a sweep share their settings as
 * objects, and an object that was seen is not compared again, so grouping 100,000 runs is fast. Arrays of numbers are not compared: those of tables have ids.
 */
export function numbering<T extends object | null>(partOf: (value: T) => unknown): (value: T) => number {
  const seen = new WeakMap<object, number>();
  const numbers = new Map<string, number>();
  return (value) => {
    const known = value === null ? undefined : seen.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(partOf(value), (_, part) => (ArrayBuffer.isView(part) ? undefined : part));
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    if (value !== null) seen.set(value, number);
    return number;
  };
}
