import { expect, test } from "vitest";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { constantsName } from "../src/constants.ts";
import { readPlan, wordsOf } from "../src/plan.ts";

test("wordsOf(job) is the command of its sweep, with lists as the command takes them", () => {
  const lists = { models: ["omoe", "mmoe"], corr: [0.5, 1], trainRows: [4000, 5000], batch: 3, lr: [0.001, 0.01] };
  const one = { name: "one", constants: "paper", runs: 7, steps: 2_000_000, initializer: "lecun-normal" };
  const text =
    "sweep research/configs/search.yaml --set trainRows=4000,5000 --set data=paper --set initializer=lecun-normal " +
    "--corr 0.5,1 --models omoe,mmoe --runs 7 --batch 3 --steps 2000000 --lr 0.001,0.01 " +
    "--model-set mmoe.gate.bias=true --out research/sweeps/one";
  expect(wordsOf({ ...lists, ...one, also: ["--model-set", "mmoe.gate.bias=true"] })).toEqual(text.split(" "));
});

test("readPlan() names each sweep once, with constants that it means", () => {
  const jobs = readPlan();
  expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  for (const job of jobs) {
    const data = wordsOf(job).find((word) => word.startsWith("data=")) as string;
    const config = loadConfig("research/configs/search.yaml", [setOverride(data)]);
    expect(constantsName(config.data as NonNullable<typeof config.data>)).toBe(job.constants);
  }
});

test("readPlan() makes a sweep of each set of constants of an entry", () => {
  const own = readPlan().filter(({ name }) => name.startsWith("phases-long"));
  expect(own.map(({ name }) => name)).toEqual(own.map(({ constants }) => `phases-long-${constants}`));
  expect(new Set(own.map(({ constants }) => constants)).size).toBe(5);
});
