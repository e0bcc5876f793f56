import { availableParallelism } from "node:os";
import { type CudaFacts, cudaFacts, cudaProblem, type Problem } from "../cuda/diagnosis.ts";
import { thisMachine } from "../cuda/machine.ts";
import { type EngineTrial, tryEngine } from "../sweep/engine-trial.ts";
import { ENGINE_NAMES, type EngineOptions, loadEngine, type TfjsBackend } from "../sweep/engines.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { choiceOption } from "./options.ts";
import { doctorText } from "./text/doctor-text.ts";
import { version } from "./version.ts";

interface Options {
  readonly engine: string;
  readonly json?: boolean;
}

/** What the doctor found. */
export interface Diagnosis {
  readonly mmoe: string;
  readonly node: string;
  readonly system: string;
  readonly cores: number;
  readonly freeMemoryBytes: number;
  readonly cuda: CudaFacts;
  /** What `--engine auto` trains on. */
  readonly auto: "cpu" | "cuda";
  readonly engines: readonly EngineDiagnosis[];
}

export interface EngineDiagnosis {
  /** As it is asked for. */
  readonly engine: string;
  readonly works: boolean;
  readonly device?: string;
  readonly runStepsPerSecond?: number;
  readonly difference?: number;
  readonly tolerance?: number;
  readonly problem?: string;
  readonly fix?: string;
}

export const define: Define = (command, run) => {
  command
    .option("--engine <name>", "only this one: cpu, cuda, tfjs (default: all that are here)", "auto")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `\nExits with 4 where an engine that was asked for, or is set up, does not work.\n${examples(
        "mmoe doctor",
        "mmoe doctor --engine cuda && mmoe sweep --engine cuda",
      )}`,
    )
    .action((options: Options) => run((context) => doctor(options, context)));
};

async function doctor(options: Options, { effects, note }: Context): Promise<number> {
  const asked = choiceOption("--engine", options.engine, ENGINE_NAMES);
  const machine = thisMachine(effects.env);
  note("looking at the machine");
  const cuda = await cudaFacts(machine);
  const problem = cudaProblem(cuda, effects.env);
  const engines: EngineDiagnosis[] = [];
  for (const candidate of candidates(cuda).filter(({ name }) => asked === "auto" || asked === name)) {
    note(`trying ${nameOf(candidate)}`);
    engines.push(await examined(candidate, problem));
  }
  const diagnosis: Diagnosis = {
    mmoe: version,
    node: process.version,
    system: machine.system,
    cores: availableParallelism(),
    freeMemoryBytes: process.availableMemory(),
    cuda,
    auto: problem === undefined ? "cuda" : "cpu",
    engines,
  };
  effects.stdout.write(options.json ? `${JSON.stringify(diagnosis, null, 2)}\n` : doctorText(diagnosis));
  const wanted = engines.filter(({ engine }) => engine !== "cuda" || asked === "cuda" || shouldWork(cuda));
  return wanted.every(({ works }) => works) ? EXIT.done : EXIT.checkFailed;
}

interface Candidate {
  readonly name: "cpu" | "tfjs" | "cuda";
  readonly backend?: TfjsBackend;
}

/** TensorFlow is tried by itself only where there is no card for it. */
function candidates({ binding, trial }: CudaFacts): Candidate[] {
  const loads = binding !== undefined && trial?.problem === undefined;
  return [
    { name: "cpu" },
    { name: "tfjs" },
    ...(loads && !trial?.onCard ? [{ name: "tfjs", backend: "tensorflow" } as const] : []),
    { name: "cuda" },
  ];
}

function nameOf({ name, backend }: Candidate): string {
  return backend === undefined ? name : `${name} --backend ${backend}`;
}

/** Whether there is a card to train on, or a broken binding, once it has been set up. */
function shouldWork({ devices, binding, trial }: CudaFacts): boolean {
  return binding !== undefined && (devices || trial?.problem !== undefined);
}

/** Trains a second on an engine, unless it is known not to work. */
async function examined(candidate: Candidate, noCuda: Problem | undefined): Promise<EngineDiagnosis> {
  const { name, ...options } = candidate;
  if (name === "cuda" && noCuda !== undefined) return { engine: name, works: false, ...noCuda };
  try {
    const trial = await trialOf(name, options);
    const result = { engine: nameOf(candidate), works: trial.difference <= trial.tolerance, ...trial };
    if (result.works) return result;
    const rounded = name === "cuda" && process.env.NVIDIA_TF32_OVERRIDE === "1";
    const fix = rounded ? "unset NVIDIA_TF32_OVERRIDE: it rounds products to TF32" : REPORT;
    return { ...result, problem: "its losses are not the reference's", fix };
  } catch (error) {
    return { engine: nameOf(candidate), works: false, problem: (error as Error).message, fix: REPORT };
  }
}

const REPORT = "use another --engine; report this with mmoe doctor --json";

async function trialOf(name: Candidate["name"], options: EngineOptions): Promise<EngineTrial> {
  const engine = await loadEngine(name, options);
  try {
    return await tryEngine(engine);
  } finally {
    await engine.dispose();
  }
}
