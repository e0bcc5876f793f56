import { signed } from "../figures/draw/scale.ts";

/** A number with two digits and a true minus, which zero does not have; a dash for what is no number. */
export function digits(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return "–";
  const text = value.toFixed(2);
  return Number(text) === 0 ? text.replace("-", "") : signed(text);
}
