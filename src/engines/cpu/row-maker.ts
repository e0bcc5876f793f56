import { TASKS } from "../../data/settings.ts";
import { dataKey, type RowSet } from "../../data/streams.ts";
import type { Rows } from "../../data/task-set.ts";
import type { Key } from "../../random/key.ts";
import type { Run } from "../engine.ts";
import { Arena } from "./arena.ts";
import { LABEL_PANEL, NOISE_PANEL, putGenerator, SLICE_PANELS } from "./data-plan.ts";
import { compileKernels, Machine } from "./kernels.ts";
import { inputPanelBytes, PANEL_ROWS, paddedInputs, panelIndex, panelsOf } from "./panels.ts";

/** One for all: its memory holds a slice of rows while they are made. */
let shared: Machine | undefined;

/** Makes a run's rows outside of the cpu engine, by its kernels: the bits of TaskSet's in a tenth of the time. */
export class RowMaker {
  readonly #machine: Machine;
  readonly #arena = new Arena();
  readonly #inputs: number;
  readonly #keys: Readonly<Record<RowSet, { x: Key; noise: Key }>>;
  readonly #generator: number;
  readonly #panels: number;
  readonly #rows: number;
  readonly #noise: number;
  readonly #labels: number;

  constructor(run: Run) {
    shared ??= new Machine(compileKernels());
    this.#machine = shared;
    const { data, correlation, seed, index } = run;
    const keys = (set: RowSet) => ({
      x: dataKey({ seed, run: index }, `${set}/x`),
      noise: dataKey({ seed, run: index }, `${set}/noise`),
    });
    this.#keys = { train: keys("train"), heldout: keys("heldout") };
    this.#inputs = data.inputs;
    this.#generator = putGenerator(run, correlation, this.#arena);
    this.#panels = this.#arena.take(SLICE_PANELS * inputPanelBytes(data.inputs));
    this.#rows = this.#arena.take(SLICE_PANELS * PANEL_ROWS * this.#rowBytes);
    this.#noise = this.#arena.take(SLICE_PANELS * NOISE_PANEL);
    this.#labels = this.#arena.take(SLICE_PANELS * LABEL_PANEL);
  }

  /** Rows of a set from number 0 on, at `step` (0 for a fixed set, the step itself for fresh rows): x [N, D], y [N, K]. */
  fill({ x, y }: Rows, set: RowSet, step: number): void {
    const count = y.length / TASKS;
    this.#machine.reserve(this.#arena.bytes);
    this.#arena.writeTo(this.#machine.memory);
    for (let from = 0; from < count; from += SLICE_PANELS * PANEL_ROWS) {
      const rows = Math.min(SLICE_PANELS * PANEL_ROWS, count - from);
      this.#draw(set, step, from, panelsOf(rows));
      this.#copyInputs(x.subarray(from * this.#inputs), rows);
      this.#copyLabels(y.subarray(from * TASKS), rows);
    }
  }

  #draw(set: RowSet, step: number, from: number, P: number): void {
    const { kernels } = this.#machine;
    const panel = inputPanelBytes(this.#inputs);
    kernels.normals(this.#panels, panel, this.#inputs, P, from, step, ...this.#keys[set].x);
    kernels.normals(this.#noise, NOISE_PANEL, TASKS, P, from, step, ...this.#keys[set].noise);
    kernels.labels(this.#generator, this.#panels, panel, this.#noise, this.#labels, P);
    kernels.panelsToRows(this.#panels, panel, this.#rows, this.#rowBytes, P);
  }

  #copyInputs(x: Float32Array, rows: number): void {
    const D = this.#inputs;
    const width = paddedInputs(D);
    const made = this.#machine.float32(this.#rows, rows * width);
    for (let row = 0; row < rows; row++) x.set(made.subarray(row * width, row * width + D), row * D);
  }

  #copyLabels(y: Float32Array, rows: number): void {
    const made = this.#machine.float32(this.#labels, panelsOf(rows) * PANEL_ROWS * TASKS);
    for (let row = 0; row < rows; row++)
      for (let k = 0; k < TASKS; k++) y[row * TASKS + k] = made[panelIndex(row, k, TASKS)] as number;
  }

  get #rowBytes(): number {
    return 4 * paddedInputs(this.#inputs);
  }
}
