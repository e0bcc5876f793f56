import { hostname } from "node:os";
import type { Config } from "../../config/config.ts";
import { UsageError } from "../../errors.ts";
import { html } from "../../report/html.ts";
import { htmlPage } from "../../report/html-page.ts";
import { modelsText, placeText } from "../../report/report-words.ts";
import { statusOf } from "../../sweep/sweep-status.ts";
import { isSystemError, systemReason } from "../../system-errors.ts";
import type { Context } from "../command.ts";
import { openPage } from "../open-page.ts";
import { stopOnSignals } from "../stop.ts";
import { goOn } from "../text/go-on.ts";
import { LiveReport } from "./live-report.ts";
import { type LiveServer, startServer } from "./live-server.ts";
import type { DrawOptions } from "./report-worker.ts";
import { EVERY_MS, type StatusEvent, statusEvent, troubleEvent } from "./status-event.ts";

interface ServeOptions extends Omit<DrawOptions, "version"> {
  readonly config: Config;
  /** Undefined for any that is free. */
  readonly port?: number | undefined;
  /** Opens the page in a browser. */
  readonly open?: boolean | undefined;
}

/** Reading the folder takes at most about this share of the time. */
const SHARE = 0.2;

/** Serves the report of a sweep, which may still run, until a signal comes. UsageError for a folder without a journal. */
export async function serveReport({ config, port, open, ...options }: ServeOptions, context: Context): Promise<void> {
  const { effects, note } = context;
  const first = statusOf(options.folder, note);
  if (first.writers.length === 0 && first.done + first.failed === 0)
    throw new UsageError(`${options.folder} holds no journal yet; train with: ${goOn(options.folder)}`);

  const stop = stopOnSignals(effects, "nothing was changed");
  try {
    const report = new LiveReport(options, waitingHtml(config), stop.signal);
    const wake = new EventTarget();
    const told = { latest: statusEvent(first, report.version, false) };
    const server = await startServer({
      port,
      asker: "--serve",
      page: () => report.html,
      events: {
        greeting: () => greeting(told.latest, report),
        onFollow: () => wake.dispatchEvent(new Event("follow")),
      },
    });
    report.update(first); // only now: a drawing that has begun keeps the process alive
    effects.stdout.write(`${server.address}\n`);
    note(`Ctrl-C ends it. From another machine: ssh -L ${server.port}:127.0.0.1:${server.port} ${hostname()}`);
    if (open) await openPage(server.address, note);
    await followed(options.folder, { report, server, told, wake, signal: stop.signal });
  } finally {
    stop.release();
  }
}

interface Following {
  readonly report: LiveReport;
  readonly server: LiveServer;
  /** What the pages were told last; nobody may have followed for long. */
  readonly told: { latest: StatusEvent };
  /** Has an event `follow` when a page begins to follow. */
  readonly wake: EventTarget;
  readonly signal: AbortSignal;
}

/**
 * Looks into the folder again and again while a page follows, until the signal. All pages share a look: one that begins to
 * follow soon after it waits for the next.
 */
async function followed(folder: string, { report, server, told, wake, signal }: Following): Promise<void> {
  let due = performance.now();
  try {
    while (!signal.aborted) {
      const began = performance.now();
      if (server.following > 0 && began >= due) {
        told.latest = look(folder, report);
        server.send(told.latest);
        const ended = performance.now();
        due = ended + Math.max(EVERY_MS, (ended - began) / SHARE); // a large folder takes long to read
      }
      await pause(server.following > 0 ? due - performance.now() : undefined, wake, signal);
    }
  } finally {
    await server.close();
    await report.close();
  }
}

/**
 * What a new page is told at once, as a look into the folder may take seconds on a busy machine. Not that the sweep has
 * ended: a page then follows no more, and the sweep may have been extended.
 */
function greeting(latest: StatusEvent, { version }: LiveReport): StatusEvent | undefined {
  return latest.state === "ended" ? undefined : { ...latest, version };
}

/** What the pages are told now. A folder that can't be read now may be read later. */
function look(folder: string, report: LiveReport): StatusEvent {
  try {
    const status = statusOf(folder, () => {});
    report.update(status);
    if (report.trouble !== undefined) return troubleEvent(report.trouble, report.version);
    return statusEvent(status, report.version, report.isCurrent(status));
  } catch (error) {
    if (error instanceof UsageError) return troubleEvent(error.message, report.version);
    if (isSystemError(error)) return troubleEvent(`${folder}: ${systemReason(error)}`, report.version);
    throw error;
  }
}

/** Waits `ms` (or forever), or until `wake` or the signal. */
function pause(ms: number | undefined, wake: EventTarget, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const over = new AbortController();
    const end = () => {
      clearTimeout(timer);
      over.abort();
      done();
    };
    const timer = ms === undefined ? undefined : setTimeout(end, ms);
    wake.addEventListener("follow", end, { signal: over.signal });
    signal.addEventListener("abort", end, { signal: over.signal });
    if (signal.aborted) end();
  });
}

/** The page of a sweep that has no report yet: it follows the sweep, and becomes the report when there is one. */
function waitingHtml(config: Config): string {
  const title = `${modelsText(config)}${placeText(config)}`;
  return htmlPage({ title: `${config.name}: ${title}`, rules: "", version: "" }, [
    html`<header>
<p class="kicker">The sweep <b>${config.name}</b></p>
<h1>${title}</h1>
<p class="lead">The report comes here when it has been made of the first runs that have ended.</p>
</header>
`,
  ]);
}
