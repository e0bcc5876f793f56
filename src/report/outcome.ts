import type { Claim } from "../claims/claim.ts";
import { coveringCommands } from "../claims/claims.ts";
import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/losses.ts";
import { trainedValues } from "../config/tuned.ts";
import { shortNumber } from "../figures/draw/scale.ts";
import { capitalised } from "../figures/draw/words.ts";
import { byCorrelation, pointText } from "../identity/cell.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { leadingCells, leadingMetric, rankingOf, validationCells } from "../summary/leading.ts";
import { memorisedText } from "../summary/summary.ts";
import { listed, shellQuoted } from "../text.ts";
import { thousands } from "../units.ts";
import { type Html, html, NOTHING } from "./html.ts";
import { labelled, lossText } from "./report-words.ts";

/**
 * The outcome in one sentence on all losses, the loss that the config reports first, a warning if they disagree, and the verdicts on
 * the claims, if there are any. A page that shows only one loss would hide the outcome of the others.
 */
export function outcome(
  results: Results,
  cellsOf: EachLoss<readonly CellLosses[]>,
  claims: EachLoss<readonly Claim[]> | undefined,
): Html {
  const cells = eachLoss((set) => labelled(cellsOf[set], results.config));
  const lowest = eachLoss((set) => lowestModels(cells[set]));
  if (results.config.rows !== null) return ofTable(results, cells);
  const sets = reportedFirst(results.config);
  return html`<p class="lead">${sentence(results, cells, lowest)}</p>
${disagreement(lowest, sets)}${memorised(results)}<p>${claims ? `${claimsSentence(claims, sets)} ` : ""}${ratios(results, cells)}</p>
`;
}

/**
 * The outcome on a table, on test rows alone: where models memorise training rows, another one is the best on these. The metric
 * that chose steps and settings comes before the loss.
 */
function ofTable(results: Results, cells: EachLoss<readonly CellLosses[]>): Html {
  const { config } = results;
  const leading = leadingMetric(config);
  const after = afterText(config);
  const loss = { words: "loss", where: LOSS_WORDS[config.report].where, isHigherBetter: false };
  const texts = [
    ...(leading
      ? [
          rankingText(labelled(leadingCells(results, leading, "test"), config), {
            ...leading,
            where: "on held-out rows",
          }),
        ]
      : []),
    rankingText(cells[config.report], loss),
  ].filter((text) => text !== "");
  if (texts.length === 0) return html`<p class="lead">No run is done.</p>\n`;
  return html`${texts.map((text, i) => html`<p${i === 0 ? LEAD : ""}>${after} ${text}</p>\n`)}${memorised(results)}<p>${ratios(results, cells)}</p>
`;
}

const LEAD = html` class="lead"`;

/** What a mean is of, and on which rows. */
interface RankedMean {
  readonly words: string;
  readonly where: string;
  readonly isHigherBetter: boolean;
}

/** `the mean AUC of churn is highest for MMoE on held-out rows (0.8000)`; no model is named as the best that chance may have made so. */
function rankingText(cells: readonly CellLosses[], { words, where, isHigherBetter }: RankedMean): string {
  const { ranked, alike } = rankingOf(cells, isHigherBetter);
  const [best] = ranked;
  if (best === undefined) return "";
  const named = (cell: CellLosses) => `${cell.model} (${lossText(meanOf(cell))})`;
  if (ranked.length === 1) return `the mean ${words} of ${best.model} is ${lossText(meanOf(best))} ${where}.`;
  const [most, rest] = [isHigherBetter ? "highest" : "lowest", ranked.slice(alike).map(named)];
  if (alike === 1) return `the mean ${words} is ${most} for ${named(best)} ${where}, before ${listed(rest)}.`;
  const behind = rest.length > 0 ? `; behind: ${listed(rest)}` : "";
  return `no model is told apart as the best by its mean ${words} ${where}: ${listed(ranked.slice(0, alike).map(named))}${behind}.`;
}

function afterText(config: Results["config"]): string {
  const steps = trainedValues(config, "steps");
  const known = steps.length === 1 && config.patience === null;
  return `After ${known ? `${thousands(Number(steps[0]))} steps` : "the last step"}`;
}

function sentence(
  { config }: Results,
  cells: EachLoss<readonly CellLosses[]>,
  lowest: EachLoss<readonly Lowest[]>,
): string {
  const after = `${afterText(config)} the mean loss`;
  const sets = reportedFirst(config);
  if (lowest.train.length === 0) return ofOneModel(cells, after, sets);
  const where = (set: LossSet) => `${LOSS_WORDS[set].where}${nearText(lowest[set])}`;
  const [first = "", ...others] = [...groupBy(sets, (set) => winners(lowest[set]))].map(
    ([models, alike]) => `for ${models} ${listed(alike.map(where))}`,
  );
  return `${after} is lowest ${first}${others.length > 0 ? `, but ${listed(others)}` : ""}.`;
}

