import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { exited, pause, start, timelessCsv } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";
import { madeFolder } from "./inputs.ts";

const SWEEP = ["sweep", "smoke", "--runs", "12", "--models", "mmoe,omoe", "--steps", "150", "--out"];

const alone = new Map<readonly string[], unknown[]>();
/** The CSV of a sweep that nothing disturbs. */
async function undisturbed(sweep: readonly string[]): Promise<unknown[]> {
  const known = alone.get(sweep);
  if (known !== undefined) return known;
  const out = join(temporaryFolder(), "alone");
  await exited(start(...sweep, out));
  const csv = timelessCsv(out);
  alone.set(sweep, csv);
  return csv;
}

/** Whether the same command ends the sweep in `out`, with the numbers of one that was left alone. */
export async function endsAlike(out: string, before: string, sweep = SWEEP): Promise<string | undefined> {
  const { code, stderr } = await exited(start(...sweep, out));
  if (code !== 0) return `${before}: the same command ends with ${code}: ${stderr}`;
  return isDeepStrictEqual(timelessCsv(out), await undisturbed(sweep))
    ? undefined
    : `${before}: other numbers in ${out}`;
}

/** Starts the built mmoe and, after a moment in ms, sends it a signal; how it ended, and how long that took. */
export async function stoppedAfter(moment: number, signal: NodeJS.Signals, argv: readonly string[]) {
  const child = start(...argv);
  const end = exited(child);
  await pause(moment);
  const since = performance.now();
  child.kill(signal);
  return { ...(await end), endedMs: performance.now() - since };
}

export const kills: Fault = {
  name: "kills",
  about: "SIGKILL at three random moments, then the same command: the CSV of a sweep left alone",
  share: 2,
  async attempt(random) {
    const out = join(temporaryFolder(), "killed");
    const moments = Array.from({ length: 3 }, () => wholeBetween(50, 900, random));
    for (const moment of moments) await stoppedAfter(moment, "SIGKILL", [...SWEEP, out]);
    return endsAlike(out, `killed after ${moments.join(", ")} ms`);
  },
};

const STOPS = { SIGINT: 130, SIGTERM: 75, SIGHUP: 75 } as const;
const PROMPT_MS = 60_000; // the machine may be busy

export const signals: Fault = {
  name: "signals",
  about: "a signal at a random moment: its exit code, and no hang; the same command does the rest",
  share: 2,
  async attempt(random) {
    const out = join(temporaryFolder(), "stopped");
    const name = oneOf(Object.keys(STOPS) as (keyof typeof STOPS)[], random);
    const moment = wholeBetween(400, 1500, random);
    const { code, signal, endedMs } = await stoppedAfter(moment, name, [...SWEEP, out]);
    const what = `${name} after ${moment} ms: exit ${code ?? signal}`;
    if (endedMs > PROMPT_MS) return `${what}, too late`;
    if (code !== STOPS[name] && code !== 0 && signal !== name) return what; // it may not listen yet, or have ended
    return endsAlike(out, what);
  },
};

export const pipes: Fault = {
  name: "pipes",
  about: "a reader that leaves after some bytes: exit 0 or 141, never a bug",
  share: 4,
  async attempt(random) {
    const out = join(temporaryFolder(), "out");
    const argv = oneOf(
      [
        ["data", "--corr", "0.5", "--rows", "2000"],
        ["models", "--json"],
        ["summary", madeFolder(), "--json"],
        ["claims", madeFolder()],
        ["sweep", "smoke", "--runs", "1", "--steps", "20", "--json", "--out", out],
      ],
      random,
    );
    const bytes = wholeBetween(0, 5000, random);
    const child = start(...argv);
    let seen = 0;
    child.stdout?.on("data", (text) => {
      seen += text.length;
      if (seen >= bytes) child.stdout?.destroy();
    });
    const { code, stderr } = await exited(child);
    const held = (code === 0 || code === 141) && !stderr.includes("internal error") && !stderr.includes("EPIPE");
    return held ? undefined : `${argv.join(" ")}, left after ${bytes} bytes: exit ${code}: ${stderr}`;
  },
};
