import type { LossSet } from "../config/loss-sets.ts";
import { byReason, type Lacking } from "../figures/draw/figure.ts";
import { element, svgText } from "../figures/draw/svg.ts";
import { pictureText, type Shapes } from "./compact.ts";
import { type Html, html, markup } from "./html.ts";
import { dataElement } from "./html-page.ts";
import type { PackedTables } from "./packed-rows.ts";
import { type PageSweep, unbroken } from "./redraw.ts";
import { section } from "./section.ts";
import type { Choice, Variant, Variants } from "./variants.ts";

interface FiguresOptions {
  readonly drawn: readonly Variants[];
  readonly lacking: readonly Lacking[];
  /** The loss that is shown first. */
  readonly loss: LossSet;
  /** Markup before the figures. */
  readonly switches: Html;
  /** Outlines of markers, also of pictures in other sections. */
  readonly shapes: Shapes;
  /** The rows of the pictures so far, and of those that come. */
  readonly tables: PackedTables;
  /** What the page needs to draw again. */
  readonly sweep: PageSweep;
  /** Markup after a figure, by its name. */
  readonly below: Readonly<Record<string, Html>>;
}

/** All figures in all their variants; the page shows the chosen ones. */
export function figuresSection({ drawn, lacking, loss, switches, shapes, tables, sweep, below }: FiguresOptions): Html {
  const notDrawn = [...byReason(lacking)].map(
    ([what, some], i) => html`${i > 0 ? "; " : ""}${some.map(({ name }) => name).join(", ")} (${withOption(what)})`,
  );
  const blocks = drawn.map((one) => figureBlock(one, { loss, shapes, tables }, below[one.name]));
  return section("figures", "Figures", [
    drawn.length > 0 ? switches : "",
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

type Drawing = Pick<FiguresOptions, "loss" | "shapes" | "tables">;

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
