import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { type Config, trainedHash } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { configYaml } from "../../src/config/write.ts";
import { writeCsvFiles } from "../../src/records/csv-files.ts";
import { Journal } from "../../src/records/journal.ts";
import { provenanceOf } from "../../src/records/provenance.ts";
import { readRecords } from "../../src/records/read-sweep.ts";
import { recordOf } from "../../src/records/record.ts";
import { ResultsFolder } from "../../src/records/results-folder.ts";
import { provenancesIn } from "../../src/records/writers.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

/** A busy machine may take its time. */
const PATIENT = { timeout: 60_000 };

/** Called once, when one process has read the journals and has not yet written what it read. */
const between = vi.hoisted(() => ({ reading: async () => {}, writes: 0 }));
vi.mock("../../src/records/csv-files.ts", async (original) => {
  const actual = await original<{ writeCsvFiles: typeof writeCsvFiles }>();
  const paused: typeof writeCsvFiles = async (...args) => {
    between.writes++;
    const { reading } = between;
    between.reading = async () => {};
    await reading();
    await actual.writeCsvFiles(...args);
  };
  return { ...actual, writeCsvFiles: paused };
});

/** How often journals were flushed, and what flushes fail with. */
const disk = vi.hoisted(() => ({ failure: null as Error | null, flushes: 0 }));
/** Called once, as the config is about to get its name: by a link or by a rename. */
const meanwhile = vi.hoisted(() => ({ happens: () => {}, noLinks: false, linkError: "EPERM" }));
vi.mock("node:fs", async (original) => {
  const actual = await original<typeof import("node:fs")>();
  const after = (naming: (from: string, to: string) => void) => (from: string, to: string) => {
    const { happens } = meanwhile;
    meanwhile.happens = () => {};
    happens();
    naming(from, to);
  };
  const linkSync = (from: string, to: string) => {
    const code = meanwhile.linkError;
    if (meanwhile.noLinks) throw Object.assign(new Error(code), { code, errno: -1, syscall: "link" });
    actual.linkSync(from, to);
  };
  const fsync = (file: number, tell: (error: Error | null) => void) =>
    actual.fsync(file, () => {
      disk.flushes++;
      tell(disk.failure);
    });
  return { ...actual, fsync, linkSync: after(linkSync), renameSync: after(actual.renameSync) };
});

const config = loadConfig("smoke");
const engine = { name: "fake", device: "none" };
const provenance = provenanceOf({ argv: ["sweep"], config, engine, shard: null });
const options = { trained: trainedHash(config), warn: () => {} };
const record = (index: number) => recordOf(doneResult(makeRun({ index })), "fake");

/** A folder of which one process has kept a run and ends, while `another` happens; ids in runs.csv, and times written. */
async function endedBeside(another: (path: string, journal: Journal) => Promise<void>) {
  const path = join(temporaryFolder(), "results");
  const folder = new ResultsFolder(path, config, { provenance, long: false, overwrite: false, shard: null });
  folder.result(record(0));
  const journal = new Journal(join(path, "journal"), trainedHash(config), provenance);
  between.reading = () => another(path, journal);
  between.writes = 0;
  const records = await folder.finish();
  folder.close();
  const rows = csvFile(path, "runs.csv");
  expect(rows.map(({ id }) => id)).toEqual(records?.map(({ id }) => id));
  return { ids: rows.map(({ id }) => id), writes: between.writes };
}

test("a record is flushed beside the training; where the disk refuses, the next record and the end say so, and no lock stays", async () => {
  const path = join(temporaryFolder(), "results");
  const folder = new ResultsFolder(path, config, { provenance, long: false, overwrite: false, shard: null });
  const flushed = (count: number) => vi.waitFor(() => expect(disk.flushes).toBe(count), PATIENT);
  await flushed(1); // the journal's header
  folder.result(record(0));
  folder.result(record(1));
  await flushed(3); // what was written during a flush waits for the next one
  disk.failure = new Error("EIO: i/o error");
  folder.result(record(2));
  await flushed(4);
  disk.failure = null;
  expect(() => folder.result(record(3))).toThrow("EIO");
  expect(() => folder.close()).toThrow("EIO");
  expect(readdirSync(join(path, "journal")).filter((name) => name.endsWith(".lock"))).toEqual([]);
});

test("new ResultsFolder() removes what killed processes left unfinished, whatever the clock says", () => {
  const path = join(temporaryFolder(), "results");
  mkdirSync(path);
  const dead = spawnSync("true").pid;
  const partial = (name: string, owner: string) => `${name}.${owner}-0123abcd.partial`;
  const [ours, killed] = [`${hostname()}-${process.ppid}`, `${hostname()}-${dead}`];
  const old = ["runs.csv", "journal/x.provenance.json"].flatMap((name) => [
    partial(name, "another-7"),
    partial(name, ours),
  ]);
  const fresh = ["curves.csv", "journal/y.lock"].flatMap((name) => [partial(name, "another-7"), partial(name, killed)]);
  mkdirSync(join(path, "journal"));
  for (const name of [...old, ...fresh, "journal/notes"]) writeFileSync(join(path, name), "");
  for (const name of old) utimesSync(join(path, name), 0, 0);
  new ResultsFolder(path, config, { provenance, long: false, overwrite: false, shard: null }).close();
  const kept = [...old, ...fresh].filter((name) => existsSync(join(path, name)));
  expect(kept).toEqual([old[1], old[3], fresh[0], fresh[2]]);
  expect(readdirSync(join(path, "journal"))).toContain("notes");
});

