import type { Claim } from "../claims/claim.ts";
import { trainedValues } from "../config/tuned.ts";
import { shortNumber } from "../figures/scale.ts";
import { modelLabel } from "../figures/style.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { LOSS_SETS, type LossSet } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { thousands } from "../units.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { type Lowest, lowestModels, meanOf } from "./ranking.ts";
import { listed, lossText, ROWS } from "./report-words.ts";

/** A value for each of the two losses: a page that shows only one would hide the outcome of the other. */
export type OfBoth<T> = Readonly<Record<LossSet, T>>;

/** The outcome in one sentence on both losses, a warning if they disagree, and the verdicts on the claims. */
export function outcome(
  results: Results,
  cells: OfBoth<readonly CellLosses[]>,
  claims: OfBoth<readonly Claim[]>,
): Html {
  const lowest = { train: lowestModels(cells.train), heldout: lowestModels(cells.heldout) };
  return html`<p class="lead">${sentence(results, cells, lowest)}</p>
${disagreement(lowest)}<p>${claimsSentence(claims)} ${ratios(cells)}</p>
`;
}

function sentence(
  { config }: Results,
  cells: OfBoth<readonly CellLosses[]>,
  lowest: OfBoth<readonly Lowest[]>,
): string {
  const [steps, ...others] = trainedValues(config, "steps");
  const after = `After ${others.length > 0 ? "the last step" : `${thousands(Number(steps))} steps`} the mean loss`;
  if (lowest.train.length === 0) return ofOneModel(cells, after);
  const lead = `${after} is lowest`;
  const [train, heldout] = [winners(lowest.train), winners(lowest.heldout)];
  const rows = (set: LossSet) => `on ${ROWS[set]}${nearText(lowest[set])}`;
  if (train === heldout) return `${lead} for ${train}, ${rows("train")} as ${rows("heldout")}.`;
  return `${lead} for ${train} ${rows("train")}, but for ${heldout} ${rows("heldout")}.`;
}

/** If no two models can be compared: the final loss of the first trained model. */
function ofOneModel(cells: OfBoth<readonly CellLosses[]>, after: string): string {
  const [trained] = groupBy(
    cells.train.filter(({ byRun }) => byRun.size > 0),
    ({ model }) => model,
  );
  if (trained === undefined) return "No run is done.";
  const [model] = trained;
  const texts = LOSS_SETS.map(
    (set) => `${endsText(cells[set].filter((cell) => cell.model === model))} on ${ROWS[set]}`,
  );
  return `${after} of ${modelLabel(model)} is ${listed(texts)}.`;
}

/** `0.2621 at 0.5 to 0.2238 at 1`: at the lowest and the highest correlation. */
function endsText(cells: readonly CellLosses[]): string {
  const ordered = cells.filter(({ byRun }) => byRun.size > 0).sort((a, b) => a.correlation - b.correlation);
  const ends = [...new Set([ordered[0] as CellLosses, ordered.at(-1) as CellLosses])];
  return ends.map((cell) => `${lossText(meanOf(cell))} at correlation ${shortNumber(cell.correlation)}`).join(" to ");
}

/** `MMoE at every correlation`, `MMoE at 0.5, OMoE at 0.9 and 1`. */
function winners(lowest: readonly Lowest[]): string {
  const byModel = groupBy(lowest, ({ model }) => model);
  return [...byModel].map(([model, own]) => `${modelLabel(model)}${placeText(own, lowest)}`).join(", ");
}

/** ` (not told apart from OMoE at 1)`, or nothing if the lowest are told apart from all others. */
function nearText(lowest: readonly Lowest[]): string {
  const byNear = groupBy(
    lowest.filter(({ near }) => near !== undefined),
    ({ near }) => near as string,
  );
  const texts = [...byNear].map(([near, some]) => {
    return `${modelLabel(near)}${some.length === lowest.length ? "" : placeText(some, lowest)}`;
  });
  return texts.length === 0 ? "" : ` (not told apart from ${listed(texts)})`;
}

function placeText(some: readonly Lowest[], all: readonly Lowest[]): string {
  if (all.length === 1) return "";
  return ` at ${some.length === all.length ? "every correlation" : correlationList(some)}`;
}

function correlationList(lowest: readonly Lowest[]): string {
  return listed(lowest.map(({ correlation }) => shortNumber(correlation)));
}

/** Correlations at which the model that wins on training rows loses on held-out ones. */
function disagreement({ train, heldout }: OfBoth<readonly Lowest[]>): Html {
  const other = (one: Lowest) => heldout.find(({ correlation }) => correlation === one.correlation);
  const turned = train.filter((one) => other(one) !== undefined && other(one)?.model !== one.model);
  if (turned.length === 0) return NOTHING;
  const cases = turned.map((one) => {
    const loser = modelLabel(one.model);
    return `at ${shortNumber(one.correlation)} ${loser} is lowest on training rows and ${modelLabel(other(one)?.model ?? "")} on held-out ones`;
  });
  return html`<p class="finding"><strong>The two losses name different models:</strong> ${cases.join("; ")}.</p>
`;
}

/** How much higher each model's held-out losses are than its training losses. */
function ratios({ train, heldout }: OfBoth<readonly CellLosses[]>): string {
  const byModel = groupBy(
    train.filter(({ byRun }) => byRun.size > 0),
    ({ model }) => model,
  );
  const texts = [...byModel].map(([model, cells]) => {
    const own = heldout.filter((cell) => cell.model === model && cell.byRun.size > 0);
    return `${(mean(own.map(meanOf)) / mean(cells.map(meanOf))).toFixed(2)} times for ${modelLabel(model)}`;
  });
  if (texts.length === 0) return "";
  return `Mean held-out losses are a multiple of training losses: ${listed(texts)}.`;
}

const VERDICTS = [
  ["holds", "holds", "hold"],
  ["does not hold", "does not", "do not"],
  ["undecided", "is undecided", "are undecided"],
  ["not covered", "is not covered", "are not covered"],
] as const;

function claimsSentence({ train, heldout }: OfBoth<readonly Claim[]>): string {
  if (train.every(({ verdict }) => verdict === "not covered")) {
    return "None of the paper’s claims is covered by these cells.";
  }
  const counts = (claims: readonly Claim[]) => {
    const texts = VERDICTS.flatMap(([verdict, one, many]) => {
      const count = claims.filter((claim) => claim.verdict === verdict).length;
      return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
    });
    return listed(texts);
  };
  const [onTrain, onHeldout] = [counts(train), counts(heldout)];
  const of = `Of the paper’s ${train.length} claims`;
  if (onTrain === onHeldout) return `${of} ${onTrain}, on ${ROWS.train} as on ${ROWS.heldout}.`;
  return `${of}, on ${ROWS.train} ${onTrain}; on ${ROWS.heldout} ${onHeldout}.`;
}
