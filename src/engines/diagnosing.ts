import type { TableReading } from "../data/table.ts";
import { tableSetOf } from "../data/table-set.ts";
import { Diagnosis } from "../diagnostics/diagnosis.ts";
import type { Quantities } from "../diagnostics/kinds.ts";
import { taskMetrics } from "../diagnostics/task-metrics.ts";
import { memo } from "../memo.ts";
import { isCode } from "../models/code.ts";
import { validationName } from "../text.ts";
import type { AnyRun, Diagnostics, Predictions, Run } from "./engine.ts";
import { diagnosedSteps, evaluationSteps } from "./evaluations.ts";
import { isValidated, lossesOfTasks, rowsOfPart, tasksIn } from "./task-losses.ts";

/** Whether something is measured of a run beside its losses. */
export function isDiagnosed(run: AnyRun): boolean {
  return hasMetrics(run) || isInside(run);
}

/** Whether diagnostics are taken of its weights, which mmoe knows of the family alone. */
function isInside({ model, diagnostics }: AnyRun): boolean {
  return diagnostics !== undefined && !isCode(model);
}

/** Whether metrics of a run's tasks are taken: it is on a table, or on labels that are classes, and no try that the loss decides. */
export function hasMetrics({ training, correlation, until }: Measured): boolean {
  return (training.taskKinds !== undefined || correlation === null) && (until === undefined || until.by !== undefined);
}

type Measured = Pick<AnyRun, "training" | "correlation" | "until">;

/** The metrics of a run's tasks, if it has some: on its test rows, and on its validation rows by names of their own. */
function metricsOf(run: AnyRun, heldout: () => Predictions): Quantities {
  if (!hasMetrics(run)) return {};
  const { outputs, y } = heldout();
  const groups = heldoutGroups(run);
  const predictions = { outputs, y, groups: groups?.subarray(groups.length - y.length / run.model.tasks) };
  const options = { scales: labelScales(run), only: run.until?.by?.metric, ndcgAt: readingIn(run).ndcgAt };
  const metricsOn = (rows: Predictions) => taskMetrics(tasksIn(run), rows, options);
  if (!isValidated(run)) return metricsOn(predictions);
  const validated = Object.entries(metricsOn(rowsOfPart(run, predictions, "validation")));
  return {
    ...metricsOn(rowsOfPart(run, predictions, "test")),
    ...Object.fromEntries(validated.map(([name, value]) => [validationName(name), value])),
  };
}

/** The groups of all held-out rows, of which evaluations are of the last ones. */
const heldoutGroups = memo((run: AnyRun) => (run.correlation === null ? tableSetOf(run).groups("heldout") : undefined));

function readingIn(run: AnyRun): TableReading {
  return (run.correlation === null ? run.data.reading : undefined) ?? {};
}

/** What one is in the units of each label in its table, [K]. */
const labelScales = memo((run: AnyRun): number[] => {
  const isScaled = run.correlation === null && tasksIn(run).some(({ kind }) => kind === "regression");
  return isScaled ? tableSetOf(run).labelMoments.map(({ std }) => std) : [];
});

/** The evaluations of a run at which something is measured: its metrics at all of them. */
export function measuredSteps(run: Measured): number[] {
  return hasMetrics(run) ? evaluationSteps(run.training) : diagnosedSteps(run.training);
}

/** Measures one run while it trains: diagnostics of a member of the family, and the metrics of its tasks. */
export class DiagnosticRecorder {
  readonly #run: AnyRun;
  readonly #diagnosed: ReadonlySet<number>;
  readonly #steps: number[];
  readonly #values: Map<string, number[]>;
  #diagnosis: Diagnosis | undefined;

  /** Goes on from `before`, or begins. */
  constructor(run: AnyRun, { steps, values }: Diagnostics = { steps: [], values: {} }) {
    this.#run = run;
    this.#diagnosed = new Set(isInside(run) ? diagnosedSteps(run.training) : []);
    this.#steps = [...steps];
    this.#values = new Map(Object.entries(values).map(([name, curve]) => [name, [...curve]]));
  }

  /** Whether a run that was evaluated after `step` is diagnosed. */
  isDue(step: number): boolean {
    return hasMetrics(this.#run) || this.#diagnosed.has(step);
  }

  /**
   * Measures the run after `step`; `parameters` gives its own in canonical order, and `heldout` predicts its held-out rows, if
   * it has metrics. NaN stands for what was not measured.
   */
  add(step: number, parameters: () => ArrayLike<number>, heldout?: () => Predictions): void {
    const measured = { ...this.#measured(step, parameters), ...(heldout && metricsOf(this.#run, heldout)) };
    const quantities = new Map(Object.entries(measured));
    for (const name of quantities.keys())
      if (!this.#values.has(name)) this.#values.set(name, new Array<number>(this.#steps.length).fill(Number.NaN));
    this.#steps.push(step);
    for (const [name, curve] of this.#values) curve.push(quantities.get(name) ?? Number.NaN);
  }

  #measured(step: number, parameters: () => ArrayLike<number>): Quantities {
    if (!this.#diagnosed.has(step)) return {};
    this.#diagnosis ??= new Diagnosis(this.#run as Run, lossesOfTasks(this.#run));
    return this.#diagnosis.at(parameters());
  }

  /** A copy; undefined of a run of which nothing is measured. */
  get diagnostics(): Diagnostics | undefined {
    if (!isDiagnosed(this.#run)) return undefined;
    const values = [...this.#values].map(([name, curve]) => [name, [...curve]] as const);
    return { steps: [...this.#steps], values: Object.fromEntries(values) };
  }
}
