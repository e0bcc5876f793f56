import { realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { findBinding } from "../../cuda/binding.ts";
import type { CodeModel, Model } from "../../models/code.ts";
import { isIn } from "../../models/code.ts";
import { byKind, checkRun } from "../abilities.ts";
import { ModelCrew } from "../children/model-crew.ts";
import type { Patience } from "../children/patience.ts";
import type { AnyRun, Engine, Hooks } from "../engine.ts";
import { type TrainingPath, tensorPath } from "../training-path.ts";
import { modulesAround } from "./code/child-rights.ts";
import type { CodeChild } from "./code/code-child.ts";
import { CodeTrade, type PreparedCode } from "./code/code-trade.ts";
import { codeGroup } from "./code/traced-code.ts";
import { codeBytes } from "./memory.ts";
import type { Backend } from "./tf.ts";
import type { ProgramOptions } from "./traced/training-program.ts";

interface CodeEngineOptions extends ProgramOptions {
  readonly backend: Backend;
  readonly name?: "tfjs" | "cuda";
  /** The device's name in records. */
  readonly device: string;
  readonly traced?: boolean;
  readonly jobs?: number;
  readonly patience?: Partial<Patience>;
  readonly note?: (line: string) => void;
}

/** More processes would need much memory, and the cores have other work too. */
const MOST_PLACES = 8;
const MOST_FEEDERS = 16;

/**
 * Trains models in JavaScript, and nothing else, in processes of their own. TensorFlow.js is not loaded in this one. On
 * TensorFlow, which takes all cores or the card, they train one after the other; else as many at once as there are jobs.
 */
export class CodeEngine implements Engine {
  readonly name: "tfjs" | "cuda";
  readonly device: string;
  readonly keepsStates = false;
  readonly #traced: boolean;
  readonly #places: number;
  readonly #crew: ModelCrew<CodeChild, PreparedCode>;

  constructor(options: CodeEngineOptions) {
    const { backend, name = "tfjs", device, traced = backend === "tensorflow", note = () => {}, xla = false } = options;
    const { jobs = Math.min(availableParallelism(), MOST_FEEDERS), patience } = options;
    this.name = name;
    this.device = device;
    this.#traced = traced;
    this.#places = backend === "tensorflow" ? 1 : Math.min(jobs, MOST_PLACES);
    const readable = backend === "tensorflow" ? tensorflowFolders() : [];
    const training = { backend, device, traced, jobs, xla, readable };
    this.#crew = new ModelCrew(new CodeTrade({ training, patience, note }), { places: this.#places, note });
  }

  path({ model }: AnyRun): TrainingPath {
    return tensorPath(model, this.#traced);
  }

  check(run: AnyRun): void {
    checkRun(this.name, run);
  }

  prepare(models: readonly Model[], signal?: AbortSignal): Promise<void> {
    return this.#crew.prepare(
      models.filter((model) => isIn("JavaScript", model)),
      signal,
    );
  }

  async train(runs: readonly AnyRun[], hooks: Hooks): Promise<void> {
    const { codes } = byKind(runs);
    for (const run of runs) this.check(run);
    const models: CodeModel[] = codes.map(({ model }) => model);
    await this.#crew.prepare(models, hooks.signal);
    await this.#crew.train(codes, hooks);
  }

  /** Of the largest runs that may train at once, each with a copy of its table. */
  memoryBytes(runs: readonly AnyRun[]): number {
    const bytes = byKind(runs).codes.map((run) => {
      const { size, stateSize, drawn } = this.#crew.prepared(run.model);
      const draws = [{ kind: "normals", shape: [drawn.fixed + drawn.perRow * run.training.batch] }] as const;
      const table = run.correlation === null ? (run.data.values?.numbers.byteLength ?? 0) : 0;
      return table + codeBytes({ ...codeGroup(run), draws }, size + stateSize, this.#traced);
    });
    const largest = bytes.sort((a, b) => b - a).slice(0, this.#places);
    return largest.reduce((sum, one) => sum + one, 0);
  }

  dispose(): Promise<void> {
    return this.#crew.dispose();
  }
}

/** What TensorFlow's binding is loaded from: its folder, the packages around it, and what `mmoe cuda setup` made. */
function tensorflowFolders(): string[] {
  const binding = findBinding(process.env);
  if (binding === undefined) return [];
  const { folder, home } = binding;
  const real = realpathSync(folder);
  return [folder, real, modulesAround(real) || real, ...(home === undefined ? [] : [home, realpathSync(home)])];
}
