/** The language's own sort is as fast for fewer values. */
const FEW = 5000;
/** Bits of a digit, and its values. */
const BITS = 11;
const RADIX = 2 ** BITS;
/** Digits of a float64. */
const PASSES = 6;

/**
 * Sorts values in place, ascending, as `values.sort()` does; many of them in less than half of its time, digit by digit from the
 * lowest: numbers that are not negative have the order of their bits.
 */
export function sortAscending(values: Float64Array): Float64Array {
  if (values.length < FEW) return values.sort();
  const counts = digitCounts(values);
  if (counts.subarray(RADIX * (PASSES - 1) + NEGATIVE).some((count) => count > 0)) return values.sort();
  let from = values;
  let to: Float64Array = new Float64Array(values.length);
  for (let pass = 0; pass < PASSES; pass++) {
    moveByDigit(from, to, pass, counts.subarray(pass * RADIX, (pass + 1) * RADIX));
    [from, to] = [to, from];
  }
  return from;
}

/** The least last digit with the sign's bit: it has nine bits. */
const NEGATIVE = 256;

/** The words of float64 in memory, the lower half first. */
const wordsOf = ({ buffer, byteOffset, length }: Float64Array) => new Uint32Array(buffer, byteOffset, 2 * length);

function digitAt(low: number, high: number, pass: number): number {
  switch (pass) {
    case 0:
      return low & (RADIX - 1);
    case 1:
      return (low >>> 11) & (RADIX - 1);
    case 2:
      return (low >>> 22) | ((high & 1) << 10);
    case 3:
      return (high >>> 1) & (RADIX - 1);
    case 4:
      return (high >>> 12) & (RADIX - 1);
    default:
      return high >>> 23;
  }
}

/** How many values have each digit, [PASSES, RADIX]. */
function digitCounts(values: Float64Array): Uint32Array {
  const [words, counts] = [wordsOf(values), new Uint32Array(PASSES * RADIX)];
  for (let i = 0; i < words.length; i += 2) {
    for (let pass = 0; pass < PASSES; pass++) {
      const place = pass * RADIX + digitAt(words[i] as number, words[i + 1] as number, pass);
      counts[place] = (counts[place] as number) + 1;
    }
  }
  return counts;
}

function moveByDigit(from: Float64Array, to: Float64Array, pass: number, counts: Uint32Array): void {
  const [words, ends] = [wordsOf(from), new Uint32Array(RADIX)];
  for (let digit = 1; digit < RADIX; digit++) ends[digit] = (ends[digit - 1] as number) + (counts[digit - 1] as number);
  for (let i = 0; i < from.length; i++) {
    const digit = digitAt(words[2 * i] as number, words[2 * i + 1] as number, pass);
    const place = ends[digit] as number;
    to[place] = from[i] as number;
    ends[digit] = place + 1;
  }
}
