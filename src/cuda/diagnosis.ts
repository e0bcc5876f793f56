import { existsSync, readdirSync } from "node:fs";
import { MMOE } from "../called-as.ts";
import { defined } from "../defined.ts";
import { shellQuoted } from "../text.ts";
import { type Binding, findBinding } from "./binding.ts";
import { type Card, hidesCards, mayHaveCard, nvidiaSmi, visibleCards } from "./cards.ts";
import { BINDING_PACKAGE, cudaHome, distrustOf, homePaths, type Problem } from "./home.ts";
import { installSteps } from "./install.ts";
import type { Machine } from "./machine.ts";
import { driverOf } from "./requirements.ts";
import { pendingSteps, readMarkers } from "./steps.ts";
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
  /** State of the set-up, if one was begun. */
  readonly setUp?: SetUpState;
  /** Why the home's binding may not be loaded. */
  readonly distrust?: Problem;
  /** Result of loading the binding; undefined if there is none. */
  readonly trial?: Trial;
}

export async function cudaFacts(machine: Machine, devices = mayHaveCard(machine.env)): Promise<CudaFacts> {
  const binding = findBinding(machine.env);
  const distrust = binding?.home === undefined ? undefined : distrustOf(binding.home);
  const [cards, driverCuda, trial] = await Promise.all([
    visibleCards(machine),
    newestCuda(machine),
    distrust ? { problem: distrust.problem } : binding && tryBinding(machine, binding),
  ]);
  const cuda = binding?.home && cudaIn(homePaths(binding.home).libraries);
  const setUp = binding === undefined || binding.home ? setUpState(machine, cudaHome(machine.env)) : undefined;
  return { devices, cards, ...defined({ driverCuda, binding, cuda: cuda || undefined, setUp, distrust, trial }) };
}

/** The newest CUDA of the driver, from the head of nvidia-smi's table: no option asks for it alone. */
async function newestCuda(machine: Machine): Promise<string | undefined> {
  const lines = await nvidiaSmi(machine, []);
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
export function cudaProblem(facts: CudaFacts, env: Machine["env"]): Problem | undefined {
  const { binding, distrust, trial, cards, cuda, devices } = facts;
  if (distrust !== undefined) return distrust;
  if (binding !== undefined && trial?.problem !== undefined) {
    const fix = trial.problem.includes(NO_SESSION)
      ? "see what nvidia-smi says of the card: is it full, or another's?"
      : renewal(binding, env, facts.setUp);
    return { problem: `does not load: ${trial.problem}`, fix };
  }
  if (!devices) return { problem: "no NVIDIA card is visible", fix: noDevices(env) };
  if (binding === undefined) return { problem: "not set up", fix: `${MMOE} cuda setup` };
  if (trial?.onCard) return undefined;
  if (binding.home !== undefined && cuda === undefined)
    return { problem: "set up for the CPU alone", fix: `${MMOE} cuda setup` };
  const problem = `TensorFlow finds no card${trial?.about ? `: ${trial.about}` : ""}`;
  return { problem, fix: driverOf(cards).fix ?? "see what nvidia-smi says of the card" };
}

function renewal(
  { home }: Binding,
  env: Machine["env"],
  { command, lacks }: SetUpState = { command: `${MMOE} cuda setup` },
): string {
  if (home === undefined && env.MMOE_TFJS_NODE_GPU) return `unset MMOE_TFJS_NODE_GPU; ${command}`;
  if (home === undefined) return `npm uninstall ${BINDING_PACKAGE}; ${command}`;
  return lacks === undefined ? `rm -r ${shellQuoted(home)}; ${command}` : command;
}

/** Whether the home needs another set-up; it may also work as it is. */
export function setUpProblem({ setUp }: CudaFacts): Problem | undefined {
  if (setUp?.lacks === undefined) return undefined;
  return { problem: `not whole, or another mmoe's, from its step '${setUp.lacks}' on`, fix: setUp.command };
}

function noDevices(env: Machine["env"]): string {
  if (hidesCards(env)) return `CUDA_VISIBLE_DEVICES is '${env.CUDA_VISIBLE_DEVICES}': unset it, or name a card there`;
  return "use a machine with a card and its driver; in Docker: --gpus all";
}

/** How far the set-up of a home is. */
export interface SetUpState {
  /** Name of the first step to do (all later ones follow): it was cut short, or another mmoe did it differently. */
  readonly lacks?: string;
  /** The command that does it. */
  readonly command: string;
}

/** The state of a home; undefined if no set-up began. */
export function setUpState(machine: Machine, home: string): SetUpState | undefined {
  const { markers } = homePaths(home);
  const done = readMarkers(markers);
  if (done === undefined) return undefined;
  const wanted = /^tensorflow(-cpu)?==/.exec(done.tensorflow ?? "");
  // before TensorFlow is installed the options are unknown, but no step up to it depends on them
  const cpu = wanted?.[1] !== undefined;
  const [first] = pendingSteps(installSteps(machine, { home, cpu }), markers);
  const command = wanted
    ? `${MMOE} cuda setup${cpu ? " --cpu" : ""}`
    : `${MMOE} cuda setup, with the options that it had`;
  return { ...(first ? { lacks: first.name } : {}), command };
}
