import type { Matrix } from "../../data/correlation-matrix.ts";
import { pairCorrelations, taskCorrelations } from "../../data/label-correlation.ts";
import { RowOrder } from "../../data/order.ts";
import { dataIdentity, dataKey, heldoutSpans, type RowSet, type RowSpan } from "../../data/streams.ts";
import type { CellReader } from "../../data/table-cells.ts";
import { type TableSet, tableSetOf } from "../../data/table-set.ts";
import { noiseColumns } from "../../data/task-set.ts";
import { memo } from "../../memo.ts";
import type { Key } from "../../random/key.ts";
import type { Run } from "../engine.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { labelPanelBytes, noisePanelBytes, putGenerator, SLICE_ROWS } from "../rows/generator.ts";
import { columnBytes, inputPanelBytes, type Layout, paddedInputs, panelIndex, panelsOf } from "../rows/panels.ts";
import { isWeighted } from "../task-losses.ts";
import type { KernelInstance } from "./kernels.ts";
import { planTable, type TablePlan, writeCodes } from "./table-plan.ts";

/** Labels of one cell in linear memory, all in panels [P][K][panelRows]. */
export interface LabelPlan {
  /** The address of the generator's record (rows/kernels/generator.h); unused for a table. */
  readonly generator: number;
  readonly heldout: number;
  /** Address of the labels of the whole fixed training set; unused for fresh rows and for a table. */
  readonly train: number;
  /** Address of the labels of the current chunk of steps. */
  readonly chunk: number;
}

/** The rows that the runs of a run group share, in linear memory. */
export interface RowPlan {
  readonly layout: Layout;
  /** Numbers of a row in memory: D, or twice as many as `entries`. */
  readonly inputs: number;
  /** The most inputs of a row that are not 0, where it has these alone: their values, then their places. */
  readonly entries?: number;
  /** K. */
  readonly tasks: number;
  /** Columns of labels: K, or K more with what each row's losses count. */
  readonly labelColumns: number;
  /** Held-out rows in panels: all, or as many of a table's as are evaluated before the next come to their place. */
  readonly heldout: number;
  readonly heldoutRows: number;
  /**
   * The fixed training set [rows][D4], row after row; unused for fresh rows. Gathering a batch from it takes a
   * fifteenth of the time of drawing its rows again from their counters. A table's rows are in memory once for all workers: here
   * are those of a chunk.
   */
  readonly train: number;
  /** Inputs of a chunk of steps in panels, `panels` for each step. */
  readonly chunk: number;
  readonly panels: number;
  readonly chunkSteps: number;
  /** Row numbers of a chunk, [chunkSteps][panelRows panels]. */
  readonly ids: number;
  /** Of a table: undefined for generated rows. */
  readonly table?: TablePlan;
  readonly noise: number;
  /** Normals of a generated row besides its inputs. */
  readonly noiseColumns: number;
  readonly labels: readonly LabelPlan[];
}

/**
 * Bytes of inputs that are made at once. They are few enough that they and a run's weights stay in a second-level
 * cache, and enough that a run's weights are fetched once for many steps: with nine runs in a run group, 64 KiB cost 7 %
 * and 1 MiB 10 %. A run goes on for some steps all the same, as long as their inputs are few enough for a third-level cache:
 * with steps of 130 KB, eight at once take 8 % less time than one.
 */
const [CHUNK_BYTES, CHUNK_STEPS, MOST_CHUNK_BYTES] = [256 * 1024, 8, 2 * 1024 * 1024];

/** How many steps' inputs are made at once. */
function chunkStepsOf(stepBytes: number): number {
  const most = Math.floor(MOST_CHUNK_BYTES / stepBytes);
  return Math.max(1, Math.floor(CHUNK_BYTES / stepBytes), Math.min(CHUNK_STEPS, most));
}

/**
 * Lays out the rows of runs that share them, with labels for each of `cells`: the correlations [K, K] of its tasks, or null
 * for the labels of a table.
 */
