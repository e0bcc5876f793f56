import type { Matrix } from "../../data/correlation-matrix.ts";
import type { Run } from "../engine.ts";
import { type Arena, roundUp } from "../rows/arena.ts";
import { labelPanelBytes, noisePanelBytes, putGenerator, SLICE_ROWS } from "../rows/generator.ts";
import { columnBytes, inputPanelBytes, type Layout, paddedInputs, panelsOf } from "../rows/panels.ts";

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

/** The rows that the runs of a bundle share, in linear memory. */
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
 * cache, and enough that a run's weights are fetched once for many steps: with nine runs in a bundle, 64 KiB cost 7 %
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
