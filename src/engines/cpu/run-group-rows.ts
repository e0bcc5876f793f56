import type { Matrix } from "../../data/correlation-matrix.ts";
import { taskCorrelations } from "../../data/label-correlation.ts";
import { RowOrder } from "../../data/order.ts";
import { dataIdentity, dataKey, type RowSet } from "../../data/streams.ts";
import { type TableSet, tableSetOf } from "../../data/table-set.ts";
import type { Rows } from "../../data/task-set.ts";
import type { Key } from "../../random/key.ts";
import type { Run } from "../engine.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { labelPanelBytes, noisePanelBytes, putGenerator, SLICE_ROWS } from "../rows/generator.ts";
import { columnBytes, inputPanelBytes, type Layout, paddedInputs, panelIndex, panelsOf } from "../rows/panels.ts";
import type { KernelInstance } from "./kernels.ts";

/** Labels of one cell in linear memory, all in panels [P][K][panelRows]. */
export interface LabelPlan {
  /** The address of the generator's record (rows/kernels/generator.h); unused for a table. */
  readonly generator: number;
  readonly heldout: number;
  /** Address of the labels of the whole fixed training set; unused for fresh rows. */
  readonly train: number;
  /** Address of the labels of the current chunk of steps. */
  readonly chunk: number;
}

/** The rows that the runs of a run group share, in linear memory. */
export interface RowPlan {
  readonly layout: Layout;
  /** Numbers of a row in memory: D, or those of `sparse`. */
  readonly inputs: number;
  /** Where rows have their inputs that are not 0 beside all inputs. */
  readonly sparse?: SparseRows;
  /** K. */
  readonly tasks: number;
  /** Held-out rows in panels. */
  readonly heldout: number;
  /**
   * The fixed training set [rows][D4], row after row; unused for fresh rows. Gathering a batch from it takes a
   * fifteenth of the time of drawing its rows again from their counters.
   */
  readonly train: number;
  /** Inputs of a chunk of steps in panels, `panels` for each step. */
  readonly chunk: number;
  readonly panels: number;
  readonly chunkSteps: number;
  /** Row numbers of a chunk, [chunkSteps][panelRows panels]. */
  readonly ids: number;
  readonly noise: number;
  readonly labels: readonly LabelPlan[];
}

/**
 * Bytes of inputs that are made at once. They are few enough that they and a run's weights stay in a second-level
 * cache, and enough that a run's weights are fetched once for many steps: with nine runs in a run group, 64 KiB cost 7 %
 * and 1 MiB 10 %.
 */
const CHUNK_BYTES = 256 * 1024;

/** After all inputs, D, a row has the values of those that are not 0, from `at` on, then their places among the inputs. */
export interface SparseRows {
  readonly at: number;
  /** The most of them. */
  readonly entries: number;
  /** Numbers of a row. */
  readonly numbers: number;
}

/** Rows are sparse if at most one of so many inputs is not 0. */
const LEAST_SPARSE = 4;

/** Undefined if few inputs are 0, and where lanes are units, since a step then takes longer for its optimizer than for zeros. */
function sparseOf({ data }: Run, { panelRows }: Layout): SparseRows | undefined {
  const columns = "columns" in data ? (data.columns ?? []) : [];
  if (panelRows === 1 || columns.length === 0 || columns.some(({ embedding }) => embedding !== undefined))
    return undefined;
  const entries = columns.reduce((sum, { values, gaps }) => sum + (values > 0 ? 1 : 1 + Number(gaps)), 0);
  if (data.inputs < LEAST_SPARSE * entries) return undefined;
  const at = data.inputs;
  return { at, entries, numbers: at + 2 * entries };
}

/**
 * Lays out the rows of runs that share them, with labels for each of `cells`: the correlations [K, K] of its tasks, or null
 * for the labels of a table.
 */
