import { signed } from "../figures/draw/scale.ts";

/** A number with so many digits and a true minus; zero has none, and what is no number is a dash. */
export function digits(value: number | undefined, count = 2): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const text = value.toFixed(count);
  return Number(text) === 0 ? text.replace("-", "") : signed(text);
}
