// Draws one report on a thread of its own, which may take long: the server answers meanwhile.
import { parentPort, workerData } from "node:worker_threads";
import { UsageError } from "../../errors.ts";
import { resultsAt } from "../../records/at-point.ts";
import { readResults } from "../../records/read-results.ts";
import { reportHtml } from "../../report/report.ts";
import type { Drawn, DrawOptions } from "./drawing.ts";

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
