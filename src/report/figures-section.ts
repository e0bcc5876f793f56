import type { LossSet } from "../config/loss-sets.ts";
import { byReason, type Unavailable } from "../figures/draw/figure.ts";
import { element, svgText } from "../figures/draw/svg.ts";
import { SWEEP_FIGURES, type SweepFigure, VERDICTS } from "../figures/gallery.ts";
import type { Results } from "../records/read-results.ts";
import { leadingMetric } from "../summary/leading.ts";
import { pictureText, type Shapes } from "./compact.ts";
import { type Html, html, markup } from "./html.ts";
import { dataElement } from "./html-page.ts";
import type { PackedTables } from "./packed-rows.ts";
import { type PageSweep, unbroken } from "./redraw.ts";
import { section } from "./section.ts";
import { type Choice, drawVariants, hasPaper, type Variant, type Variants } from "./variants.ts";

/** What the pictures of a page have in common. */
export interface Drawing {
  /** The loss that is shown first. */
  readonly loss: LossSet;
  /** Outlines of markers. */
  readonly shapes: Shapes;
  /** The rows of the pictures so far. */
  readonly tables: PackedTables;
}

/** A sweep's figures as markup. */
interface DrawnFigures {
  readonly blocks: readonly Html[];
  readonly lacking: readonly Unavailable[];
  /** Whether one shows the paper's own results. */
  readonly paper: boolean;
}

/**
 * Every figure but the verdicts, in all its variants, with the markup that `below` has of its name. They are drawn one by one,
 * since pictures of many runs take far more memory than their markup.
 */
export function drawnFigures(results: Results, drawing: Drawing, below: Readonly<Record<string, Html>>): DrawnFigures {
  const [blocks, lacking]: [Html[], Unavailable[]] = [[], []];
  let paper = false;
  const isFirst = ({ name }: SweepFigure) => leadingMetric(results.config) !== undefined && name.startsWith(METRICS);
  const kinds = SWEEP_FIGURES.filter((one) => one !== VERDICTS);
  for (const kind of kinds.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const found = drawVariants(results, [kind]);
    paper ||= found.drawn.some(hasPaper);
    blocks.push(...found.drawn.map((one) => figureBlock(one, drawing, below[one.name])));
    lacking.push(...found.lacking);
  }
  return { blocks, lacking, paper };
}

/** Figures of metrics come first where one of these chose steps and settings. */
const METRICS = "metric";

interface FiguresOptions extends Pick<DrawnFigures, "blocks" | "lacking">, Pick<Drawing, "shapes" | "tables"> {
  /** Markup before the figures. */
  readonly switches: Html;
  /** What the page needs to draw again. */
  readonly sweep: PageSweep;
}

/** All figures in all their variants; the page shows the chosen ones. */
export function figuresSection({ blocks, lacking, switches, shapes, tables, sweep }: FiguresOptions): Html {
  const notDrawn = [...byReason(lacking)].map(
    ([what, some], i) => html`${i > 0 ? "; " : ""}${some.map(({ name }) => name).join(", ")} (${withOption(what)})`,
  );
  return section("figures", "Figures", [
    blocks.length > 0 ? switches : "",
    html`${outlines(shapes)}<div class="figures">${blocks}</div>
`,
    notDrawn.length > 0 ? html`<p class="note">Not drawn: ${notDrawn}.</p>` : "",
    dataElement("sweep-facts", sweep),
    dataElement("figure-rows", tables),
  ]);
}

/** Text in which an option and its value, such as `--at lr=0.01`, stay on one line. */
function withOption(text: string): Html {
  const [before = "", option, after = ""] = text.split(/(--\w+ \S+?)(?=,? |$)/);
  return option === undefined ? html`${text}` : html`${before}<code class="option">${option}</code>${after}`;
}

/** The outlines, in a picture that is not seen. */
function outlines(shapes: Shapes): Html {
  const paths = [...shapes].map(([d, id]) => svgText(element("path", { id, d })));
  return html`<svg class="shapes" width="0" height="0" aria-hidden="true">${markup(paths.join(""))}</svg>
`;
}

/** A figure in all its variants. */
export function figureBlock({ name, title, variants }: Variants, drawing: Drawing, below?: Html): Html {
  const wide = variants.some(({ figure }) => figure.width > WIDE);
  return html`<div class="${wide ? "block wide" : "block"}" id="${name}">
<h3 id="${name}-title">${title}</h3>
${variants.map((variant) => variantFigure(variant, drawing))}${below ?? ""}</div>
`;
}

/** Width in points; a figure of a paper's column is narrower. */
const WIDE = 300;

function variantFigure({ figure, choices, file }: Variant, { loss, shapes, tables }: Drawing): Html {
  const words = new Set(choices.flatMap((choice: Choice) => [choice.loss, choice.statistic, choice.scale]));
  const isFirst = choices.some(
    (choice) => choice.loss === loss && choice.statistic === "mean" && choice.scale === "linear",
  );
  return html`<figure class="${["variant", ...words, ...(isFirst ? ["first"] : [])].join(" ")}" data-file="${file}" data-table="${tables.add(figure.data)}">
<div class="picture">${markup(pictureText(figure.root, shapes))}</div>
<figcaption>${unbroken(figure.caption)}</figcaption>
</figure>
`;
}