export function planRows(
  run: Run,
  cells: readonly (Matrix | null)[],
  arena: Arena,
  { layout, pieceRows }: { readonly layout: Layout; readonly pieceRows: number },
): RowPlan {
  const entries = entriesOf(run, layout);
  const inputs = entries ? 2 * entries : run.data.inputs;
  const { tasks } = run.model;
  const labelColumns = isWeighted(run) ? 2 * tasks : tasks;
  const labelPanel = labelPanelBytes(labelColumns, layout);
  const { batch, trainRows, heldoutRows } = run.training;
  const panel = inputPanelBytes(inputs, layout);
  const panels = panelsOf(batch, layout);
  const beyond = layout.lanes * columnBytes(layout); // kernels may read, but never use, columns after the last
  const chunkSteps = chunkStepsOf(panels * panel);
  const chunkPanels = Math.max(chunkSteps * panels, panelsOf(SLICE_ROWS, layout));
  const isTable = run.correlation === null;
  const normals = run.correlation === null ? 0 : noiseColumns(run.data, tasks);
  const setPanels = trainRows === "fresh" ? 0 : panelsOf(roundUp(trainRows, SLICE_ROWS), layout);
  const trainPanels = isTable ? chunkPanels : setPanels;
  const heldoutAtOnce = isTable ? heldoutRowsAtOnce(heldoutRows, 4 * paddedInputs(inputs), pieceRows) : heldoutRows;
  const heldoutPanels = panelsOf(roundUp(heldoutAtOnce, SLICE_ROWS), layout);
  return {
    layout,
    inputs,
    ...(entries && { entries }),
    tasks,
    labelColumns,
    heldout: arena.take(heldoutPanels * panel + beyond),
    heldoutRows: heldoutAtOnce,
    train: arena.take(trainPanels * layout.panelRows * 4 * paddedInputs(inputs) + beyond),
    chunk: arena.take(chunkPanels * panel + beyond),
    panels,
    chunkSteps,
    ids: arena.take(chunkPanels * layout.panelRows * 4),
    ...(isTable && { table: planTable(run.data, chunkPanels * layout.panelRows, arena) }),
    noise: arena.take(chunkPanels * noisePanelBytes(normals, layout)),
    noiseColumns: normals,
    labels: cells.map((correlations) => ({
      generator: run.correlation === null || correlations === null ? 0 : putGenerator(run, correlations, arena),
      heldout: arena.take(heldoutPanels * labelPanel),
      train: arena.take(isTable ? 0 : setPanels * labelPanel),
      chunk: arena.take(chunkPanels * labelPanel),
    })),
  };
}

/** Rows are sparse if at most one of so many inputs is not 0. One that isn't takes as long as about three. */
const LEAST_SPARSE = 4;

/**
 * The most inputs of a sparse row that are not 0. Undefined if few inputs are 0, and where lanes are units: a step then takes longer for its
 * optimizer than for zeros.
 */
function entriesOf({ data }: Run, { panelRows }: Layout): number | undefined {
  const columns = "columns" in data ? (data.columns ?? []) : [];
  if (panelRows === 1 || columns.length === 0 || columns.some(({ embedding }) => embedding !== undefined))
    return undefined;
  const entries = columns.reduce((sum, { values, gaps }) => sum + (values > 0 ? 1 : 1 + Number(gaps)), 0);
  return data.inputs < LEAST_SPARSE * entries ? undefined : entries;
}

/** Most bytes of held-out rows of a table that a worker keeps from one evaluation to the next, and bytes of a part of more rows. */
const [KEPT_BYTES, HELDOUT_BYTES] = [2 ** 26, 2 ** 24];

/**
 * All rows, or fewer: whole panels of any layout, and whole pieces, so that sums over pieces are added in the same order
 * whatever their number.
 */
function heldoutRowsAtOnce(rows: number, rowBytes: number, pieceRows: number): number {
  if (rows * rowBytes <= KEPT_BYTES) return rows;
  const least = Math.max(2 * pieceRows, SLICE_ROWS);
  const some = roundUp(Math.max(least, Math.floor(HELDOUT_BYTES / rowBytes)), 2 * pieceRows);
  return Math.min(rows, some);
}