/** All losses, the one that the study reports first. */
export function reportedFirst({ report }: Results["config"]): readonly LossSet[] {
  return [report, ...LOSS_SETS.filter((set) => set !== report)];
}

/** `on training rows and as a running mean` */
function whereText(sets: readonly LossSet[]): string {
  return listed(sets.map((set) => LOSS_WORDS[set].where));
}

/** If no two models can be compared: the final loss of the first trained model. */
function ofOneModel(cells: EachLoss<readonly CellLosses[]>, after: string, sets: readonly LossSet[]): string {
  const [first] = trained(cells.train);
  if (first === undefined) return "No run is done.";
  const { model } = first;
  const texts = sets.map(
    (set) => `${endsText(cells[set].filter((cell) => cell.model === model))} ${LOSS_WORDS[set].where}`,
  );
  return `${after} of ${model} is ${listed(texts)}.`;
}

/** `0.2621 at 0.5 to 0.2238 at 1`: at the lowest and the highest correlation. */
function endsText(cells: readonly CellLosses[]): string {
  const ordered = trained(cells).sort(byCorrelation);
  const ends = [...new Set([ordered[0], ordered.at(-1) as CellLosses])];
  const at = ({ correlation }: CellLosses) =>
    correlation === null ? "" : ` at correlation ${shortNumber(correlation)}`;
  return ends.map((cell) => `${lossText(meanOf(cell))}${at(cell)}`).join(" to ");
}

/** `MMoE at every correlation`, `MMoE at 0.5, OMoE at 0.9 and 1`. */
function winners(lowest: readonly Lowest[]): string {
  const byModel = groupBy(lowest, ({ model }) => model);
  return [...byModel].map(([model, own]) => `${model}${placeText(own, lowest)}`).join(", ");
}

/** If there are more models than this, they are counted. */
const NAMED = 4;

/** ` (not told apart from OMoE at 1)`, or nothing if the lowest are told apart from all others. */
function nearText(lowest: readonly Lowest[]): string {
  const names = new Set(lowest.flatMap(({ near }) => near));
  if (names.size === 0) return "";
  const few = [...names].map((name) => {
    const some = lowest.filter(({ near }) => near.includes(name));
    return `${name}${some.length === lowest.length ? "" : placeText(some, lowest)}`;
  });
  return ` (not told apart from ${names.size > NAMED ? `${names.size} others` : listed(few)})`;
}

function placeText(some: readonly Lowest[], all: readonly Lowest[]): string {
  if (all.length === 1) return "";
  const correlations = some.flatMap(({ correlation }) => (correlation === null ? [] : shortNumber(correlation)));
  return ` at ${some.length === all.length ? "every correlation" : listed(correlations)}`;
}

/** Correlations at which not the same model is lowest on all losses. */
function disagreement(lowest: EachLoss<readonly Lowest[]>, sets: readonly LossSet[]): Html {
  const cases = lowest.train.flatMap(({ correlation }) => {
    const models = [...groupBy(sets, (set) => lowest[set].find((one) => one.correlation === correlation)?.model ?? "")];
    const texts = models.map(([model, own]) => `${model} ${whereText(own)}`);
    const at = correlation === null ? "" : `at ${shortNumber(correlation)} `;
    return models.length > 1 ? [`${at}${texts.join(", ")}`] : [];
  });
  if (cases.length === 0) return NOTHING;
  return html`<p class="finding"><strong>The losses are lowest for different models:</strong> ${cases.join("; ")}.</p>
`;
}

function memorised(results: Results): Html {
  const text = memorisedText(results);
  if (text === "") return NOTHING;
  return html`<p class="finding"><strong>${capitalised(text)}.</strong></p>
`;
}

/** Losses that differ by less than this share are alike. */
const ALIKE = 0.05;

/**
 * How much higher each model's held-out losses are than its training losses; empty where all rows are new to a run, and
 * so these losses are alike.
 */
function ratios({ config }: Results, { train, heldout }: EachLoss<readonly CellLosses[]>): string {
  const byModel = groupBy(trained(train), ({ model }) => model);
  const found = [...byModel].map(([model, cells]) => {
    const own = trained(heldout).filter((cell) => cell.model === model);
    return { model, ratio: mean(own.map(meanOf)) / mean(cells.map(meanOf)) };
  });
  const isFresh = trainedValues(config, "trainRows").every((rows) => rows === "fresh");
  if (found.length === 0 || (isFresh && found.every(({ ratio }) => Math.abs(ratio - 1) < ALIKE))) return "";
  const texts = found.map(({ model, ratio }, i) => {
    return `${ratio.toFixed(2)} times ${i === 0 ? "that on training rows " : ""}for ${model}`;
  });
  return `The mean loss on held-out rows is ${listed(texts)}.`;
}

