import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { availableKernels } from "../../src/engines/cpu/native.ts";

/** A program that trains the models and prints its speed and losses as one line of JSON (common.py, engine.ts). */
export interface Contender {
  readonly name: string;
  readonly about: string;
  readonly command: readonly string[];
  /** How it uses more cores than one: threads of its own, or one process per core if that is faster. */
  readonly spreadsBy: "threads" | "processes";
  /** R: the fastest of those tried at this batch. */
  readonly runs: (batch: number) => number;
  /** Whether it has cross-stitch and PCGrad. */
  readonly hasMethods?: true;
  /** Rounds that a process times. */
  readonly rounds: number;
}

const PYTHON = pathOf(".venv/bin/python");

const WORKERS = { spreadsBy: "threads", runs: () => 24, rounds: 3, hasMethods: true } as const;

/** In the order of the table; ratios are to the first. */
export const CONTENDERS: readonly Contender[] = [
  { name: "cpu", about: `our cpu engine, ${availableKernels().sets[0]}`, ...ours("cpu"), ...WORKERS },
  {
    name: "cpu-fused",
    about: `our cpu engine, ${availableKernels().sets[0]}, fused`,
    ...ours("cpu-fused"),
    ...WORKERS,
  },
  { name: "cpu-wasm", about: "our cpu engine, wasm", ...ours("cpu-wasm"), ...WORKERS },
  { name: "tfjs", about: "our tfjs engine, wasm", ...ours("tfjs"), spreadsBy: "processes", runs: () => 8, rounds: 1 },
  {
    name: "pytorch",
    about: "PyTorch, one run at a time",
    ...python("pytorch.py"),
    spreadsBy: "processes",
    runs: () => 2,
    rounds: 2,
  },
  {
    name: "pytorch-batched",
    about: "PyTorch, runs batched, compiled",
    ...python("pytorch_batched.py"),
    spreadsBy: "processes",
    runs: (batch) => (batch <= 256 ? 48 : 8),
    rounds: 2,
  },
  {
    name: "jax",
    about: "JAX, vmap + jit + scan",
    ...python("jax_scan.py"),
    spreadsBy: "processes",
    runs: (batch) => (batch <= 8 ? 64 : batch <= 32 ? 16 : batch <= 256 ? 4 : 2),
    rounds: 3,
    hasMethods: true,
  },
];

/** Why a contender can't run here, if so. */
export function whyAbsent({ command }: Contender): string | undefined {
  if (command[0] === PYTHON && !existsSync(PYTHON)) return "run bench/peers/setup.sh";
  return undefined;
}

function ours(engine: string): Pick<Contender, "command"> {
  return { command: [process.execPath, "--import", import.meta.resolve("tsx"), pathOf("engine.ts"), engine] };
}

function python(file: string): Pick<Contender, "command"> {
  return { command: [PYTHON, pathOf(file)] };
}

function pathOf(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
