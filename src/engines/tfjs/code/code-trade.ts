import type { CodeModel } from "../../../models/code.ts";
import type { CodeFiles } from "../../../models/code-files.ts";
import type { Prepared, Together, Trade } from "../../children/model-crew.ts";
import { PATIENCE, type Patience } from "../../children/patience.ts";
import type { Hooks, Run, RunResult } from "../../engine.ts";
import { CodeChild } from "./code-child.ts";
import { begin, loadedBy, unchanged } from "./describe-code.ts";
import type { CodeTrainingOptions, Described, DrawnNumbers, Order } from "./messages.ts";

interface CodeTradeOptions {
  readonly training: CodeTrainingOptions;
  readonly patience?: Partial<Patience> | undefined;
  readonly note: (line: string) => void;
}

export type PreparedCode = Described & Prepared & { readonly drawn: DrawnNumbers };

/** What processes of models in JavaScript do. */
export class CodeTrade implements Trade<CodeChild, PreparedCode> {
  readonly #options: CodeTradeOptions;
  readonly #patience: Patience;
  readonly #files = new Map<string, CodeFiles>();

  constructor(options: CodeTradeOptions) {
    this.#options = options;
    this.#patience = { ...PATIENCE, ...options.patience };
  }

  check(model: CodeModel): void {
    this.#files.set(JSON.stringify(model), unchanged(model));
  }

  start(model: CodeModel): CodeChild {
    const { training, note } = this.#options;
    return new CodeChild({ model, code: this.#files.get(JSON.stringify(model)) as CodeFiles, training }, note);
  }

  begin(child: CodeChild): Promise<void> {
    return begin(child, this.#patience);
  }

  async prepare(child: CodeChild): Promise<PreparedCode> {
    const described = await loadedBy(child, this.#patience);
    const drawn = await child.ask({ try: true }, { doing: "is tried", silentMs: this.#patience.try });
    return { ...described, drawn: drawn as DrawnNumbers, device: this.#options.training.device };
  }

  async train(child: CodeChild, [run]: Together, hooks: Hooks): Promise<RunResult[]> {
    const { keepParameters = false } = hooks;
    const sent = withoutTable(run, child);
    const order: Order = { train: sent, keepParameters };
    const answer = await child.ask(order, {
      doing: "trains",
      silentMs: this.#patience.train,
      onProgress: (step, loss, processorMs) => hooks.onProgress?.(run, step, loss, processorMs),
    });
    return [{ ...(answer as Omit<RunResult, "run">), run }];
  }
}

/** Rows of a table are told once to a process. */
function withoutTable(run: Run<CodeModel>, child: CodeChild): Run<CodeModel> {
  if (run.correlation !== null || run.data.values === undefined) return run;
  const { values, ...data } = run.data;
  child.tellTable(data.sha256, values);
  return { ...run, data };
}
