// Compiles the cpu engine's native kernels with this machine's C compiler, for this machine, and says so in one line. Not
// a compiler, or one that fails, is no error: the engine has WebAssembly.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const build = `${root}native/build`;
const output = `${build}/kernels.node`;
const KERNELS = "src/engines/cpu/kernels";
const FOLDERS = ["src/engines/rows/kernels", KERNELS];
/** The source of all kernels, WebAssembly's too. */
export const SOURCES = FOLDERS.flatMap((folder) =>
  readdirSync(root + folder).flatMap((name) => (/\.[ch]$/.test(name) ? [`${folder}/${name}`] : [])),
);

/** The flags of a kernel set. None may let the compiler fuse a multiplication with an addition, or reorder sums. */
export const SETS = {
  x64: {
    avx512: ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mprefer-vector-width=512"],
    avx2: ["-mavx2"],
  },
  arm64: { neon: [] },
};
export const FLAGS = [
  ...["-std=gnu11", "-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"],
  ...["-fwrapv", "-fno-strict-aliasing", "-fvisibility=hidden"],
];

/** Compiles for `arch` with `compiler` (its name, then its first arguments) into the file `to`. */
export async function compile([compiler, ...first], arch, to, { flags = [], link = [], objects = build } = {}) {
  mkdirSync(objects, { recursive: true });
  const cc = (...args) => run(compiler, [...first, ...FLAGS, "-fPIC", ...flags, ...args], { cwd: root });
  const sets = Object.entries(SETS[arch]);
  const made = sets.map(([set]) => `${objects}/${set}.o`);
  await Promise.all(
    sets.map(([set, options], i) => cc(...options, `-DSET=${set}`, "-c", `${KERNELS}/kernels.c`, "-o", made[i])),
  );
  const headers = "-Inode_modules/node-api-headers/include";
  await cc("-shared", headers, `${KERNELS}/binding.c`, ...made, ...link, "-o", to);
  for (const object of made) rmSync(object);
}

/** Whether a binary is newer than the kernels' source, this script, and `others`. */
export function isNewer(binary, others = []) {
  if (!existsSync(binary)) return false;
  const made = statSync(binary).mtimeMs;
  const paths = [...SOURCES, "scripts/native.js", ...others];
  return paths.every((path) => statSync(root + path).mtimeMs < made);
}

/** A line that says what the cpu engine has; with --installed, also if nothing is to do. */
async function main() {
  if (!(process.arch in SETS)) return `no native kernels for ${process.arch}; the cpu engine takes WebAssembly`;
  const sets = Object.keys(SETS[process.arch]).join(", ");
  if (isNewer(output)) return process.argv.includes("--installed") ? `native kernels: ${sets}` : undefined;
  const compiler = process.env.CC?.split(" ") ?? ["cc"];
  try {
    await compile(
      compiler,
      process.arch,
      output,
      process.platform === "darwin" ? { link: ["-undefined", "dynamic_lookup"] } : {},
    );
    return `native kernels: ${sets}, compiled by ${compiler.join(" ")}`;
  } catch (error) {
    rmSync(output, { force: true });
    const reason = error.code === "ENOENT" ? `there is no ${compiler[0]}` : `${compiler[0]} failed`;
    return `no native kernels: ${reason}; the cpu engine takes WebAssembly, which is slower`;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const line = await main();
  if (line) console.log(line);
}
