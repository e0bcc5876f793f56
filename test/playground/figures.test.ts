import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Figure } from "../../playground/draw.ts";
import { lossFigure, tradeFigure } from "../../playground/loss-figures.ts";
import { diagramFigure, gateFigure, learnedFigure, type Shown } from "../../playground/model-figures.ts";
import { POINTS, Probe, placeAt } from "../../playground/probe.ts";
import { histogramFigure } from "../../playground/run-histogram.ts";
import { playRuns } from "../../playground/runs.ts";
import {
  correlationFigure,
  digits,
  directionsFigure,
  functionFigure,
  labelCurve,
} from "../../playground/task-figures.ts";
import { loadConfig } from "../../src/config/load.ts";
import { configSettings } from "../../src/config/playground.ts";
import { RunGroupTraining } from "../../src/engines/cpu/run-group.ts";
import { WasmKernels } from "../../src/engines/cpu/wasm-kernels.ts";
import { themeOf } from "../../src/figures/draw/style.ts";
import { element, svgText } from "../../src/figures/draw/svg.ts";
import { MODEL_NAMES } from "../../src/models/zoo.ts";

const PAPER = configSettings(loadConfig("paper") as unknown as Parameters<typeof configSettings>[0]);
const K = 3;
const kernels = new WasmKernels(new WebAssembly.Module(readFileSync("src/engines/cpu/kernels/kernels.wasm")));
const colour = () => "#123456";

const drawn = ({ nodes }: Figure) => svgText(element("svg", {}, nodes(themeOf("light"))));

/** Colours of a path's fill or stroke, how often each is used. */
const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** Model number `i` after some steps of three tasks, as the page has it. */
function shownAfter(steps: number, like: (typeof MODEL_NAMES)[number]): Shown {
  const [run] = playRuns({ ...PAPER, tasks: K, models: [{ like }], batch: 32, heldoutRows: 64 }, 0);
  if (run === undefined) throw new Error("no run");
  const training = new RunGroupTraining(kernels, [run]);
  while (training.runs[0]?.step < steps) training.advance(() => {});
  const probe = new Probe(run);
  const { at } = labelCurve(run.data);
  const truth = Array.from({ length: POINTS }, (_, i) => at(placeAt(i)));
  const reading = probe.at(training.runs[0]?.parameters);
  return { name: like, spec: run.model, colour, truth, places: probe.places, reading };
}

describe("every model of the page is trained, read and drawn", () => {
  test.each(MODEL_NAMES)("%s", (like) => {
    const shown = shownAfter(20, like);
    const figures = [learnedFigure(shown), diagramFigure(shown), gateFigure(shown)];
    for (const figure of figures) expect(drawn(figure)).not.toMatch(/NaN|undefined|Infinity/);
    const rows = learnedFigure(shown).rows?.() ?? [];
    expect(rows).toHaveLength(K * POINTS);
    expect(rows.every(({ prediction }) => Number.isFinite(prediction))).toBe(true);
    const weights = (gateFigure(shown).rows?.() ?? []) as { task: number; position: number; weight: number }[];
    const first = weights.filter(({ task, position }) => task === 2 && position === -3);
    if (first.length > 0) expect(first.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 5);
  });
});

test("dead units are empty squares, all others are filled", () => {
  const shown = shownAfter(0, "mmoe");
  const { reading } = shown;
  if (reading === undefined) throw new Error("no reading");
  const towers = [Float32Array.of(0, 0.5, 1, 0), Float32Array.of(1, 1, 1, 1), Float32Array.of(0, 0, 0, 0)];
  const text = drawn(diagramFigure({ ...shown, reading: { ...reading, experts: [], towers } }));
  const squares = (path: string) => path.split("M").length - 1;
  const paths = [...text.matchAll(/<path d="([^"]*Z)" fill="([^"]*)"/g)].map(([, d = "", fill]) => ({
    n: squares(d),
    fill,
  }));
  const total = (wanted: string) => paths.reduce((sum, { n, fill }) => sum + (fill === wanted ? n : 0), 0);
  expect([total("none"), total("#123456")]).toEqual([6, 6]);
});

test("losses are a line for each model and task, with rungs, and rows of all three losses", () => {
  const [a, b, c, d] = [
    [1, 2],
    [3, 4],
    [5, 6],
    [7, 8],
  ] as [number[], number[], number[], number[]];
  const curve = { steps: [100, 250], train: [a, b], heldout: [c, d] };
  const options = { loss: "running", log: false, steps: 250, tasks: 2, rungs: [0.25], paper: [] } as const;
  const figure = lossFigure([{ name: "mmoe", colour, curve }], options);
  expect(count(drawn(figure), /stroke="#123456"/g)).toBe(3); // two lines and the paper's dots
  expect(drawn(figure)).toContain("rung 0");
  expect(figure.words).toBe("The running mean of each task against steps: mmoe task 1 2.200, mmoe task 2 3.200.");
  expect(figure.rows?.()[3]).toEqual({ model: "mmoe", step: 250, task: 2, train: 4, running: 3.2, heldout: 8 });
});

