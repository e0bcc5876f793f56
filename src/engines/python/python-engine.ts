import { availableParallelism } from "node:os";
import { type CodeModel, isIn, type Model } from "../../models/code.ts";
import { byKind, checkRun } from "../abilities.ts";
import { ModelCrew } from "../children/model-crew.ts";
import type { Patience } from "../children/patience.ts";
import type { AnyRun, Engine, Hooks, Run } from "../engine.ts";
import type { TrainingPath } from "../training-path.ts";
import type { Python } from "./find-python.ts";
import type { PythonChild } from "./python-child.ts";
import { type PreparedPython, PythonTrade } from "./python-trade.ts";

interface PythonEngineOptions {
  readonly python: Python;
  /** Where PyTorch computes: `cpu`, the default, or `cuda`. */
  readonly device?: "cpu" | "cuda";
  /** Processes that train at once, each on one core. */
  readonly jobs?: number;
  /**
   * Most runs that a process trains in one call, if their model allows it; the default is 16 on a card and 1 on the CPU,
   * where their last bits would depend on it.
   */
  readonly together?: number;
  readonly patience?: Partial<Patience>;
  readonly note?: (line: string) => void;
}

/** More processes would need much memory. */
const MOST_PLACES = 16;

/** Bytes of a process that has PyTorch loaded, without its model. */
const PROCESS_BYTES = 300e6;

/** Trains models in Python, and nothing else, in processes of the user's Python. */
export class PythonEngine implements Engine {
  readonly name = "python";
  readonly keepsStates = true;
  readonly #places: number;
  readonly #together: number;
  readonly #device: string;
  readonly #trade: PythonTrade;
  readonly #crew: ModelCrew<PythonChild, PreparedPython>;
  readonly #prepared = new Map<string, PreparedPython>();

  constructor({
    python,
    device = "cpu",
    jobs = availableParallelism(),
    together = device === "cuda" ? 16 : 1,
    patience,
    note = () => {},
  }: PythonEngineOptions) {
    this.#places = Math.min(jobs, MOST_PLACES);
    this.#together = together;
    this.#device = device;
    this.#trade = new PythonTrade({ python, device, places: this.#places, together, patience, note });
    this.#crew = new ModelCrew(this.#trade, { places: this.#places, note });
  }

  /** What computes the first of the models; before one is prepared, only where. */
  get device(): string {
    const [first] = this.#prepared.values();
    return first?.device ?? this.#device;
  }

  /** Of Python and of what its models import. */
  get libraries(): Readonly<Record<string, string>> {
    return Object.assign({}, ...Array.from(this.#prepared.values(), ({ libraries }) => libraries));
  }

  get deterministic(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(Array.from(this.#prepared, ([name, { deterministic }]) => [name, deterministic]));
  }

  path(): TrainingPath {
    return "python";
  }

  check(run: AnyRun): void {
    checkRun(this.name, run);
  }

  inOneCall(run: AnyRun): number {
    return isIn("Python", run.model) ? this.#trade.inOneCall(run as Run<CodeModel>) : 1;
  }

  async prepare(models: readonly Model[], signal?: AbortSignal): Promise<void> {
    const own = models.filter((model) => isIn("Python", model));
    await this.#crew.prepare(own, signal);
    if (signal?.aborted) return;
    for (const model of own) this.#prepared.set(model.name, this.#crew.prepared(model));
  }

  async train(runs: readonly AnyRun[], hooks: Hooks): Promise<void> {
    const { codes } = byKind(runs);
    for (const run of runs) this.check(run);
    const models: CodeModel[] = codes.map(({ model }) => model);
    await this.prepare(models, hooks.signal);
    await this.#crew.train(codes, hooks);
  }

  /** Of the largest runs that may train at once: rows here, and processes. */
  memoryBytes(runs: readonly AnyRun[]): number {
    const bytes = byKind(runs).codes.map(
      ({ model, training }) =>
        PROCESS_BYTES +
        4 * rowCount(training) * (model.inputs + model.tasks) +
        4 * COPIES * this.#crew.prepared(model).size,
    );
    const largest = bytes.sort((a, b) => b - a).slice(0, this.#places * this.#together);
    return largest.reduce((sum, one) => sum + one, 0);
  }

  dispose(): Promise<void> {
    return this.#crew.dispose();
  }
}

/** Parameters, gradients, adam's two moments, and what an update makes on its way. */
const COPIES = 6;

function rowCount({ trainRows, heldoutRows }: AnyRun["training"]): number {
  return heldoutRows + (trainRows === "fresh" ? 0 : trainRows);
}
