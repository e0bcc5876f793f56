import { correlationMatrix } from "../../data/correlation-matrix.ts";
import { TASKS } from "../../data/settings.ts";
import { TaskSet } from "../../data/task-set.ts";
import type { Run } from "../engine.ts";
import { type Arena, record, roundUp } from "./arena.ts";
import { inputPanelBytes, LINE, PANEL_ROWS, paddedInputs, panelsOf } from "./panels.ts";

/** Labels of one correlation in linear memory, all in panels [P][K][8]. */
export interface LabelPlan {
  readonly correlation: number;
  /** The address of the generator's record (kernels/labels.ts). */
  readonly generator: number;
  readonly heldout: number;
  /** Of the whole fixed training set; unused for fresh rows. */
  readonly train: number;
  /** Of the chunk of steps at hand. */
  readonly chunk: number;
}

/** The rows that the runs of a bundle share, in linear memory. */
export interface DataPlan {
  readonly inputs: number;
  /** Held-out rows in panels. */
  readonly heldout: number;
  /**
   * The fixed training set [rows][D4], row after row; unused for fresh rows. Gathering a batch from it takes a
   * fifteenth of the time of drawing its rows again from their counters.
   */
  readonly train: number;
  /** Inputs of a chunk of steps in panels, `panels` a step. */
  readonly chunk: number;
  readonly panels: number;
  readonly chunkSteps: number;
  /** Row numbers of a chunk, [chunkSteps][8 panels]. */
  readonly ids: number;
  readonly noise: number;
  readonly labels: readonly LabelPlan[];
}

/**
 * Bytes of inputs that are made ready at once. Few enough that they and a run's weights stay in a second-level cache,
 * enough that a run's weights are fetched once for many steps: 64 KiB cost 7 % and 1 MiB 10 % with nine runs a bundle.
 */
const CHUNK_BYTES = 256 * 1024;
/** Fixed sets are drawn by as many panels at a time. */
export const SLICE_PANELS = 32;
/** Bytes of a panel of labels, of noise: whole blocks of four columns. */
export const LABEL_PANEL = TASKS * LINE;
export const NOISE_PANEL = 4 * LINE;

/** Lays out the rows of runs that share them. */
export function planData(run: Run, correlations: readonly number[], arena: Arena): DataPlan {
  const { inputs } = run.data;
  const { batch, trainRows, heldoutRows } = run.training;
  const panel = inputPanelBytes(inputs);
  const panels = panelsOf(batch);
  const chunkSteps = Math.max(1, Math.floor(CHUNK_BYTES / (panels * panel)));
  const chunkPanels = Math.max(chunkSteps * panels, SLICE_PANELS);
  const trainPanels = trainRows === "fresh" ? 0 : roundUp(panelsOf(trainRows), SLICE_PANELS);
  const heldoutPanels = roundUp(panelsOf(heldoutRows), SLICE_PANELS);
  return {
    inputs,
    heldout: arena.take(heldoutPanels * panel),
    train: arena.take(trainPanels * PANEL_ROWS * 4 * paddedInputs(inputs)),
    chunk: arena.take(chunkPanels * panel),
    panels,
    chunkSteps,
    ids: arena.take(chunkPanels * PANEL_ROWS * 4),
    noise: arena.take(chunkPanels * NOISE_PANEL),
    labels: correlations.map((correlation) => ({
      correlation,
      generator: putGenerator(run, correlation, arena),
      heldout: arena.take(heldoutPanels * LABEL_PANEL),
      train: arena.take(trainPanels * LABEL_PANEL),
      chunk: arena.take(chunkPanels * LABEL_PANEL),
    })),
  };
}

/** The address of the generator of one correlation's labels. */
export function putGenerator({ data, seed, index }: Run, correlation: number, arena: Arena): number {
  const matrix = correlationMatrix(TASKS, correlation);
  const { vectors, mean, inverseStd } = new TaskSet(data, matrix, { seed, run: index });
  const { alpha, beta, inputs, noiseStd } = data;
  const both = arena.put(Float64Array.from(vectors.flatMap((vector) => [...vector])));
  const sines = arena.put(Float64Array.from(alpha.flatMap((a, i) => [a, beta[i] as number])));
  return arena.put(record([both, sines, inputs, alpha.length], [noiseStd, mean, inverseStd]));
}
