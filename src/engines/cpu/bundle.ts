import type { Matrix } from "../../data/correlation-matrix.ts";
import { groupBy } from "../../stats/group-by.ts";
import { modelKey, type Run } from "../engine.ts";
import { COMBINES_GRADIENTS } from "../methods.ts";
import { numbering } from "../numbering.ts";
import { Arena, roundUp } from "../rows/arena.ts";
import { type Layout, panelsOf } from "../rows/panels.ts";
import { type KernelSet, layoutOf } from "./kernel-sets.ts";
import { type Member, takeMember } from "./member.ts";
import { type LabelPlan, planRows, type RowPlan } from "./row-plan.ts";
import { type StepCode, stepCodeOf } from "./step-code.ts";
import { parameterBytes } from "./weights.ts";

/** Bounds a bundle's memory, whatever the number of models, correlations and learning rates of a sweep. */
const MOST_MEMBERS = 48;
/** Fewest rows of a step's buffers: small batches are evaluated in larger pieces. */
const LEAST_ROWS = 64;

/** Linear memory of runs that train in turns on the same rows. */
export interface BundlePlan {
  readonly arena: Arena;
  readonly rows: RowPlan;
  /** In the order of the runs. */
  readonly members: readonly Member[];
  /** Each run's labels, in the order of the runs. */
  readonly labels: readonly LabelPlan[];
  /** Rows that are evaluated at once: a whole number of 8, whatever the kernels, since it decides how sums round. */
  readonly pieceRows: number;
}

/**
 * Runs that share their rows, as indices: all models, correlations and learning rates of one run index, as far as they
 * are at one step (`stepOf`). Bundles that do not divide evenly among the workers are split by members, so that all
 * workers end together.
 */
export function bundlesOf(runs: readonly Run[], jobs: number, stepOf: (run: Run) => number = () => 0): number[][] {
  const rowsKey = rowsKeys();
  const keyOf = (run: Run) => `${stepOf(run)} ${rowsKey(run)}`;
  const byRows = groupBy([...runs.keys()], (i) => keyOf(runs[i] as Run));
  const bundles = [...byRows.values()].flatMap((bundle) => dealt(bundle, Math.ceil(bundle.length / MOST_MEMBERS)));
  const whole = bundles.length - (bundles.length % jobs);
  return [...bundles.slice(0, whole), ...bundles.slice(whole).flatMap((bundle) => dealt(bundle, jobs))];
}

/** Lays out a bundle for a kernel set; the numbers are the same in any layout that the set has. */
export function planBundle(
  runs: readonly Run[],
  kernels: KernelSet,
  layout: Layout = layoutOf(kernels, (runs[0] as Run).training.batch),
): BundlePlan {
  const arena = new Arena();
  const first = runs[0] as Run;
  const cellNumber = numbering((correlations: Matrix | null) => correlations);
  const cells = new Map(runs.map(({ correlationMatrix }) => [cellNumber(correlationMatrix), correlationMatrix]));
  const rows = planRows(first, [...cells.values()], arena, layout);
  const pieceRows = roundUp(Math.max(first.training.batch, LEAST_ROWS), 8);
  const P = panelsOf(pieceRows, layout);
  const codes = new Map<string, StepCode>();
  const orders = new Map<string, number>();
  const keyOf = ({ model }: Run) => JSON.stringify(model); // with one run index, so runs of a model drop units by the same streams
  const combined = new Set(runs.filter(({ training }) => COMBINES_GRADIENTS[training.method]).map(keyOf));
  const members = runs.map((run) => {
    const { model, training } = run;
    const key = keyOf(run);
    const options = { batch: training.batch, sparse: rows.sparse, byTask: combined.has(key) };
    const streams = (stream: string) => modelKey(run, stream);
    const code = codes.get(key) ?? stepCodeOf(model, P, arena, layout, streams, options);
    codes.set(key, code);
    if (training.clipNorm !== null && !orders.has(key)) orders.set(key, arena.put(parameterBytes(code.weights)));
    return takeMember(arena, code, training, { keyOf: streams, steps: rows.chunkSteps, order: orders.get(key) });
  });
  const labels = runs.map((run) => rows.labels[cellNumber(run.correlationMatrix)] as LabelPlan);
  return { arena, rows, members, labels, pieceRows };
}

/** A function that gives runs one key if they can train on the same rows at the same time. */
function rowsKeys(): (run: Run) => string {
  const dataNumber = numbering((data: Run["data"]) => data);
  const rowsNumber = numbering((training: Run["training"]) => {
    const { trainRows, sampling, batch, steps, evalEvery, heldoutRows, validationRows = 0 } = training;
    return [trainRows, sampling, batch, steps, evalEvery, heldoutRows, validationRows];
  });
  return ({ seed, index, model, data, training }) =>
    `${seed} ${index} ${model.tasks} ${dataNumber(data)} ${rowsNumber(training)}`;
}

/** `items` dealt in turn to at most `hands`, none of them empty. */
function dealt<T>(items: readonly T[], hands: number): T[][] {
  const parts = Array.from({ length: Math.min(hands, items.length) }, (): T[] => []);
  items.forEach((item, i) => {
    parts[i % parts.length]?.push(item);
  });
  return parts;
}
