import { describe, expect, test, vi } from "vitest";
import { barLines } from "../../../src/cli/text/bar-lines.ts";
import { Frame } from "../../../src/cli/text/frame.ts";
import { Tally } from "../../../src/cli/text/tally.ts";
import { range } from "../../support/reference.ts";
import { makeRun } from "../../support/runs.ts";
import { Screen } from "../../support/screen.ts";

const runsOf = (cell: string, count: number) =>
  range(count).map((index) => makeRun({ id: `${cell}/${index}`, index }, { steps: 1000 }));

/** Cells of four runs each, whose first run has done a share of its steps with a loss. */
function cellsOf(count: number, told: (i: number) => { step: number; loss: number }) {
  const names = range(count).map((i) => `shared-bottom p=0.${10 + i}`);
  const cells = names.map((name, i) => {
    const tally = new Tally(runsOf(name, 4), new Map());
    const { step, loss } = told(i);
    tally.reach(`${name}/0`, step, loss);
    return { name, tally };
  });
  return {
    cells,
    whole: new Tally(
      names.flatMap((name) => runsOf(name, 4)),
      new Map(),
    ),
  };
}

/** The lines as a terminal of some size shows them. */
function shown(...[cells, whole, { columns, rows }]: Parameters<typeof barLines>): string[] {
  const screen = new Screen(columns, rows);
  new Frame(screen).stop(barLines(cells, whole, { columns, rows }));
  return screen.shown;
}

describe("barLines(cells, whole, size)", () => {
  test("has a bar and the training loss for each cell, and one for all", () => {
    const { cells, whole } = cellsOf(2, (i) => ({ step: 100 + 900 * i, loss: 0.1 + i }));
    expect(shown(cells, whole, { columns: 80, rows: 24 })).toEqual([
      "shared-bottom p=0.10 [              ] 0/4 runs, training 0.1000",
      "shared-bottom p=0.11 [===           ] 0/4 runs, training 1.1000",
      "all                  [              ] 0/8 runs, starting",
    ]);
  });

  test("of more cells than lines names the one with the highest loss and the slowest", () => {
    const { cells, whole } = cellsOf(30, (i) => ({ step: i === 7 ? 120 : 500, loss: i === 4 ? 0.9 : 0.1 }));
    const [worst, slowest, all, ...more] = shown(cells, whole, { columns: 80, rows: 24 });
    expect([worst, slowest, more]).toEqual([
      "highest loss: shared-bottom p=0.14, training 0.9000",
      "slowest: shared-bottom p=0.17, 3 %, 0/4 runs",
      [],
    ]);
    expect(all).toMatch(/^all \[ +\] 0\/120 runs, starting$/);
  });

  test.each([120, 80, 60, 40, 30, 20])("has no line wider than %i columns, and cuts no word", (columns) => {
    for (const count of [3, 30]) {
      const { cells, whole } = cellsOf(count, () => ({ step: 10, loss: 0.1 }));
      const lines = shown(cells, whole, { columns, rows: 24 });
      expect(lines.filter((line) => line.length >= columns)).toEqual([]);
      expect(lines.join(" ")).toMatch(/all.*0\/\d+\s+runs,\s+starting$/);
    }
  });

  test.each([
    [80, `all  [${" ".repeat(21)}] 0/90 runs, 50 steps/s, choosing steps: 1/2`],
    [60, `all  [${" ".repeat(18)}] 0/90 runs, choosing steps: 1/2`],
  ])("says in %i columns how many runs have chosen their steps", (columns, line) => {
    const runs = runsOf("mmoe", 90).map((run) => ({ ...run, stopping: { patience: 3, validation: 0.2 } }));
    vi.useFakeTimers({ toFake: ["performance"] });
    const whole = new Tally(runs, new Map());
    for (const { id } of runs.slice(0, 2)) whole.choose(id, 0);
    whole.choose("mmoe/0", 100);
    vi.advanceTimersByTime(2000);
    whole.choose("mmoe/1", 100, 50);
    const lines = shown([{ name: "mmoe", tally: new Tally(runs, new Map()) }], whole, { columns, rows: 24 });
    vi.useRealTimers();
    expect(lines.at(-1)).toBe(line);
  });

  test.each([24, 5, 4, 3, 2])("leaves one of %i rows free", (rows) => {
    for (const count of [1, 2, 30]) {
      const { cells, whole } = cellsOf(count, () => ({ step: 10, loss: 0.1 }));
      expect(barLines(cells, whole, { columns: 60, rows }).length).toBeLessThan(rows);
    }
  });
});
