import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../errors.ts";
import { writeWholeSync } from "../files.ts";
import type { CommandOptions, Machine } from "./machine.ts";

/** One step of a set-up. */
export interface Step {
  /** Name of the step's marker, which people see too. */
  readonly name: string;
  /** What was asked for, e.g. a version: a step that was done for something else is done again. */
  readonly wanted: string;
  /** The packages that it downloads. */
  readonly locked?: Locked;
  /** Approximate size of the download, and of the disk space that the step needs. */
  readonly downloadBytes?: number;
  readonly diskBytes?: number;
  /** Whether its result is there. */
  isDone(): boolean;
  /** Makes the result, from any state that an interrupted run may have left. */
  run(context: StepContext): Promise<void>;
}

export interface StepContext {
  /** Called with each line that the step's commands print. */
  readonly onLine: (line: string) => void;
  readonly signal: AbortSignal;
  /** The home's lock, which the step's commands inherit. */
  readonly lock?: number;
}

/** The steps to run: the first that `markers` does not list as done, and all after it, which depend on it. */
export function pendingSteps(steps: readonly Step[], markers: string): Step[] {
  const done = readMarkers(markers) ?? {};
  const first = steps.findIndex((step) => done[step.name] !== step.wanted || !step.isDone());
  return first < 0 ? [] : steps.slice(first);
}

/** Runs the pending steps in order; each is marked when it has ended, so that a set-up cut short goes on there. */
export async function runSteps(
  steps: readonly Step[],
  markers: string,
  context: StepContext,
  { onStart, onDone }: { onStart(step: Step): void; onDone(step: Step, elapsedMs: number): void },
): Promise<void> {
  const pending = pendingSteps(steps, markers);
  const ready = steps.slice(0, steps.length - pending.length);
  for (const step of pending) {
    onStart(step);
    const began = performance.now();
    writeMarkers(markers, ready);
    await step.run(context);
    context.signal.throwIfAborted();
    ready.push(step);
    writeMarkers(markers, ready);
    onDone(step, performance.now() - began);
  }
}

/** What was done, by the step's name; undefined if nothing has begun. */
export function readMarkers(path: string): Record<string, string> | undefined {
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

function writeMarkers(path: string, done: readonly Step[]): void {
  const markers = Object.fromEntries(done.map(({ name, wanted }) => [name, wanted]));
  mkdirSync(dirname(path), { recursive: true });
  writeWholeSync(path, `${JSON.stringify(markers, null, 2)}\n`);
}

/** Runs a command of a step. If it fails, throws UsageError with the error that it printed, or its last line. */
export async function stepCommand(
  machine: Machine,
  name: string,
  args: readonly string[],
  { onLine, signal, lock }: StepContext,
  options: CommandOptions = {},
): Promise<void> {
  const { code, lines } = await machine.run(name, args, { ...options, signal, onLine, inherits: lock });
  if (code === 0) return;
  const said = lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`;
  throw new UsageError(`${name}: ${said.trim()}; the same command resumes from here`);
}

/** Packages that are installed with these versions and hashes, or not at all: assets/cuda/README.md. */
interface Locked {
  /** The registry that they come from. */
  readonly registry: "PyPI" | "npm";
  /** Each as its installer writes it: `nvidia-nccl-cu12==2.21.5`, `node-api-headers@1.9.0`. */
  readonly packages: readonly string[];
}

/** Wheels, and pip's requirements file that locks them. */
export interface LockedWheels extends Locked {
  readonly file: string;
}

type WheelsName = "tensorflow" | "tensorflow-cpu" | "nvidia";

export function lockedWheels(name: WheelsName): LockedWheels {
  const file = assetPath(`${name}.txt`);
  const packages = readFileSync(file, "utf8").match(/^[\w.-]+==[\w.]+(?= --hash=sha256:[0-9a-f]{64}$)/gm) ?? [];
  return { registry: "PyPI", packages, file };
}

/** npm's packages, and the two files from which `npm ci` installs them. */
export function lockedModules(): Locked & { readonly manifest: string; readonly lock: string } {
  const [manifest, lock] = ["npm.json", "npm-lock.json"].map((name) => readFileSync(assetPath(name), "utf8"));
  const { packages } = JSON.parse(lock) as { packages: Record<string, { version?: string }> };
  const names = Object.entries(packages).flatMap(([path, { version }]) =>
    version === undefined ? [] : [`${path.split("node_modules/").at(-1)}@${version}`],
  );
  return { registry: "npm", packages: [...new Set(names)].sort(), manifest, lock };
}

/** Where a file of assets/cuda is, seen from src as from dist. */
export function assetPath(name: string): string {
  return fileURLToPath(new URL(`../../assets/cuda/${name}`, import.meta.url));
}

/** Options of a set-up. */
export interface Plan {
  readonly home: string;
  /** TensorFlow for the CPU alone. */
  readonly cpu: boolean;
}
