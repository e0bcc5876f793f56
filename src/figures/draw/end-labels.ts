import { lineSample } from "./legend.ts";
import { seriesMarker } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import type { Attributes } from "./svg.ts";
import { group, type SvgNode } from "./svg.ts";
import { SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A name beside the end of its line. */
interface EndLabel {
  readonly label: string;
  /** Where the line ends, in points. */
  readonly y: number;
  readonly style: SeriesStyle;
  readonly attributes: Attributes;
}

/** Whether the samples show the series' markers too. */
interface Marked {
  readonly marked?: boolean;
}

const SAMPLE = 9;
const MARKED = 14;

/** Width that the labels need beside a panel. */
export function labelsWidth(labels: readonly string[], { marked = false }: Marked = {}): number {
  return Math.max(...labels.map((label) => textWidth(label, SMALL))) + (marked ? MARKED : SAMPLE) + 7;
}

interface Beside extends Marked {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly theme: Theme;
}

/** Names at x, each at the height of its line, or as near as there is room. */
export function endLabels(labels: readonly EndLabel[], { x, top, bottom, theme, marked = false }: Beside): SvgNode {
  const long = marked ? MARKED : SAMPLE;
  const ordered = [...labels].sort((a, b) => a.y - b.y);
  const heights = spread(
    ordered.map(({ y }) => y),
    SMALL + 0.5,
    [top, bottom],
  );
  const nodes = ordered.map(({ label, style, attributes }, i) => {
    const y = heights[i];
    return group(attributes, [
      lineSample(style, x + 3, y, long),
      ...(marked ? [seriesMarker(style, x + 3 + long / 2, y)] : []),
      text(label, x + long + 6, y + SMALL * 0.35, { fill: theme.ink, size: SMALL }),
    ]);
  });
  return group({ class: "labels" }, nodes);
}

/**
 * Moves ascending heights as little as keeps them `apart`: down from the top, then up from the bottom if they leave it.
 */
export function spread(heights: readonly number[], apart: number, [top, bottom]: readonly [number, number]): number[] {
  const centre = centred(heights, apart);
  const placed: number[] = [];
  for (const [i, height] of centre.entries()) placed.push(Math.max(height, i === 0 ? top : placed[i - 1] + apart));
  for (let i = placed.length - 1; i >= 0; i--) {
    const below = i === placed.length - 1 ? bottom : placed[i + 1] - apart;
    placed[i] = Math.min(placed[i], below);
  }
  return placed;
}

/** Groups of heights nearer than `apart`, each spread around its own middle. */
function centred(heights: readonly number[], apart: number): number[] {
  const blocks: { sum: number; count: number }[] = [];
  const start = ({ sum, count }: { sum: number; count: number }) => sum / count - ((count - 1) * apart) / 2;
  for (const height of heights) {
    blocks.push({ sum: height, count: 1 });
    for (let last = blocks.length - 1; last > 0; last--) {
      const [above, below] = [blocks[last - 1], blocks[last]] as [
        { sum: number; count: number },
        { sum: number; count: number },
      ];
      if (start(below) >= start(above) + above.count * apart) break;
      blocks.splice(last - 1, 2, { sum: above.sum + below.sum, count: above.count + below.count });
    }
  }
  return blocks.flatMap((block) => Array.from({ length: block.count }, (_, i) => start(block) + i * apart));
}
