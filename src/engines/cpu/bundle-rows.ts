import { correlationsOf } from "../../data/label-correlation.ts";
import { RowOrder } from "../../data/order.ts";
import { dataKey, type RowSet } from "../../data/streams.ts";
import type { Key } from "../../random/key.ts";
import type { Run } from "../engine.ts";
import { labelPanelBytes, noisePanelBytes, SLICE_PANELS } from "../rows/generator.ts";
import { inputPanelBytes, PANEL_ROWS, paddedInputs, panelIndex, panelsOf } from "../rows/panels.ts";
import type { KernelInstance } from "./kernels.ts";
import type { LabelPlan, RowPlan } from "./row-plan.ts";

type Keys = Readonly<Record<RowSet, { x: Key; noise: Key }>>;

/** Fills linear memory with the rows that a bundle's runs share: its sets once, then chunk after chunk of steps. */
export class BundleRows {
  readonly #wasm: KernelInstance;
  readonly #plan: RowPlan;
  readonly #batch: number;
  readonly #trainRows: number | "fresh";
  readonly #heldoutRows: number;
  readonly #keys: Keys;
  readonly #order: RowOrder | undefined;

  constructor(wasm: KernelInstance, plan: RowPlan, { training, seed, index }: Run) {
    const identity = { seed, run: index };
    const keys = (set: RowSet) => ({ x: dataKey(identity, `${set}/x`), noise: dataKey(identity, `${set}/noise`) });
    this.#wasm = wasm;
    this.#plan = plan;
    this.#batch = training.batch;
    this.#trainRows = training.trainRows;
    this.#heldoutRows = training.heldoutRows;
    this.#keys = { train: keys("train"), heldout: keys("heldout") };
    if (training.trainRows !== "fresh")
      this.#order = new RowOrder(dataKey(identity, "order"), training.trainRows, training.sampling);
    this.#drawHeldout(training.heldoutRows);
    if (training.trainRows !== "fresh") this.#drawTrain(training.trainRows);
  }

  /** Gets steps `first`.. (from 1) ready: inputs and every cell's labels. */
  load(first: number, steps: number): void {
    if (this.#order === undefined) this.#draw(first, steps);
    else this.#gather(this.#order, first, steps);
  }

  /** Copies rows of the fixed set, in its own order, to the chunk's inputs: from panel `first` on. */
  loadSlice(first: number): void {
    const { ids, train, chunk } = this.#plan;
    const numbers = this.#wasm.uint32(ids, SLICE_PANELS * PANEL_ROWS);
    for (let i = 0; i < numbers.length; i++) numbers[i] = first * PANEL_ROWS + i;
    this.#wasm.kernels.gatherRows(train, this.#rowBytes, ids, chunk, this.#panelBytes, SLICE_PANELS);
  }

  #drawHeldout(rows: number): void {
    const { heldout, labels } = this.#plan;
    for (let p = 0; p < panelsOf(rows); p += SLICE_PANELS) {
      const x = heldout + p * this.#panelBytes;
      this.#drawRows(this.#keys.heldout, x, p, 0, SLICE_PANELS);
      for (const of of labels) this.#label(of, x, of.heldout + p * this.#labelBytes, SLICE_PANELS);
    }
  }

  /** The chunk's buffer holds the slice while it is labelled and stored row by row. */
  #drawTrain(rows: number): void {
    const { chunk, train, labels } = this.#plan;
    for (let p = 0; p < panelsOf(rows); p += SLICE_PANELS) {
      this.#drawRows(this.#keys.train, chunk, p, 0, SLICE_PANELS);
      for (const of of labels) this.#label(of, chunk, of.train + p * this.#labelBytes, SLICE_PANELS);
      const at = train + p * PANEL_ROWS * this.#rowBytes;
      this.#wasm.kernels.panelsToRows(chunk, this.#panelBytes, at, this.#rowBytes, SLICE_PANELS);
    }
  }

  /** Fresh rows: row b of step s is a function of (b, s). */
  #draw(first: number, steps: number): void {
    const { chunk, panels, labels, noise } = this.#plan;
    for (let s = 0; s < steps; s++) {
      const x = chunk + s * panels * this.#panelBytes;
      this.#drawRows(this.#keys.train, x, 0, first + s, panels, noise + s * panels * this.#noiseBytes);
    }
    for (const of of labels) this.#label(of, chunk, of.chunk, steps * panels);
  }

  #gather(order: RowOrder, first: number, steps: number): void {
    const { ids, train, chunk, panels, labels } = this.#plan;
    const { kernels } = this.#wasm;
    for (let s = 0; s < steps; s++)
      order.batchInto(this.#wasm.uint32(ids + 4 * s * panels * PANEL_ROWS, this.#batch), first + s);
    kernels.gatherRows(train, this.#rowBytes, ids, chunk, this.#panelBytes, steps * panels);
    for (const of of labels) kernels.gatherLabels(of.train, ids, of.chunk, this.#plan.tasks, steps * panels);
  }

  #drawRows(keys: Keys[RowSet], x: number, panel: number, step: number, P: number, noise = this.#plan.noise): void {
    const { kernels } = this.#wasm;
    const first = panel * PANEL_ROWS;
    kernels.normals(x, this.#panelBytes, this.#plan.inputs, P, first, step, ...keys.x);
    kernels.normals(noise, this.#noiseBytes, this.#plan.tasks, P, first, step, ...keys.noise);
  }

  #label({ generator }: LabelPlan, x: number, out: number, P: number): void {
    this.#wasm.kernels.labels(generator, x, this.#panelBytes, this.#plan.noise, out, P);
  }

  get #panelBytes(): number {
    return inputPanelBytes(this.#plan.inputs);
  }

  get #rowBytes(): number {
    return 4 * paddedInputs(this.#plan.inputs);
  }

  get #labelBytes(): number {
    return labelPanelBytes(this.#plan.tasks);
  }

  get #noiseBytes(): number {
    return noisePanelBytes(this.#plan.tasks);
  }

  /**
   * Pearson correlations of the labels of each pair of tasks, in the order of `pairsOf`, over the fixed training set,
   * or the held-out rows if rows are fresh.
   */
  labelCorrelations({ train, heldout }: LabelPlan): number[] {
    const K = this.#plan.tasks;
    const [set, rows] = this.#trainRows === "fresh" ? [heldout, this.#heldoutRows] : [train, this.#trainRows];
    const panels = this.#wasm.float32(set, panelsOf(rows) * K * PANEL_ROWS);
    const task = (k: number) =>
      Float32Array.from({ length: rows }, (_, row) => panels[panelIndex(row, k, K)] as number);
    return correlationsOf(Array.from({ length: K }, (_, k) => task(k)));
  }
}
