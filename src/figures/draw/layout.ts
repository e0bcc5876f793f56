import type { Box } from "./axes.ts";

interface GridOptions {
  readonly count: number;
  readonly columns: number;
  readonly width: number;
  readonly top: number;
  /** Height of each panel. */
  readonly height: number;
  readonly left: number;
  readonly right: number;
  /** Distance between panels, across and down. */
  readonly gap: readonly [across: number, down: number];
}

/** Boxes of equal size, row by row. */
export function grid({ count, columns, width, top, height, left, right, gap }: GridOptions): Box[] {
  const [across, down] = gap;
  const each = (width - left - right - across * (columns - 1)) / columns;
  return Array.from({ length: count }, (_, i) => ({
    x: left + (i % columns) * (each + across),
    y: top + Math.floor(i / columns) * (height + down),
    width: each,
    height,
  }));
}
