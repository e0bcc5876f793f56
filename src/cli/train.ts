import type { Config } from "../config/config.ts";
import type { Engine, Run } from "../engines/engine.ts";
import type { RecordHead } from "../records/journal-line.ts";
import type { Shard } from "../records/lock.ts";
import { provenanceOf } from "../records/provenance.ts";
import type { RunRecord } from "../records/record.ts";
import { ResultsFolder } from "../records/results-folder.ts";
import { executeRuns } from "../sweep/execute.ts";
import { TimeLimit } from "../sweep/time-limit.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { stopOnSignals } from "./stop.ts";
import { progressFor } from "./text/progress.ts";
import { summaryTable } from "./text/summary-table.ts";

interface Training {
  readonly config: Config;
  /** The results folder. */
  readonly out: string;
  /** The runs of this process's share of the sweep. */
  readonly runs: readonly Run[];
  /** How runs ended that need not be trained again. */
  readonly ended: ReadonlyMap<string, RecordHead>;
  readonly engine: Engine;
  /** Milliseconds after which to stop; undefined for none. */
  readonly limitMs: number | undefined;
  /** The part of the sweep that this process trains; null for the whole. */
  readonly shard: Shard | null;
  /** The command that goes on where this one stopped. */
  readonly goOn: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
  readonly long?: boolean;
}

/** Trains what is to do, keeps every record as it comes, and ends with CSV, table and exit code. */
export async function train(training: Training, context: Context): Promise<number> {
  const { config, out, runs, engine, limitMs, shard, goOn, overwrite = false, json = false, long = false } = training;
  const { effects, note, argv } = context;
  const ended = new Map(training.ended);
  const todo = runs.filter(({ id }) => !ended.has(id));
  const provenance = provenanceOf({ argv, config, engine, shard });
  const folder = new ResultsFolder(out, config, { provenance, long, overwrite, shard });
  const emit = (event: object) => json && effects.stdout.write(`${JSON.stringify(event)}\n`);
  emit({ event: "start", out, runs: todo.length, engine: engine.name, device: engine.device });
  const keep = (record: RunRecord) => {
    folder.add(record);
    ended.set(record.id, { id: record.id, status: record.status });
  };
  const atOnce = `finished runs are kept in ${out}; go on with:\n${goOn}`;
  const stop = stopOnSignals(effects, { limitMs, atOnce });
  const limit = limitMs === undefined ? undefined : new TimeLimit(limitMs, note);
  const progress = progressFor(todo, json, context);
  let records: RunRecord[] | undefined;
  try {
    await executeRuns(todo, engine, { keep, listener: progress, signal: stop.signal, limit });
    records = await folder.finish(stop.late);
  } finally {
    progress.stop();
    stop.release();
    folder.close();
  }
  if (records === undefined) note(`mmoe: no time to write the CSV files; mmoe merge ${out} writes them`);
  else if (!json) effects.stdout.write(`${summaryTable(records)}\n${out}/runs.csv, ${out}/curves.csv\n`);
  const missing = todo.filter(({ id }) => !ended.has(id)).length;
  const failed = runs.filter(({ id }) => ended.get(id)?.status === "failed").length;
  const kept = runs.length - missing;
  emit({ event: "end", out, done: kept - failed, failed, missing });
  const code = stop.code ?? (limit?.noMore.aborted ? EXIT.stopped : undefined);
  if (code !== undefined && (missing > 0 || records === undefined)) {
    const why = stop.reason || "in time for its limit";
    note(`mmoe: stopped ${why}; ${kept} runs are kept in ${out}, ${missing} are to do; go on with:\n${goOn}`);
    return code;
  }
  return failed > 0 ? EXIT.failedRuns : EXIT.done;
}