/** Copies of the cells of rows, and the places of these rows in the table. */
interface PlacedCells {
  readonly cells: CellReader;
  readonly places: Uint32Array;
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
  /** Undefined for generated rows. */
  readonly #table: TableSet | undefined;
  /** The first of the table's held-out rows in memory. */
  #heldoutFrom: number | undefined;

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
      this.#table = tableSetOf(run);
      writeCodes(memory, plan.table as TablePlan, this.#table.codes);
      return;
    }
    this.#drawHeldout(heldoutSpans(training));
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
    const last = Number(this.#trainRows) - 1;
    for (let i = 0; i < numbers.length; i++) numbers[i] = this.#table ? Math.min(last, first + i) : first + i;
    if (this.#table) this.#loadFrom(this.#table, numbers);
    else this.#gatherInputs(this.#slicePanels);
  }

  /** The address of the labels of the slice from row `first` on. */
  sliceLabels({ train, chunk }: LabelPlan, first: number): number {
    return this.#table ? chunk : train + first * 4 * this.#plan.tasks;
  }

  /** Puts training rows of a table, by their numbers, where the chunk's rows are. */
  #loadFrom(table: TableSet, numbers: Uint32Array): void {
    const rows = this.#putRows(table, "train", numbers, this.#plan.chunk);
    for (const { chunk } of this.#plan.labels) this.#putLabels(table, rows, chunk);
  }

  /** The addresses of held-out rows in panels and of their labels, from row `first` on: of `plan.heldoutRows` or the rest. */
  heldout(first: number, labels: LabelPlan): { readonly x: number; readonly y: number } {
    const { heldout, heldoutRows } = this.#plan;
    if (this.#table && first !== this.#heldoutFrom) {
      for (let row = 0, p = 0; row < heldoutRows; row += SLICE_ROWS, p += this.#slicePanels) {
        const last = this.#heldoutRows - 1;
        const numbers = Uint32Array.from({ length: SLICE_ROWS }, (_, i) => Math.min(last, first + row + i));
        const rows = this.#putRows(this.#table, "heldout", numbers, heldout + p * this.#panelBytes);
        this.#putLabels(this.#table, rows, labels.heldout + p * this.#labelBytes);
      }
      this.#heldoutFrom = first;
    }
    return { x: heldout, y: labels.heldout };
  }

  /** Puts the inputs of rows of a table in panels: these rows of a set, by their numbers there. Returns their cells and places. */
  #putRows(table: TableSet, set: RowSet, numbers: Uint32Array, out: number): PlacedCells {
    const { train, entries = 0, layout } = this.#plan;
    const { inOrder, cells, cellBytes, codes } = this.#plan.table as TablePlan;
    const { kernels, memory } = this.#memory;
    const N = numbers.length;
    const places = placesOf(table, set, numbers);
    const copies = table.cellsInto(memory.buffer, cells, places);
    const at = layout.panelRows === 1 ? out : train;
    kernels.encodeRows(codes, table.codes.length, cells, cellBytes, at, this.#rowBytes, N, entries);
    const P = panelsOf(numbers.length, layout);
    if (at !== out) kernels.gatherRows(at, this.#rowBytes, inOrder, out, this.#panelBytes, P, layout.panelRows);
    return { cells: copies, places };
  }

  #putLabels(table: TableSet, { cells, places }: PlacedCells, out: number): void {
    const { tasks: K, labelColumns, layout } = this.#plan;
    const panels = this.#memory.float32(out, (panelsOf(cells.rows, layout) * this.#labelBytes) / 4);
    for (let n = 0; n < cells.rows; n++)
      for (let k = 0; k < K; k++) {
        const label = table.labelAt(n, k, cells);
        panels[panelIndex(n, k, labelColumns, layout)] = label;
        if (labelColumns > K) panels[panelIndex(n, K + k, labelColumns, layout)] = table.weightAt(places[n], k, label);
      }
  }

  /** Slice after slice. Of one that two streams have rows of, the second's are drawn in the chunk's buffers first. */
  #drawHeldout(spans: readonly RowSpan[]): void {
    const { heldout, chunk, labels, inputs, tasks } = this.#plan;
    for (let row = 0, p = 0; row < this.#heldoutRows; row += SLICE_ROWS, p += this.#slicePanels) {
      const [own, next] = spans.filter(({ from, count }) => from < row + SLICE_ROWS && from + count > row) as
        | [RowSpan]
        | [RowSpan, RowSpan];
      const x = heldout + p * this.#panelBytes;
      const labelsAt = (of: LabelPlan) => of.heldout + p * this.#labelBytes;
      this.#drawSlice(own, row, x, labelsAt);
      if (next === undefined) continue;
      this.#drawSlice(next, row, chunk, (of) => of.chunk);
      this.#moveRows(chunk, x, paddedInputs(inputs), next.from - row);
      for (const of of labels) this.#moveRows(of.chunk, labelsAt(of), tasks, next.from - row);
    }
  }

