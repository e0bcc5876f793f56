/** The language's own sort is as fast for fewer values. */
const FEW = 2000;
/** A float32 is sorted by three digits, which are all of its bits. */
const [PASSES, BITS, RADIX] = [3, 11, 2048];
/** The bit of a float32's sign. */
const SIGN = 2 ** 31;

/** Memory is kept for the next call: the garbage collector runs for each few megabytes that are given up. */
let spare = new Uint32Array(0);
/** How many values have each digit, then where the next of them goes. */
const places = new Uint32Array(PASSES * RADIX);

/** Sorts values in place, ascending, as `values.sort()` does; many float32 in a third of its time. */
export function sortAscending<T extends Float32Array | Float64Array>(values: T): T {
  if (values.length < FEW || values instanceof Float64Array) values.sort();
  else sortFloats(values);
  return values;
}

/** By their bits, lowest digit first: of negative numbers all of them are turned over, of others the sign. */
function sortFloats(values: Float32Array): void {
  const n = values.length;
  const words = new Uint32Array(values.buffer, values.byteOffset, n);
  places.fill(0);
  for (let i = 0; i < n; i++) {
    const word = words[i];
    const key = word >= SIGN ? ~word : word | SIGN;
    words[i] = key;
    for (let pass = 0; pass < PASSES; pass++) places[pass * RADIX + digitOf(key, pass)]++;
  }
  if (spare.length < n) spare = new Uint32Array(n);
  let [from, to]: [Uint32Array, Uint32Array] = [words, spare];
  for (let pass = 0; pass < PASSES; pass++) {
    const next = places.subarray(pass * RADIX, (pass + 1) * RADIX);
    addUp(next);
    for (let i = 0; i < n; i++) to[next[digitOf(from[i], pass)]++] = from[i];
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) words[i] = from[i] >= SIGN ? from[i] ^ SIGN : ~from[i];
}

function digitOf(key: number, pass: number): number {
  return (key >>> (BITS * pass)) & (RADIX - 1);
}

/** Of counts, how many come before each. */
function addUp(counts: Uint32Array): void {
  for (let i = 0, before = 0; i < counts.length; i++) {
    const count = counts[i];
    counts[i] = before;
    before += count;
  }
}

/**
 * The value at place k, from 0, of values in ascending order, none of them NaN. It is moved there, with none above it before it
 * and none below it behind (Hoare, "Algorithm 65: Find", CACM 4, 1961), which takes time in proportion to how many there
 * are.
 */
export function select(values: Float64Array, k: number): number {
  let [first, last] = [0, values.length - 1];
  while (first < last) {
    const pivot = values[k];
    let [i, j] = [first, last];
    while (i <= j) {
      while (values[i] < pivot) i++;
      while (values[j] > pivot) j--;
      if (i > j) break;
      const value = values[i];
      values[i++] = values[j];
      values[j--] = value;
    }
    if (j < k) first = i;
    if (k < i) last = j;
  }
  return values[k];
}
