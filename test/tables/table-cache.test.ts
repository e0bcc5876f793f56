import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { onLongWork } from "../../src/long-work.ts";
import { csvTable } from "../../src/tables/read-table.ts";
import type { TableRows } from "../../src/tables/table-builder.ts";
import { keepTables, keepTablesBeside, keptOr, LEAST_KEPT } from "../../src/tables/table-cache.ts";
import { temporaryFolder } from "../support/effects.ts";
import { range } from "../support/reference.ts";

const HEADER = ["x_city", "x_age", "y_1", "y_2", "part"];
const LINES = range(23).map((n) => {
  const [city, age] = [["Rom", "Bern", ""][n % 3], n % 7 === 4 ? "" : n / 3];
  return [city, age, n % 2 === 0 ? "yes" : "no", n % 5 === 1 ? "" : n * n, n % 4 === 3 ? "test" : "train"].join();
});
const CSV = Buffer.from(`${HEADER}\n${LINES.join("\n")}\n`);
const asked = { source: "t.csv", sha256: (_?: unknown) => "5a", chosen: undefined, how: undefined };

let folder = "";
let notes: string[] = [];
const note = (line: string) => notes.push(line);
beforeEach(() => {
  folder = join(temporaryFolder(), ".tables");
  notes = [];
  keepTablesBeside(join(folder, "..", "some-sweep"));
  onLongWork(note);
});

const readCsv = () => csvTable(CSV, "t.csv");
const unreadable = (): TableRows => {
  throw new Error("read again");
};
const keep = async (own = asked, options: { signal?: AbortSignal; least?: number } = {}) => {
  const table = keptOr(HEADER, own, readCsv);
  await keepTables(new Set([table.values.id]), { note, least: 0, ...options });
  return table;
};
/** What two starts of the same file have alike. */
const unnumbered = ({ values: { id: _, ...values }, ...table }: TableRows) => ({ ...table, values });
const files = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name !== ".gitignore") : []);
const file = () => join(folder, files()[0]);

