// Draws one report on a thread of its own, which may take long: the server answers meanwhile.
import { parentPort, workerData } from "node:worker_threads";
import type { LossSet } from "../../config/losses.ts";
import { UsageError } from "../../errors.ts";
import type { GridPoint } from "../../identity/cell.ts";
import { resultsAt } from "../../records/at-point.ts";
import { readResults } from "../../records/read-results.ts";
import { reportHtml } from "../../report/report.ts";

export interface DrawOptions {
  readonly folder: string;
  /** The values that are chosen of listed settings. */
  readonly choice: GridPoint;
  /** The loss that is shown first. */
  readonly loss: LossSet;
  /** What the page says of itself. */
  readonly version: string;
}

/** A live report; no page if no run has ended; or what is wrong with the folder. */
export interface Drawn {
  readonly html?: string | undefined;
  readonly trouble?: string;
}

const { folder, choice, loss, version } = workerData as DrawOptions;

async function draw(): Promise<Drawn> {
  try {
    const results = resultsAt(await readResults(folder, () => {}), choice);
    return { html: results.records.length === 0 ? undefined : reportHtml(results, loss, version) };
  } catch (error) {
    if (error instanceof UsageError) return { trouble: error.message };
    throw error;
  }
}

parentPort?.postMessage(await draw());
