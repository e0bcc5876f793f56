import { copyFileSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { JOURNAL_SCHEMA } from "../../src/records/fields.ts";
import { Journal } from "../../src/records/journal.ts";
import { isJournal, linesOf } from "../../src/records/journal-file.ts";
import { numbersOf } from "../../src/records/journal-line.ts";
import { packed } from "../../src/records/packed-journal.ts";
import { provenanceOf } from "../../src/records/provenance.ts";
import { journalTotals, readJournal } from "../../src/records/read-journals.ts";
import { readHeads, readRecords } from "../../src/records/read-sweep.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { journalSizes } from "../../src/records/results-folder.ts";
import { provenancesIn } from "../../src/records/writers.ts";
import { complaint } from "../support/complaint.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const config = loadConfig("smoke");
const provenance = provenanceOf({
  argv: ["sweep", "smoke"],
  config,
  engine: { name: "fake", device: "none" },
  shard: null,
});
const records = [doneResult(makeRun()), failedResult(makeRun({ index: 1 }))].map((result) => recordOf(result, "fake"));

const silent = () => {};
const trained = "0123abcd";

/** A folder with one journal of these records; the journal's path. */
function writtenJournal(of: readonly RunRecord[] = records): { folder: string; path: string } {
  const folder = temporaryFolder();
  const journal = new Journal(folder, trained, provenance);
  for (const record of of) journal.append(record);
  journal.close();
  return { folder, path: join(folder, journalsIn(folder)[0]) };
}

describe("a journal", () => {
  test("begins with its header and gives its records back", () => {
    const { path } = writtenJournal();
    const header = JSON.parse(readFileSync(path, "utf8").split("\n")[0]);
    expect(header).toEqual({ schema: JOURNAL_SCHEMA, version: provenance.mmoe.version, trained });
    expect([...readJournal(path, silent)]).toEqual(records);
  });

  test("has its provenance beside it, without an end until it is closed", () => {
    const folder = temporaryFolder();
    const journal = new Journal(folder, trained, provenance);
    const read = () => {
      const file = readdirSync(folder).find((name) => name.endsWith(".provenance.json")) as string;
      return JSON.parse(readFileSync(join(folder, file), "utf8"));
    };
    expect(read()).toEqual(provenance);
    journal.append(records[0]);
    journal.close();
    expect(Date.parse(read().end)).toBeGreaterThanOrEqual(Date.parse(provenance.start));
  });

  test.each([-10, 10])("says when it ended by a steady clock, where the wall clock jumps by %d days", (days) => {
    const folder = temporaryFolder();
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const journal = new Journal(folder, trained, { ...provenance, start: new Date().toISOString() });
    journal.append(records[0]);
    vi.setSystemTime(Date.now() + days * 86_400_000);
    journal.close();
    const [{ provenance: written } = {}] = provenancesIn(folder, silent);
    const tookMs = Date.parse(written?.end as string) - Date.parse(written?.start as string);
    expect(tookMs).toBeGreaterThanOrEqual(0);
    expect(tookMs).toBeLessThan(60_000);
  });

  test("leaves nothing behind where no run ended in it", () => {
    const folder = temporaryFolder();
    new Journal(folder, trained, provenance).close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("loses only a last line that a crash tore, wherever it tore it", () => {
    const { path } = writtenJournal();
    const text = readFileSync(path, "utf8");
    for (let length = 0; length < text.length; length += 37) {
      truncateSync(writtenCopy(path), length);
      const kept = [...readJournal(`${path}.copy`, silent)].length;
      const lines = text.slice(0, length).split("\n").length - 1;
      expect(kept).toBe(Math.max(0, lines - 1));
    }
  });

  test("keeps what stands around a garbage line, and says where that is", () => {
    const { path } = writtenJournal();
    const lines = readFileSync(path, "utf8").split("\n");
    lines.splice(2, 0, '{"id": "half a rec', "null", "{}");
    writeFileSync(path, lines.join("\n"));
    const said: string[] = [];
    expect([...readJournal(path, (line) => said.push(line))]).toEqual(records);
    expect(said).toEqual([3, 4, 5].map((line) => `${path}:${line}: not a record; left out`));
  });

  test("leaves out a line in which a single digit was changed", () => {
    const { folder, path } = writtenJournal();
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace(/"steps":20,/, '"steps":21,'));
    const said: string[] = [];
    expect([...readHeads(folder, { trained, warn: (line) => said.push(line) }).keys()]).toEqual(
      records.slice(1).map(({ id }) => id),
    );
    expect(said).toEqual([`${path}:2: not a record; left out`]);
  });

  test.each([
    [".gz", gzipSync],
    [".packed", packed],
  ])("is read compressed (%s) as it was, and one that can't be uncompressed is refused by name", (end, compress) => {
    const { folder, path } = writtenJournal();
    writeFileSync(path + end, compress(readFileSync(path)));
    expect([...readJournal(path + end, silent)]).toEqual(records);
    truncateSync(path + end, 50);
    expect(() => readHeads(folder, { trained, warn: silent })).toThrow(`${path}${end}: can't be uncompressed: `);
  });

  test("tells by the beginning of each line how its run ended", () => {
    const { folder } = writtenJournal();
    const heads = [...readHeads(folder, { trained, warn: silent }).values()];
    expect(heads).toEqual(records.map(({ id, status }) => ({ id, status })));
  });

  test("ends a run as done if one of its lines does, whether it failed before or after", async () => {
    const [done] = records as [RunRecord];
    const failed: RunRecord = { ...records[1], id: done.id, run: done.run };
    for (const order of [
      [failed, done],
      [done, failed],
    ]) {
      const { folder } = writtenJournal(order);
      expect([...readHeads(folder, { trained, warn: silent }).values()].map(({ status }) => status)).toEqual(["done"]);
      expect(await readRecords(folder, { trained, warn: silent })).toEqual([done]);
    }
  });

  test("that is gone by now, as one without a run is, is read as nothing", () => {
    expect([...readJournal(join(temporaryFolder(), "host-7.jsonl"), silent)]).toEqual([]);
  });

  test("that can't be opened for another reason is an error", () => {
    const { path } = writtenJournal();
    expect(() => [...readJournal(join(path, "host-7.jsonl"), silent)]).toThrow(
      "host-7.jsonl: can't be read: not a directory",
    );
  });

  test("keeps a label correlation that is not a number", async () => {
    const { folder } = writtenJournal([{ ...records[0], labelCorrelations: [Number.NaN] }]);
    const [record] = await readRecords(folder, { trained, warn: silent });
    expect(record?.labelCorrelations[0]).toBeNaN();
  });

  test("is read by run, then correlation, then model, whatever the order of its lines", async () => {
    const of = (run: number, correlation: number, model: string) => {
      return { ...records[0], id: `${run} ${correlation} ${model}`, run, correlation, model };
    };
    const ordered = [of(2, 0.5, "mmoe"), of(10, 0.5, "omoe"), of(10, 0.5, "mmoe"), of(10, 1, "shared-bottom")];
    const { folder } = writtenJournal([3, 1, 0, 2].map((i) => ordered[i] as RunRecord));
    expect((await readRecords(folder, { trained, warn: silent })).map(({ id }) => id)).toEqual(
      ordered.map(({ id }) => id),
    );
  });

  test("is read in pieces: lines that lie across them come whole", () => {
    const steps = Array.from({ length: 30_000 }, (_, i) => i + 1);
    const train = Float64Array.from({ length: 60_000 }, (_, i) => i / 7);
    const long = [1, 2, 3].map((run) => {
      const curve = { steps, train: train.map((loss) => loss + run), heldout: train }; // a line of 2.5 MB
      return { ...records[0], id: `long/${run}`, run, curve };
    });
    const all = [...long, ...records];
    expect([...readJournal(writtenJournal(all).path, expect.unreachable)].map(numbersOf)).toEqual(all.map(numbersOf));
  });

  test("gives its totals: runs that ended, and the time that they took", () => {
    expect(journalTotals(writtenJournal().path)).toEqual({ runs: 2, busyMs: 25 });
  });

  test("gives only the runs that are wanted", () => {
    const { path } = writtenJournal();
    const wanted = new Set([records[1]?.id]);
    expect([...readJournal(path, silent, wanted)]).toEqual(records.slice(1));
  });

  test("is written by one process alone: a second one in the folder begins a file of its own", async () => {
    const { folder } = writtenJournal();
    const second = new Journal(folder, trained, provenance);
    second.append({ ...records[0], id: records[1].id, run: 1 });
    second.close();
    expect(journalsIn(folder)).toHaveLength(2);
    const merged = await readRecords(folder, { trained, warn: silent });
    expect(merged.map(({ status }) => status)).toEqual(["done", "done"]);
  });

  test("of another schema is refused by name, and a file that is no journal is left out", () => {
    const { path } = writtenJournal();
    writeFileSync(path, '{"schema": 0}\n');
    const lines: string[] = [];
    const read = () => [...readJournal(path, (line) => lines.push(line))];
    expect(read).toThrow(`${path}: written by another mmoe (schema 0, this one reads ${JOURNAL_SCHEMA})`);
    writeFileSync(path, "\0\0\0\n");
    expect(read()).toEqual([]);
    writeFileSync(path, "{}\n");
    expect(read()).toEqual([]);
    expect(lines).toEqual(Array(2).fill(`${path}: not a journal: its first line is not a header; left out`));
  });

  test("of another sweep, or with a damaged header, is refused", () => {
    const { folder, path } = writtenJournal();
    const read = () => readHeads(folder, { trained: "89abcdef", warn: silent });
    expect(complaint(read)).toBe(
      `${path}: the journal of another sweep (its settings have the hash ${trained}, config.yaml's 89abcdef); move the file away`,
    );
    writeFileSync(path, `{"schema":${JOURNAL_SCHEMA}}\n`);
    expect(complaint(read)).toBe(`${path}: not a journal: its header is damaged; move the file away`);
  });

  test("is told from other files by its header, or by what a crash left of one", () => {
    const { path } = writtenJournal();
    const [header] = readFileSync(path, "utf8").split("\n");
    const isOne = (text: string) => {
      writeFileSync(path, text);
      return isJournal(path);
    };
    for (const cut of [0, 1, 10, 11, header.length]) expect(isOne(header.slice(0, cut)), `${cut}`).toBe(true);
    expect([`${header}\n`, '{"schema":0}\nother'].map(isOne)).toEqual([true, true]);
    expect(isOne('{"schema')).toBe(true);
    for (const other of ["\n", `\n${header}\n`, "{}\n", '{"schema":0\n', "notes", "schema", "[1"])
      expect(isOne(other), other).toBe(false);
  });

  test("has each line where it says, wherever lines end in what is read at once, and leaves no file open", () => {
    const { path } = writtenJournal();
    const [header] = readFileSync(path, "utf8").split("\n");
    const CHUNK = 2 ** 20; // of which the first ends before the end of a line, and the second with one
    const lines = [header, "a".repeat(CHUNK - header.length - 1), "b", "c".repeat(CHUNK - 4), "d"];
    writeFileSync(path, `${lines.join("\n")}\n`);
    const read = () => [...linesOf(path, (line, offset) => ({ text: `${line}`, offset }), { warn: silent })];
    const open = () => readdirSync("/proc/self/fd").length;
    const before = open();
    for (let i = 0; i < 20; i++)
      expect(read()).toEqual(
        lines.slice(1).map((text, n) => ({ text, offset: lines.slice(0, n + 1).join("\n").length + 1 })),
      );
    expect(open()).toBeLessThan(before + 10); // others may open some meanwhile
  });
});

test("journalSizes(folder) gives bytes by the journal's name, none of one that is gone by now, and leaves no file open", () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "a.jsonl"), "12345");
  symlinkSync("gone", join(folder, "b.jsonl"));
  const open = () => readdirSync("/proc/self/fd").length;
  const before = open();
  const sizes = new Map(Object.entries({ a: 5, b: 0 }));
  for (let i = 0; i < 20; i++) expect(journalSizes(folder)).toEqual(sizes);
  expect(open()).toBeLessThan(before + 10); // others may open some meanwhile
});

function journalsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
}

function writtenCopy(path: string): string {
  copyFileSync(path, `${path}.copy`);
  return `${path}.copy`;
}
