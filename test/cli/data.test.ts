import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
import { exited, mayMount, onDisk, start } from "../support/bin.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";

/** A generator of few inputs, whose rows are soon written. */
const settings = { ...GENERATOR_PRESETS["four-sines"].settings, inputs: 5 };
const ROWS = ["data", "--data", JSON.stringify(settings), "--corr", "0.5", "--run", "3"];

/** Row n of what run 3 trains on at correlation 0.5, by column. */
function expectedRow(n: number, of = settings): number[] {
  const { x, y } = new TaskSet(of, correlationMatrix(2, 0.5), { seed: 0, run: 3 }).rows("train", n + 1);
  return [...x.subarray(of.inputs * n), ...y.subarray(2 * n)];
}

describe("mmoe data", () => {
  test("writes the very rows that a run trains on, to the last bit of float32", async () => {
    const file = join(temporaryFolder(), "pairs.csv");
    const { code, stderr } = await runMain([...ROWS, "--rows", "4100", "-o", file]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/^label correlation: 0\.\d{5} measured over 4,100 rows, 0\.07418 in closed form\n$/);
    const rows: string[][] = parse(readFileSync(file));
    expect(rows[0]).toEqual(["x1", "x2", "x3", "x4", "x5", "y1", "y2"]);
    expect(rows).toHaveLength(4101);
    for (const n of [0, 4095, 4096, 4099]) {
      expect(rows[n + 1]?.map((text) => Math.fround(Number(text)))).toEqual(expectedRow(n));
    }
  });

  test("writes the same rows as Parquet", async () => {
    const file = join(temporaryFolder(), "pairs.parquet");
    const argv = [...ROWS, "--rows", "4100", "--format", "parquet", "-o", file];
    expect((await runMain(argv)).code).toBe(0);
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file) });
    expect(rows).toHaveLength(4100);
    for (const n of [0, 4099]) expect(Object.values(rows[n] ?? {})).toEqual(expectedRow(n));
  });

  test("writes CSV to stdout without -o; held-out rows and fresh steps are other rows", async () => {
    const firstRow = async (...more: string[]) =>
      (await runMain(["data", "--corr", "0.5", "--rows", "1", ...more])).stdout.split("\n")[1];
    const others = [[], ["--heldout"], ["--step", "1"], ["--seed", "1"]];
    expect(new Set(await Promise.all(others.map((more) => firstRow(...more)))).size).toBe(4);
  });

  test.each([
    [["--corr", "2"], "--corr: expected a number from -1 to 1, got 2"],
    [["--corr", "0.5,1"], "--corr: expected one correlation without --trials, got '0.5,1'"],
    [["--corr", "0.5", "--rows", "0"], "--rows: expected a whole number from 1 to 2147483647, got '0'"],
    [["--corr", "0.5", "--run", "-1"], "--run: expected a whole number from 0 to 2147483647, got '-1'"],
    [
      ["--corr", "0.5", "--data", "keras"],
      "--data: expected one of four-sines, paper, linear, keras-mmoe, google, ple",
    ],
    [["--corr", "0.5", "--format", "parqet"], "got 'parqet'; did you mean 'parquet'?"],
    [["--corr", "0.5", "--format", "parquet"], "--format parquet: expected a file; give -o FILE"],
    [["--corr", "0.5", "--tasks", "3", "--trials", "2"], "--trials measures pairs of tasks; leave out --tasks 3"],
    [["--corr", "0.5", "--trials", "1", "--rows", "2147483647"], "--rows: expected a whole number from 1 to 10000000,"],
    [["--corr", "0.5", "-o", "/dev/null/rows.csv"], "/dev/null/rows.csv: can't be written: not a directory"],
    [[], "required option '--corr <p>' not specified"],
  ])("refuses %j in one line", async (argv, message) => {
    expect(refusal(await runMain(["data", ...argv]))).toContain(message);
  });
});

describe("mmoe data --overwrite", () => {
  test.each(["/dev/null", "/tmp"])("leaves %s alone, which is no file", async (path) => {
    expect(refusal(await runMain(["data", "--corr", "0.5", "--rows", "2", "-o", path, "--overwrite"]))).toBe(
      `${path} is not a file that can be replaced; give another -o`,
    );
  });
});

/** About 110 kB as CSV, 50 kB as Parquet. */
const SMALL = ["data", "--corr", "0.5", "--rows", "100", "--quiet"];

