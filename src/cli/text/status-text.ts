import { trainersOf, trainerText, type Writer } from "../../records/writers.ts";
import type { SweepStatus } from "../../sweep/sweep-status.ts";
import { duration, localTime, numberOf, thousands } from "../../units.ts";
import { shardText } from "../cluster/shard-option.ts";
import type { Block } from "./blocks.ts";
import { cellHeads, cellNames } from "./cell-names.ts";
import { type Paint, verdictText } from "./paint.ts";
import { keptText } from "./sweep-start.ts";

/** What `mmoe status` shows, with a line for at most `most` cells: those that are not complete come first. */
export function statusBlocks(status: SweepStatus, paint: Paint, most = Number.POSITIVE_INFINITY): Block[] {
  const { writers } = status;
  const processes = writers.length > 0 ? [{ rows: writerRows(writers, paint) }] : [];
  return [cellsBlock(status, most), ...processes, { before: totalText(status) }];
}

/** `24 runs: 8 done, 0 failed, 16 missing, 6 of them in training at 38 %; about 0:41 min left`. */
export function totalText({ done, failed, missing, training, kept, leftMs }: SweepStatus): string {
  const counts = `${thousands(done)} done, ${thousands(failed)} failed, ${thousands(missing)} missing`;
  const share = Math.floor(100 * training.share);
  const inTraining = training.runs === 0 ? "" : `, ${training.runs} of them in training at ${share} %`;
  const left = leftMs ? `; about ${duration(leftMs)} left` : "";
  return `${numberOf(done + failed + missing, "run")}: ${counts}${inTraining}${keptText(kept)}${left}`;
}

function cellsBlock({ cells, training }: SweepStatus, most: number): Block {
  const shown =
    cells.length <= most ? cells : cells.filter(({ missing }) => missing > 0).slice(0, Math.max(0, most - 1));
  const rows = shown.map((cell) => {
    const { done, failed, missing } = cell;
    const counts = [done, failed, missing, ...(training.runs > 0 ? [cell.training] : [])];
    return [...cellNames(cell), ...counts.map(String)];
  });
  const heads = [...cellHeads(cells), "done", "failed", "missing", ...(training.runs > 0 ? ["training"] : [])];
  const more = cells.length - shown.length;
  return { rows: [heads, ...rows], ...(more > 0 && { after: `and ${more} more cells` }) };
}

function writerRows(writers: readonly Writer[], paint: Paint): string[][] {
  const shards = writers.some(({ provenance }) => provenance.shard);
  const flights = writers.some(({ progress }) => progress && progress.inFlight.length > 0);
  const rows = writers.map(({ name, provenance, runs, state, elapsedMs, progress }) => {
    const { start, shard = null } = provenance;
    return [
      name,
      ...(shards ? [shard === null ? "all" : shardText(shard)] : []),
      trainersOf(provenance).map(trainerText).join(", "),
      String(runs),
      ...(flights ? [flightText(progress)] : []),
      verdictText(paint, state),
      localTime(start),
      duration(elapsedMs),
    ];
  });
  const heads = ["process", ...(shards ? ["shard"] : []), "engine", "runs", ...(flights ? ["in flight"] : [])];
  return [[...heads, "state", "began", "for"], ...rows];
}

/** `6 at 38 %`: runs, and the share of their steps that is done. */
function flightText(progress: Writer["progress"]): string {
  const flights = progress?.inFlight ?? [];
  if (flights.length === 0) return "-";
  const total = (of: "step" | "steps") => flights.reduce((sum, flight) => sum + flight[of], 0);
  return `${flights.length} at ${Math.floor((100 * total("step")) / total("steps"))} %`;
}
