import { describe, expect, test } from "vitest";
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
