/** The language's own sort is as fast for fewer values. */
const FEW = 2000;
/** A digit has eight bits: a processor's cache holds the places to which values of 256 digits move. */
const [BITS, RADIX] = [8, 256];
/** Digits that values are sorted by. */
const PASSES = 3;
/** Most places that a value is moved on average among those with the same digits. */
const MOST_MOVES = 8;
/** Of float32, three digits are all bits. */
const [WORD_BITS, WORD_RADIX] = [11, 2048];
/** The bit of the sign in a float32, and in the upper word of a float64. */
const SIGN = 2 ** 31;

/** Memory is kept for the next call: the garbage collector runs for each few megabytes that are given up. */
let spare = new Float64Array(0);
let digits = new Uint8Array(0);
/** How many values have each digit, then where the next of them goes. */
const places = new Uint32Array(RADIX);
const wordPlaces = new Uint32Array(PASSES * WORD_RADIX);

function spareOf(length: number): Float64Array {
  if (spare.length < length) spare = new Float64Array(length);
  return spare;
}

/** Sorts values in place, ascending, as `values.sort()` does; many of them in a quarter of its time, unless a float64 is negative. */
export function sortAscending<T extends Float32Array | Float64Array>(values: T): T {
  if (values.length < FEW) values.sort();
  else if (values instanceof Float32Array) sortFloats(values);
  else sortDoubles(values);
  return values;
}

/** By their bits, lowest digit first: of negative numbers all of them are turned over, of others the sign. */
function sortFloats(values: Float32Array): void {
  const n = values.length;
  const words = new Uint32Array(values.buffer, values.byteOffset, n);
  wordPlaces.fill(0);
  for (let i = 0; i < n; i++) {
    const word = words[i];
    const key = word >= SIGN ? ~word : word | SIGN;
    words[i] = key;
    for (let pass = 0; pass < PASSES; pass++) wordPlaces[pass * WORD_RADIX + wordDigit(key, pass)]++;
  }
  let [from, to] = [words, new Uint32Array(spareOf(Math.ceil(n / 2)).buffer, 0, n)];
  for (let pass = 0; pass < PASSES; pass++) {
    const places = wordPlaces.subarray(pass * WORD_RADIX, (pass + 1) * WORD_RADIX);
    addUp(places);
    for (let i = 0; i < n; i++) to[places[wordDigit(from[i], pass)]++] = from[i];
    [from, to] = [to, from];
  }
  for (let i = 0; i < n; i++) words[i] = from[i] >= SIGN ? from[i] ^ SIGN : ~from[i];
}

/** Most rows whose numbers fit a float64 behind the bits of a float32. */
const MOST_ROWS = 2 ** 21;

/** The places of values in the order of these, without NaN; equal ones stay in their order. */
export function risingOrder(values: Float32Array): Uint32Array {
  const n = values.length;
  const order = new Uint32Array(n);
  if (n > MOST_ROWS) return order.map((_, i) => i).sort((a, b) => values[a] - values[b]);
  const words = new Uint32Array(values.map((value) => value + 0).buffer); // -0 is 0
  const keys = new Float64Array(n);
  for (let i = 0; i < n; i++) keys[i] = ((words[i] >= SIGN ? ~words[i] : words[i] | SIGN) >>> 0) * MOST_ROWS + i;
  sortAscending(keys);
  for (let i = 0; i < n; i++) order[i] = keys[i] % MOST_ROWS;
  return order;
}

function wordDigit(key: number, pass: number): number {
  return (key >>> (WORD_BITS * pass)) & (WORD_RADIX - 1);
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
 * Numbers that are not negative have the order of their bits. They are sorted by how far their bits are from the lowest one's, by
 * the three upper digits of that, lowest digit first; the few that differ in none by insertion.
 */
function sortDoubles(values: Float64Array): void {
  const { low, high } = upperWords(values);
  if (high >= SIGN) return void values.sort(); // some are negative, or NaN
  if (digits.length < values.length) digits = new Uint8Array(values.length);
  const shift = 64 - Math.clz32(Math.max(1, high - low)) - PASSES * BITS;
  let [from, to]: [Float64Array, Float64Array] = [spareOf(values.length).subarray(0, values.length), values];
  from.set(values);
  for (let pass = 0; pass < PASSES; pass++) {
    findDigits(from, low, shift + BITS * pass, digits);
    moveByDigit(from, to, digits, places);
    [from, to] = [to, from];
  }
  if (!sortByInsertion(values)) values.sort();
}

/** The words of float64 in memory, the lower half first. */
const wordsOf = ({ buffer, byteOffset, length }: Float64Array) => new Uint32Array(buffer, byteOffset, 2 * length);

/** The lowest and the highest upper word. */
function upperWords(values: Float64Array): { readonly low: number; readonly high: number } {
  const words = wordsOf(values);
  let low = SIGN;
  let high = 0;
  for (let i = 1; i < words.length; i += 2) {
    const word = words[i];
    if (word < low) low = word;
    if (word > high) high = word;
  }
  return { low, high };
}

/** Finds each value's digit: its bits from `shift` on, less those of the upper word `low`. */
function findDigits(values: Float64Array, low: number, shift: number, found: Uint8Array): void {
  const [words, n] = [wordsOf(values), values.length];
  if (shift >= 32) for (let i = 0; i < n; i++) found[i] = (words[2 * i + 1] - low) >>> (shift - 32);
  else for (let i = 0; i < n; i++) found[i] = ((words[2 * i + 1] - low) << (32 - shift)) | (words[2 * i] >>> shift);
}

function moveByDigit(from: Float64Array, to: Float64Array, digits: Uint8Array, places: Uint32Array): void {
  const n = from.length;
  places.fill(0);
  for (let i = 0; i < n; i++) {
    const digit = digits[i];
    places[digit]++;
  }
  addUp(places);
  for (let i = 0; i < n; i++) {
    const digit = digits[i];
    const place = places[digit];
    to[place] = from[i];
    places[digit] = place + 1;
  }
}

/** Sorts values that are nearly in order; false, unfinished, if too many would have to be moved. */
function sortByInsertion(values: Float64Array): boolean {
  let moves = MOST_MOVES * values.length;
  for (let i = 1; i < values.length; i++) {
    const value = values[i];
    let place = i;
    for (; place > 0 && values[place - 1] > value; place--) values[place] = values[place - 1];
    values[place] = value;
    moves -= i - place;
    if (moves < 0) return false;
  }
  return true;
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
