import { type CudaFacts, setUpProblem } from "../../cuda/diagnosis.ts";
import type { PythonFacts } from "../../engines/process/find-python.ts";
import type { EngineDiagnosis, KernelFacts } from "../../sweep/engine-diagnosis.ts";
import { thousands } from "../../units.ts";
import { type Paint, PLAIN, verdictText } from "./paint.ts";
import { table } from "./table.ts";

const CAPTION = "MMoE, 64 rows per step; apart: relative difference of a loss to the reference\n";

/** What `mmoe doctor` found. */
export interface Diagnosis {
  readonly mmoe: string;
  readonly node: string;
  readonly system: string;
  readonly cores: number;
  readonly freeMemoryBytes: number;
  readonly kernels: KernelFacts;
  readonly cuda: CudaFacts;
  /** What `--engine auto` trains on. */
  readonly auto: "cpu" | "cuda";
  readonly engines: readonly EngineDiagnosis[];
  readonly python: PythonFacts;
}

/** A diagnosis for people, in 80 columns: the machine, the engines, and what to do about what is wrong. */
export function doctorText({ kernels, cuda, engines, auto, python, ...machine }: Diagnosis, paint = PLAIN): string {
  const facts = [
    ["mmoe", machine.mmoe],
    ["node", `${machine.node}, ${machine.system}`],
    ["cores", String(machine.cores)],
    ["memory", `${gigabytes(machine.freeMemoryBytes)} free`],
    ["kernels", kernelsText(kernels)],
    ...cudaRows(cuda),
    ["sweeps", `train on ${auto} unless told otherwise`],
    ["python", pythonText(python)],
  ];
  const about = facts.map(([name = "", value]) => `${name.padEnd(12)}${value}\n`).join("");
  const native =
    kernels.problem === undefined ? [] : [{ engine: "kernels", problem: kernels.problem, fix: NATIVE_FIX }];
  const problems = [...native, { engine: "cuda setup", ...setUpProblem(cuda) }, ...engines]
    .filter(({ problem }) => problem !== undefined)
    .map(({ engine, problem, fix }) => `${engine}: ${problem}\n  fix: ${fix}\n`);
  return [about, `${engineTable(engines, paint)}${CAPTION}`, problems.join("")]
    .filter((part) => part !== "")
    .join("\n");
}

const NATIVE_FIX = "install mmoe again; in a clone: a C compiler, then npm run build";

/** `avx512; avx2, wasm run here too` */
function kernelsText({ inUse, sets }: KernelFacts): string {
  const others = sets.filter((set) => set !== inUse);
  return `${inUse}${others.length > 0 ? `; ${others.join(", ")} run here too` : ""}`;
}

/** `/home/me/venv/bin/python (VIRTUAL_ENV): 3.11.7, numpy 2.4.6, torch 2.15.0` */
function pythonText({ path, from, version, libraries = {} }: PythonFacts): string {
  const where = `${path} (${from})`;
  if (version === undefined) return `none: ${where} does not start; models in Python need one`;
  const parts = Object.entries(libraries).map(([name, of]) => `${name} ${of}`);
  const lacking = "numpy" in libraries ? [] : ["no numpy, which models in Python need"];
  return `${where}: ${[version, ...parts, ...lacking].join(", ")}`;
}

function cudaRows({ cards, driverCuda, cuda, binding, trial }: CudaFacts): [string, string][] {
  const rows: [string, string][] = cards.map(({ name, freeBytes, totalBytes }) => {
    const memory = freeBytes ? `, ${gigabytes(freeBytes)} of ${gigabytes(totalBytes)} free` : "";
    return ["card", `${name}${memory}`];
  });
  if (cards[0]) rows.push(["driver", `${cards[0].driver}${driverCuda ? `, for CUDA up to ${driverCuda}` : ""}`]);
  else rows.push(["card", "none"]);
  const libraries = cuda ? `, CUDA ${cuda}` : binding?.home ? ", without CUDA" : ""; // unknown for a package of the user
  if (trial?.tensorflow) rows.push(["tensorflow", `${trial.tensorflow}${libraries}`]);
  if (binding) rows.push(["binding", binding.home ?? binding.folder]);
  return rows;
}

function engineTable(engines: readonly EngineDiagnosis[], paint: Paint): string {
  const rows = engines.map(({ engine, device, runStepsPerSecond, difference, works }) => [
    engine,
    device?.slice(0, 24) ?? "-",
    runStepsPerSecond === undefined ? "-" : thousands(runStepsPerSecond),
    difference === undefined ? "-" : difference.toExponential(0),
    verdictText(paint, works ? "yes" : "no"),
  ]);
  return table([["engine", "device", "run-steps/s", "apart", "works"], ...rows]);
}

/** Text under the help of the commands that look for TensorFlow's binding. */
export const CUDA_SETTINGS = `
TensorFlow's binding is loaded from the first of these places that has it, and
from no other, such as the working folder:
  $MMOE_TFJS_NODE_GPU  folder of a built @tensorflow/tfjs-node-gpu of your own
  mmoe's installation  the same package, installed with mmoe and built
  $MMOE_CUDA_HOME      what mmoe cuda setup made (default: mmoe/cuda in the
                       user's data folder); a folder of yours or of root's
                       that nobody else may write to
`;

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