  /** A slice of held-out rows from number `row` on, as if all were of one stream. */
  #drawSlice({ set, first, from }: RowSpan, row: number, x: number, labelsAt: (of: LabelPlan) => number): void {
    this.#drawRows(this.#keys[set], x, this.#slicePanels, { row: (first + row - from) >>> 0 });
    for (const of of this.#plan.labels) this.#label(of, x, labelsAt(of), this.#slicePanels);
  }

  /** Copies the rows of a slice of N columns in panels, from number `first` of it on. */
  #moveRows(from: number, to: number, N: number, first: number): void {
    const { layout } = this.#plan;
    const [source, target] = [from, to].map((at) => this.#memory.float32(at, SLICE_ROWS * N)) as [
      Float32Array,
      Float32Array,
    ];
    for (let row = first; row < SLICE_ROWS; row++) {
      for (let n = 0; n < N; n++) {
        const at = panelIndex(row, n, N, layout);
        target[at] = source[at];
      }
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
    if (this.#table) {
      this.#loadFrom(this.#table, this.#memory.uint32(ids, steps * panels * layout.panelRows));
      return;
    }
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
    const { inputs, noise, noiseColumns, layout } = this.#plan;
    const draw = (out: number, stride: number, columns: number, key: Key) =>
      this.#memory.kernels.normals(out, stride, columns, P, row, step, perStep, ...key, layout.panelRows);
    draw(x, this.#panelBytes, inputs, keys.x);
    draw(noise, this.#noiseBytes, noiseColumns, keys.noise);
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
    return labelPanelBytes(this.#plan.labelColumns, this.#plan.layout);
  }

  get #noiseBytes(): number {
    return noisePanelBytes(this.#plan.noiseColumns, this.#plan.layout);
  }

  /**
   * Pearson correlations of the labels of each pair of tasks, in the order of `pairsOf`, over the fixed training set,
   * or the held-out rows if rows are fresh.
   */
  readonly labelCorrelations = memo((labels: LabelPlan): readonly number[] => {
    const [K, table] = [this.#plan.tasks, this.#table];
    if (table) return taskCorrelations(Array.from({ length: K }, (_, k) => table.labelsOf("train", k)));
    const rows = this.#trainRows;
    return pairCorrelations(rows === "fresh" ? this.heldoutLabels(labels) : this.#fromPanels(labels.train, rows), K);
  });

  /** The labels of the held-out rows, [N, K]. */
  readonly heldoutLabels = memo(
    (labels: LabelPlan): Float32Array =>
      this.#table ? this.#table.labels("heldout") : this.#fromPanels(labels.heldout, this.#heldoutRows),
  );

  /** Labels [rows, K] that are in panels at an address. */
  #fromPanels(address: number, rows: number): Float32Array {
    const { tasks: K, layout } = this.#plan;
    const panels = this.#memory.float32(address, panelsOf(rows, layout) * K * layout.panelRows);
    return Float32Array.from({ length: rows * K }, (_, i) => panels[panelIndex(Math.floor(i / K), i % K, K, layout)]);
  }
}

function placesOf(table: TableSet, set: RowSet, numbers: Uint32Array): Uint32Array {
  const places = table.places(set);
  const found = new Uint32Array(numbers.length);
  for (let n = 0; n < found.length; n++) found[n] = places[numbers[n]];
  return found;
}
