import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { JOURNAL_SCHEMA, Journal, readJournal } from "../../src/records/journal.ts";
import { recordOf } from "../../src/records/record.ts";
import { temporaryFolder } from "../support/effects.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const header = { schema: JOURNAL_SCHEMA, version: "1.2.3", trained: "0123abcd" };
const records = [doneResult(makeRun()), failedResult(makeRun({ index: 1 }))].map((result) => recordOf(result, "fake"));

function writtenJournal(): string {
  const path = join(temporaryFolder(), "1.jsonl");
  const journal = new Journal(path, header);
  for (const record of records) journal.append(record);
  journal.close();
  return path;
}

describe("a journal", () => {
  test("begins with its header and gives its records back", () => {
    const path = writtenJournal();
    expect(JSON.parse(readFileSync(path, "utf8").split("\n")[0] as string)).toEqual(header);
    expect(readJournal(path)).toEqual(records);
  });

  test("loses only a last line that a crash tore", () => {
    const path = writtenJournal();
    appendFileSync(path, JSON.stringify(records[0]).slice(0, 100));
    expect(readJournal(path)).toEqual(records);
  });

  test("keeps a label correlation that is not a number", () => {
    const path = join(temporaryFolder(), "1.jsonl");
    const journal = new Journal(path, header);
    journal.append({ ...(records[0] as (typeof records)[0]), labelCorrelation: Number.NaN });
    journal.close();
    expect(readJournal(path)[0]?.labelCorrelation).toBeNaN();
  });

  test("is not shared: a file that exists is refused", () => {
    const path = writtenJournal();
    expect(() => new Journal(path, header)).toThrow("EEXIST");
  });
});
