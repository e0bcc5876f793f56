import { setTimeout as pause } from "node:timers/promises";
import { UsageError } from "../errors.ts";
import { type SweepStatus, statusOf } from "../sweep/sweep-status.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf, type Output } from "./command.ts";
import { jsonText } from "./options.ts";
import { stopOnSignals } from "./stop.ts";
import { blocksText, roomOf } from "./text/blocks.ts";
import { goOn } from "./text/go-on.ts";
import { type Paint, paintFor } from "./text/paint.ts";
import { statusBlocks, totalText } from "./text/status-text.ts";

const HELP = `\nExits with 0 if the sweep is complete, 3 if runs failed, 4 if some are missing.\n${examples(
  "mmoe status results/paper",
  "mmoe status results/paper --watch",
  "until mmoe status results/paper; do sleep 60; done",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("<folder>", "a results folder")
    .option("--watch", "show it again every two seconds, until nothing is missing or Ctrl-C")
    .option("--json", "as JSON")
    .addHelpText("after", HELP);

type StatusOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, options) => run((context) => status(folder, options, context)));

async function status(folder: string, options: StatusOptions, context: Context): Promise<number> {
  const { json = false, watch = false } = options;
  if (json && watch) throw new UsageError("--json and --watch: expected one of them");
  if (watch) return watchSweep(folder, context);
  const { effects, note } = context;
  const found = statusOf(folder, note);
  const { stdout } = effects;
  stdout.write(
    json ? jsonText(reportOf(found)) : blocksText(statusBlocks(found, paintFor(stdout, effects.env)), roomOf(stdout)),
  );
  const isTrained = found.writers.some(({ state }) => state === "training");
  if (found.missing > 0 && !isTrained && !json) note(`the missing ones: ${goOn(folder)}`);
  return codeOf(found);
}

/** The status with what its readers need of each process. */
function reportOf({ writers, ...status }: SweepStatus): object {
  const processes = writers.map(({ provenance: { host, pid, engine, device, shard = null }, ...writer }) => {
    return { ...writer, host, pid, engine, device, shard };
  });
  return { ...status, processes };
}

function codeOf({ missing, failed }: SweepStatus): number {
  if (missing > 0) return EXIT.checkFailed;
  return failed > 0 ? EXIT.failedRuns : EXIT.done;
}

const EVERY_MS = 2000;
/** Reading takes at most about this share of the time. */
const SHARE = 0.2;

/** Draws over what it drew before; where there is no terminal, writes a line whenever something has changed. */
async function watchSweep(folder: string, { effects }: Context): Promise<number> {
  const { stdout } = effects;
  const stop = stopOnSignals(effects, "nothing was changed");
  try {
    for (let before = ""; ; ) {
      const began = performance.now();
      const found = statusOf(folder, () => {});
      const text = stdout.isTTY ? frame(found, stdout, paintFor(stdout, effects.env)) : `${totalText(found)}\n`;
      if (text !== before) stdout.write(text);
      before = text;
      if (found.missing === 0) return codeOf(found);
      const ms = Math.max(EVERY_MS, (performance.now() - began) / SHARE); // a large folder takes long to read
      await pause(ms, undefined, { signal: stop.signal }).catch(() => {});
      if (stop.code !== undefined) return stop.code;
    }
  } finally {
    stop.release();
  }
}

const [HOME, ERASE_LINE, ERASE_BELOW] = ["\u001b[H", "\u001b[K", "\u001b[J"];

/** The status from the terminal's first line on, in as many lines as it has. */
function frame(status: SweepStatus, out: Output, paint: Paint): string {
  const room = roomOf(out);
  const lines = (most: number) => blocksText(statusBlocks(status, paint, most), room).split("\n");
  const { rows = 24 } = out;
  let most = status.cells.length;
  while (most > 0 && lines(most).length > rows) most--;
  const shown = lines(most).slice(0, rows - 1);
  return `${HOME}${shown.map((line) => `${line}${ERASE_LINE}\n`).join("")}${ERASE_BELOW}`;
}
