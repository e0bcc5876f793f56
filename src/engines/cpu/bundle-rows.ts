import { taskCorrelations } from "../../data/label-correlation.ts";
import { RowOrder } from "../../data/order.ts";
import { dataIdentity, dataKey, type RowSet } from "../../data/streams.ts";
import { TableSet } from "../../data/table-set.ts";
import type { Key } from "../../random/key.ts";
import type { Run } from "../engine.ts";
import { labelPanelBytes, noisePanelBytes, SLICE_ROWS } from "../rows/generator.ts";
import { inputPanelBytes, paddedInputs, panelIndex, panelsOf } from "../rows/panels.ts";
import type { KernelInstance } from "./kernels.ts";
import type { LabelPlan, RowPlan } from "./row-plan.ts";
import { copyTable } from "./table-rows.ts";

type Keys = Readonly<Record<RowSet, { x: Key; noise: Key }>>;

/** Fills linear memory with the rows that a bundle's runs share: its sets once, then chunk after chunk of steps. */
export class BundleRows {
  readonly #memory: KernelInstance;
  readonly #plan: RowPlan;
  readonly #batch: number;
  readonly #trainRows: number | "fresh";
  readonly #heldoutRows: number;
  readonly #keys: Keys;
  readonly #order: RowOrder | undefined;

  constructor(memory: KernelInstance, plan: RowPlan, run: Run) {
    const { training } = run;
    const identity = dataIdentity(run);
    const keys = (set: RowSet) => ({ x: dataKey(identity, `${set}/x`), noise: dataKey(identity, `${set}/noise`) });
    this.#memory = memory;
    this.#plan = plan;
    this.#batch = training.batch;
    this.#trainRows = training.trainRows;
    this.#heldoutRows = training.heldoutRows;
    this.#keys = { train: keys("train"), heldout: keys("heldout") };
    if (training.trainRows !== "fresh")
      this.#order = new RowOrder(dataKey(identity, "order"), training.trainRows, training.sampling);
    if (run.correlation === null) {
      copyTable(memory, plan, new TableSet(run.data, identity, training));
      return;
    }
    this.#drawHeldout(training.heldoutRows);
    if (training.trainRows !== "fresh") this.#drawTrain(training.trainRows);
  }

  /** Gets steps `first`.. (from 1) ready: inputs and every cell's labels. */
  load(first: number, steps: number): void {
    if (this.#order === undefined) this.#draw(first, steps);
    else this.#gather(this.#order, first, steps);
  }

  /** Copies SLICE_ROWS rows of the fixed set, in its own order, to the chunk's inputs: from row `first` on. */
  loadSlice(first: number): void {
    const { ids } = this.#plan;
    const numbers = this.#memory.uint32(ids, SLICE_ROWS);
    for (let i = 0; i < numbers.length; i++) numbers[i] = first + i;
    this.#gatherInputs(this.#slicePanels);
  }

  #drawHeldout(rows: number): void {
    const { heldout, labels } = this.#plan;
    for (let row = 0, p = 0; row < rows; row += SLICE_ROWS, p += this.#slicePanels) {
      const x = heldout + p * this.#panelBytes;
      this.#drawRows(this.#keys.heldout, x, this.#slicePanels, { row });
      for (const of of labels) this.#label(of, x, of.heldout + p * this.#labelBytes, this.#slicePanels);
    }
  }

  /** The chunk's buffer holds panels while they are labelled and stored row by row. */
  #drawTrain(rows: number): void {
    const { chunk, train, labels, layout } = this.#plan;
    for (let row = 0, p = 0; row < rows; row += SLICE_ROWS, p += this.#slicePanels) {
      const at = train + row * this.#rowBytes;
      const x = layout.panelRows === 1 ? at : chunk;
      this.#drawRows(this.#keys.train, x, this.#slicePanels, { row });
      for (const of of labels) this.#label(of, x, of.train + p * this.#labelBytes, this.#slicePanels);
      if (x === chunk)
        this.#memory.kernels.panelsToRows(chunk, this.#panelBytes, at, this.#rowBytes, this.#slicePanels);
    }
  }

  /** Fresh rows: row b of step s is a function of (b, s). */
  #draw(first: number, steps: number): void {
    const { chunk, panels, labels, layout } = this.#plan;
    this.#drawRows(this.#keys.train, chunk, steps * panels, { step: first, perStep: panels * layout.panelRows });
    for (const of of labels) this.#label(of, chunk, of.chunk, steps * panels);
  }

  #gather(order: RowOrder, first: number, steps: number): void {
    const { ids, panels, labels, tasks, layout } = this.#plan;
    for (let s = 0; s < steps; s++)
      order.batchInto(this.#memory.uint32(ids + 4 * s * panels * layout.panelRows, this.#batch), first + s);
    this.#gatherInputs(steps * panels);
    for (const of of labels)
      this.#memory.kernels.gatherLabels(of.train, ids, of.chunk, tasks, steps * panels, layout.panelRows);
  }

  #gatherInputs(P: number): void {
    const { ids, train, chunk, layout } = this.#plan;
    this.#memory.kernels.gatherRows(train, this.#rowBytes, ids, chunk, this.#panelBytes, P, layout.panelRows);
  }

  /** P panels of rows `row`.. at `step`, or of `perStep` rows at each step from it on. */
  #drawRows(keys: Keys[RowSet], x: number, P: number, { row = 0, step = 0, perStep = 0 }): void {
    const { inputs, tasks, noise, layout } = this.#plan;
    const draw = (out: number, stride: number, columns: number, key: Key) =>
      this.#memory.kernels.normals(out, stride, columns, P, row, step, perStep, ...key, layout.panelRows);
    draw(x, this.#panelBytes, inputs, keys.x);
    draw(noise, this.#noiseBytes, tasks, keys.noise);
  }

  #label({ generator }: LabelPlan, x: number, out: number, P: number): void {
    const { noise, layout } = this.#plan;
    this.#memory.kernels.labels(generator, x, this.#panelBytes, noise, out, P, layout.panelRows);
  }

  get #slicePanels(): number {
    return panelsOf(SLICE_ROWS, this.#plan.layout);
  }

  get #panelBytes(): number {
    return inputPanelBytes(this.#plan.inputs, this.#plan.layout);
  }

  get #rowBytes(): number {
    return 4 * paddedInputs(this.#plan.inputs);
  }

  get #labelBytes(): number {
    return labelPanelBytes(this.#plan.tasks, this.#plan.layout);
  }

  get #noiseBytes(): number {
    return noisePanelBytes(this.#plan.tasks, this.#plan.layout);
  }

  /**
   * Pearson correlations of the labels of each pair of tasks, in the order of `pairsOf`, over the fixed training set,
   * or the held-out rows if rows are fresh.
   */
  labelCorrelations(labels: LabelPlan): number[] {
    return taskCorrelations(Array.from({ length: this.#plan.tasks }, (_, k) => this.labelsOf(labels, k)));
  }

  /** The labels of a task, from 0, over the same rows. */
  labelsOf({ train, heldout }: LabelPlan, k: number): Float32Array {
    const { tasks: K, layout } = this.#plan;
    const [set, rows] = this.#trainRows === "fresh" ? [heldout, this.#heldoutRows] : [train, this.#trainRows];
    const panels = this.#memory.float32(set, panelsOf(rows, layout) * K * layout.panelRows);
    return Float32Array.from({ length: rows }, (_, row) => panels[panelIndex(row, k, K, layout)] as number);
  }
}
