import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BIN } from "../support/bin.ts";
import { type Outcome, temporaryFolder } from "../support/effects.ts";

/** How Slurm tracks the processes of a job, and so whom it signals. */
export type Tracking = "linuxproc" | "cgroup";

/** What Slurm knows of a job, or of a task of an array. */
interface JobState {
  readonly state: string;
  readonly exitCode: number;
  readonly restarts: number;
}

const SCRIPTS = fileURLToPath(new URL("../../scripts/slurm/", import.meta.url));

/** A real Slurm of one node, this machine. */
export class Cluster {
  readonly #folder = join(temporaryFolder(), "slurm");

  constructor(tracking: Tracking) {
    chmodSync(dirname(this.#folder), 0o711); // munge wants its socket within everybody's reach
    try {
      execFileSync(join(SCRIPTS, "start.sh"), [this.#folder, tracking], { stdio: ["ignore", "ignore", "inherit"] });
    } catch (error) {
      this.stop(); // what it had started
      throw error;
    }
  }

  stop(): void {
    spawnSync(join(SCRIPTS, "stop.sh"), [this.#folder], { stdio: ["ignore", "ignore", "inherit"] });
  }

  /** Runs the built mmoe in `folder`, as a user of the cluster does. */
  mmoe(folder: string, ...argv: string[]): Outcome {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...argv], {
      cwd: folder,
      env: this.#env,
      encoding: "utf8",
    });
    return { code: status ?? Number.NaN, stdout, stderr };
  }

  /** Runs one of Slurm's commands. */
  slurm(command: string, ...argv: string[]): string {
    return execFileSync(command, argv, { env: this.#env, encoding: "utf8" });
  }

  /** The state of a job by its number, or of a task by ARRAY_TASK. */
  state(job: string): JobState {
    const text = this.slurm("scontrol", "--oneliner", "show", "job", job);
    const [, state = "", restarts, exitCode] = /JobState=(\S+) .* Restarts=(\d+) .* ExitCode=(\d+):/.exec(text) ?? [];
    return { state, exitCode: Number(exitCode), restarts: Number(restarts) };
  }

  get #env(): NodeJS.ProcessEnv {
    return { ...process.env, SLURM_CONF: join(this.#folder, "etc/slurm.conf") };
  }
}

/** A job's log in `folder`. */
export function logOf(folder: string, name: string): string {
  return readFileSync(join(folder, `${name}.log`), "utf8");
}