const VERDICTS = [
  ["holds", "holds", "hold"],
  ["does not hold", "does not", "do not"],
  ["undecided", "is undecided", "are undecided"],
  ["not covered", "is not covered", "are not covered"],
] as const;

function claimsSentence(claims: EachLoss<readonly Claim[]>, sets: readonly LossSet[]): string {
  if (claims.train.every(({ verdict }) => verdict === "not covered")) {
    return "None of the paper’s claims is covered by these cells.";
  }
  const counts = (set: LossSet) => {
    const texts = VERDICTS.flatMap(([verdict, one, many]) => {
      const count = claims[set].filter((claim) => claim.verdict === verdict).length;
      return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
    });
    return listed(texts);
  };
  const texts = [...groupBy(sets, counts)].map(([text, own]) => `${text} ${whereText(own)}`);
  const lacking = coveringCommands(claims.train).map(
    ({ ids, command }) =>
      ` This sweep has no runs for ${listed(ids)}, which ${command.map(shellQuoted).join(" ")} trains.`,
  );
  return `Of the paper’s ${claims.train.length} claims ${texts.join("; ")}.${lacking.join("")}`;
}

/** The model with the lowest mean loss at a correlation. */
interface Lowest {
  readonly correlation: number | null;
  readonly model: string;
  /** Models that the runs do not tell apart from it. */
  readonly near: readonly string[];
}

/** The model with the lowest mean loss at each correlation at which two models or more have runs that are done, by rising correlation. */
export function lowestModels(cells: readonly CellLosses[]): Lowest[] {
  const groups = [...groupBy(trained(cells), ({ correlation }) => String(correlation)).values()];
  const lowest = groups.flatMap((group): Lowest[] => {
    const { ranked, alike } = rankingOf(group);
    const [first, ...near] = ranked.slice(0, alike);
    if (first === undefined || group.length < 2) return [];
    return [{ correlation: first.correlation, model: first.model, near: near.map(({ model }) => model) }];
  });
  return lowest.sort(byCorrelation);
}

/** The cells in which a run is done. */
function trained(cells: readonly CellLosses[]): CellLosses[] {
  return cells.filter(({ byRun }) => byRun.size > 0);
}

function meanOf({ byRun }: CellLosses): number {
  return mean([...byRun.values()]);
}

/**
 * The outcome of a grid: the point at which each model's mean loss is lowest, at each correlation. Of a table it is the loss on
 * validation rows that chooses, as `mmoe tune` does.
 */
export function bestPoints(results: Results, cellsOf: EachLoss<readonly CellLosses[]>): Html {
  const cells = eachLoss((set) => labelled(cellsOf[set], results.config));
  if (results.config.rows !== null && trained(cells.heldout).length > 0) return chosenPoints(results);
  const done = reportedFirst(results.config).filter((set) => trained(cells[set]).length > 0);
  if (done.length === 0) return html`<p class="lead">No run is done.</p>\n`;
  const texts = done.map(
    (set) =>
      `${capitalised(LOSS_WORDS[set].where)} the mean loss after the last step is lowest ${lowestText(cells[set])}.`,
  );
  return html`${texts.map((text, i) => html`<p${i === 0 ? LEAD : ""}>${text}</p>\n`)}`;
}

/** Runs without validation rows choose nothing: their held-out losses are shown. */
function chosenPoints(results: Results): Html {
  const { config } = results;
  const leading = leadingMetric(config);
  const validation = leading ? leadingCells(results, leading, "validation") : validationCells(results);
  const isValidated = trained(validation).length > 0;
  const [where, cells] = isValidated ? ["validation", validation] : ["held-out", cellLosses(results, "heldout")];
  const { words, isHigherBetter } = (isValidated && leading) || { words: "loss", isHigherBetter: false };
  const how = isValidated ? " mmoe tune chooses by it; the tables and figures below are of held-out rows." : "";
  const best = [...groupBy(labelled(cells, config), ({ model }) => model)].flatMap(([model, own]) => {
    const { ranked, alike } = rankingOf(own, isHigherBetter);
    const [first, ...near] = ranked
      .slice(0, alike)
      .map((cell) => `${pointText(cell.point)} (${lossText(meanOf(cell))})`);
    if (first === undefined) return [];
    return [`for ${model} with ${first}${near.length > 0 ? `, not told apart from ${listed(near)}` : ""}`];
  });
  return html`<p class="lead">On ${where} rows the mean ${words} after the last step is ${isHigherBetter ? "highest" : "lowest"} ${best.join("; ")}.${how}</p>
`;
}

/** `for MMoE with lr=0.01 at correlation 0.5 (0.0500) and ...; for OMoE with ...`. */
function lowestText(cells: readonly CellLosses[]): string {
  const ofModels = [...groupBy(trained(cells), ({ model }) => model)].map(([model, own]) => {
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
