import type { CodeModel } from "../../models/code.ts";
import type { CodeFiles } from "../../models/code-files.ts";
import { pythonFiles } from "../../models/python-files.ts";
import type { Prepared, Together, Trade } from "../children/model-crew.ts";
import { expectUnchanged } from "../children/model-error.ts";
import { PATIENCE, type Patience } from "../children/patience.ts";
import { hasMetrics } from "../diagnosing.ts";
import type { Hooks, Run, RunResult } from "../engine.ts";
import { trainGroup } from "../train-group.ts";
import { trainsInOneCall, tryPython } from "./check-python.ts";
import type { Python } from "./find-python.ts";
import type { Loaded } from "./messages.ts";
import { PythonChild } from "./python-child.ts";
import { PythonTrainer } from "./python-trainer.ts";

interface PythonTradeOptions {
  readonly python: Python;
  /** Where PyTorch computes: `cpu` or `cuda`. */
  readonly device: string;
  /** Processes that train at once. */
  readonly places: number;
  /** Most runs that a process trains in one call. */
  readonly together: number;
  readonly patience?: Partial<Patience> | undefined;
  readonly note: (line: string) => void;
}

export interface PreparedPython extends Loaded, Prepared {
  /** Whether it gives the same numbers again. */
  readonly deterministic: boolean;
}

/** What processes of models in Python do. */
export class PythonTrade implements Trade<PythonChild, PreparedPython> {
  readonly #options: PythonTradeOptions;
  readonly #patience: Patience;
  /** Models of which runs can train in one call. */
  readonly #inOneCall = new Set<string>();
  readonly #files = new Map<string, CodeFiles["files"]>();

  constructor(options: PythonTradeOptions) {
    this.#options = options;
    this.#patience = { ...PATIENCE, ...options.patience };
  }

  check(model: CodeModel): void {
    const code = pythonFiles(model);
    expectUnchanged(model, code);
    this.#files.set(JSON.stringify(model), code.files);
  }

  start(model: CodeModel): PythonChild {
    const { python, device, note } = this.#options;
    const files = this.#files.get(JSON.stringify(model)) as CodeFiles["files"];
    return new PythonChild({ python, model, files, device }, note);
  }

  begin(child: PythonChild): Promise<void> {
    return child.begin(this.#patience.load);
  }

  async prepare(child: PythonChild, model: CodeModel): Promise<PreparedPython> {
    const { name } = model;
    const { size, deterministic } = await tryPython(child, this.#patience.try);
    if (this.#options.together > 1 && (await trainsInOneCall(child, this.#patience.try)))
      this.#inOneCall.add(JSON.stringify(model));
    if (!deterministic)
      this.#options.note(
        `model ${name}: two trainings with the same seed differ, so its runs can't be repeated exactly`,
      );
    return { ...child.loaded, size, deterministic };
  }

  /** The most runs like this one that train in one call. */
  inOneCall(run: Run<CodeModel>): number {
    return this.#inOneCall.has(JSON.stringify(run.model)) && !hasMetrics(run) ? this.#options.together : 1;
  }

  /** Runs that differ in nothing but their index, as many as there are for each process. */
  together([first, ...others]: Together, { keeping }: Hooks): Together {
    const { places } = this.#options;
    const together = this.inOneCall(first);
    if (together < 2) return [first];
    const settingsOf = ({ model, training }: Run<CodeModel>) => JSON.stringify([model, training]);
    const isNew = ({ id }: Run<CodeModel>) => !keeping?.states.has(id); // one alone is resumed
    if (!isNew(first)) return [first];
    const alike = others.filter((run) => isNew(run) && settingsOf(run) === settingsOf(first));
    const count = Math.min(together, Math.ceil((1 + alike.length) / places));
    return [first, ...alike.slice(0, count - 1)];
  }

  async train(child: PythonChild, runs: Together, { onProgress, signal, keeping }: Hooks): Promise<RunResult[]> {
    const losses = new Map<string, number>();
    const asking = {
      silentMs: this.#patience.train,
      onProgress: (step: number, processorMs?: number) => {
        for (const run of runs)
          onProgress?.(run, step, losses.get(run.id) ?? Number.NaN, runs.length === 1 ? processorMs : undefined);
      },
    };
    let trainer: PythonTrainer | undefined;
    const create = async () => {
      trainer = await PythonTrainer.begin(child, runs, asking, keeping?.states.get(runs[0].id));
      return trainer;
    };
    const results: RunResult[] = [];
    const hooks: Hooks = {
      ...(keeping && { keeping, ...(signal && { signal }) }),
      onResult: (result) => results.push(result),
      onProgress: ({ id }, _, latest) => losses.set(id, latest),
    };
    await trainGroup(create, { runs, places: [...runs.keys()] }, hooks, child.loaded.device);
    return results.map((result) => ({ ...result, parameterCount: trainer?.size ?? 0 }));
  }
}
