// Metrics in the user's code: processes that compute them from labels and predictions, which is all that they see.
import { basename } from "node:path";
import { outputCount, type TaskSettings } from "../../data/task-kinds.ts";
import { UsageError } from "../../errors.ts";
import type { CodeModel } from "../../models/code.ts";
import { labelMoments, ownMetricsAt, partsOf } from "../diagnosing.ts";
import type { AnyRun, Hooks, OwnMetric, Predictions } from "../engine.ts";
import { tasksIn } from "../task-losses.ts";
import type { Adapter } from "./languages.ts";
import { expectUnchanged, modelError } from "./model-error.ts";
import { FLOAT } from "./shared-rows.ts";
import { isClose, roundingOf } from "./try-model.ts";
import { outliving, WorkerPool } from "./worker-pool.ts";
import { WorkerProcess } from "./worker-process.ts";

/** Milliseconds without a sign after which a metric is given up: while its file is loaded, and while it is computed. */
const PATIENCE = { load: 60_000, measure: 600_000 } as const;

/** A process for each file of metrics, which starts when it is first asked and stays. One computes at a time. */
export class MetricProcesses {
  readonly #pool: WorkerPool;
  readonly #note: (line: string) => void;
  #last: Promise<unknown> = Promise.resolve();

  constructor(adapter: Adapter, note: (line: string) => void = () => {}) {
    this.#note = (line) => note(line.replace(/\bmodel /, ""));
    this.#pool = new WorkerPool({
      places: Number.POSITIVE_INFINITY,
      start: (model) => {
        const code = adapter.filesOf(model);
        expectUnchanged(model, code);
        const setUp = { adapter, model, code, device: "cpu" };
        return new WorkerProcess(setUp, this.#note);
      },
      begin: async (worker) => {
        await worker.greet(PATIENCE.load);
        await worker.load(PATIENCE.load);
      },
    });
  }

  /** Asks each metric of some runs, which differ in models and settings, twice about a few rows. Throws UsageError for what it does wrong. */
  async tryAll(runs: readonly AnyRun[]): Promise<void> {
    const run = runs.find(({ metrics }) => metrics);
    if (run === undefined) return;
    const rows = triedRows(run);
    for (const metric of run.metrics ?? []) {
      const [values, again] = [await this.#values(metric, run, rows), await this.#values(metric, run, rows)];
      const other = values.findIndex((value, k) => !isRepeated(value, again[k]));
      if (other !== -1) throw ofMetric(metric, modelError(modelOf(metric, run), drawn(values[other], again[other])));
    }
  }

  readonly measure: NonNullable<Hooks["measure"]> = (run, step, heldout) => {
    const values = this.#last.then(() => this.#measured(run, step, heldout));
    this.#last = values.catch(() => {}); // told to who asked
    return values.catch((error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      return error.message;
    });
  };

  async #measured(run: AnyRun, step: number, heldout: Predictions): Promise<Record<string, number>> {
    const measured: [string, number][] = [];
    for (const metric of ownMetricsAt(run, step))
      for (const { rows, nameOf } of partsOf(run, heldout)) {
        const values = await this.#values(metric, run, rows);
        measured.push(...values.map((value, k): [string, number] => [`${nameOf(metric.name)}/${k + 1}`, value]));
      }
    return Object.fromEntries(measured);
  }

  /** A metric of each task, NaN for none: [K]. */
  async #values(metric: OwnMetric, run: AnyRun, { outputs, y, groups }: Predictions): Promise<number[]> {
    const moments = labelMoments(run);
    const tasks = tasksIn(run).map((task, k) => ({
      kind: task.kind,
      outputs: outputCount(task),
      ...(moments[k] ?? { mean: 0, std: 1 }),
      asked: metric.tasks?.includes(k) ?? true,
    }));
    const rows = y.length / tasks.length;
    const model = modelOf(metric, run);
    const ask = async (worker: WorkerProcess) => {
      const bytes = worker.rows.reserve(FLOAT * (y.length + outputs.length + rows));
      worker.rows.write(0, y, outputs, ...(groups ? [new Float32Array(groups.slice().buffer)] : []));
      const question = { function: metric.function, bytes, rows, groups: groups !== undefined, tasks };
      const { values } = await worker.ask(
        { order: "measure", ...question },
        { doing: "is computed", silentMs: PATIENCE.measure },
      );
      return values.map((value) => value ?? Number.NaN);
    };
    try {
      const asked = { doing: `computing metric ${shownName(metric)}`, note: this.#note };
      return await outliving(model, asked, () => this.#pool.use(model, ask));
    } catch (error) {
      throw ofMetric(metric, error);
    }
  }

  dispose(): Promise<void> {
    return this.#pool.dispose();
  }
}

function shownName({ name }: OwnMetric): string {
  return name.slice(0, -1);
}

/** An error of a metric's process, which takes its file for a model, in the metric's name. */
function ofMetric(metric: OwnMetric, error: unknown): unknown {
  if (!(error instanceof UsageError)) return error;
  const message = error.message.replace("process of model", "process of");
  return new UsageError(message.replace(/^model [^:]*/, `metric ${shownName(metric)}`));
}

function isRepeated(value: number, again: number | undefined): boolean {
  return Object.is(value, again) || isClose(value, again, roundingOf("cpu"));
}

function drawn(value: number | undefined, again: number | undefined): string {
  const shown = `${value?.toPrecision(5)}, then ${again?.toPrecision(5)}`;
  return `gives other numbers for the same rows (${shown}): it must follow from labels and predictions; what it draws, from a seed of its own`;
}

/** A file of metrics as a model in code, whose class is the first of them. */
function modelOf({ file, sha256 }: OwnMetric, { metrics, model: { inputs, tasks } }: AnyRun): CodeModel {
  const first = metrics?.find((metric) => metric.file === file) as OwnMetric;
  return { name: basename(file), file, sha256, class: first.function, inputs, tasks };
}

/** Rows of a trial, and how many each group has. */
const [TRIED, OF_GROUP] = [48, 8];

/** Labels of all classes, and outputs that follow none of them. */
function triedRows(run: AnyRun): Predictions {
  const tasks = tasksIn(run);
  const rows = Array.from({ length: TRIED }, (_, n) => n);
  const labelOf = (task: TaskSettings, n: number) =>
    task.kind === "regression" ? Math.sin(n) : n % Math.max(2, outputCount(task));
  const hasGroups = run.correlation === null && run.data.reading?.metricsBy !== undefined;
  const outputs = tasks.reduce((sum, task) => sum + outputCount(task), 0);
  return {
    y: Float32Array.from(rows.flatMap((n) => tasks.map((task) => labelOf(task, n)))),
    outputs: Float32Array.from({ length: TRIED * outputs }, (_, i) => Math.sin(3 * i)),
    groups: hasGroups ? Uint32Array.from(rows, (n) => Math.floor(n / OF_GROUP)) : undefined,
  };
}
