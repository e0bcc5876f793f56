// The trials of mmoe tune --budget, trained before it chooses among them.
import { axesOf } from "../config/axes.ts";
import { expectDeciding } from "../config/choose-by.ts";
import type { Config } from "../config/config.ts";
import type { Ranges } from "../config/ranges.ts";
import { tasksOfRuns } from "../config/task-kinds.ts";
import { UsageError } from "../errors.ts";
import { defaultFolder } from "../records/find-results.ts";
import { type Results, readResults } from "../records/read-results.ts";
import { asPlanned, type SearchRequest, search } from "../sweep/search.ts";
import { numberOf } from "../units.ts";
import type { Context } from "./command.ts";
import { countOption, durationOption } from "./options.ts";
import { stopOnSignals } from "./stop.ts";
import { conclude } from "./sweep.ts";
import { checkedOptions, type SweepOptions } from "./sweep-options.ts";
import { progressFor } from "./text/progress.ts";

interface SearchOptions extends SweepOptions {
  readonly budget?: string | undefined;
  readonly time?: string | undefined;
  readonly axis: readonly string[];
  readonly metric?: string | undefined;
}

/** What a search has found, the runs of whole rungs; the exit code if it was stopped before. */
export async function searched(
  file: string,
  options: SearchOptions,
  choose: SearchRequest["choose"],
  context: Context,
): Promise<Results | number> {
  const request = { ...requestOf(file, options, context), choose };
  const { out } = request;
  const atOnce = `finished runs are kept in ${out}; resume with:\n${context.commandLine}`;
  const stop = stopOnSignals(context.effects, atOnce);
  const progress = progressFor(false, context);
  const onRung = ({ trials, runs }: { trials: number; runs: number }, place: number, rungs: number) => {
    progress.stop();
    context.note(
      `rung ${place} of ${rungs}: ${numberOf(trials, "trial")} of each model, ${numberOf(runs, "run")} each`,
    );
  };
  const { config, stopped } = await search(request, { signal: stop.signal, listener: progress, onRung }).finally(() => {
    progress.stop();
    stop.release();
  });
  const isTimeOver = stopped?.stopped === "limit" || stopped?.stopped === "before-limit";
  if (stopped !== undefined && !(isTimeOver && config)) return conclude(stopped, stop, context.commandLine, context);
  if (config === undefined) throw new UsageError("--time: expected time for a first run; give more");
  return asPlanned({ ...(await readResults(out, context.note)), config });
}

function requestOf(file: string, options: SearchOptions, { effects, argv }: Context) {
  const { budget, time, retryFailed, long, keepWeights = false, keepPredictions = false } = options;
  const trials = budget === undefined ? undefined : countOption("--budget", budget, 2);
  const timeMs = time === undefined ? undefined : durationOption("--time", time);
  const ranges: Ranges = new Map();
  const checked = checkedOptions(file, options, effects.env, effects.env, ranges);
  const { config, engineOptions } = checked;
  const axes = axesOf(config, ranges, options.axis);
  if (options.metric !== undefined) expectMeasured(options.metric, config);
  if (config.rows !== null && config.refit)
    throw new UsageError(
      "refit: no choice may see a test row, and all other rows are trained on; add --set refit=false",
    );
  return {
    ...checked,
    out: options.out ? checked.out : defaultFolder({ ...config, points: [] }),
    engineOptions: { ...engineOptions, env: effects.env },
    ...{ axes, trials, timeMs, retryFailed, long, argv },
    keep: { weights: keepWeights, predictions: keepPredictions },
  };
}

/** Refuses a metric that no trial would have, before the first is trained. */
function expectMeasured(metric: string, config: Config): void {
  if (config.rows === null && config.metrics.length === 0 && tasksOfRuns(config) === undefined)
    throw new UsageError(
      `--metric ${metric}: runs on generated numbers have no metrics; leave it out, and the loss chooses`,
    );
  expectDeciding(metric, config, "--metric");
}
