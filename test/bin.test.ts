import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { readJournal } from "../src/records/read-journals.ts";
import { BIN, exited, firstRun, pause, start, startIn } from "./support/bin.ts";
import { temporaryFolder } from "./support/effects.ts";

const OFTEN = ["--runs", "400", "--models", "mmoe", "--corr", "0.5"];
/** A disk on which the CSV files take minutes. */
const SLOW_WRITING = `
  import timers from "node:timers/promises";
  import { syncBuiltinESMExports } from "node:module";
  timers.setImmediate = () => timers.setTimeout(60_000);
  syncBuiltinESMExports();
`;
const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 75],
] as const;

describe("the built mmoe", () => {
  test.each(["cpu", "tfjs"])("trains with --engine %s and leaves a row a run", async (engine) => {
    const out = join(temporaryFolder(), "results");
    const ended = await exited(
      start("sweep", "smoke", "--runs", "1", "--steps", "20", "--engine", engine, "--out", out),
    );
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining(`${out}: 6 runs on ${engine} (wasm)\n`) });
    const rows: Record<string, string>[] = parse(readFileSync(join(out, "runs.csv")), { columns: true });
    expect(rows.map((row) => row.status)).toEqual(Array(6).fill("done"));
  });

  test.each(SIGNALS)(
    "stops on %s within two seconds with exit code %d, its finished runs in the CSV",
    async (name, code) => {
      const out = join(temporaryFolder(), "results");
      const child = start("sweep", "smoke", ...OFTEN, "--out", out);
      const end = exited(child);
      await firstRun(out);
      const before = performance.now();
      child.kill(name);
      expect((await end).code).toBe(code);
      expect(performance.now() - before).toBeLessThan(2000);
      expect(parse(readFileSync(join(out, "runs.csv"))).length).toBeGreaterThan(1);
    },
  );

  test.each(SIGNALS)("ends at once on a second %s with exit code %d, its finished runs kept", async (name, code) => {
    const out = join(temporaryFolder(), "results");
    const child = startIn(SLOW_WRITING, "sweep", "smoke", ...OFTEN, "--out", out);
    const end = exited(child);
    const journal = await firstRun(out);
    while (child.kill(name)) await pause(100); // those that come at once count as one
    const by = name === "SIGINT" ? "Ctrl-C" : name;
    const says = `mmoe: stopped at once by ${by}; finished runs are kept in ${out}; go on with:\nmmoe sweep smoke `;
    expect(await end).toMatchObject({ code, signal: null, stderr: expect.stringContaining(says) });
    expect([...readJournal(journal, () => {})].length).toBeGreaterThan(0);
    expect(existsSync(join(out, "runs.csv"))).toBe(false);
  });

  test("with a full disk behind stdout says so in one line and exits with 2", async () => {
    const full = openSync("/dev/full", "w");
    const child = spawn(process.execPath, [BIN, "data", "--corr", "0.5", "--quiet"], {
      stdio: ["ignore", full, "pipe"],
    });
    expect(await exited(child)).toMatchObject({ code: 2, stderr: "mmoe: stdout: can't be written: ENOSPC\n" });
    closeSync(full);
  });

  test("ends quietly when its reader has seen enough", async () => {
    const child = start("data", "--corr", "0.5", "--rows", "20000", "--quiet");
    child.stdout?.once("data", () => child.stdout?.destroy());
    const [code] = await once(child, "exit");
    expect(code).toBe(0);
  });
});
