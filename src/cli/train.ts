import type { Config } from "../config/config.ts";
import type { Engine, Run } from "../engines/engine.ts";
import { provenanceOf } from "../records/provenance.ts";
import { type Found, ResultsFolder } from "../records/results-folder.ts";
import { executeRuns } from "../sweep/execute.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { progressFor } from "./progress.ts";
import { stopOnSignals } from "./stop.ts";
import { summaryTable } from "./summary-table.ts";

interface Training {
  readonly config: Config;
  /** The results folder. */
  readonly out: string;
  /** What it holds already. */
  readonly found: Found | undefined;
  readonly todo: readonly Run[];
  readonly engine: Engine;
  /** Milliseconds after which to stop; undefined for none. */
  readonly limitMs: number | undefined;
  readonly json?: boolean;
  readonly long?: boolean;
}

/** Trains what is to do, keeps every record as it comes, and ends with CSV, table and exit code. */
export async function train(training: Training, context: Context): Promise<number> {
  const { config, out, found, todo, engine, limitMs, json = false, long = false } = training;
  const { effects, note, argv, commandLine } = context;
  const provenance = provenanceOf({ argv, config, engine });
  const folder = new ResultsFolder(out, config, { provenance, long, found });
  const emit = (event: object) => json && effects.stdout.write(`${JSON.stringify(event)}\n`);
  emit({ event: "start", out, runs: todo.length, engine: engine.name, device: engine.device });
  const stop = stopOnSignals(effects, limitMs);
  const progress = progressFor(todo, json, context);
  try {
    await executeRuns(todo, engine, (record) => folder.add(record), progress, stop.signal);
    folder.writeCsv();
  } finally {
    progress.stop();
    stop.release();
    folder.close();
  }
  const { records } = folder;
  const failed = records.filter(({ status }) => status === "failed").length;
  const kept = new Set(records.map(({ id }) => id));
  const missing = todo.filter(({ id }) => !kept.has(id)).length;
  emit({ event: "end", out, done: records.length - failed, failed, missing });
  if (!json) effects.stdout.write(`${summaryTable(records)}\n${out}/runs.csv, ${out}/curves.csv\n`);
  if (stop.code !== undefined && missing > 0) {
    note(
      `mmoe: stopped ${stop.reason}; ${records.length} runs are kept in ${out}, ${missing} are to do; go on with:\n${commandLine}`,
    );
    return stop.code;
  }
  return failed > 0 ? EXIT.failedRuns : EXIT.done;
}
