// mmoe.regimes and what it returns, as a program sees them: with the program of the checkout.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { BIN } from "../support/bin.ts";
import { csvFile } from "../support/csv.ts";
import { temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

const folder = temporaryFolder();

/** What a script of the test's folder prints as its last line. */
function json(text: string) {
  writeFileSync(join(folder, "script.py"), text);
  return JSON.parse(python(["script.py"], folder).trim().split("\n").at(-1) as string);
}

const MODEL = `import contextlib, io, json
import numpy as np
import mmoe


class Linear:
    """One linear map for all tasks."""

    def __init__(self, inputs, tasks, settings, scale=1.0):
        self.w = np.zeros((inputs, tasks))
        self.rate = settings.lr * scale

    def step(self, x, y):
        errors = self.predict(x) - y
        self.w -= self.rate * x.T @ errors / len(x)
        return (errors**2).mean(0)

    def predict(self, x):
        return x @ self.w

`;

const CALL = `heard = io.StringIO()
with contextlib.redirect_stderr(heard):
    s = mmoe.regimes(["shared-bottom", Linear, mmoe.model(Linear, name="Slow", scale=0.5)],
        only="irrelevant", runs=1, lr=0.1, out="mine", jobs=2)
`;

describe.skipIf(!HAS_PYTHON)("mmoe.regimes(models, ...)", () => {
  let told: Record<string, unknown>;
  beforeAll(() => {
    told = json(`${MODEL}${CALL}
print(json.dumps({"said": s.said, "repr": repr(s), "heard": heard.getvalue(), "table": json.loads(s.table.to_json(orient="records")),
    "cells": s.cells.cell.tolist(), "all": json.loads(s.all[["contestant", "from", "rank"]].to_json(orient="records")),
    "types": [str(s.table[name].dtype) for name in ("gain", "low", "needed", "rank")], "unknown": bool(s.table.low.isna().all()),
    "svg": s.figure().svg, "pdf": s.figure().save("page.pdf").read_bytes()[:4].decode(), "data": len(s.figure().data)}))`);
  });

  test("gives frames of what the command writes, its words and its page", () => {
    const rows = csvFile(join(folder, "mine"), "regimes.csv");
    const own = rows.filter(({ from, cell }) => from === "yours" && cell === "");
    const table = told.table as Record<string, unknown>[];
    expect(table.map(({ contestant }) => contestant).sort()).toEqual(["Linear", "Slow", "shared-bottom"]);
    for (const [i, row] of table.entries()) {
      for (const key of ["regime", "contestant", "rank", "of", "verdict"]) expect(String(row[key])).toBe(own[i][key]);
      for (const key of ["gain", "worst"]) expect(row[key]).toBeCloseTo(Number(own[i][key]), 9);
    }
    expect([told.types, told.unknown]).toEqual([["float64", "float64", "float64", "int64"], true]);
    expect((told.cells as string[]).length).toBe(
      rows.filter(({ from, cell }) => from === "yours" && cell !== "").length,
    );
    expect((told.all as unknown[]).length).toBe(rows.filter(({ cell }) => cell === "").length);
    expect([told.pdf, told.data]).toEqual(["%PDF", rows.length]);
    expect(told.svg).toBe(readFileSync(join(folder, "mine/regimes.svg"), "utf8"));
    const words = ["regimes", "--models", "shared-bottom", "--only", "irrelevant", "--runs", "1", "--lr", "0.1"];
    const said = execFileSync(process.execPath, [BIN, ...words, "--out", "typed"], { cwd: folder, encoding: "utf8" });
    expect(told.said).toContain(said.split("\n\n")[0]);
    expect(told.repr).toBe(told.said);
  });

  test("with folders shows these, or says what they lack", () => {
    const script = `import json, mmoe
try:
    mmoe.regimes(folders=["mine/irrelevant"])
except mmoe.MmoeError as error:
    print(json.dumps(str(error)))`;
    expect(json(script)).toMatch(/^mine\/irrelevant: no run of single-task, over which gains are; /);
  });

  test("shows a bar for each sweep, and trains nothing when it is called again", () => {
    expect(told.heard).toMatch(/irrelevant: 100%\|.*\| 6\.0\/6 runs/);
    const again = json(`${MODEL}${CALL}print(json.dumps([s.said, heard.getvalue()]))`);
    expect(again).toEqual([
      told.said,
      expect.stringMatching(/^shared-bottom, Linear and Slow: 0 runs to train in 1 sweep\n/),
    ]);
  });

  test("without models gives the committed contestants, in frames of Polars too, and writes nothing", () => {
    const [said, names, numbers, polars, svg] = json(`${MODEL}
s, p = [mmoe.regimes(only=["irrelevant"], frame=frame) for frame in ("pandas", "polars")]
print(json.dumps([s.said, s.table.contestant.tolist(), s.table["rank"].tolist(), [type(p.cells).__module__, len(p.all)], s.figure().svg[:4]]))`);
    const lines = said.split("\n\n")[0].split("\n").slice(2);
    expect(names).toEqual(lines.map((line: string) => line.split(/ {2,}/)[0]));
    expect(numbers).toEqual(lines.map((_: string, i: number) => i + 1));
    expect([polars, svg]).toEqual([["polars.dataframe.frame", lines.length], "<svg"]);
    expect(existsSync(join(folder, "results"))).toBe(false);
  });

  test("warns of runs that fail, and still shows the others", () => {
    const broken = MODEL.replace(
      "return (errors**2).mean(0)",
      "return (errors**2).mean(0) * (np.nan if self.rate > 1 else 1)",
    );
    const [warned, pairs] = json(`${broken}
import warnings
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    s = mmoe.regimes(Linear, only="irrelevant", runs=2, lr=[0.1, 2], progress=False)
print(json.dumps([[(str(one.message), one.filename.endswith("script.py")) for one in caught], s.table.pairs.tolist()]))`);
    expect(warned).toEqual([
      [expect.stringMatching(/^regimes: 4 runs failed, such as Linear\/.*NaN.*; retry_failed=True/), true],
    ]);
    expect(pairs).toEqual([2]);
    expect(existsSync(join(folder, "results/my-regimes/irrelevant/runs.csv"))).toBe(true); // the default for models
  });

  const REFUSED = [
    [`only="few"`, "only: expected one of paper, few-rows, "],
    [`method="pcgrad"`, "method pcgrad: expected models to train; add models shared-bottom,mmoe or your own"],
    [`"mmoe", settings={"seed": 3}`, "seed=3: changes the rows or the length of paper"],
    [`"mmoe", runs=0`, "runs: expected a whole number from 1 "],
  ] as const;

  test("refuses what the command refuses, in the words of its keywords", () => {
    const calls = REFUSED.map(
      ([given]) => `\ntry: mmoe.regimes(${given})\nexcept mmoe.MmoeError as e: said.append(str(e))`,
    );
    const said = json(`import json, mmoe\nsaid = []${calls.join("")}\nprint(json.dumps(said))`);
    expect(said).toEqual(REFUSED.map(([, words]) => expect.stringContaining(words)));
  });
});
