import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import { keptIn } from "../records/checkpoints.ts";
import { JOURNALS } from "../records/find-results.ts";
import { configIn } from "../records/read-results.ts";
import { readHeads } from "../records/read-sweep.ts";
import { type Writer, writersIn } from "../records/writers.ts";
import { planRuns } from "../sweep/plan.ts";
import { type CellStatus, cellStatuses, totalStatus } from "../sweep/status.ts";
import { duration, thousands } from "../units.ts";
import { shardText } from "./cluster/shard-option.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { cellHeads, cellNames } from "./text/cell-names.ts";
import { goOn } from "./text/go-on.ts";
import { keptText } from "./text/kept-text.ts";
import { table } from "./text/table.ts";

interface Options {
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("<folder>", "a results folder")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nExits with 0 if the sweep is complete, 3 if runs failed, 4 if some are missing.\n${examples(
        "mmoe status results/paper",
        "until mmoe status results/paper; do sleep 60; done",
      )}`,
    )
    .action((folder: string, options: Options) => run((context) => status(folder, options, context)));
};

async function status(folder: string, { json = false }: Options, { effects, note }: Context): Promise<number> {
  const config = configIn(folder);
  const journals = join(folder, JOURNALS);
  const of = { trained: trainedHash(config), warn: note };
  const ended = readHeads(journals, of);
  const cells = cellStatuses(config, ended);
  const left = planRuns(config).filter(({ id }) => !ended.has(id));
  const kept = keptIn(folder, left, of);
  const writers = writersIn(journals);
  const { done, failed, missing } = totalStatus(cells);
  const perMinute = rate(writers);
  const toTrain = missing - kept.runs * kept.share;
  const leftMs = missing === 0 ? 0 : perMinute > 0 ? (toTrain / perMinute) * 60_000 : null;
  if (json) {
    const processes = writers.map(({ provenance: { host, pid, engine, device, shard = null }, ...writer }) => {
      return { ...writer, host, pid, engine, device, shard };
    });
    const report = { folder, done, failed, missing, kept, runsPerMinute: perMinute, leftMs, cells, processes };
    effects.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  } else {
    effects.stdout.write(
      `${cellTable(cells)}\n${writerTable(writers)}\n` +
        `${thousands(done + failed + missing)} runs: ${thousands(done)} done, ${thousands(failed)} failed, ${thousands(missing)} missing${keptText(kept)}` +
        `${leftMs ? `; about ${duration(leftMs)} left at ${perMinute.toFixed(1)} runs a minute` : ""}\n`,
    );
    if (missing > 0) note(`the missing ones: ${goOn(folder)}`);
  }
  if (missing > 0) return EXIT.checkFailed;
  return failed > 0 ? EXIT.failedRuns : EXIT.done;
}

/** A process on another machine counts as training if its journal changed within this time. */
const LATELY_MS = 600_000;

/** Runs per minute of the processes that train now. */
function rate(writers: readonly Writer[]): number {
  const lately = ({ heard }: Writer) => Date.now() - Date.parse(heard) < LATELY_MS;
  const training = writers.filter(
    (writer) => writer.elapsedMs > 0 && (writer.state === "training" || (writer.state === "silent" && lately(writer))),
  );
  return training.reduce((sum, { runs, elapsedMs }) => sum + runs / (elapsedMs / 60_000), 0);
}

function cellTable(cells: readonly CellStatus[]): string {
  const rows = cells.map((cell) => {
    const { done, failed, missing } = cell;
    return [...cellNames(cell), ...[done, failed, missing].map(String)];
  });
  return table([[...cellHeads(cells), "done", "failed", "missing"], ...rows]);
}

function writerTable(writers: readonly Writer[]): string {
  const rows = writers.map(({ name, provenance: { engine, device, start, shard = null }, runs, state, heard }) => [
    name,
    shard === null ? "all" : shardText(shard),
    `${engine} (${device})`,
    String(runs),
    state,
    start,
    heard,
  ]);
  return table([["process", "shard", "engine", "runs", "state", "began", "last heard of"], ...rows]);
}