describe("a table that was kept", () => {
  test("is taken with all that reading it gives, and a line says so", async () => {
    const table = await keep();
    expect(table.contents[0]).toEqual({ values: ["Bern", "Rom"], gaps: true });
    const kept = keptOr(HEADER, asked, unreadable);
    expect(unnumbered(kept)).toEqual(unnumbered(table));
    expect(kept.values.id).not.toBe(table.values.id);
    expect(kept.values.cells.words).toBeInstanceOf(SharedArrayBuffer);
    expect(notes).toEqual([expect.stringMatching(/^t\.csv: taken from \/.*\.tables\/[0-9a-f]{32}\.table, /)]);
    expect(readFileSync(join(folder, ".gitignore"), "utf8")).toMatch(/^#.*\n\*\n$/);
  });

  test("has the groups by which runs draw their parts, and is another than one whose parts are fixed", async () => {
    const header = HEADER.map((name) => (name === "part" ? "user" : name));
    const csv = Buffer.from(
      `${header}\n${LINES.map((line, n) => line.replace(/[a-z]+$/, `u${(n * 3) % 5}`)).join("\n")}\n`,
    );
    const parts = { by: "group" as const, column: "user", heldout: 0.2, seed: 0 };
    const drawn = { ...asked, how: { parts, folds: 4, split: 0, metricsBy: "user" } };
    const table = keptOr(header, drawn, () => csvTable(csv, "t.csv", undefined, drawn.how));
    for (const { places, groups } of [table.values])
      for (const own of [places, groups])
        expect([...new Uint32Array(own as SharedArrayBuffer)]).toEqual(range(23).map((n) => (n * 3) % 5));
    await keepTables(new Set([table.values.id]), { note, least: 0 });
    expect(unnumbered(keptOr(header, drawn, unreadable))).toEqual(unnumbered(table));
    for (const how of [
      { parts, split: 0, metricsBy: "user" },
      { parts, folds: 4, split: 0 },
    ])
      expect(() => keptOr(header, { ...asked, how }, unreadable)).toThrow("read again");
  });

  test("alone needs its file's hash before its rows", async () => {
    const asks: string[] = [];
    const told = { ...asked, sha256: () => asked.sha256(asks.push("hash")) };
    const reading = (meanwhile?: () => void) => {
      asks.push(meanwhile === undefined ? "read" : "read meanwhile");
      return readCsv();
    };
    keptOr(HEADER, told, reading);
    expect(asks.splice(0)).toEqual(["read meanwhile", "hash"]);
    await keep();
    keptOr(HEADER, { ...told, how: { na: ["Rom"] } }, reading);
    expect(asks.slice(0, 2)).toEqual(["hash", "read"]);
  });

  test("has the name of the file that is read now", async () => {
    await keep();
    const { firstGap } = keptOr(HEADER, { ...asked, source: "moved.csv" }, unreadable);
    expect(firstGap).toMatch(/^moved\.csv:4: x_city: expected a number or a text, got nothing/);
  });

  test("is the same whether its columns were named or found", async () => {
    await keep();
    const labels = ["y_1", "y_2"];
    const kept = keptOr(HEADER, { ...asked, chosen: { labels } }, unreadable);
    expect(kept).toMatchObject({ labels, areChosen: true });
  });

  test.each<[string, Partial<typeof asked> | object]>([
    ["another file", { sha256: () => "5b" }],
    ["other columns", { chosen: { labels: ["y_1", "x_age"] } }],
    ["other words for nothing", { how: { na: ["Rom"] } }],
    ["another category", { how: { categorical: ["x_age"] } }],
    ["validation rows that each run draws", { how: { split: "run" } }],
  ])("is not taken for %s", async (_, other) => {
    await keep();
    expect(() => keptOr(HEADER, { ...asked, ...other }, unreadable)).toThrow("read again");
  });

  test("is kept if it is large, and not if it was taken from there", async () => {
    await keep(asked, { least: LEAST_KEPT });
    expect(files()).toEqual([]);
    await keep();
    const before = readFileSync(file());
    writeFileSync(file(), before);
    utimesSync(file(), 1, 1);
    const { values } = keptOr(HEADER, asked, unreadable);
    await keepTables(new Set([values.id]), { note, least: 0 });
    expect(readFileSync(file())).toEqual(before);
    expect(Date.now() - statSync(file()).mtimeMs).toBeLessThan(600_000); // it was taken: its month begins again
  });
});

describe("a file that was", () => {
  const read = () => {
    expect(unnumbered(keptOr(HEADER, asked, readCsv))).toEqual(unnumbered(readCsv()));
    return notes.at(-1)?.replace(/^.*?: not used: /, "");
  };

  test("cut short anywhere is not used, and a line says why", async () => {
    await keep();
    const { length } = readFileSync(file());
    for (const size of [0, 10, length >> 1, length - 1]) {
      truncateSync(file(), size);
      expect(read()).toBe("it is cut short, or of another mmoe; reading t.csv again");
      await keep();
    }
  });

  test("changed in a byte of any part is not used", async () => {
    await keep();
    const bytes = readFileSync(file());
    for (const at of [...bytes.keys()].filter((n) => n % 17 === 0)) {
      writeFileSync(
        file(),
        bytes.map((byte, i) => (i === at ? byte ^ 4 : byte)),
      );
      expect(read()).toMatch(/; reading t\.csv again$/);
    }
  });

  test("renamed to that of another table is not used", async () => {
    await keep();
    const bytes = readFileSync(file());
    await keep({ ...asked, sha256: () => "5b" });
    for (const name of files()) writeFileSync(join(folder, name), bytes);
    keptOr(HEADER, asked, unreadable);
    keptOr(HEADER, { ...asked, sha256: () => "5b" }, readCsv);
    expect(notes.at(-1)).toMatch(/: not used: it is of another table; reading t\.csv again$/);
  });
});

describe("keepTables(ids)", () => {
  test("says in a line where it can't write, and goes on", async () => {
    writeFileSync(folder, "a file of the user's");
    await keep();
    expect(notes).toEqual([expect.stringMatching(/^t\.csv: not kept packed in \/.*\.tables for the next start: /)]);
  });

  test("leaves nothing half-written if it is told to stop", async () => {
    await keep(asked, { signal: AbortSignal.abort() });
    expect([files(), notes]).toEqual([[], []]);
  });

  test("removes what killed processes left, and what nobody has taken for a month", async () => {
    mkdirSync(folder);
    const [dead, other, old] = [
      `a.table.${hostname()}-99999999-0a1b2c3d.partial`,
      "a.table.b-1-0a1b2c3d.partial",
      "c.table",
    ];
    const month = Date.now() / 1000 - 31 * 86_400;
    for (const name of [dead, other, old, "notes.txt"]) {
      writeFileSync(join(folder, name), "");
      utimesSync(join(folder, name), month, month);
    }
    const growing = "d.table.b-1-0a1b2c3d.partial";
    writeFileSync(join(folder, growing), "");
    await keep();
    expect(new Set(files())).toEqual(new Set([expect.stringMatching(/^[0-9a-f]{32}\.table$/), growing, "notes.txt"]));
  });

  test("leaves a table to the process that writes it", async () => {
    await keep();
    const name = `${files()[0]}.${hostname()}-${process.pid}-0a1b2c3d.partial`;
    truncateSync(file(), 0);
    writeFileSync(join(folder, name), "");
    await keep();
    expect([readFileSync(file()).length, files()[1]]).toEqual([0, name]);
    expect(notes).toHaveLength(1); // that the short one is not used
  });
});