test("new ResultsFolder() that can't write its config fails, and leaves no lock", () => {
  const path = join(temporaryFolder(), "results");
  mkdirSync(join(path, "config.yaml"), { recursive: true });
  const options = { provenance, long: false, overwrite: false, shard: null };
  expect(() => new ResultsFolder(path, config, options)).toThrow("config.yaml");
  expect(readdirSync(join(path, "journal"))).toEqual([]);
});

test("result(record) writes the CSV files at most every 30 seconds", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const path = join(temporaryFolder(), "results");
  const folder = new ResultsFolder(path, config, { provenance, long: false, overwrite: false, shard: null });
  between.writes = 0;
  const addAfter = (seconds: number, index: number) => {
    vi.advanceTimersByTime(1000 * seconds);
    folder.result(record(index));
  };
  addAfter(29, 0);
  addAfter(2, 1);
  await vi.waitFor(() => expect(readdirSync(path)).toContain("curves.csv"), PATIENT);
  addAfter(29, 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(between.writes).toBe(1);
  addAfter(2, 3);
  await vi.waitFor(() => expect(between.writes).toBe(2), PATIENT);
  folder.close();
});

test("finish() leaves complete CSV files where another process wrote its own in between", async () => {
  const { ids } = await endedBeside(async (path, journal) => {
    journal.append(record(1));
    journal.close();
    await writeCsvFiles(path, await readRecords(join(path, "journal"), options), { long: false });
  });
  expect(ids).toEqual([record(0).id, record(1).id]);
});

test("finish() says by the folder's name why its files can't be written", async () => {
  const full = Object.assign(new Error("ENOSPC"), { syscall: "write", errno: -28, code: "ENOSPC" });
  const ended = endedBeside(() => Promise.reject(full));
  await expect(ended).rejects.toThrow(/results: can't be written: no space left on device; finished runs are kept/);
  await expect(endedBeside(() => Promise.reject(new TypeError("a bug")))).rejects.toThrow(new TypeError("a bug"));
});

test("finish(signal) of an aborted signal gives nothing and leaves the files as they were", async () => {
  const path = join(temporaryFolder(), "results");
  const folder = new ResultsFolder(path, config, { provenance, long: false, overwrite: false, shard: null });
  folder.result(record(0));
  expect(await folder.finish(AbortSignal.abort())).toBeUndefined();
  folder.close();
  expect(readdirSync(path)).toEqual(["config.yaml", "journal"]);
});

test("finish() does not wait for a process that still trains", async () => {
  const { ids, writes } = await endedBeside(async (_, journal) => journal.append(record(1)));
  expect([ids, writes]).toEqual([[record(0).id], 1]);
});

test("finish() ends the journal before it reads: another process can tell what it lacks", async () => {
  await endedBeside(async (path) => {
    const ends = provenancesIn(join(path, "journal"), () => {}).map(({ provenance }) => provenance.end);
    expect(ends.filter((end) => end !== null)).toHaveLength(1);
  });
});

/** A new folder into which another process puts `other` at the last moment. */
function begun(other: Config): { begin: () => ResultsFolder; text: () => string } {
  const path = join(temporaryFolder(), "results");
  mkdirSync(path);
  meanwhile.happens = () => writeFileSync(join(path, "config.yaml"), configYaml(other));
  const options = { provenance, long: false, overwrite: false, shard: { index: 1, count: 2 } };
  return {
    begin: () => new ResultsFolder(path, config, options),
    text: () => readFileSync(join(path, "config.yaml"), "utf8"),
  };
}

beforeEach(() => {
  meanwhile.noLinks = false;
  meanwhile.linkError = "EPERM";
});

test.each([false, true])("of two sweeps that begin together one is refused (no links: %s)", (noLinks) => {
  meanwhile.noLinks = noLinks;
  const other = loadConfig("smoke", [setOverride("seed=7")]);
  const { begin, text } = begun(other);
  expect(begin).toThrow(/holds a sweep of another config \(seed: 7 there, 0 here\); give another --out/);
  expect(text()).toBe(configYaml(other));
});

test("two parts of one sweep that begin together have the runs of both", () => {
  const other = loadConfig("smoke", [setOverride("runs=77")]);
  const { begin, text } = begun(other);
  begin().close();
  expect(text()).toBe(configYaml(other)); // its 77 runs are no preset's: they have no mark
});

test("a config that can't be put into the folder, for another reason than missing links, is an error", () => {
  meanwhile.noLinks = true;
  meanwhile.linkError = "EIO";
  const { begin } = begun(config);
  meanwhile.happens = () => {};
  expect(begin).toThrow(/can't be written/);
});
