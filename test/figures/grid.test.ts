import { describe, expect, test } from "vitest";
import { DEFAULT_OPTIONS, type Figure, type FigureOptions, type Unavailable } from "../../src/figures/draw/figure.ts";
import { fileName, isFigureFile } from "../../src/figures/files.ts";
import { LOSS_FIGURES, SWEEP_FIGURES } from "../../src/figures/gallery.ts";
import { resultsAt } from "../../src/records/at-point.ts";
import type { Results } from "../../src/records/read-results.ts";
import { sweepResults } from "../support/sweep-results.ts";

const SET = ["models=omoe,mmoe", "correlations=0.5,1", "runs=4", "batch=64,256", "lr=0.001,0.01,0.1"];
const results = sweepResults({ set: SET });

function draw(name: string, of: Results, options: Partial<FigureOptions> = {}): Figure | Unavailable {
  const kind = SWEEP_FIGURES.find((one) => one.name === name);
  if (kind === undefined) throw new Error(`no figure ${name}`);
  return kind.draw(of, { ...DEFAULT_OPTIONS, ...options });
}

describe("the figure of a grid", () => {
  test("draws every cell against the setting of most values, a row of panels for each choice of the others", () => {
    const { data, svg, title } = draw("grid", results) as Figure;
    expect(title).toBe("Final loss against lr");
    expect(data).toHaveLength(2 * 2 * 6);
    expect(data[0]).toMatchObject({ model: "omoe", correlation: 0.5, batch: 64, lr: 0.001, runs: 4 });
    expect(svg.match(/class="panel"/g)).toHaveLength(2 * 2);
    expect(svg.match(/class="series"/g)).toHaveLength(2 * 2 * 2);
    expect(svg).toMatch(/>batch=64<.*>batch=256</s);
  });

  test("has one row where another value is chosen, and says which", () => {
    const { data, svg, caption } = draw("grid", resultsAt(results, { batch: 64 })) as Figure;
    expect(data).toHaveLength(2 * 2 * 3);
    expect(svg).not.toContain(">batch=");
    expect(caption).toMatch(/n = 4 runs in each cell, at batch=64\.$/);
  });

  test("draws words side by side", () => {
    const words = sweepResults({ set: ["models=mmoe", "correlations=1", "runs=2", "trainRows=5000,fresh,300"] });
    const { svg, data } = draw("grid", words) as Figure;
    expect(data.map(({ trainRows }) => trainRows)).toEqual([300, 5000, "fresh"]);
    expect(svg).toMatch(/>300<.*>5000<.*>fresh</s);
  });

  test("lacks a list in a sweep without one, which need not be told", () => {
    expect(draw("grid", sweepResults())).toEqual({
      name: "grid",
      lacking: "its runs have one value of each setting",
      never: true,
    });
  });
});

describe.each(LOSS_FIGURES.filter(({ name }) => !["grid", "map", "front"].includes(name)))(
  "$name of a grid",
  ({ name }) => {
    const models: Readonly<Record<string, string[]>> = {
      figure3: ["models=shared-bottom-16"],
      seesaw: ["models=single-task,mmoe"],
      cost: ["models=single-task-wide,mmoe"],
    };
    const set = [...SET, ...(models[name] ?? [])];
    const grid = sweepResults({ set });

    test("lacks the choice of a point", () => {
      expect(draw(name, grid)).toEqual({
        name,
        lacking:
          "there are several points (batch: 64, 256; lr: 0.001, 0.01, 0.1), and one at a time can be shown; give --at batch=64,lr=0.001, or another",
      });
    });

    test("draws the point that is chosen as a sweep of its own, and says which", () => {
      const at = draw(name, resultsAt(grid, { batch: 64, lr: 0.1 })) as Figure;
      const alone = draw(name, sweepResults({ set: [...set, "batch=64", "lr=0.1"] })) as Figure;
      expect(at.data).toEqual(alone.data);
      expect(at.caption).toBe(alone.caption.replace("in each cell.", "in each cell, at batch=64, lr=0.1."));
    });
  },
);

test("fileName(figure, options, { at }) has the chosen values, and is known as a figure's", () => {
  const figure = draw("grid", results) as Figure;
  const name = fileName(
    figure,
    { ...DEFAULT_OPTIONS, loss: "heldout" },
    { at: { batch: 64, lr: 1e-7, trainRows: "fresh" } },
  );
  expect(name).toBe("grid-batch=64-lr=1e-7-trainRows=fresh-heldout");
  expect(["grid.csv", `${name}.svg`, "figure4-initializer=glorot-uniform.txt"].map(isFigureFile)).toEqual([
    true,
    true,
    true,
  ]);
  expect(["figure4-mine=3.svg", "grid-lr=.exe", "figure4-lr=1/2.svg"].map(isFigureFile)).toEqual([false, false, false]);
});
