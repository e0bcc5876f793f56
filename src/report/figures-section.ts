import { eachLoss, LOSS_SETS, type LossSet } from "../config/losses.ts";
import {
  byReason,
  type Figure,
  type FigureChoices,
  isUnavailable,
  SCALES,
  STATISTICS,
  type Unavailable,
} from "../figures/draw/figure.ts";
import { rangeText } from "../figures/draw/words.ts";
import { fileName } from "../figures/files.ts";
import { SWEEP_FIGURES, type SweepFigure, supportedOptions, VERDICTS } from "../figures/gallery.ts";
import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { LEAST_SHOWN } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { leadingMetric } from "../summary/leading.ts";
import { type CellSeesaw, seesawOf, sharesNothing } from "../summary/seesaw.ts";
import { listed } from "../text.ts";
import { percentOf } from "../units.ts";
import { type Html, html, markup, NOTHING, section } from "./html.ts";
import { dataElement } from "./html-page.ts";
import { isRedrawable, type PageSweep, pictureText, unbroken } from "./redraw.ts";

/** Pictures that a page does not show first and can't draw, and the rows of all its pictures: its script has them by their places. */
export class PageFigures {
  /** The loss that is shown first. */
  readonly loss: LossSet;
  readonly #pictures: string[] = [];
  readonly #tables: [name: string, values: CsvValue[]][][] = [];
  readonly #places = new Map<string, number>();
  /** Of the widest picture of each block, in points. */
  readonly #widths = new Map<string, number>();

  constructor(loss: LossSet) {
    this.loss = loss;
  }

  addPicture(picture: string): number {
    return this.#pictures.push(picture) - 1;
  }

  /** Figures of the same rows share a table. */
  addRows(rows: readonly Record<string, CsvValue>[]): number {
    const columns = Object.keys(rows[0] ?? {}).map((name): [string, CsvValue[]] => [
      name,
      rows.map((row) => row[name]),
    ]);
    const text = JSON.stringify(columns);
    const place = this.#places.get(text) ?? this.#tables.push(columns) - 1;
    this.#places.set(text, place);
    return place;
  }

  addBlock(name: string, width: number): void {
    this.#widths.set(name, width);
  }

  /** The style of blocks: on a phone, pictures are as wide as readable texts need, and scroll. */
  get rules(): string {
    return Array.from(
      this.#widths,
      ([name, width]) => `#${name} { --readable: ${Math.ceil(READABLE * width)}px; }`,
    ).join("\n");
  }

