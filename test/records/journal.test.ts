import { copyFileSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { JOURNAL_SCHEMA, Journal, readJournal, readJournals } from "../../src/records/journal.ts";
import { recordOf } from "../../src/records/record.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const header = { schema: JOURNAL_SCHEMA, version: "1.2.3", trained: "0123abcd" };
const records = [doneResult(makeRun()), failedResult(makeRun({ index: 1 }))].map((result) => recordOf(result, "fake"));

const silent = () => {};

/** A folder with one journal of both records; the journal's path. */
function writtenJournal(): { folder: string; path: string } {
  const folder = temporaryFolder();
  const journal = new Journal(folder, header);
  for (const record of records) journal.append(record);
  journal.close();
  return { folder, path: join(folder, readdirSync(folder)[0] as string) };
}

describe("a journal", () => {
  test("begins with its header and gives its records back", () => {
    const { path } = writtenJournal();
    expect(JSON.parse(readFileSync(path, "utf8").split("\n")[0] as string)).toEqual(header);
    expect(readJournal(path, silent)).toEqual(records);
  });

  test("loses only a last line that a crash tore, wherever it tore it", () => {
    const { path } = writtenJournal();
    const text = readFileSync(path, "utf8");
    for (let length = 0; length < text.length; length += 37) {
      truncateSync(writtenCopy(path), length);
      const kept = readJournal(`${path}.copy`, silent).length;
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
    expect(readJournal(path, (line) => said.push(line))).toEqual(records);
    expect(said).toEqual([3, 4, 5].map((line) => `${path}:${line}: not a record; left out`));
  });

  test("keeps a label correlation that is not a number", () => {
    const folder = temporaryFolder();
    const journal = new Journal(folder, header);
    journal.append({ ...(records[0] as (typeof records)[0]), labelCorrelation: Number.NaN });
    journal.close();
    const [record] = readJournals(folder, silent).values();
    expect(record?.labelCorrelation).toBeNaN();
  });

  test("is written by one process alone: a second one in the folder begins a file of its own", () => {
    const { folder } = writtenJournal();
    const second = new Journal(folder, header);
    second.append({ ...(records[1] as (typeof records)[1]), status: "done", reason: "" });
    second.close();
    expect(readdirSync(folder)).toHaveLength(2);
    const merged = readJournals(folder, silent);
    expect([...merged.values()].map(({ status }) => status)).toEqual(["done", "done"]);
  });

  test("of another schema is refused by name, and so is a file that is no journal", () => {
    const { path } = writtenJournal();
    writeFileSync(path, '{"schema": 0}\n');
    expect(() => readJournal(path, silent)).toThrow(`${path}: written by another mmoe (schema 0, this one reads 1)`);
    writeFileSync(path, "\0\0\0\n");
    expect(() => readJournal(path, silent)).toThrow(`${path}: not a journal`);
  });
});

function writtenCopy(path: string): string {
  copyFileSync(path, `${path}.copy`);
  return `${path}.copy`;
}
