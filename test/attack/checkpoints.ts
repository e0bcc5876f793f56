import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/effects.ts";
import { type Fault, oneOf, wholeBetween } from "./fault.ts";
import { endsAlike, stoppedAfter } from "./processes.ts";

const SWEEP = [
  ...["sweep", "smoke", "--runs", "4", "--models", "mmoe,omoe", "--steps", "2500"],
  ...["--set", "dropout=0.2", "--checkpoint-every", "1s", "--out"],
];
const SIGNALS = ["SIGINT", "SIGTERM", "SIGKILL"] as const;

export const checkpoints: Fault = {
  name: "checkpoints",
  about: "stopped three times, checkpoints changed or cut in between: the CSV of a sweep left alone, never a bug",
  share: 2,
  async attempt(random) {
    const out = join(temporaryFolder(), "kept");
    const done: string[] = [];
    for (let stop = 0; stop < 3; stop++) {
      const [moment, signal] = [wholeBetween(300, 1500, random), oneOf(SIGNALS, random)];
      const { stderr } = await stoppedAfter(moment, signal, [...SWEEP, out]);
      done.push(`${signal} after ${moment} ms`);
      if (stderr.includes("internal error")) return `${done.join(", ")}: ${stderr}`;
      const broken = random() < 0.5 ? breakOne(join(out, "checkpoints"), random) : undefined;
      if (broken !== undefined) done.push(broken);
    }
    return endsAlike(out, done.join(", "), SWEEP);
  },
};

/** Changes a byte of a checkpoint, or cuts its end off, or swaps it with another; says what it did. */
function breakOne(folder: string, random: () => number): string | undefined {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  if (names.length === 0) return undefined;
  const [name, other] = [oneOf(names, random), oneOf(names, random)];
  const bytes = readFileSync(join(folder, name));
  const at = wholeBetween(0, bytes.length, random);
  const [what, changed] = oneOf(
    [
      [`ends at ${at}`, bytes.subarray(0, at)],
      [`byte ${at} is ${bytes[at] === 48 ? 49 : 48}`, bytes.with(at, bytes[at] === 48 ? 49 : 48)],
      [`is ${other}`, readFileSync(join(folder, other))],
    ] as const,
    random,
  );
  writeFileSync(join(folder, name), changed);
  return `${name} ${what}`;
}
