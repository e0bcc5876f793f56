const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * A whole number as base64 VLQ, as in source maps: five bits a digit, the lowest first; the lowest bit is the sign. The
 * page's scripts read it (`unpacked` in assets/report/single-runs.js).
 */
export function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  for (; rest > 31; rest >>= 5) text += DIGITS[(rest & 31) | 32];
  return text + DIGITS[rest];
}

/** Whole numbers, each as its difference from the one before. */
export function vlqDifferences(values: readonly number[]): string {
  return values.map((value, i) => vlq(i === 0 ? value : value - values[i - 1])).join("");
}
