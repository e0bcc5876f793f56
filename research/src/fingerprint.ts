import { facets, headed, keyed, stacked } from "../../src/figures/draw/chart.ts";
import { type Figure, page } from "../../src/figures/draw/figure.ts";
import type { PublishedLoss } from "../../src/figures/draw/paper-points.ts";
import { linearScale, shortNumber } from "../../src/figures/draw/scale.ts";
import { linePath, markerAt } from "../../src/figures/draw/series.ts";
import { modelStyles, type SeriesStyle, themeOf } from "../../src/figures/draw/style.ts";
import type { SvgNode } from "../../src/figures/draw/svg.ts";
import { correlationWords } from "../../src/figures/draw/words.ts";
import { finished } from "../../src/figures/finished.ts";
import { publishedFigure4 } from "../../src/figures/published.ts";
import { cellKey } from "../../src/identity/cell.ts";
import { zooLabel } from "../../src/models/zoo.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { mean } from "../../src/stats/moments.ts";

/** From here on, on the axis of Figure 4, the fits are made: by then most curves have settled. */
const SETTLED = 3000;

/** A curve of the paper and how well a + b t^-q fits it from `SETTLED` on, for some q. */
interface Fitted {
  readonly model: string;
  readonly correlation: number;
  /** Root mean square of what a + b / t leaves: q = 1 is a running mean of a loss that has settled. */
  readonly residual: Readonly<Record<"0.5" | "1" | "2", number>>;
  /** Of the fit with q = 1: the level, and b. */
  readonly level: number;
  readonly slope: number;
}

/** Fits each of the paper's nine curves; all losses in units of the figure. */
export function fingerprints(): Fitted[] {
  return [...groupBy(publishedFigure4(), cellKey).values()].map((points) => {
    const { model, correlation } = points[0];
    const settled = points.filter(({ step }) => step >= SETTLED);
    const [half, whole, twice] = [0.5, 1, 2].map((q) => lineThrough(settled, q)) as [Line, Line, Line];
    const residual = { "0.5": half.residual, "1": whole.residual, "2": twice.residual };
    return { model, correlation, residual, level: whole.level, slope: whole.slope };
  });
}

interface Line {
  readonly level: number;
  readonly slope: number;
  readonly residual: number;
}

/** Least squares of level + slope t^-q. */
function lineThrough(points: readonly PublishedLoss[], q: number): Line {
  const x = points.map(({ step }) => step ** -q);
  const y = points.map(({ loss }) => loss);
  const [meanX, meanY] = [mean(x), mean(y)];
  const product = mean(x.map((value, i) => (value - meanX) * (y[i] - meanY)));
  const slope = product / mean(x.map((value) => (value - meanX) ** 2));
  const level = meanY - slope * meanX;
  const residual = Math.sqrt(mean(x.map((value, i) => (level + slope * value - y[i]) ** 2)));
  return { level, slope, residual };
}

const HEIGHT = 110;
const MODELS = ["shared-bottom", "omoe", "mmoe"];

/** t L(t) against t for the paper's nine curves, with the line of each from `SETTLED` on. */
export function fingerprintFigure(): Figure {
  const theme = themeOf("light");
  const fitted = fingerprints();
  const styles = modelStyles(MODELS, theme);
  const correlations = [...new Set(fitted.map(({ correlation }) => correlation))];
  const items = [...styles].map(([model, style]) => ({ label: zooLabel(model), style, sample: "marker" as const }));
  const panels = facets(
    {
      rows: [{}],
      columns: correlations.map((correlation) => ({ title: correlationWords(correlation) })),
      item: (_, column) => fitted.filter(({ correlation }) => correlation === correlations[column]),
      height: HEIGHT,
      x: (range) => linearScale(0, 10, { range, count: 2, label: shortNumber }),
      y: (range) => linearScale(0, 2.6, { range, label: shortNumber }),
      marks: (here, frame) => here.flatMap((one) => curveMarks(one, styles.get(one.model) as SeriesStyle, frame)),
      foot: ["the axis of the paper's Figure 4, in thousands"],
    },
    theme,
  );
  const picture = page({
    name: "fingerprint",
    title: "The paper's curves are running means: t L(t) against t is a line",
    caption:
      `Steps t times loss L(t) of the paper's Figure 4 (markers, every fourth point read off), and the line a t + b ` +
      `fitted from ${SETTLED} on. A running mean of a loss that has settled at a is a + b / t.`,
    ...stacked([headed("Steps times loss, in thousands", theme), keyed(items, theme, { below: 3 }), panels]),
    theme,
  });
  const data = fitted.map(({ residual, ...rest }) => ({
    ...rest,
    "residual q=0.5": residual["0.5"],
    "residual q=1": residual["1"],
    "residual q=2": residual["2"],
  }));
  return finished(picture, data, { theme: "light" });
}

function curveMarks(one: Fitted, style: SeriesStyle, frame: Parameters<typeof linePath>[1]): SvgNode[] {
  const points = publishedFigure4().filter((point) => cellKey(point) === cellKey({ ...one, point: {} }));
  const shown = points.filter((_, i) => i % 4 === 0);
  const line = [0, 10_000].map((t) => ({ x: t / 1000, y: (one.level * t + one.slope) / 1000 }));
  return [
    linePath(line, frame, { ...style, dash: undefined }, { width: 0.7 }),
    ...shown.map(({ step, loss }) =>
      markerAt(style.marker, frame.x.at(step / 1000), frame.y.at((step * loss) / 1000), {
        fill: style.colour,
        area: 4,
      }),
    ),
  ];
}