export function planRows(run: Run, cells: readonly (Matrix | null)[], arena: Arena, layout: Layout): RowPlan {
  const sparse = sparseOf(run, layout);
  const inputs = sparse?.numbers ?? run.data.inputs;
  const { tasks } = run.model;
  const labelPanel = labelPanelBytes(tasks, layout);
  const { batch, trainRows, heldoutRows } = run.training;
  const panel = inputPanelBytes(inputs, layout);
  const panels = panelsOf(batch, layout);
  const beyond = layout.lanes * columnBytes(layout); // kernels may read, but never use, columns after the last
  const chunkSteps = Math.max(1, Math.floor(CHUNK_BYTES / (panels * panel)));
  const chunkPanels = Math.max(chunkSteps * panels, panelsOf(SLICE_ROWS, layout));
  const trainPanels = trainRows === "fresh" ? 0 : panelsOf(roundUp(trainRows, SLICE_ROWS), layout);
  const heldoutPanels = panelsOf(roundUp(heldoutRows, SLICE_ROWS), layout);
  return {
    layout,
    inputs,
    ...(sparse && { sparse }),
    tasks,
    heldout: arena.take(heldoutPanels * panel + beyond),
    train: arena.take(trainPanels * layout.panelRows * 4 * paddedInputs(inputs) + beyond),
    chunk: arena.take(chunkPanels * panel + beyond),
    panels,
    chunkSteps,
    ids: arena.take(chunkPanels * layout.panelRows * 4),
    noise: arena.take(chunkPanels * noisePanelBytes(tasks, layout)),
    labels: cells.map((correlations) => ({
      generator: run.correlation === null || correlations === null ? 0 : putGenerator(run, correlations, arena),
      heldout: arena.take(heldoutPanels * labelPanel),
      train: arena.take(trainPanels * labelPanel),
      chunk: arena.take(chunkPanels * labelPanel),
    })),
  };
}

type Keys = Readonly<Record<RowSet, { x: Key; noise: Key }>>;

/** Fills linear memory with the rows that a run group's runs share: its sets once, then chunk after chunk of steps. */
export class RunGroupRows {
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
      copyTable(memory, plan, tableSetOf(run));
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

/** Puts a run's rows of a table where those of the generator would be: the held-out rows and the fixed training set. */
function copyTable(memory: KernelInstance, plan: RowPlan, set: TableSet): void {
  const { inputs: D, tasks: K, layout, labels } = plan;
  const D4 = paddedInputs(D);
  const rowsOf = (part: RowSet) => (plan.sparse ? withSparse(set.rows(part), plan.sparse) : set.rows(part));
  const [heldout, train] = [rowsOf("heldout"), rowsOf("train")];
  const [M, N] = [heldout.y.length / K, train.y.length / K];
  const panels = memory.float32(plan.heldout, (panelsOf(M, layout) * inputPanelBytes(D, layout)) / 4);
  toPanels(heldout.x, D, panels, D4, layout);
  const rows = memory.float32(plan.train, N * D4);
  for (let n = 0; n < N; n++) rows.set(train.x.subarray(n * D, (n + 1) * D), n * D4);
  for (const of of labels) {
    toPanels(heldout.y, K, memory.float32(of.heldout, labelCount(M, K, layout)), K, layout);
    toPanels(train.y, K, memory.float32(of.train, labelCount(N, K, layout)), K, layout);
  }
}

/** Rows x [N, D] with the values and the places of their inputs that are not 0: [N, D + 2 entries]. */
function withSparse({ x, y }: Rows, { at: D, entries: E, numbers }: SparseRows): Rows {
  const N = x.length / D;
  const both = new Float32Array(N * numbers);
  for (let n = 0; n < N; n++) {
    const row = both.subarray(n * numbers, (n + 1) * numbers);
    row.set(x.subarray(n * D, (n + 1) * D));
    for (let d = 0, entry = D; d < D; d++) {
      if (row[d] === 0) continue;
      row[entry] = row[d] as number;
      row[entry++ + E] = d;
    }
  }
  return { x: both, y };
}

/** Numbers of the panels of K labels of `rows` rows. */
function labelCount(rows: number, K: number, layout: Layout): number {
  return (panelsOf(rows, layout) * K * columnBytes(layout)) / 4;
}

/** Rows of `columns` values to panels of N columns. */
function toPanels(from: Float32Array, columns: number, panels: Float32Array, N: number, layout: Layout): void {
  for (let i = 0; i < from.length; i++)
    panels[panelIndex(Math.floor(i / columns), i % columns, N, layout)] = from[i] as number;
}
