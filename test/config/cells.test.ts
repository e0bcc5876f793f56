import { expect, test } from "vitest";
import { settingsOf } from "../../src/config/cells.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";

test("settingsOf(config, cell) has the values that its runs are trained with: tuned and listed ones", () => {
  const tuned = loadConfig("results/paper-tuned/config.yaml");
  const ratesOf = (model: string) => settingsOf(tuned, { model, correlation: 0.5, point: {} });
  expect(ratesOf("shared-bottom")).toMatchObject({ lr: 0.001, batch: 128, data: "four-sines" });
  expect(ratesOf("omoe")).toMatchObject({ lr: 0.01, batch: 128 });
  const listed = loadConfig("smoke", ["batch=[16,32]"].map(setOverride));
  const settings = settingsOf(listed, { model: "mmoe", correlation: 1, point: { batch: 32 } });
  expect(settings.batch).toBe(32);
  expect(Object.keys(settings)).not.toContain("models");
});
