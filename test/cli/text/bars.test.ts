import { afterEach, describe, expect, test, vi } from "vitest";
import { type BarLine, barLayout, barLines, Frame } from "../../../src/cli/text/bars.ts";
import { ProgressCount } from "../../../src/cli/text/progress-line.ts";
import { range } from "../../support/reference.ts";
import { makeRun } from "../../support/runs.ts";
import { Screen } from "../../support/screen.ts";

const runsOf = (cell: string, count: number) =>
  range(count).map((index) => makeRun({ id: `${cell}/${index}`, index }, { steps: 1000 }));

/** Cells of four runs each, whose first run has done a share of its steps with a loss. */
function cellsOf(count: number, told: (i: number) => { step: number; loss: number }) {
  const names = range(count).map((i) => `shared-bottom p=0.${10 + i}`);
  const cells = names.map((name, i) => {
    const count = new ProgressCount(runsOf(name, 4), new Map());
    const { step, loss } = told(i);
    count.reach(`${name}/0`, step, loss);
    return { name, count };
  });
  const runs = names.flatMap((name) => runsOf(name, 4));
  return { cells, whole: new ProgressCount(runs, new Map()) };
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
    const whole = new ProgressCount(runs, new Map());
    for (const { id } of runs.slice(0, 2)) whole.choose(id, 0);
    whole.choose("mmoe/0", 100);
    vi.advanceTimersByTime(2000);
    whole.choose("mmoe/1", 100, 50);
    const lines = shown([{ name: "mmoe", count: new ProgressCount(runs, new Map()) }], whole, { columns, rows: 24 });
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

test("barLayout(lines) leaves out the bar first, then the losses, then the cells", () => {
  const names = ["shared-bottom", "omoe", "mmoe"].map((name) => `${name} p=0.50 lr=0.0001`);
  const at = (columns: number, rows = 24) => barLayout({ columns, rows, names, runs: 1800 });
  expect(at(80)).toMatchObject({ cells: true, loss: true, rate: false });
  expect(at(64)).toMatchObject({ cells: true, loss: true, bar: 0 });
  expect(at(50)).toMatchObject({ cells: true, loss: false, bar: 0 });
  expect([at(80, 5).cells, at(80, 4).cells]).toEqual([true, false]);
});

let stop = () => {};
afterEach(() => stop());

function frameOn(screen: Screen): Frame {
  const frame = new Frame(screen);
  stop = () => frame.stop([]);
  return frame;
}

const words = (before: string): BarLine => ({ before, bar: 0, after: "", steps: 0, total: 1 });

/** A bar of some characters, of which `steps` of 10 steps are filled. */
const bar = (size: number, steps: number): BarLine => ({ before: "a [", bar: size, after: "] b", steps, total: 10 });

test("a Frame draws bars over those that it drew before, each full when all is done", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  frame.draw([bar(4, 0), bar(5, 9)]);
  expect(screen.shown).toEqual(["a [    ] b", "a [==== ] b"]);
  frame.draw([bar(4, 5), bar(5, 10)]);
  expect(screen.shown).toEqual(["a [==  ] b", "a [=====] b"]);
});

test("a Frame may have more lines than before, or fewer", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  for (const lines of [["one"], ["one", "two", "three"], ["2"]]) {
    frame.draw(lines.map(words));
    expect(screen.shown).toEqual(lines);
  }
});

test("a Frame leaves nothing behind where lines have wrapped since the terminal became narrower", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  screen.write("before\n");
  frame.draw(["0123456789", "0123", "01234567"].map(words));
  screen.narrow(4);
  frame.draw([words("a"), words("b")]);
  expect(screen.shown.slice(2)).toEqual(["a", "b"]);
});

test("a Frame keeps its lines below what is logged, also in a terminal that has become narrower", () => {
  const screen = new Screen(12);
  const frame = frameOn(screen);
  frame.draw([words("0123456789"), words("abcdefghijk")]);
  frame.log("a note that takes rows");
  expect(screen.shown).toEqual(["a note that", "takes rows", "0123456789", "abcdefghijk"]);
  screen.narrow(6);
  frame.log("short");
  expect(screen.shown.slice(4)).toEqual(["short", "012345", "abcdef"]);
  frame.draw([words("cd")]);
  expect(screen.shown.slice(-2)).toEqual(["short", "cd"]);
});

test("a Frame that stops leaves its last lines, and the cursor below them", () => {
  const screen = new Screen(20);
  const frame = frameOn(screen);
  frame.draw([bar(4, 5), words("a")]);
  frame.stop([bar(4, 10), words("b")]);
  expect(screen.shown).toEqual(["a [====] b", "b"]);
  expect(screen.cursor).toEqual({ x: 0, y: 2 });
});

test("a Frame on a terminal without a size, which has 0 columns, moves by no endless number of lines", () => {
  const written: string[] = [];
  const frame = new Frame({ isTTY: true, columns: 0, write: (text: string) => void written.push(text) });
  stop = () => frame.stop([]);
  frame.draw(["0123456789", "0123"].map(words));
  frame.log("a line");
  frame.draw([words("a")]);
  expect(written.join("")).toContain("0123456789");
  expect(written.join("")).not.toMatch(/Infinity|NaN/);
});
