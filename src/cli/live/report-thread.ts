import { once } from "node:events";
import { startWorker } from "../../engines/start-worker.ts";
import type { Drawn, DrawOptions } from "./drawing.ts";

/** Draws the report of `folder` as it is now, on a thread that `signal` ends: then nothing is drawn. */
export async function drawReport(options: DrawOptions, signal: AbortSignal): Promise<Drawn> {
  const worker = startWorker(import.meta.url, "report-worker", options);
  try {
    const [drawn] = await once(worker, "message", { signal });
    return drawn;
  } catch (error) {
    if (signal.aborted) return {};
    throw error;
  } finally {
    await worker.terminate();
  }
}
