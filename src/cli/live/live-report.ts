import { createHash } from "node:crypto";
import { once } from "node:events";
import { startWorker } from "../../start-worker.ts";
import type { SweepStatus } from "../../sweep/sweep-status.ts";
import type { Drawn, DrawOptions } from "./report-worker.ts";

/** Drawing takes at most about this share of a core while the sweep trains. */
const SHARE = 0.2;
/** Minimum time between redraws. */
const LEAST_MS = 3000;

type Draw = (options: DrawOptions, signal: AbortSignal) => Promise<Drawn>;

/** The report of a sweep that may still run: drawn again, on a thread, when runs have ended. */
export class LiveReport {
  readonly #options: Omit<DrawOptions, "version">;
  readonly #signal: AbortSignal;
  readonly #draw: Draw;
  /** The page; until the first report, one that waits. */
  html: string;
  /** Tells the page from earlier ones; empty for the page that waits. */
  version = "";
  /** Of the last report that was begun. */
  #tried = "";
  /** What kept the last report from being drawn: something that the user can fix. */
  trouble: string | undefined;
  #drawing: Promise<void> | undefined;
  #failure: unknown;
  #restUntil = 0;

  /** `signal` ends a drawing; `waiting` is the page until the first report. */
  constructor(options: Omit<DrawOptions, "version">, waiting: string, signal: AbortSignal, draw: Draw = drawReport) {
    this.#options = options;
    this.html = waiting;
    this.#signal = signal;
    this.#draw = draw;
  }

  /** Whether it has all that `status` counts. */
  isCurrent(status: SweepStatus): boolean {
    return this.#tried === versionOf(status) && this.#drawing === undefined;
  }

  /** Begins to draw if there is something new, and it is time. Throws what went wrong in an earlier drawing. */
  update(status: SweepStatus): void {
    if (this.#failure !== undefined) throw this.#failure;
    const mayRest = status.missing > 0 || this.trouble !== undefined;
    const rests = mayRest && performance.now() < this.#restUntil;
    if (status.done + status.failed === 0 || this.#drawing || rests || this.isCurrent(status)) return;
    this.#tried = versionOf(status);
    this.#drawing = this.#redraw(this.#tried)
      .catch((error) => {
        this.#failure = error;
      })
      .finally(() => {
        this.#drawing = undefined;
      });
  }

  /** Waits for a drawing to end. */
  async close(): Promise<void> {
    await this.#drawing;
  }

  async #redraw(version: string): Promise<void> {
    const began = performance.now();
    const before = process.cpuUsage();
    const { html, trouble } = await this.#draw({ ...this.#options, version }, this.#signal);
    this.trouble = trouble;
    if (trouble !== undefined) this.#tried = ""; // it may be better the next time
    const { user, system } = process.cpuUsage(before); // on a busy machine a drawing takes long, but no more of it
    const ended = performance.now();
    this.#restUntil = Math.max(ended + (trouble === undefined ? LEAST_MS : 0), began + (user + system) / 1000 / SHARE);
    if (html === undefined) return;
    this.html = html;
    this.version = version;
  }
}

/** A hash of which runs have ended: a page outlives a restart of the server, and draws again only if that has changed. */
function versionOf({ done, failed, writers }: SweepStatus): string {
  const parts = [done, failed, writers.map(({ name, runs, state }) => [name, runs, state === "ended"])];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Draws the report of `folder` as it is now, on a thread that `signal` ends: then nothing is drawn. */
async function drawReport(options: DrawOptions, signal: AbortSignal): Promise<Drawn> {
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
