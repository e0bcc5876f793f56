import { expect, test } from "vitest";
import { roomOf } from "../../../src/cli/text/blocks.ts";
import { modelText } from "../../../src/cli/text/model-text.ts";
import { MODEL_NAMES, type ModelName, ZOO } from "../../../src/models/zoo.ts";
import { refusal, runMain } from "../../support/effects.ts";

function textOf(name: ModelName, tasks = 2, columns = 80): string {
  return modelText(ZOO[name].build({ inputs: 100, tasks }), ZOO[name], roomOf({ isTTY: true, columns }));
}

test.each(MODEL_NAMES)("modelText(%s) fits 60 columns, with the same words", (name) => {
  const text = textOf(name, 2, 60);
  expect(text.split("\n").filter((line) => line.length > 60)).toEqual([]);
  const words = (of: string) => of.split(/\s+/).sort();
  expect(words(text)).toEqual(words(textOf(name)));
});

test("a drawing tells experts that are added, and those that don't learn, from others, and a mix for all tasks once", () => {
  expect(textOf("adatt")).toMatch(/^ {2}y_2 = t_2\(m_2\) +● +●\+$/m);
  expect(textOf("mmoe-detached")).toMatch(/^ {2}y_1 = t_1\(m_1\) +● +● +○$/m);
  expect(textOf("omoe")).toMatch(/\n {2}y_k = t_k\(m\) +●\n● mixed\n/);
});

test.each(MODEL_NAMES)("the description of %s fits 80 columns for any number of tasks", (name) => {
  for (const tasks of [2, 3, 7, 100]) {
    for (const line of textOf(name, tasks).split("\n")) expect(line.length).toBeLessThan(80);
  }
  expect(textOf(name, 7)).toContain("tasks 1 to 3 of 7");
});

test("mmoe models --describe gives a spec with formula and source as JSON, and refuses a model that is not in the zoo", async () => {
  const described = JSON.parse((await runMain(["models", "--describe", "mmoe", "--json"])).stdout);
  expect(described).toMatchObject({ name: "mmoe", gating: "per-task", source: "Ma et al., KDD 2018, section 4.2" });
  expect(refusal(await runMain(["models", "--describe", "mmoee"]))).toMatch(
    /^--describe: expected one of .*, got 'mmoee'; did you mean 'mmoe'\?$/,
  );
});
