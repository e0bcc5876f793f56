import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { trainedHash } from "../../src/config/config.ts";
import { curvesCsv, longCurvesCsv } from "../../src/records/curves-csv.ts";
import { journalPaths } from "../../src/records/read-journals.ts";
import { configIn } from "../../src/records/read-results.ts";
import { readRecords } from "../../src/records/read-sweep.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { runsCsv } from "../../src/records/runs-csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { chance, writeResults } from "../support/made-results.ts";

let folder = "";
beforeEach(() => {
  folder = join(temporaryFolder(), "results");
  const lossOf = (run: Parameters<typeof chance>[0]) => (run.index === 3 ? "failed" : chance(run));
  writeResults(folder, lossOf, ["runs=5", "models=mmoe,omoe", "trainRows=fresh"]);
});

const journal = () => journalPaths(join(folder, "journal"))[0];
const read = (mostKept?: number) => {
  const trained = trainedHash(configIn(folder));
  return readRecords(join(folder, "journal"), { trained, warn: () => {}, ...(mostKept !== undefined && { mostKept }) });
};
const csv = (records: readonly RunRecord[]) =>
  [runsCsv, curvesCsv, longCurvesCsv].map((of) => [...of(records)].join(""));
const inMemory = ({ curve }: RunRecord) => curve.ends === undefined;

describe("readRecords(folder, { mostKept })", () => {
  test("leaves curves beyond that in their journals, and every CSV file is the same", async () => {
    const [all, some, none] = [await read(), await read(40), await read(0)];
    expect(all.every(inMemory)).toBe(true);
    expect(some.filter(inMemory).length).toBeGreaterThan(0);
    expect(some.every(inMemory)).toBe(false);
    const ended = none.filter(({ curve }) => curve.steps.length > 0);
    expect([ended.length > 10, ended.some(inMemory)]).toEqual([true, false]);
    expect(csv(some)).toEqual(csv(all));
    expect(csv(none)).toEqual(csv(all));
  });

  test("reads each curve in its own journal", async () => {
    const [path, all] = [journal(), await read()];
    const [header, ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
    const part = (own: readonly string[]) => [header, ...own].map((line) => `${line}\n`).join("");
    writeFileSync(path, part(lines.slice(0, 13)));
    writeFileSync(path.replace(/\.jsonl$/, "-2.jsonl"), part(lines.slice(13)));
    expect(csv(await read(0))).toEqual(csv(all));
  });

  test("reads a curve of a journal that grows meanwhile", async () => {
    const [all, none] = [await read(), await read(0)];
    appendFileSync(journal(), "half a li");
    expect(csv(none)).toEqual(csv(all));
  });

  test.each<[string, (path: string) => void]>([
    ["removed", rmSync],
    ["truncated", (path) => truncateSync(path, 500)],
    ["changed", (path) => writeFileSync(path, readFileSync(path, "latin1").replaceAll('"curve"', '"curse"'))],
  ])("says in one line that a journal was %s meanwhile", async (_, change) => {
    const none = await read(0);
    const path = journal();
    change(path);
    expect(() => csv(none)).toThrow(
      /\.jsonl: (changed while it was read; give the same command again|can't be read: .*)$/,
    );
  });

  test("keeps the curves of a compressed journal", async () => {
    const [path, all] = [journal(), await read()];
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
    const records = await read(0);
    expect(records.every(inMemory)).toBe(true);
    expect(csv(records)).toEqual(csv(all));
  });
});
