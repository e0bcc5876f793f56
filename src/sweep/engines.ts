import { MMOE } from "../called-as.ts";
import { findBinding, isForCards } from "../cuda/binding.ts";
import { mayHaveCard } from "../cuda/cards.ts";
import type { Env } from "../cuda/home.ts";
import { trainsRun } from "../engines/abilities.ts";
import type { KernelChoice } from "../engines/cpu/kernel-sets.ts";
import type { AnyRun, Engine } from "../engines/engine.ts";
import { findPython } from "../engines/process/find-python.ts";
import type { Adapter } from "../engines/process/languages.ts";
import { UsageError } from "../errors.ts";
import { isCode, isIn, LANGUAGES, type Language, languageOf } from "../models/code.ts";
import { withEarlyStopping } from "./early-stopping.ts";
import { kernelSet } from "./kernel-set.ts";
import { sideBySide } from "./side-by-side.ts";

/** `auto` is `cuda` if it is set up, a card is visible and no kernels of the cpu engine are asked for; else `cpu`. */
export const ENGINE_NAMES = ["auto", "cpu", "cuda", "tfjs"] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

export const TFJS_BACKENDS = ["wasm", "cpu", "tensorflow"] as const;
export type TfjsBackend = (typeof TFJS_BACKENDS)[number];

export const CODE_DEVICES = ["cpu", "cuda"] as const;
export type CodeDevice = (typeof CODE_DEVICES)[number];

export interface EngineOptions {
  /** Worker threads, which train on the cpu engine and make rows for TensorFlow; by default the cores of this process. */
  readonly jobs?: number;
  /** The cpu engine's kernels: by default what MMOE_KERNELS says, else `auto`. With a set, `auto` is the cpu engine. */
  readonly kernels?: KernelChoice;
  /** What the tfjs engine computes on. */
  readonly backend?: TfjsBackend;
  /** The Python of models in Python: by default that of MMOE_PYTHON, of the active virtual environment or the PATH. */
  readonly python?: string;
  /** Where models in code compute: by default on the card with engine `cuda`, else on the CPU. */
  readonly device?: CodeDevice;
  /** Let the cuda engine compute on the CPU if it sees no card. */
  readonly allowCpu?: boolean;
  readonly env?: Env;
  /** Called with what is decided here and by the engine. */
  readonly note?: (line: string) => void;
}

/**
 * Loads one engine; the others' code stays on disk. Where `auto` is cpu, it brings tfjs beside it for those of `runs` that
 * cpu can't train, and is tfjs alone if that is all of them. Models in code have an engine of their own for each language, beside
 * any.
 */
export async function loadEngine(
  name: EngineName,
  options: EngineOptions = {},
  runs: readonly AnyRun[] = [],
): Promise<Engine> {
  const engine = await engineFor(name, options, runs);
  return runs.some(({ stopping }) => stopping) ? withEarlyStopping(engine) : engine;
}

async function engineFor(name: EngineName, options: EngineOptions, runs: readonly AnyRun[]): Promise<Engine> {
  const { device = name === "cuda" ? "cuda" : "cpu" } = options;
  const languages = LANGUAGES.filter((language) => runs.some(({ model }) => isIn(language, model)));
  const others = runs.filter(({ model }) => !isCode(model));
  const engines = await Promise.all(languages.map((language) => processEngine(language, { ...options, device })));
  const main = others.length > 0 || runs.length === 0 ? await ownEngine(name, options, others) : engines.shift();
  return engines.reduce(
    (beside, engine) =>
      sideBySide(beside, engine, ({ model }) => isCode(model) && engine.name === ENGINE_OF[languageOf(model)]),
    main as Engine,
  );
}

/** The engines' names, by the language of the models that they train. */
export const ENGINE_OF = { Python: "python", JavaScript: "node" } as const satisfies Record<Language, string>;

/** For models in code of one language alone. */
export async function processEngine(language: Language, options: EngineOptions): Promise<Engine> {
  const { jobs, device = "cpu", note = () => {} } = options;
  const { ProcessEngine } = await import("../engines/process/process-engine.ts");
  const adapter = await adapterOf(language, options);
  return new ProcessEngine({ adapter, device, note, ...(jobs !== undefined && { jobs }) });
}

/** What starts workers of a language. */
export async function adapterOf(
  language: Language,
  { python, env = process.env }: Pick<EngineOptions, "python" | "env">,
): Promise<Adapter> {
  const { nodeAdapter, pythonAdapter } = await import("../engines/process/languages.ts");
  return language === "Python" ? pythonAdapter(findPython(python, env), env) : nodeAdapter();
}

async function ownEngine(name: EngineName, options: EngineOptions, runs: readonly AnyRun[]): Promise<Engine> {
  if (name === "auto") {
    const engine = await autoEngine(options);
    const goesBeside = (run: AnyRun) => !trainsRun("cpu", run);
    const others = runs.filter(goesBeside);
    if (engine.name !== "cpu" || others.length === 0) return engine;
    const other = await loadEngine("tfjs", options);
    if (others.length < runs.length) return sideBySide(engine, other, goesBeside);
    await engine.dispose();
    return other;
  }
  const { jobs, backend = "wasm", allowCpu = false, note = () => {} } = options;
  const threads = jobs === undefined ? {} : { jobs };
  if (name === "tfjs") {
    const { createTfjsEngine } = await import("../engines/tfjs/tfjs-engine.ts");
    return createTfjsEngine({ backend, note, ...threads });
  }
  if (name === "cuda") {
    const { createCudaEngine } = await import("../engines/tfjs/cuda-engine.ts");
    return createCudaEngine({ allowCpu, note, ...threads });
  }
  const { CpuEngine } = await import("../engines/cpu/cpu-engine.ts");
  return new CpuEngine({ kernels: kernelSet(options), note, ...threads });
}

const CPU_INSTEAD = "training on the cpu engine";

/** Without a card nobody waits: TensorFlow is loaded only if files say that there is a card. */
async function autoEngine(options: EngineOptions): Promise<Engine> {
  const { env = process.env, kernels = "auto", note = () => {} } = options;
  if (kernels !== "auto") return loadEngine("cpu", options);
  const binding = findBinding(env);
  if (!mayHaveCard(env)) {
    if (binding !== undefined && isForCards(binding)) note(`no NVIDIA card is visible; ${CPU_INSTEAD}`);
    return loadEngine("cpu", options);
  }
  if (binding === undefined || !isForCards(binding)) {
    note(`a GPU is here, unused: ${MMOE} cuda setup makes mmoe train on it`);
    return loadEngine("cpu", options);
  }
  try {
    return await loadEngine("cuda", { ...options, allowCpu: false });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    note(`${error.message}; ${CPU_INSTEAD}`);
    return loadEngine("cpu", options);
  }
}
