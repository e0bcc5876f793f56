/** a b + c of float32 numbers, rounded once to float32. */
export function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b; // exact: 48 bits
  const sum = product + c;
  const part = sum - product;
  const error = product - (sum - part) + (c - part); // what the sum's rounding lost (Knuth's two-sum)
  return Math.fround(error === 0 || isOdd(sum) ? sum : neighbour(sum, error));
}

const bits = new BigInt64Array(1);
const number = new Float64Array(bits.buffer);

/** Whether the last bit of a float64 is 1. */
function isOdd(value: number): boolean {
  number[0] = value;
  return (bits[0] & 1n) === 1n;
}

/** The next float64 towards `error`: rounded to odd, a sum keeps on which side of a float32's half it lay. */
function neighbour(value: number, error: number): number {
  number[0] = value;
  bits[0] += value > 0 === error > 0 ? 1n : -1n;
  return number[0];
}
