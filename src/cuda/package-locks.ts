import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Packages that are installed with these versions and hashes, or not at all: assets/cuda/README.md. */
export interface Locked {
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
  const file = pathOf(`${name}.txt`);
  const packages = readFileSync(file, "utf8").match(/^[\w.-]+==[\w.]+(?= --hash=sha256:[0-9a-f]{64}$)/gm) ?? [];
  return { registry: "PyPI", packages, file };
}

/** npm's packages, and the two files from which `npm ci` installs them. */
interface LockedModules extends Locked {
  readonly manifest: string;
  readonly lock: string;
}

export function lockedModules(): LockedModules {
  const [manifest, lock] = ["npm.json", "npm-lock.json"].map((name) => readFileSync(pathOf(name), "utf8"));
  const { packages } = JSON.parse(lock as string) as { packages: Record<string, { version?: string }> };
  const names = Object.entries(packages).flatMap(([path, { version }]) =>
    version === undefined ? [] : [`${path.split("node_modules/").at(-1)}@${version}`],
  );
  return {
    registry: "npm",
    packages: [...new Set(names)].sort(),
    manifest: manifest as string,
    lock: lock as string,
  };
}

/** The folder of lock files, seen from src as from dist. */
function pathOf(name: string): string {
  return fileURLToPath(new URL(`../../assets/cuda/${name}`, import.meta.url));
}