describe("mmoe data on a disk that fills", () => {
  const mounts = mayMount();
  if (!mounts) console.warn("mmoe data on full disks is not tested: file systems can't be mounted here");

  test.runIf(mounts).each(["csv", "parquet"])(
    "of 20 to 140 kB leaves a whole %s file or none, and says so",
    async (format) => {
      const codes = new Set<number>();
      const whole = join(temporaryFolder(), "pairs");
      await runMain([...SMALL, "--format", format, "-o", whole]);
      for (const kB of [20, 40, 60, 140]) {
        await onDisk(`${kB}k`, async (disk) => {
          const file = join(disk, "pairs");
          const { code, stderr } = await runMain([...SMALL, "--format", format, "-o", file]);
          codes.add(code);
          expect(stderr).toBe(code === 0 ? "" : `mmoe: ${file}: can't be written: no space left on device\n`);
          expect(readdirSync(disk)).toEqual(code === 0 ? ["pairs"] : []);
          if (code === 0) expect(readFileSync(file)).toEqual(readFileSync(whole));
        });
      }
      expect([...codes]).toEqual([2, 0]);
    },
  );
});

describe("mmoe data into a pipe", () => {
  /** What the process used so far: CPU time in ticks, and the most memory that it had, in bytes. */
  function usage({ pid }: ChildProcess): { ticks: number; peakBytes: number } {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ");
    const [, kB] = /VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) as RegExpExecArray;
    return { ticks: Number(stat[11]) + Number(stat[12]), peakBytes: Number(kB) * 1024 };
  }

  /** Waits until the process does nothing more. */
  async function idle(child: ChildProcess): Promise<void> {
    for (let before = -1, now = 0; now > before; now = usage(child).ticks) {
      before = usage(child).ticks;
      await setTimeout(300);
    }
  }

  test("waits for a slow reader with little memory, and ends quietly when it leaves", async () => {
    const child = start("data", "--corr", "0.5", "--rows", "400000000", "--quiet");
    const stdout = child.stdout as NonNullable<typeof child.stdout>;
    let bytes = 0;
    for (let part = 1; part <= 2; part++) {
      for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
        bytes += chunk.length;
        if (bytes > part * 1e6) break;
      }
      await idle(child);
      expect(usage(child).peakBytes).toBeLessThan(300e6); // all rows are 440 GB
    }
    const end = exited(child);
    stdout.destroy();
    expect(await end).toEqual({ code: 141, signal: null, stderr: "" });
  });
});

describe("mmoe data --trials N -o DIR", () => {
  const measure = (folder: string, ...argv: string[]) =>
    runMain(["data", "--corr", "0.5,1", "--trials", "4", "--rows", "50", "-o", folder, ...argv]);

  test("records every trial, which mmoe verify measures again", async () => {
    const folder = join(temporaryFolder(), "trials");
    const { code, stdout } = await measure(folder);
    expect([code, stdout.split("\n").length]).toEqual([0, 4]);
    expect(readdirSync(folder).sort()).toEqual(["labels.csv", "provenance.json", "trials.yaml"]);
    const provenance = JSON.parse(readFileSync(join(folder, "provenance.json"), "utf8"));
    expect(provenance.end >= provenance.start).toBe(true);
    expect(await runMain(["verify", folder, "--quiet"])).toMatchObject({ code: 0, stderr: "" });
  });

  test("verify exits with 4 where a recorded correlation is another in its last digit", async () => {
    const folder = join(temporaryFolder(), "trials");
    await measure(folder);
    const file = join(folder, "labels.csv");
    const rows = readFileSync(file, "utf8").split("\n");
    const [trial, p, value, closed] = rows[3].split(",");
    rows[3] = [trial, p, String(Number(value) + Number.EPSILON), closed].join(",");
    writeFileSync(file, rows.join("\n"));
    const { code, stdout } = await runMain(["verify", folder, "--runs", "9", "--json"]);
    const verified = JSON.parse(stdout) as { trial: number; same: boolean }[];
    expect([code, verified.length]).toEqual([4, 4]);
    expect(verified.filter(({ same }) => !same).map(({ trial }) => trial)).toEqual([Number(trial)]);
  });

  test("refuses a folder of trials without --overwrite, and a file", async () => {
    const folder = join(temporaryFolder(), "trials");
    await measure(folder);
    expect((await measure(folder)).stderr).toBe(`mmoe: ${folder} exists; give another -o, or --overwrite\n`);
    expect((await measure(folder, "--overwrite")).code).toBe(0);
    expect((await measure(join(folder, "labels.csv"))).stderr).toBe(
      `mmoe: ${join(folder, "labels.csv")} is a file; give a folder as -o\n`,
    );
  });
});
