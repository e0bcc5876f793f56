import { describe, expect, test } from "vitest";
import { modelStyles, themeOf } from "../../src/figures/draw/style.ts";
import { SMALL } from "../../src/figures/draw/svg.ts";
import { drawerOf, drawn } from "../support/drawer.ts";
import { type LossOf, madeResults } from "../support/made-results.ts";

const draw = (set: readonly string[], lossOf: LossOf = () => 0.1) => drawn("seesaw", madeResults(lossOf, set));

describe("seesaw(results, options)", () => {
  test("gives each run's gain of each task, and the shares in the corners", () => {
    const { data, svg } = draw(["models=[single-task, mmoe]", "correlations=[0.5]", "runs=4"], ({ model, index }) =>
      model.name === "mmoe" ? [0.05, 0.2, 0.05, 0.05][index] : 0.1,
    );
    expect(data).toHaveLength(4);
    expect(data[1]).toMatchObject({ model: "mmoe", run: 1, loss: "train", against: "single-task" });
    expect(data.map(({ gain1 }) => Number(gain1).toFixed(6))).toEqual([
      "0.500000",
      "-1.000000",
      "0.500000",
      "0.500000",
    ]);
    const corners = [...svg.matchAll(/>(\d+%)</g)].map(([, share]) => share);
    expect(corners).toEqual(["0%", "75%", "25%", "0%"]); // as one reads: both gain at the upper right, both lose at the lower left
    expect(svg.match(/class="run"/g)).toHaveLength(4);
  });

  test("keeps the shares above and below all points", () => {
    const { svg } = draw(["models=[single-task, mmoe]", "correlations=[0.5]", "runs=3"], ({ model, index }) =>
      model.name === "mmoe" ? [0.02, 0.1, 0.5][index] : 0.1,
    );
    const points = [...svg.matchAll(/class="run".*?translate\(\S+ ([\d.]+)\)/gs)].map(([, y]) => Number(y));
    const [, high, low] = /y="([\d.]+)"[^>]*>33%<.* y="([\d.]+)"[^>]*>33%</s.exec(svg)?.map(Number) ?? [];
    expect(points).toHaveLength(3);
    expect(Math.min(...points)).toBeGreaterThan(high + 1);
    expect(Math.max(...points)).toBeLessThan(low - SMALL + 1); // digits are less high than their size
  });

  test("gives a model the colour that it has in other figures", () => {
    const models = ["single-task", "cgc"];
    const { svg } = draw([`models=${models}`, "correlations=[0.5]", "runs=2"]);
    expect(svg).toContain(modelStyles(models, themeOf("light")).get("cgc")?.colour);
  });

  test("draws every pair of more tasks, each with the shares of its own corners", () => {
    const results = madeResults(() => 0.1, ["models=[single-task, mmoe]", "tasks=3", "correlations=[0.5]", "runs=4"]);
    const losses = [0.01, 0.9, 0.05]; // tasks 1 and 3 gain, task 2 loses
    const records = results.records.map((record) => {
      return record.model === "mmoe" ? { ...record, trainingSetLoss: losses } : record;
    });
    const { svg, caption } = drawn("seesaw", { ...results, records });
    const titles = ["task 2 against task 1", "task 3 against task 1", "task 3 against task 2"];
    for (const title of titles) expect(svg).toContain(`>MMoE: ${title}<`);
    const corners = [...svg.matchAll(/>(\d+%)</g)].map(([, share]) => share).join(" ");
    expect(corners).toBe("0% 0% 0% 100% 0% 100% 0% 0% 100% 0% 0% 0%"); // in the first panel task 1, to the right, gains
    expect(svg.match(/class="run"/g)).toHaveLength(3 * 4);
    expect(caption).toContain("a panel for each pair of tasks");
  });

  test("draws as many models and pairs as a page has room for, and says so", () => {
    const models = "models=[single-task, mmoe, omoe, shared-bottom]";
    const some = draw([models, "tasks=4", "correlations=[0.5]", "runs=2"]);
    expect(some.svg.match(/class="panel"/g)).toHaveLength(2 * 6);
    expect(some.caption).toContain("Of 3 models the first 2 are drawn; the numbers are of all, also of");
    const many = draw([models, "tasks=6", "correlations=[0.5]", "runs=2"]);
    expect(many.svg.match(/class="panel"/g)).toHaveLength(12);
    expect(many.caption).toContain("Of 15 pairs of tasks the first 12 are drawn. Of 3 models the first one is drawn;");
  });

  test("is lacking, and no one is told, where no model shares nothing", () => {
    expect(drawerOf("seesaw")(madeResults(() => 0.1, ["models=[mmoe, omoe]"]))).toEqual({
      name: "seesaw",
      lacking: "runs of single-task or single-task-wide are needed",
      never: true,
    });
  });
});
