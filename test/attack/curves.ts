import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { exited, start, stdoutOf } from "../support/bin.ts";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";

export const curves: Fault = {
  name: "curves",
  about:
    "runs with up to 2 billion evaluations: refused before anything is written, or the journal that the dry run says",
  share: 2,
  async attempt(random) {
    const steps = Math.floor(10 ** (1 + 8.3 * random()));
    const evalEvery = oneOf([1, 1, wholeBetween(1, 100, random), "log:9999"], random);
    const sizes = ["--steps", `${steps}`, "--batch", "1", "--set", `evalEvery=${evalEvery}`, "--set", "heldoutRows=1"];
    const out = join(temporaryFolder(), "out");
    const argv = [
      "sweep",
      "smoke",
      "--corr",
      "1",
      "--models",
      "shared-bottom-16",
      "--runs",
      "1",
      ...sizes,
      "--out",
      out,
    ];
    const what = `${steps} steps, evalEvery ${evalEvery}`;
    const dry = await exited(start(...argv, "--dry-run"));
    if (dry.code === 2) {
      const { code, stderr } = await exited(start(...argv));
      const same = code === 2 && stderr === dry.stderr && /^mmoe: evalEvery: [^\n]+\n$/.test(stderr);
      return same && !existsSync(out) ? undefined : `${what}: dry run: ${dry.stderr}, sweep: ${code}: ${stderr}`;
    }
    if (dry.code !== 0) return `${what}: dry run ends with ${dry.code}: ${dry.stderr}`;
    if (steps > MOST_TRAINED) return undefined;
    const said = Number(/about ([\d,]+) MB of journals/.exec(await stdoutOf(start(...argv, "--dry-run")))?.[1]);
    const { code, stderr } = await exited(start(...argv));
    if (code !== 0) return `${what}: ends with ${code}: ${stderr}`;
    const journals = readdirSync(join(out, "journal")).filter((name) => name.endsWith(".jsonl"));
    const bytes = journals.reduce((sum, name) => sum + statSync(join(out, "journal", name)).size, 0);
    return Math.ceil(bytes / 1e6) <= said + 1 && bytes / 1e6 >= said / 1.5 - 1
      ? undefined
      : `${what}: a journal of ${bytes} bytes, the dry run says ${said} MB`;
  },
};

/** Some seconds of training. */
const MOST_TRAINED = 200_000;
