import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { readJournal } from "../src/records/read-journals.ts";
import { temporaryFolder } from "./support/effects.ts";

const BIN = fileURLToPath(new URL("../bin/mmoe.js", import.meta.url));
const OFTEN = ["--runs", "400", "--models", "mmoe", "--corr", "0.5"];

function start(...argv: string[]): ChildProcess {
  return spawn(process.execPath, [BIN, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
}

async function exited(child: ChildProcess): Promise<{ code: number | null; signal: string | null; stderr: string }> {
  let stderr = "";
  child.stderr?.on("data", (text) => {
    stderr += text;
  });
  child.stdout?.resume();
  const [code, signal] = await once(child, "close");
  return { code, signal, stderr };
}

/** Waits until a sweep has kept a run. */
async function firstRun(out: string): Promise<string> {
  for (;;) {
    const names = existsSync(join(out, "journal")) ? readdirSync(join(out, "journal")) : [];
    const name = names.find((file) => file.endsWith(".jsonl"));
    if (name !== undefined && [...readJournal(join(out, "journal", name), () => {})].length > 0)
      return join(out, "journal", name);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The rows of runs.csv but for their times. */
function timeless(out: string): Record<string, string>[] {
  const rows: Record<string, string>[] = parse(readFileSync(join(out, "runs.csv")), { columns: true });
  return rows.map((row) => ({ ...row, elapsedMs: "" }));
}

/** Root in a container may be without the right to mount. */
function mayMount(): boolean {
  const disk = temporaryFolder();
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", disk], { stdio: "ignore" });
    execFileSync("umount", [disk]);
    return true;
  } catch {
    return false;
  }
}

describe("the built mmoe", () => {
  test.each(["cpu", "tfjs"])("trains with --engine %s and leaves a row a run", async (engine) => {
    const out = join(temporaryFolder(), "results");
    const ended = await exited(
      start("sweep", "smoke", "--runs", "1", "--steps", "20", "--engine", engine, "--out", out),
    );
    expect(ended).toEqual({ code: 0, signal: null, stderr: `${out}: 6 runs on ${engine} (wasm)\n` });
    const rows: Record<string, string>[] = parse(readFileSync(join(out, "runs.csv")), { columns: true });
    expect(rows.map((row) => row.status)).toEqual(Array(6).fill("done"));
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 75],
  ] as const)("stops on %s within two seconds with exit code %d, its finished runs in the CSV", async (name, code) => {
    const out = join(temporaryFolder(), "results");
    const child = start("sweep", "smoke", ...OFTEN, "--out", out);
    const end = exited(child);
    await firstRun(out);
    const before = performance.now();
    child.kill(name);
    expect((await end).code).toBe(code);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(parse(readFileSync(join(out, "runs.csv"))).length).toBeGreaterThan(1);
  });

  test("killed, has every finished run in its journal", async () => {
    const out = join(temporaryFolder(), "results");
    const child = start("sweep", "smoke", ...OFTEN, "--out", out);
    const end = exited(child);
    const journal = await firstRun(out);
    child.kill("SIGKILL");
    expect((await end).signal).toBe("SIGKILL");
    const records = [...readJournal(journal, () => {})];
    expect(records.length).toBeGreaterThan(0);
    for (const { status, curve } of records) expect([status, curve.steps.at(-1)]).toEqual(["done", 200]);
  });

  test("killed 30 times at random moments and resumed, writes the CSV of a sweep left alone", {
    timeout: 120_000,
  }, async () => {
    const argv = ["sweep", "smoke", "--runs", "30", "--models", "mmoe,omoe", "--steps", "150", "--out"];
    const [killed, alone] = ["killed", "alone"].map((name) => join(temporaryFolder(), name)) as [string, string];
    for (let kill = 0; kill < 30; kill++) {
      const child = start(...argv, killed);
      const end = exited(child);
      await new Promise((resolve) => setTimeout(resolve, 150 + 350 * Math.random()));
      child.kill("SIGKILL");
      await end;
    }
    for (const out of [killed, alone]) expect((await exited(start(...argv, out))).code).toBe(0);
    expect(timeless(killed)).toEqual(timeless(alone));
    expect(readFileSync(join(killed, "curves.csv"), "utf8")).toBe(readFileSync(join(alone, "curves.csv"), "utf8"));
  });

  test.runIf(mayMount())(
    "on a full disk keeps what is finished, says so and exits with 2; with space again it goes on",
    async () => {
      const disk = temporaryFolder();
      const argv = ["sweep", "smoke", "--runs", "40", "--models", "mmoe", "--out", join(disk, "results")];
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=28k", "tmpfs", disk]);
      try {
        const full = await exited(start(...argv));
        expect([full.code, full.stderr]).toEqual([
          2,
          expect.stringMatching(/no space left on device; finished runs are kept.*\n$/),
        ]);
        execFileSync("mount", ["-o", "remount,size=4m", disk]);
        const again = await exited(start(...argv));
        expect([again.code, again.stderr]).toEqual([0, expect.stringMatching(/reused [1-9]\d*, to do [1-9]\d* runs/)]);
        expect(parse(readFileSync(join(disk, "results", "runs.csv"))).length).toBe(81);
      } finally {
        execFileSync("umount", [disk]);
      }
    },
  );

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
