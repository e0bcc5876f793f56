import { askedRuns, cellsOf } from "../../config/cells.ts";
import type { Config } from "../../config/config.ts";
import { settingRows } from "../../config/setting-rows.ts";
import { fewNumbersText, listsText, straysText, wholeNumbersText } from "../../config/task-kinds.ts";
import type { AnyRun, Engine } from "../../engines/engine.ts";
import { keptGradients } from "../../engines/methods.ts";
import { valuesOf } from "../../engines/training-settings.ts";
import { isCode } from "../../models/code.ts";
import { parameterCount } from "../../models/parameters.ts";
import { curveSizes } from "../../sweep/curves.ts";
import { describeModel } from "../../sweep/engines.ts";
import type { TimeEstimate } from "../../sweep/estimate.ts";
import { planRuns } from "../../sweep/plan.ts";
import type { ShareOutline } from "../../sweep/share.ts";
import { duration, megabytes, numberOf, parametersText, thousands } from "../../units.ts";
import { shardText } from "../cluster/shard-option.ts";
import type { Context } from "../command.ts";
import { type Room, roomOf } from "./blocks.ts";
import { cellHeads, cellNames } from "./cell-names.ts";
import { enginesText } from "./sweep-start.ts";
import { table } from "./table.ts";

/** How the runs to do would be trained. */
interface PlanTrial {
  /** Some of them, which stand for all. */
  readonly sample: readonly AnyRun[];
  readonly engine: Engine;
  readonly trainingBytes: number;
  readonly python?: string | undefined;
  /** What the losses of earlier runs say about the models; empty for nothing. */
  readonly earlier: string;
}

/** What --dry-run prints: settings with their marks, cells, and the time and memory that they take on this machine. */
export async function describePlan(
  { config, out, runs, todo, steps, shard }: ShareOutline,
  { sample, engine, trainingBytes, python, earlier }: PlanTrial,
  { effects }: Pick<Context, "effects">,
): Promise<string> {
  const planned = planRuns({ ...config, runs: 1 });
  const sizes = new Map<string, number>(); // parameters, by model
  for (const { model } of planned) {
    if (sizes.has(model.name)) continue;
    const { size } = isCode(model)
      ? await describeModel(model, { python, env: effects.env })
      : { size: parameterCount(model) };
    sizes.set(model.name, size);
  }
  const cells = cellsOf(config);
  const cellRows = cells.map((cell) => [
    ...cellNames(cell),
    thousands(cell.runs),
    parametersText(sizes.get(cell.model) as number),
  ]);
  const all = numberOf(askedRuns(config), "run");
  const part = shard === null ? "" : `, ${thousands(runs)} in shard ${shardText(shard)}`;
  const { estimateTime } = await import("../../sweep/estimate.ts"); // it knows the cpu engine, which training may not need
  const time = await estimateTime(sample, engine);
  const times = sample.length === 0 ? 1 : todo / sample.length;
  const room = roomOf(effects.stdout);
  const curves = curveSizes(config);
  const upTo = config.patience === null ? "" : "at most ";
  const few = [fewNumbersText(config), wholeNumbersText(config), listsText(config), straysText(config)]
    .filter((line) => line !== "")
    .join("\n");
  const evaluations = `${upTo}${numberOf(curves.evaluations, "evaluation")} of a run`;
  return [
    settingsText(config, room),
    table([[...cellHeads(cells), "runs", "parameters"], ...cellRows], room.table),
    `${all}${part}, to do ${thousands(todo)}: ${upTo}${thousands(steps)} run-steps on ${enginesText(engine, sample)}\n` +
      callsText(engine, sample) +
      `${timeText(time, times, config.patience !== null)}; about ${megabytes(trainingBytes + curves.memoryBytes)} of memory\n` +
      epochsText(config) +
      (few && `${few}\n`) +
      (earlier && `earlier runs: ${earlier}\n`) +
      checkpointsText(planned, sizes) +
      `${evaluations}; about ${megabytes(curves.journalBytes)} of journals and ${megabytes(curves.csvBytes)} of CSV\n` +
      `results would go to ${out}\n`,
  ].join("\n");
}

/** Checkpoints of fewer bytes are not worth a line. */
const LEAST_CHECKPOINT = 100_000_000;

/** What the largest run keeps on the disk while it trains, on a line; empty if that is little. A model in code keeps what it likes. */
function checkpointsText(runs: readonly AnyRun[], sizes: ReadonlyMap<string, number>): string {
  const bytes = runs.map(({ model, training }) => {
    const values = valuesOf(training) + keptGradients(training, model.tasks);
    return isCode(model) ? 0 : 4 * values * (sizes.get(model.name) as number);
  });
  const most = Math.max(...bytes);
  return most < LEAST_CHECKPOINT ? "" : `a run in flight keeps up to ${megabytes(most)} in checkpoints/\n`;
}

/** From this many passes over a table's training rows on, models learn them by heart. */
const MANY_EPOCHS = 100;

/** `1,000 steps are 71 passes over the training rows`, of rows of the user's own with a number of steps; else empty. */
function epochsText(config: Config): string {
  if (config.rows === null || config.patience !== null) return "";
  const passes = planRuns({ ...config, runs: 1 }).map(({ training: { steps, batch, trainRows } }) => ({
    steps,
    epochs: (steps * batch) / Number(trainRows),
  }));
  const { steps, epochs } = passes.reduce((most, one) => (one.epochs > most.epochs ? one : most));
  const text = `${thousands(steps)} steps are ${thousands(Math.round(epochs))} passes over the training rows`;
  return epochs > MANY_EPOCHS ? `${text}: models may learn them by heart; --steps auto stops in time\n` : `${text}\n`;
}

/**
 * `about 24:10 min (19:20 min to 30:12 min) on 2 idle cores`, `times` as long as was estimated. With early stopping that is the
 * most: `at most 30:12 min on 2 idle cores (early stopping usually ends much sooner)`.
 */
function timeText({ value, low, high, cores }: TimeEstimate, times: number, isMost: boolean): string {
  const [about, least, most] = [value, low, high].map((ms) => duration(ms * times));
  const idle = cores === 1 ? "an idle core" : `${cores} idle cores`;
  const where = cores === undefined ? ", from a short trial" : ` on ${idle}`;
  if (isMost) return `at most ${most}${where} (early stopping usually ends much sooner)`;
  return `about ${about} (${least} to ${most})${where}`;
}

/** `up to 16 runs of mine, yours train in one call`, on a line; empty if each run trains alone. */
function callsText(engine: Engine, runs: readonly AnyRun[]): string {
  const names = new Map<number, Set<string>>();
  for (const run of runs) {
    const most = engine.inOneCall?.(run) ?? 1;
    if (most > 1) names.set(most, (names.get(most) ?? new Set()).add(run.model.name));
  }
  return Array.from(
    names,
    ([most, models]) => `up to ${most} runs of ${[...models].join(", ")} train in one call\n`,
  ).join("");
}

/** A comma between two numbers or lists, where no space lets a line end: `[[1,0.5],[0.5,1]]`; not one within `24,076 values`. */
const TIGHT_COMMA = /(?<=[\d\]]),(?=[-\d[])(?!(\d{3},?)+ )/g;

/** In lines of words also where a table may be of any width: one long value would move all marks away from theirs. */
function settingsText(config: Config, { words }: Room): string {
  const rows = settingRows(config).map(({ name, value, from, ofGenerator }) => [
    ofGenerator ? `  ${name}` : name,
    value.replaceAll(TIGHT_COMMA, ", "),
    from,
  ]);
  return table([["setting", "value", "from"], ...rows], words);
}