  toJSON() {
    return { pictures: this.#pictures, tables: this.#tables };
  }
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
export function drawnFigures(results: Results, page: PageFigures, below: Readonly<Record<string, Html>>): DrawnFigures {
  const [blocks, lacking]: [Html[], Unavailable[]] = [[], []];
  let paper = false;
  const isFirst = ({ name }: SweepFigure) => leadingMetric(results.config) !== undefined && name.startsWith(METRICS);
  const kinds = SWEEP_FIGURES.filter((one) => one !== VERDICTS);
  for (const kind of kinds.toSorted((a, b) => Number(isFirst(b)) - Number(isFirst(a)))) {
    const found = variantsOf(kind, results);
    if ("lacking" in found) {
      lacking.push(found);
      continue;
    }
    paper ||= found.variants.some(({ figure }) => figure.svg.includes('class="paper"'));
    blocks.push(figureBlock(found, page, below[found.name]));
  }
  return { blocks, lacking, paper };
}

/** Figures of metrics come first where one of these chose steps and settings. */
const METRICS = "metric";

/** All figures in all their variants, below the switches that choose one; `sweep` is what the page needs to draw again. */
export function figuresSection(
  { blocks, lacking }: DrawnFigures,
  page: PageFigures,
  switches: Html,
  sweep: PageSweep,
): Html {
  const notDrawn = [...byReason(lacking)].map(
    ([what, some], i) => html`${i > 0 ? "; " : ""}${some.map(({ name }) => name).join(", ")} (${withOption(what)})`,
  );
  return section("figures", "Figures", [
    blocks.length > 0 ? switches : "",
    html`<div class="figures">${blocks}</div>
`,
    notDrawn.length > 0 ? html`<p class="note">Not drawn: ${notDrawn}.</p>` : "",
    dataElement("sweep-facts", sweep),
    dataElement("figure-data", page),
  ]);
}

/** Text in which an option and its value, such as `--at lr=0.01`, stay on one line. */
function withOption(text: string): Html {
  const [before = "", option, after = ""] = text.split(/(--\w+ \S+?)(?=,? |$)/);
  return option === undefined ? html`${text}` : html`${before}<code class="option">${option}</code>${after}`;
}

export function figureBlock({ name, title, variants }: Variants, page: PageFigures, below?: Html): Html {
  const width = Math.max(...variants.map(({ figure }) => figure.width));
  page.addBlock(name, width);
  return html`<div class="${width > WIDE ? "block wide" : "block"}" id="${name}">
<h3 id="${name}-title">${title}</h3>
${variants.map((variant) => variantFigure(variant, page))}${below ?? ""}</div>
`;
}

/** Width in points; a figure of a paper's column is narrower. */
const WIDE = 300;

/** Pixels of a point where texts of 7 points have 11. */
const READABLE = 11 / 7;

/** One picture of a figure; of pictures that are not shown first, the place. The page's script draws them, or has them, when they are chosen. */
function variantFigure({ figure, choices, file }: Variant, page: PageFigures): Html {
  const words = new Set(choices.flatMap((choice: Choice) => [choice.loss, choice.statistic, choice.scale]));
  const isFirst = choices.some(
    (choice) => choice.loss === page.loss && choice.statistic === "mean" && choice.scale === "linear",
  );
  const isInPage = !isFirst && (figure.name === OF_ALL_RUNS || !isRedrawable(figure.name));
  const place = isInPage ? html` data-picture="${page.addPicture(pictureText(figure.root))}"` : NOTHING;
  const picture = isFirst ? markup(pictureText(figure.root)) : NOTHING;
  return html`<figure class="${["variant", ...words, ...(isFirst ? ["first"] : [])].join(" ")}" data-file="${file}" data-table="${page.addRows(figure.data)}">
<div class="picture" role="group" aria-label="${figure.title}" tabindex="0"${place}>${picture}</div>
<figcaption>${unbroken(figure.caption)}</figcaption>
</figure>
`;
}

/** The figure of curves of which a page has the first runs alone, and few points: its script would draw it otherwise. */
const OF_ALL_RUNS = "runs";

/** Options of the figures that a reader may choose. */
type Choice = Pick<FigureChoices, "loss" | "statistic" | "scale">;

/** One picture of a figure, and all choices that show it: not every figure depends on every choice. */
interface Variant {
  readonly figure: Figure;
  readonly choices: readonly Choice[];
  /** As `mmoe figures` would name its files, without ending. */
  readonly file: string;
}

interface Variants {
  readonly name: string;
  readonly title: string;
  readonly variants: readonly Variant[];
}

const CHOICES: readonly Choice[] = LOSS_SETS.flatMap((loss) =>
  STATISTICS.flatMap((statistic) => SCALES.map((scale) => ({ loss, statistic, scale }))),
);

/** A figure of a sweep, drawn once for each choice that changes it, or what it lacks. */
export function variantsOf(kind: SweepFigure, results: Results): Variants | Unavailable {
  const { name, supports, draw } = kind;
  const variants: { figure: Figure; choices: Choice[]; file: string }[] = [];
  for (const choice of CHOICES) {
    const chosen = (Object.keys(choice) as (keyof Choice)[]).filter((key) => supports.includes(key));
    const same = variants.find(({ choices }) => chosen.every((key) => choices[0]?.[key] === choice[key]));
    if (same !== undefined) {
      same.choices.push(choice);
      continue;
    }
    const figure = draw(results, { ...choice, theme: "page", paper: true });
    if (isUnavailable(figure)) return figure;
    const file = fileName(figure, supportedOptions(kind, { ...choice, theme: "light", paper: true }), {
      at: results.at,
    });
    variants.push({ figure, choices: [choice], file });
  }
  return { name, title: variants[0].figure.title, variants };
}

/** What sharing does to the tasks, over all cells and for each loss; nothing if no model of the sweep shares nothing. */
export function seesawText(results: Results): Html {
  const against = sharesNothing(results);
  if (against === undefined) return NOTHING;
  const cells = eachLoss((set) => seesawOf(results, set, against).cells.filter(({ pairs }) => pairs >= LEAST_SHOWN));
  if (cells.train.length === 0) return NOTHING;
  const texts = groupBy(LOSS_SETS, (set) => outcomeOf(cells[set]));
  const sentences = [...texts].map(([text, sets]) => `${listed(sets.map((set) => LOSS_WORDS[set].where))} ${text}`);
  return html`<p class="note">Against ${against}, over ${cells.train.length} cells of five runs or more: ${sentences.join("; ")}.
A cell gains if the 95 % interval of delta-m, the mean over tasks and runs of (${against}’s loss − the model’s) / ${against}’s, lies above 0.
In a seesaw one task gains while another loses.</p>
`;
}

/** `5 cells gain, 1 loses and 2 are undecided, and 3 to 40 % of a cell's runs are seesaws`. */
function outcomeOf(cells: readonly CellSeesaw[]): string {
  const gain = cells.filter(({ deltaM }) => deltaM.low > 0).length;
  const lose = cells.filter(({ deltaM }) => deltaM.high < 0).length;
  const rest = cells.length - gain - lose;
  const shares = cells.map(({ seesaw }) => Math.round(percentOf(seesaw.value)));
  return `${gain} gain, ${lose} lose and ${rest} are undecided, and ${rangeText(shares)} % of a cell’s runs are seesaws`;
}
