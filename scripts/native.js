// Compiles the cpu engine's native kernels with this machine's C compiler, for this machine, and says so in one line. Not
// a compiler, or one that fails, is no error: the engine has WebAssembly.
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isCurrent, place, removeBinary, sha256 } from "./kernel-manifest.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const output = `${root}native/build/kernels.node`;
const KERNELS = "src/engines/cpu/kernels";
/** The source of all kernels, WebAssembly's too. */
export const SOURCES = ["src/engines/rows/kernels", KERNELS].flatMap((folder) =>
  readdirSync(root + folder).flatMap((name) => (/\.[ch]$/.test(name) ? [`${folder}/${name}`] : [])),
);
const INPUTS = [...SOURCES, "node_modules/node-api-headers/package.json"];

const AVX512 = ["-mavx512f", "-mavx512vl", "-mavx512dq", "-mavx512bw", "-mprefer-vector-width=512"];

/**
 * The flags of a kernel set, in portable and in fused arithmetic. None may let the compiler fuse a multiplication with an
 * addition, or reorder sums: what fuses is written in the source.
 */
const SETS = {
  x64: {
    avx512: AVX512,
    avx512Fused: [...AVX512, "-mfma", "-DFUSED"],
    avx2: ["-mavx2"],
    avx2Fused: ["-mavx2", "-mfma", "-DFUSED"],
  },
  arm64: { neon: [], neonFused: ["-DFUSED"] },
};
export const FLAGS = [
  // loops that pay are written as vectors: to look for others takes a fifth of the time, and gains nothing
  ...["-std=gnu11", "-O3", "-fno-tree-vectorize", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"],
  ...["-fwrapv", "-fno-strict-aliasing", "-fvisibility=hidden"],
];

/** Compiles for `arch` with `compiler` (its name, then its first arguments) into the file `to`, with its manifest. */
export async function compile(compiler, arch, to, { libraries = [], ...options } = {}) {
  const { flags = [], link = [] } = options;
  const [program, ...first] = compiler;
  const cc = (...args) => run(program, [...first, ...FLAGS, "-fPIC", ...flags, ...args], { cwd: root });
  mkdirSync(dirname(to), { recursive: true });
  const folder = mkdtempSync(join(dirname(to), "objects-"));
  try {
    const sets = Object.entries(SETS[arch]);
    const made = sets.map(([set]) => join(folder, `${set}.o`));
    await Promise.all(
      sets.map(([set, own], i) => cc(...own, `-DSET=${set}`, "-c", `${KERNELS}/kernels.c`, "-o", made[i])),
    );
    const headers = "-Inode_modules/node-api-headers/include";
    const linked = join(folder, "kernels.node");
    await cc("-shared", headers, `${KERNELS}/binding.c`, ...made, ...libraries, ...link, "-o", linked);
    place(linked, to, await identityOf(compiler, arch, options));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Hashes of what a binary is made from, `others` being further files, and of what its compiler says it is, if anything: but for the
 * checkout's folder, in which zig is installed, so that two checkouts make the same package.
 */
export async function identityOf([compiler, ...first], arch, { flags = [], link = [], others = [] } = {}) {
  const files = [...INPUTS, ...others].map((path) => [path, readFileSync(root + path, "utf8")]);
  const inputs = sha256(JSON.stringify([files, arch, SETS[arch], FLAGS, flags, link]));
  const said = await run(compiler, [...first, "--version"], { cwd: root }).catch(() => undefined);
  return { inputs, compiler: said && sha256(JSON.stringify([compiler, first, said.stdout]).replaceAll(root, "")) };
}

/** A line that says what the cpu engine has; with --installed, also if nothing is to do. */
async function main() {
  if (!(process.arch in SETS)) return `no native kernels for ${process.arch}; the cpu engine takes WebAssembly`;
  const sets = Object.keys(SETS[process.arch])
    .filter((set) => !set.endsWith("Fused"))
    .join(", ");
  const compiler = (process.env.CC || "cc").split(" ");
  const options = process.platform === "darwin" ? { link: ["-undefined", "dynamic_lookup"] } : {};
  if (isCurrent(output, await identityOf(compiler, process.arch, options)))
    return process.argv.includes("--installed") ? `native kernels: ${sets}` : undefined;
  try {
    await compile(compiler, process.arch, output, options);
    return `native kernels: ${sets}, compiled by ${compiler.join(" ")}`;
  } catch (error) {
    removeBinary(output);
    const reason = error.code === "ENOENT" ? `there is no ${compiler[0]}` : `${compiler[0]} failed`;
    return `no native kernels: ${reason}; the cpu engine takes WebAssembly, which is slower`;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const line = await main();
  if (line) console.log(line);
}
