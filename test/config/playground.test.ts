import { describe, expect, test } from "vitest";
import { commandWords, playGenerator, playRuns } from "../../playground/runs.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { modelSetOverrides } from "../../src/config/model-set.ts";
import { addressOf, configSettings, type PlaySettings, settingsIn } from "../../src/config/playground.ts";
import { pairsOf } from "../../src/data/correlation-matrix.ts";
import { planRuns } from "../../src/sweep/plan.ts";

const PAPER = configSettings(loadConfig("paper") as unknown as Parameters<typeof configSettings>[0]);

const OTHERS: Partial<PlaySettings>[] = [
  {},
  { correlation: -0.25, tasks: 4, run: 3, seed: 7 },
  { sines: 2, noiseStd: 0.3, lr: 0.0005, batch: 31, steps: 700 },
  { data: "google", optimizer: "sgd", dropout: 0.25, trainRows: 640, sampling: "replacement" },
  { data: { inputs: 20, scale: 0.5, alpha: [3, -1.5], beta: [0, 2], noiseStd: 0.2 }, initializer: "he-uniform" },
  { models: [{ like: "mmoe", experts: 4, units: 32 }, { like: "shared-bottom", units: 16 }, { like: "ple" }] },
  { initializer: "truncated-normal", initializerStd: 0.2, evalEvery: "log:20", heldoutRows: 640 },
];

describe("an address of the playground", () => {
  test.each(OTHERS)("has what differs from the paper, and is read back: %j", (other) => {
    const settings = { ...PAPER, ...other };
    expect(settingsIn(new URLSearchParams(addressOf(settings, PAPER)), PAPER)).toEqual(settings);
  });

  test("is empty for the paper's settings, and short", () => {
    expect(addressOf(PAPER, PAPER)).toBe("");
    expect(addressOf({ ...PAPER, correlation: 0.9, models: [{ like: "mmoe", experts: 4 }] }, PAPER)).toBe(
      "p=0.9&models=mmoe:4",
    );
  });

  test.each([
    "p=2&tasks=99&lr=no&batch=1.5&models=narrow,none&data=9;1&steps=-1&optimizer=x&rows=0",
    "p=&tasks=&lr=&batch=&models=&data=&run=1e99&noise=-1&every=log:0",
  ])("that says what is no setting gives the paper's: %s", (address) => {
    expect(settingsIn(new URLSearchParams(address), PAPER)).toEqual(PAPER);
  });

  test("has a correlation that so many tasks can have", () => {
    const { correlation } = settingsIn(new URLSearchParams("p=-0.9&tasks=5"), PAPER);
    expect(correlation).toBe(-0.25);
    expect(pairsOf(5)).toHaveLength(10);
  });
});

describe("the command that the playground shows", () => {
  /** The config that `mmoe sweep` makes of the words after it. */
  function configOf(words: readonly string[]) {
    const given = (flag: string) => words.flatMap((word, i) => (word === flag ? [words[i + 1]] : []));
    const flags = { "--corr": "correlations", "--runs": "runs", "--models": "models" };
    const lists = Object.entries(flags).flatMap(([flag, key]) =>
      given(flag).map((text) => `${key}=${key === "runs" ? text : `[${text}]`}`),
    );
    const single = ["seed", "batch", "steps", "lr"].flatMap((key) => given(`--${key}`).map((text) => `${key}=${text}`));
    return loadConfig("paper", [
      ...[...lists, ...single, ...given("--set")].map(setOverride),
      ...modelSetOverrides(given("--model-set")),
    ]);
  }

  test.each(OTHERS)("plans the very runs that the page trains: %j", (other) => {
    const settings = { ...PAPER, ...other };
    const planned = planRuns(configOf(commandWords(settings, PAPER, settings.run + 1)));
    const trained = Array.from({ length: settings.run + 1 }, (_, index) => playRuns(settings, index)).flat();
    expect(trained).toEqual(planned);
  });
});

test("the slowest sines are kept", () => {
  const { alpha, beta } = playGenerator({ ...PAPER, sines: 2 });
  expect([alpha, beta]).toEqual([
    [3.6425, 6.4842],
    [1.5597, 1.543],
  ]);
});
