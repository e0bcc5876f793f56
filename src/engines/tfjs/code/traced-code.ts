import type { CodeModel } from "../../../models/code.ts";
import type { Run } from "../../engine.ts";
import type { Pace } from "../../pace.ts";
import type { Group } from "../groups.ts";
import type { Tf } from "../tf.ts";
import type { Program } from "../trace/program.ts";
import { UntraceableError } from "../trace/untraceable.ts";
import type { GroupFeeds } from "../traced/group-feeds.ts";
import { ProgramCache } from "../traced/program-cache.ts";
import type { ProgramOptions } from "../traced/training-program.ts";
import { type CodeShape, codeProgram, codeShape } from "./code-program.ts";
import type { LoadedCode } from "./load-code.ts";
import { TracedCodeTrainer } from "./traced-code-trainer.ts";
import { authorsError } from "./user-error.ts";

interface Options extends ProgramOptions {
  /** Told why a model is not traced, once. */
  readonly note: (line: string) => void;
}

/** Traced trainers of models in JavaScript, one run's after the other's: a graph serves all runs of a shape. */
export class TracedCode {
  readonly #tf: Tf;
  readonly #feeds: GroupFeeds;
  readonly #note: Options["note"];
  readonly #programs: ProgramCache<CodeShape>;
  /** What a new graph is recorded from. */
  #loaded: LoadedCode | undefined;
  /** Models that can't be traced, by their files' hashes. */
  readonly #untraceable = new Set<string>();

  /** `feeds` is the caller's. */
  constructor(tf: Tf, feeds: GroupFeeds, options: Options) {
    this.#tf = tf;
    this.#feeds = feeds;
    this.#note = options.note;
    this.#programs = new ProgramCache((shape) => codeProgram(tf, this.#loaded as LoadedCode, shape, options));
  }

  /** A trainer of this run; undefined once stopped, and "untraceable" if its steps can't be recorded as a graph. */
  async trainer(
    run: Run<CodeModel>,
    loaded: LoadedCode,
    pace: Pace,
  ): Promise<TracedCodeTrainer | "untraceable" | undefined> {
    const { model } = run;
    if (this.#untraceable.has(model.sha256)) return "untraceable";
    const shape = codeShape(this.#tf, run, loaded);
    const group = { ...codeGroup(run), draws: shape.draws };
    const feed = await this.#feeds.feed(group, pace);
    if (!feed) return undefined;
    this.#loaded = loaded;
    try {
      const create = (program: Program) => new TracedCodeTrainer(this.#tf, program, group, loaded, feed);
      return this.#programs.use(shape, create);
    } catch (error) {
      if (!isUntraceable(error)) throw error;
      this.#untraceable.add(model.sha256);
      this.#note(`${authorsError(model, error).message}; its steps are not traced, which is slower`);
      return "untraceable";
    }
  }

  /** Frees what is kept on the device for later runs. */
  free(): void {
    this.#programs.dispose();
  }
}

/** A run on its own. */
export function codeGroup(run: Run<CodeModel>): Group<CodeModel> {
  return { models: [], runs: [run], sources: [run], places: [0] };
}

function isUntraceable(error: unknown): boolean {
  return error instanceof UntraceableError || (error instanceof Error && error.cause instanceof UntraceableError);
}
