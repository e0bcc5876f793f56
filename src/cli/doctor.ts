import { availableParallelism } from "node:os";
import { cudaFacts, cudaProblem } from "../cuda/diagnosis.ts";
import { KERNEL_CHOICES } from "../engines/cpu/kernel-sets.ts";
import { findPython, pythonFacts } from "../engines/process/find-python.ts";
import {
  candidates,
  diagnoseEngine,
  type EngineDiagnosis,
  kernelFacts,
  nameOf,
  shouldWork,
} from "../sweep/engine-diagnosis.ts";
import { ENGINE_NAMES } from "../sweep/engines.ts";
import { version } from "../version.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { choiceOption, jsonText, kernelsOption } from "./options.ts";
import { CUDA_SETTINGS, type Diagnosis, doctorText } from "./text/doctor-text.ts";
import { paintFor } from "./text/paint.ts";

const HELP = `\nExits with 4 if an engine that you asked for, or that is set up, does not work.\n${CUDA_SETTINGS}${examples(
  "mmoe doctor",
  "mmoe doctor --engine cuda && mmoe sweep --engine cuda",
)}`;

const withOptions = (command: Command) =>
  command
    .option("--engine <name>", "try only this engine: cpu, cuda, tfjs; auto tries all", "auto")
    .option("--kernels <set>", `kernels of the cpu engine: ${KERNEL_CHOICES.join(", ")} (default: auto)`)
    .option("--python <path>", "the Python interpreter of models in Python (default: as in mmoe sweep)")
    .option("--json", "as JSON")
    .addHelpText("after", HELP);

type DoctorOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((options) => run((context) => doctor(options, context)));

async function doctor(options: DoctorOptions, { effects, note }: Context): Promise<number> {
  const asked = choiceOption("--engine", options.engine, ENGINE_NAMES);
  const asksFor = kernelsOption(options.kernels, asked);
  const kernels = kernelFacts({ kernels: asksFor, env: effects.env });
  note("looking at the machine");
  const cuda = await cudaFacts(effects.env);
  const problem = cudaProblem(cuda, effects.env);
  const engines: EngineDiagnosis[] = [];
  for (const candidate of candidates(cuda, kernels).filter(({ name }) => asked === "auto" || asked === name)) {
    note(`trying ${nameOf(candidate)}`);
    engines.push(await diagnoseEngine(candidate, problem));
  }
  const diagnosis: Diagnosis = {
    mmoe: version,
    node: process.version,
    system: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    freeMemoryBytes: process.availableMemory(),
    kernels,
    cuda,
    auto: problem === undefined && (asksFor ?? "auto") === "auto" ? "cuda" : "cpu",
    engines,
    python: pythonFacts(findPython(options.python, effects.env)),
  };
  effects.stdout.write(
    options.json ? jsonText(diagnosis) : doctorText(diagnosis, paintFor(effects.stdout, effects.env)),
  );
  const isWanted = ({ engine, installed = true }: EngineDiagnosis) =>
    asked !== "auto" || (installed && (engine !== "cuda" || shouldWork(cuda)));
  const wanted = engines.filter(isWanted);
  return wanted.every(({ works }) => works) ? EXIT.done : EXIT.checkFailed;
}
