// Cross-compiles the native kernels of the published package, native/prebuilt/PLATFORM-ARCH.node, by the C compiler of zig.
// `npm pack` calls it.
import { execFile } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { dependenciesOf } from "./elf.js";
import { compile, isNewer } from "./native.js";
import { installZig } from "./zig.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const nodeSymbols = join(root, "node_modules/node-api-headers/def/node_api.def");

/** Bytes of all binaries together. */
export const MOST_BYTES = 2_000_000;
/** What a Linux binary may ask of others. Node and every C library have it, so one binary is for glibc and musl. */
const GIVEN_ON_LINUX = /^(napi_\w+|memcpy|memset|memmove)$/;

const linux = { link: ["-nostdlib", "-Wl,-z,noexecstack", "-s"] };
const mac = { link: ["-Wl,-undefined,dynamic_lookup", "-s"] };
/** The binaries by the platform and processor that Node names. */
export const TARGETS = {
  "linux-x64": { target: "x86_64-linux-gnu.2.28", ...linux },
  "linux-arm64": { target: "aarch64-linux-gnu.2.28", ...linux },
  "darwin-arm64": { target: "aarch64-macos.11.0", ...mac },
  "darwin-x64": { target: "x86_64-macos.11.0", ...mac },
  "win32-x64": { target: "x86_64-windows-gnu", link: ["-s"] },
};

export const fileOf = (name) => join(root, `native/prebuilt/${name}.node`);

/** Compiles one binary, in a folder of its own because zig leaves files beside it. */
async function make(words, name, folder) {
  const { target, link } = TARGETS[name];
  const made = join(folder, `${name}.node`);
  const libraries = name.startsWith("win32") ? [await importLibrary(words, folder)] : [];
  await compile([...words, "cc", "-target", target], name.split("-")[1], made, {
    link: [...libraries, ...link],
    objects: join(folder, name),
  });
  if (name.startsWith("linux")) checkLinux(made);
  copyFileSync(made, fileOf(name));
}

/** Windows' linker wants to know that node.exe has Node-API's functions. */
async function importLibrary([program, ...words], folder) {
  const library = join(folder, "node.lib");
  await run(program, [...words, "dlltool", "-d", nodeSymbols, "-l", library, "-m", "i386:x86-64"]);
  return library;
}

/** Throws Error if a binary asks for what some Linux may lack. */
export function checkLinux(path) {
  const { needed, undefined: symbols, versioned } = dependenciesOf(readFileSync(path));
  const others = symbols.filter((name) => !GIVEN_ON_LINUX.test(name));
  if (needed.length + others.length === 0 && !versioned) return;
  throw new Error(`${path}: needs ${[...needed, ...others, ...(versioned ? ["versions of symbols"] : [])].join(", ")}`);
}

const isCurrent = (name) => isNewer(fileOf(name), ["scripts/published-kernels.js", "scripts/zig.txt"]);

/** Makes what is missing or older than its source. Throws Error if all together are too large. */
async function main() {
  const wanted = Object.keys(TARGETS).filter((name) => !isCurrent(name));
  mkdirSync(join(root, "native/prebuilt"), { recursive: true });
  const folder = mkdtempSync(join(tmpdir(), "mmoe-kernels-"));
  try {
    const words = wanted.length > 0 ? await installZig() : [];
    for (const name of wanted) await make(words, name, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const bytes = Object.keys(TARGETS).reduce((sum, name) => sum + statSync(fileOf(name)).size, 0);
  if (bytes > MOST_BYTES) throw new Error(`native/prebuilt: expected at most ${MOST_BYTES} bytes, got ${bytes}`);
  if (wanted.length > 0) console.log(`native/prebuilt: ${wanted.join(", ")}; ${bytes} bytes in all`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
