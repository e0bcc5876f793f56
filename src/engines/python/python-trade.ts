import type { CodeModel } from "../../models/code.ts";
import type { CodeFiles } from "../../models/code-files.ts";
import { pythonFiles } from "../../models/python-files.ts";
import type { Prepared, Trade } from "../children/model-crew.ts";
import { expectUnchanged } from "../children/model-error.ts";
import { PATIENCE, type Patience } from "../children/patience.ts";
import type { Hooks, Run, RunResult } from "../engine.ts";
import { trainGroup } from "../train-group.ts";
import { tryPython } from "./check-python.ts";
import type { Python } from "./find-python.ts";
import type { Loaded } from "./messages.ts";
import { PythonChild } from "./python-child.ts";
import { PythonTrainer } from "./python-trainer.ts";

interface PythonTradeOptions {
  readonly python: Python;
  /** Where PyTorch computes: `cpu` or `cuda`. */
  readonly device: string;
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

  async prepare(child: PythonChild, { name }: CodeModel): Promise<PreparedPython> {
    const { size, deterministic } = await tryPython(child, this.#patience.try);
    if (!deterministic)
      this.#options.note(
        `model ${name}: two trainings with the same seed differ, so its runs can't be repeated exactly`,
      );
    return { ...child.loaded, size, deterministic };
  }

  async train(
    child: PythonChild,
    run: Run<CodeModel>,
    { onProgress, signal, keeping }: Hooks,
  ): Promise<RunResult | undefined> {
    let loss = Number.NaN;
    const asking = {
      silentMs: this.#patience.train,
      onProgress: (step: number, processorMs?: number) => onProgress?.(run, step, loss, processorMs),
    };
    let trainer: PythonTrainer | undefined;
    const create = async () => {
      trainer = await PythonTrainer.begin(child, run, asking, keeping?.states.get(run.id));
      return trainer;
    };
    const results: RunResult[] = [];
    const hooks: Hooks = {
      ...(keeping && { keeping, ...(signal && { signal }) }),
      onResult: (result) => results.push(result),
      onProgress: (_, __, latest) => {
        loss = latest;
      },
    };
    await trainGroup(create, { runs: [run], places: [0] }, hooks, child.loaded.device);
    return results[0] && { ...results[0], parameterCount: trainer?.size ?? 0 };
  }
}
