import type { TableReading } from "../data/table.ts";
import { tableSetOf } from "../data/table-set.ts";
import { Diagnosis } from "../diagnostics/diagnosis.ts";
import type { Quantities } from "../diagnostics/kinds.ts";
import { taskMetrics } from "../diagnostics/task-metrics.ts";
import { memo } from "../memo.ts";
import { isCode } from "../models/code.ts";
import { validationName } from "../text.ts";
import type { AnyRun, Diagnostics, OwnMetric, Predictions, Run } from "./engine.ts";
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

/** Whether metrics of a run's tasks are taken, and it is no try that the loss decides. */
export function hasMetrics(run: Measured): boolean {
  return (hasKnownMetrics(run) || run.metrics !== undefined) && (run.until === undefined || run.until.by !== undefined);
}

/** Whether a run's tasks have metrics that mmoe knows: it is on a table, or on labels that are classes. */
function hasKnownMetrics({ training, correlation }: Measured): boolean {
  return training.taskKinds !== undefined || correlation === null;
}

type Measured = Pick<AnyRun, "training" | "correlation" | "until" | "metrics">;

/** The metrics of a run's tasks that mmoe knows, if it has some. */
function metricsOf(run: AnyRun, heldout: () => Predictions): Quantities {
  if (!hasMetrics(run) || !hasKnownMetrics(run)) return {};
  const scales = labelMoments(run).map(({ std }) => std);
  const options = { scales, only: run.until?.by?.metric, ndcgAt: readingIn(run).ndcgAt };
  const entries = partsOf(run, heldout()).flatMap(({ rows, nameOf }) =>
    Object.entries(taskMetrics(tasksIn(run), rows, options)).map(([name, value]) => [nameOf(name), value] as const),
  );
  return Object.fromEntries(entries);
}

/** The metrics in the user's code that are measured of a run after `step`. */
export function ownMetricsAt({ metrics = [], until, training }: AnyRun, step: number): readonly OwnMetric[] {
  return metrics.filter(({ name, chooses }) =>
    until ? name === until.by?.metric : chooses || step === training.steps,
  );
}

/** What a run predicts of its test rows and, if it has some, of its validation rows, and what a metric is called there. */
export function partsOf(run: AnyRun, { outputs, y }: Predictions) {
  const groups = heldoutGroups(run);
  const rows = { outputs, y, groups: groups?.subarray(groups.length - y.length / run.model.tasks) };
  const nameOf = (name: string) => name;
  if (!isValidated(run)) return [{ rows, nameOf }];
  return [
    { rows: rowsOfPart(run, rows, "test"), nameOf },
    { rows: rowsOfPart(run, rows, "validation"), nameOf: validationName },
  ];
}

/** The groups of all held-out rows, of which evaluations are of the last ones. */
const heldoutGroups = memo((run: AnyRun) => (run.correlation === null ? tableSetOf(run).groups("heldout") : undefined));

function readingIn(run: AnyRun): TableReading {
  return (run.correlation === null ? run.data.reading : undefined) ?? {};
}

/** What labels in a table are shifted and scaled by, [K]; none of generated ones. */
export const labelMoments = memo((run: AnyRun) => (run.correlation === null ? tableSetOf(run).labelMoments : []));

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
   * it has metrics. `own` are the values of the user's. NaN stands for what was not measured.
   */
  add(step: number, parameters: () => ArrayLike<number>, heldout?: () => Predictions, own?: Quantities): void {
    const measured = { ...this.#measured(step, parameters), ...(heldout && metricsOf(this.#run, heldout)), ...own };
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
