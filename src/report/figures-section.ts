import { byReason, type Lacking } from "../figures/figure.ts";
import type { LossSet } from "../records/record.ts";
import { type Html, html, markup } from "./html.ts";
import { section } from "./section.ts";
import type { Choice, Variant, Variants } from "./variants.ts";

interface FiguresOptions {
  readonly drawn: readonly Variants[];
  readonly lacking: readonly Lacking[];
  /** The loss that is shown first. */
  readonly loss: LossSet;
  /** Markup before the figures. */
  readonly switches: Html;
  /** Markup after a figure, by its name. */
  readonly below: Readonly<Record<string, Html>>;
}

/** All figures in all their variants; the page shows the chosen ones. */
export function figuresSection({ drawn, lacking, loss, switches, below }: FiguresOptions): Html {
  const notDrawn = [...byReason(lacking)].map(([what, some]) => `${some.map(({ name }) => name).join(", ")} (${what})`);
  return section("figures", "Figures", [
    drawn.length > 0 ? switches : "",
    html`<div class="figures">${drawn.map((one) => figureBlock(one, loss, below[one.name]))}</div>
`,
    notDrawn.length > 0 ? html`<p class="note">Not drawn: ${notDrawn.join("; ")}.</p>` : "",
  ]);
}

function figureBlock({ name, title, variants }: Variants, loss: LossSet, below: Html | undefined): Html {
  const wide = variants.some(({ figure }) => figure.width > WIDE);
  return html`<div class="${wide ? "block wide" : "block"}" id="${name}">
<h3>${title}</h3>
${variants.map((variant) => variantFigure(variant, loss))}${below ?? ""}</div>
`;
}

/** Width in points; a figure of a paper's column is narrower. */
const WIDE = 300;

function variantFigure({ figure, choices }: Variant, loss: LossSet): Html {
  const words = new Set(choices.flatMap((choice: Choice) => [choice.loss, choice.statistic, choice.scale]));
  const isFirst = choices.some(
    (choice) => choice.loss === loss && choice.statistic === "mean" && choice.scale === "linear",
  );
  return html`<figure class="${["variant", ...words, ...(isFirst ? ["first"] : [])].join(" ")}">
<div class="picture">${markup(pictureOf(figure.svg))}</div>
<figcaption>${unbroken(figure.caption)}</figcaption>
</figure>
`;
}

/**
 * The SVG without title and caption, which the page has. A browser would show the title under the pointer everywhere.
 */
function pictureOf(svg: string): string {
  return svg.replace(/<title>.*?<\/title>\s*<desc>.*?<\/desc>\s*/s, "").trim();
}

/** No line ends within `n = 200` or `95 %`. */
function unbroken(caption: string): string {
  return caption.replaceAll(" = ", "\u00a0=\u00a0").replaceAll(" %", "\u00a0%");
}
