import type { Config } from "../config/config.ts";
import { type EachLoss, eachLoss, LOSS_SETS } from "../config/loss-sets.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { capitalised } from "../figures/draw/words.ts";
import { byCorrelation } from "../identity/cell.ts";
import { pointText } from "../identity/grid-point.ts";
import { listed } from "../listed.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { LOSS_WORDS } from "../records/loss-words.ts";
import { groupBy } from "../stats/group-by.ts";
import { type Html, html } from "./html.ts";
import { meanOf } from "./ranking.ts";
import { labelled, lossText } from "./report-words.ts";

/** The outcome of a grid: the point at which each model's mean loss is lowest, at each correlation. */
export function bestPoints(cellsOf: EachLoss<readonly CellLosses[]>, config: Config): Html {
  const cells = eachLoss((set) => labelled(cellsOf[set], config));
  const done = LOSS_SETS.filter((set) => cells[set].some(({ byRun }) => byRun.size > 0));
  if (done.length === 0) return html`<p class="lead">No run is done.</p>\n`;
  const texts = done.map(
    (set) =>
      `${capitalised(LOSS_WORDS[set].where)} the mean loss after the last step is lowest ${lowestText(cells[set])}.`,
  );
  return html`${texts.map((text, i) => html`<p${i === 0 ? LEAD : ""}>${text}</p>\n`)}`;
}

const LEAD = html` class="lead"`;

/** `for MMoE with lr=0.01 at correlation 0.5 (0.0500) and ...; for OMoE with ...`. */
function lowestText(cells: readonly CellLosses[]): string {
  const trained = cells.filter(({ byRun }) => byRun.size > 0);
  const ofModels = [...groupBy(trained, ({ model }) => model)].map(([model, own]) => {
    const lowest = [...groupBy(own, ({ correlation }) => String(correlation)).values()].map((some) =>
      some.reduce((low, cell) => (meanOf(cell) < meanOf(low) ? cell : low)),
    );
    const byPoint = groupBy(lowest, ({ point }) => pointText(point));
    const places = [...byPoint].map(([point, some]) => `with ${point} ${placesText(some)}`);
    return `for ${model} ${listed(places)}`;
  });
  return ofModels.join("; ");
}

/** `at correlation 0.5 (0.0500) and 1 (0.0400)`; on rows of the user's own `(0.0500)`. */
function placesText(cells: readonly CellLosses[]): string {
  const texts = [...cells].sort(byCorrelation).map((cell) => {
    const loss = `(${lossText(meanOf(cell))})`;
    return cell.correlation === null ? loss : `${shortNumber(cell.correlation)} ${loss}`;
  });
  return cells[0]?.correlation === null ? listed(texts) : `at ${listed(texts)}`;
}
