import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { chosenEngine } from "../support/chosen-engine.ts";
import { refusal, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { tableFile } from "../support/tables.ts";

const engine = chosenEngine();

let root = "";
beforeEach(() => {
  root = temporaryFolder();
  engine.load = () => fakeEngine();
});

const at = (name: string) => join(root, name);
const sweep = async (name: string, ...argv: string[]) => {
  expect((await runMain(["sweep", "smoke", "--runs", "2", "--out", at(name), ...argv])).code).toBe(0);
  return at(name);
};
const csv = (folder: string) => ["runs.csv", "curves.csv"].map((file) => readFileSync(join(folder, file), "utf8"));
const journals = (folder: string) => readdirSync(join(folder, "journal")).sort();

describe("mmoe merge A B -o OUT", () => {
  test("writes the CSV of one sweep that trained it all, and keeps journals and provenance of both", async () => {
    const [a, b] = [await sweep("a", "--models", "omoe,mmoe"), await sweep("b", "--models", "shared-bottom")];
    const whole = await sweep("whole");
    const { code, stdout } = await runMain(["merge", a, b, "-o", at("out")]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("shared-bottom  0.50     2       0")]);
    expect(csv(at("out"))).toEqual(csv(whole));
    expect(journals(at("out"))).toHaveLength(4);
  });

  test("names the labels of a table in its CSV, as the sweep does", async () => {
    const a = await sweep("a", "--rows", tableFile(60));
    await runMain(["merge", a, "-o", at("out")]);
    expect(csv(a)[0]).toMatch(/^[^\n]*,label1,/);
    expect(csv(at("out"))).toEqual(csv(a));
  });

  test("drops what was done twice with the same results, and says so", async () => {
    const [a, b] = [await sweep("a"), await sweep("b", "--runs", "1")];
    const { code, stderr } = await runMain(["merge", a, b, "-o", at("out")]);
    expect([code, stderr]).toEqual([0, "6 runs were done more than once, with the same results\n"]);
    expect(csv(at("out"))).toEqual(csv(a));
  });

  test("refuses sweeps of different configs key by key", async () => {
    const [a, b] = [await sweep("a"), await sweep("b", "--batch", "32")];
    expect(refusal(await runMain(["merge", a, b, "-o", at("out")]))).toMatch(
      /\/b holds another sweep than .*\/a \(batch: 64 there, 32 here\); merge only/,
    );
  });

  test("again, or into a folder that holds some of it, changes nothing but what is new", async () => {
    const [a, b] = [await sweep("a", "--models", "omoe"), await sweep("b", "--models", "mmoe")];
    await runMain(["merge", a, "-o", at("out")]);
    await runMain(["merge", a, b, "-o", at("out")]);
    const before = [csv(at("out")), journals(at("out"))];
    expect((await runMain(["merge", a, b, "-o", at("out")])).code).toBe(0);
    expect([csv(at("out")), journals(at("out"))]).toEqual(before);
  });
});

describe("mmoe merge DIR", () => {
  test("writes the folder's CSV from its journals", async () => {
    const a = await sweep("a");
    const before = csv(a);
    for (const file of ["runs.csv", "curves.csv"]) rmSync(join(a, file));
    expect((await runMain(["merge", a])).code).toBe(0);
    expect(csv(a)).toEqual(before);
  });

  test("names what is missing, with the command that trains it, and exits with 4", async () => {
    const [a, b] = [await sweep("a", "--models", "omoe"), await sweep("b", "--models", "mmoe", "--runs", "1")];
    const { code, stderr } = await runMain(["merge", a, b, "-o", at("out")]);
    const cells = "1 of mmoe at 0.50, 1 of mmoe at 1.00";
    const command = `mmoe sweep ${at("out")}/config.yaml --out ${at("out")}`;
    expect([code, stderr]).toEqual([4, `mmoe: 2 runs are missing (${cells}); train them with:\n${command}\n`]);
    expect((await runMain(command.split(" ").slice(1))).code).toBe(0);
    expect((await runMain(["merge", at("out")])).code).toBe(0);
  });

  test("refuses two folders without an output folder", async () => {
    expect(refusal(await runMain(["merge", "a", "b"]))).toBe("2 folders need an output folder; give -o FOLDER");
  });
});
