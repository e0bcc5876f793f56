import { existsSync, readdirSync } from "node:fs";
import { MMOE } from "../called-as.ts";
import { defined } from "../defined.ts";
import { shellQuoted } from "../text.ts";
import { type Binding, findBinding, isForCards } from "./binding.ts";
import { type Card, hidesCards, mayHaveCard, nvidiaSmi, visibleCards } from "./cards.ts";
import { BINDING_PACKAGE, distrustOf, type Env, homePaths, isUpToDate, type Problem } from "./home.ts";
import { type Trial, tryBinding } from "./try-binding.ts";

/** Facts about this machine that decide whether it can train on a card. */
export interface CudaFacts {
  /** Whether the system has devices of NVIDIA's that this process may use. */
  readonly devices: boolean;
  readonly cards: readonly Card[];
  /** The newest CUDA that the driver knows. */
  readonly driverCuda?: string;
  readonly binding?: Binding;
  /** Version of the CUDA libraries that were set up. */
  readonly cuda?: string;
  /** The command that makes the home again, if another mmoe made it. */
  readonly renewal?: string;
  /** Why the home's binding may not be loaded. */
  readonly distrust?: Problem;
  /** Result of loading the binding; undefined if there is none. */
  readonly trial?: Trial;
}

export async function cudaFacts(env: Env, devices = mayHaveCard(env)): Promise<CudaFacts> {
  const binding = findBinding(env);
  const home = binding?.home;
  const distrust = home === undefined ? undefined : distrustOf(home);
  const [cards, driverCuda, trial] = await Promise.all([
    visibleCards(env),
    newestCuda(env),
    distrust ? { problem: distrust.problem } : binding && tryBinding(env, binding),
  ]);
  const cuda = home && cudaIn(homePaths(home).libraries);
  const renewal = binding && home && !isUpToDate(home) ? setUpCommand(binding) : undefined;
  return { devices, cards, ...defined({ driverCuda, binding, cuda: cuda || undefined, renewal, distrust, trial }) };
}

/** The command that made a home. */
function setUpCommand(binding: Binding): string {
  return `${MMOE} cuda setup${isForCards(binding) ? "" : " --cpu"}`;
}

/** The newest CUDA of the driver, from the head of nvidia-smi's table: no option asks for it alone. */
async function newestCuda(env: Env): Promise<string | undefined> {
  const lines = await nvidiaSmi(env, []);
  return /CUDA Version: ([\d.]+)/.exec(lines.join("\n"))?.[1];
}

function cudaIn(libraries: string): string | undefined {
  if (!existsSync(libraries)) return undefined;
  const versions = readdirSync(libraries).map(
    (name) => /^nvidia_cuda_runtime_cu\d+-([\d.]+)\.dist-info$/.exec(name)?.[1],
  );
  return versions.find((version) => version !== undefined);
}

/** Beginning of the error that assets/cuda/quiet.cc throws if TensorFlow fails to start, e.g. on a card that another process holds alone. */
const NO_SESSION = "TensorFlow starts no session";

/** Why nothing can be trained on a card, the first reason first; undefined if nothing is wrong. */
export function cudaProblem(facts: CudaFacts, env: Env): Problem | undefined {
  const { binding, distrust, trial, cards, cuda, devices } = facts;
  if (distrust !== undefined) return distrust;
  if (binding !== undefined && trial?.problem !== undefined) {
    const fix = trial.problem.includes(NO_SESSION)
      ? "see what nvidia-smi says of the card: is it full, or another's?"
      : remedyFor(binding, env, facts.renewal);
    return { problem: `does not load: ${trial.problem}`, fix };
  }
  if (!devices) return { problem: "no NVIDIA card is visible", fix: noDevices(env) };
  if (binding === undefined) return { problem: "not set up", fix: `${MMOE} cuda setup` };
  if (trial?.onCard) return undefined;
  if (binding.home !== undefined && cuda === undefined)
    return { problem: "set up for the CPU alone", fix: `${MMOE} cuda setup` };
  const problem = `TensorFlow finds no card${trial?.about ? `: ${trial.about}` : ""}`;
  return { problem, fix: driverProblem(cards) ?? "see what nvidia-smi says of the card" };
}

function remedyFor(binding: Binding, env: Env, renewal: string | undefined): string {
  const { home } = binding;
  if (home !== undefined) return renewal ?? `rm -r ${shellQuoted(home)}; ${setUpCommand(binding)}`;
  const own = env.MMOE_TFJS_NODE_GPU ? "unset MMOE_TFJS_NODE_GPU" : `npm uninstall ${BINDING_PACKAGE}`;
  return `${own}; ${MMOE} cuda setup`;
}

/** The driver that CUDA 12's libraries need, by its version's first number. */
const OLDEST_DRIVER = 525;

function driverProblem([card]: readonly Card[]): string | undefined {
  if (card === undefined) return "no card (nvidia-smi shows none); to use one install NVIDIA's driver";
  const isOld = Number.parseInt(card.driver, 10) < OLDEST_DRIVER;
  return isOld ? `${card.driver} is too old for CUDA 12; install ${OLDEST_DRIVER}.60 or later` : undefined;
}

/** What is wrong with a home that may also work as it is. */
export function setUpProblem({ renewal }: CudaFacts): Problem | undefined {
  return renewal === undefined ? undefined : { problem: "another mmoe made it, otherwise than this one", fix: renewal };
}

function noDevices(env: Env): string {
  if (hidesCards(env)) return `CUDA_VISIBLE_DEVICES is '${env.CUDA_VISIBLE_DEVICES}': unset it, or name a card there`;
  return "use a machine with a card and its driver; in Docker: --gpus all";
}