test("two tasks' losses are a line against each other, and a dot at its end", () => {
  const train = [
    [9, 9],
    [0.5, 0.4],
    [0.2, 0.1],
  ];
  const curve = { steps: [1, 2, 3], train, heldout: train };
  const options = { loss: "train", log: false, steps: 3, tasks: 2, rungs: [], paper: [] } as const;
  const figure = tradeFigure([{ name: "mmoe", colour, curve }], options);
  const [line = "", dot = ""] = [...drawn(figure).matchAll(/<path d="([^"]+)"[^>]*stroke="#123456"/g)].map(
    ([, d]) => d,
  );
  const [, x, y, , toX, toY] = /^M([\d.]+) ([\d.]+)(L)([\d.]+) ([\d.]+)$/.exec(line)?.map(Number) ?? [];
  expect(dot).toBe(`M${toX} ${toY}h0`);
  expect((x - 28) / (toX - 28)).toBeCloseTo(2.5, 1); // from .5 to .2; 28 is where 0 is
  expect((162 - y) / (162 - toY)).toBeCloseTo(4, 1); // from .4 to .1
  expect(figure.words).toBe(
    "The training loss of task 2 against that of task 1 while the models train: mmoe 0.200 and 0.100.",
  );
});

test("runs are dots that are stacked in bins of a thirtieth, and counted above the loss of bad minima", () => {
  const finals = [0.01, 0.02, 0.9, 0.16].map((loss, run) => ({ run, loss }));
  const figure = histogramFigure([{ name: "mmoe", title: "MMoE", colour, finals }], { runs: 20, bad: 1 / 6 });
  const [, dots = ""] = /d="((?:M[\d. ]+h0)+)"/.exec(drawn(figure)) ?? [];
  const places = [...dots.matchAll(/M([\d.]+) ([\d.]+)h0/g)].map(([, x, y]) => [Number(x), Number(y)]);
  expect(places).toHaveLength(4);
  const [first = [], second = [], last = [], fourth = []] = places;
  expect([first[0] === second[0], first[1] > second[1], first[1] === fourth[1]]).toEqual([true, true, true]);
  expect(last[0]).toBeGreaterThan(fourth[0]);
  expect(figure.words).toContain("MMoE: 1 of 4 in a bad minimum");
});

test("tasks are drawn: their function, their directions and the correlation of their labels", () => {
  const data = playRuns(PAPER, 0)[0]?.data;
  const rows = functionFigure(data).rows?.() ?? [];
  const peak = rows.reduce((best, row) => ((row.label as number) > (best.label as number) ? row : best));
  expect(Number(peak.position)).toBeCloseTo(0, 1); // all four sines are near their tops there: their phases are pi / 2
  expect(directionsFigure(0.5, 2).words).toBe(
    "The directions of tasks 1 and 2, 60 degrees apart: their correlation p, the cosine, is 0.50.",
  );
  expect(correlationFigure(data, 1, -1, []).words).toMatch(/labels' correlation is 1\.00/);
});

test("each task has an arrow, and arrows that end at one place share a label", () => {
  const labels = (figure: Figure) =>
    [...drawn(figure).matchAll(/font-weight="600"[^>]*>([^<]+)</g)].map(([, one]) => one);
  expect(labels(directionsFigure(0.5, 2))).toEqual(["1", "2"]);
  expect(labels(directionsFigure(0.3, 5))).toEqual(["1", "2", "3", "4", "5"]);
  expect(labels(directionsFigure(1, 3))).toEqual(["1, 2, 3"]);
});

test("labels without sines fit in their panels: a straight line has no plateau", () => {
  const data = playRuns({ ...PAPER, data: "linear" }, 0)[0]?.data;
  const text = drawn(functionFigure(data));
  const domains = [...text.matchAll(/data-y="linear ([-\d.]+) ([-\d.]+)/g)].map(([, low, high]) => [
    Number(low),
    Number(high),
  ]);
  expect(domains).toHaveLength(2);
  // Of labels with variance 1, a line takes all but that of the noise, .01 / (.58² + .01) = .029: 3 deviations reach 2.957.
  for (const [low, high] of domains) expect([low < -2.95, high > 2.95]).toEqual([true, true]);
});

test("wide lines are the mean of many runs", () => {
  const curve = { steps: [10, 20], train: [[1], [0.5]], heldout: [[1], [0.5]] };
  const options = { loss: "heldout", log: false, steps: 20, tasks: 1, rungs: [], paper: [] } as const;
  const wide = (means: { x: number; y: number }[]) =>
    count(drawn(lossFigure([{ name: "mmoe", colour, curve, means }], options)), /stroke-width="2.6"/g);
  const points = [
    [10, 1],
    [20, 0.4],
  ].map(([x = 0, y = 0]) => ({ x, y }));
  expect([wide([]), wide(points)]).toEqual([0, 1]);
});

test("digits have a true minus, and zero has none", () => {
  expect([-0.001, -0.25, 0.5, Number.NaN, undefined].map((value) => digits(value)).join(" ")).toBe(
    "0.00 −0.25 0.50 – –",
  );
});

test("a histogram keeps its scale and its dots while runs arrive, and has room for a run that failed", () => {
  const after = (losses: readonly number[]) => {
    const finals = losses.map((loss, run) => ({ run, loss }));
    const text = drawn(histogramFigure([{ name: "mmoe", title: "MMoE", colour, finals }], { runs: 20, bad: 1 / 6 }));
    const look = (pattern: RegExp) => pattern.exec(text)?.[1];
    return [look(/data-x="linear ([^"]*)"/), look(/data-y="linear ([^"]*)"/), look(/#123456" stroke-width="([^"]*)"/)];
  };
  const first = after([0.36]);
  expect(first[0]).toMatch(/^0 0\.5 /);
  expect(after(Array.from({ length: 20 }, () => 0.05))).toEqual(first);
  const [x, ...others] = after([0.05, Number.POSITIVE_INFINITY]);
  expect([x?.startsWith("0 1 "), others]).toEqual([true, first.slice(1)]);
});
