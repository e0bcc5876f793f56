/** A label around its middle, on one axis: in points. */
export interface Span {
  readonly middle: number;
  readonly half: number;
}

/** Least distance between two labels. */
const APART = 4;

/**
 * Which of ascending labels have room: the last one, the first one if it does not touch that, and of those between as many
 * as fit, from the last one down.
 */
export function withRoom(spans: readonly Span[], apart = APART): boolean[] {
  const end = ({ middle, half }: Span) => middle + half + apart;
  const [first, last] = [spans[0], spans.at(-1)];
  const shown = spans.map(() => false);
  if (first === undefined || last === undefined) return shown;
  const from = end(first) <= last.middle - last.half || spans.length === 1 ? end(first) : Number.NEGATIVE_INFINITY;
  let free = Number.POSITIVE_INFINITY; // to the left of the last label that is shown
  for (let i = spans.length - 1; i >= 0; i--) {
    const { middle, half } = spans[i];
    const begins = middle - half;
    const fits = i === 0 ? Number.isFinite(from) : begins >= from || i === spans.length - 1;
    if (!fits || middle + half > free) continue;
    shown[i] = true;
    free = begins - apart;
  }
  return shown;
}
