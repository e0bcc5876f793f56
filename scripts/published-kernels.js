// Cross-compiles the native kernels of the published package, native/prebuilt/PLATFORM-ARCH.node, by the C compiler of zig.
// `npm pack` calls it, without --all and $MMOE_PLATFORMS=all for this platform alone: what `npm run kernels` compiled.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { dependenciesOf } from "./elf.js";
import { isCurrent, removeBinary } from "./kernel-manifest.js";
import { compile, identityOf } from "./native.js";
import { installZig, ZIG } from "./zig.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const nodeSymbols = join(root, "node_modules/node-api-headers/def/node_api.def");

/** Bytes of all binaries together. */
export const MOST_BYTES = 3_800_000;
/** What a Linux binary may ask of others. Node and every C library have it, so one binary is for glibc and musl. */
const GIVEN_ON_LINUX = /^(napi_\w+|uv_thread_create|uv_thread_join|uv_sleep|memcpy|memset|memmove)$/;

const linux = { link: ["-nostdlib", "-Wl,-z,noexecstack", "-s"] };
// without a name of its own, a library has the path at which it was linked
const mac = { link: ["-Wl,-undefined,dynamic_lookup", "-Wl,-install_name,kernels.node", "-s"] };
/** The binaries by the platform and processor that Node names. */
export const TARGETS = {
  "linux-x64": { target: "x86_64-linux-gnu.2.28", ...linux },
  "linux-arm64": { target: "aarch64-linux-gnu.2.28", ...linux },
  "darwin-arm64": { target: "aarch64-macos.11.0", ...mac },
  "darwin-x64": { target: "x86_64-macos.11.0", ...mac },
  "win32-x64": { target: "x86_64-windows-gnu", link: ["-nostdlib", "-Wl,--no-entry", "-s"] },
};

export const fileOf = (name) => join(root, `native/prebuilt/${name}.node`);

/** What `compile` and `identityOf` are given for a binary. */
function inputsOf(name) {
  const { target, link } = TARGETS[name];
  const flags = ["-target", target, "-g0"]; // what is for a debugger takes a quarter of the time, and no binary keeps it
  const options = { flags, link, others: ["scripts/zig.txt"] };
  return [[...ZIG, "cc"], name.split("-")[1], options];
}

/** Compiles one binary; `folder` is for files that only its linker needs. */
async function make(name, folder) {
  const [compiler, arch, options] = inputsOf(name);
  const libraries = name.startsWith("win32") ? await importLibraries(folder) : [];
  await compile(compiler, arch, fileOf(name), { ...options, libraries });
  if (!name.startsWith("linux")) return;
  try {
    checkLinux(fileOf(name));
  } catch (error) {
    removeBinary(fileOf(name));
    throw error;
  }
}

/**
 * Windows' linker wants to know which program or library has a function: node.exe those of Node-API and libuv, and ntdll.dll,
 * which is in every process, those of C. Another C library would be another file, and takes zig over a minute to compile.
 */
async function importLibraries(folder) {
  const node = `${readFileSync(nodeSymbols, "utf8")}\nuv_thread_create\nuv_thread_join\nuv_sleep\n`;
  const ntdll = "NAME NTDLL.DLL\nEXPORTS\nmemcpy\nmemset\n___chkstk_ms == __chkstk\n";
  const [program, ...words] = ZIG;
  return Promise.all(
    Object.entries({ node, ntdll }).map(async ([name, text]) => {
      const [symbols, library] = [join(folder, `${name}.def`), join(folder, `${name}.lib`)];
      writeFileSync(symbols, text);
      await run(program, [...words, "dlltool", "-d", symbols, "-l", library, "-m", "i386:x86-64"]);
      return library;
    }),
  );
}

/** Throws Error if a binary asks for what some Linux may lack. */
export function checkLinux(path) {
  const { needed, undefined: symbols, versioned } = dependenciesOf(readFileSync(path));
  const others = symbols.filter((name) => !GIVEN_ON_LINUX.test(name));
  if (needed.length + others.length === 0 && !versioned) return;
  throw new Error(`${path}: needs ${[...needed, ...others, ...(versioned ? ["versions of symbols"] : [])].join(", ")}`);
}

async function isThere(name) {
  const [compiler, arch, options] = inputsOf(name);
  return isCurrent(fileOf(name), await identityOf(compiler, arch, options));
}

/** Makes those binaries that are missing, damaged or of other source. Throws Error if all together are too large. */
export async function makeKernels(names) {
  const there = await Promise.all(names.map(isThere));
  const wanted = names.filter((_, i) => !there[i]);
  const folder = mkdtempSync(join(tmpdir(), "mmoe-kernels-"));
  try {
    if (wanted.length > 0) await installZig();
    for (const name of wanted) await make(name, folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const bytes = names.reduce((sum, name) => sum + statSync(fileOf(name)).size, 0);
  if (bytes > MOST_BYTES) throw new Error(`native/prebuilt: expected at most ${MOST_BYTES} bytes, got ${bytes}`);
  if (wanted.length > 0) console.log(`native/prebuilt: ${wanted.join(", ")}; ${bytes} bytes in all`);
}

/** Takes what `npm run kernels` compiled here, if it did, as this platform's binary, and removes those of the others. */
function takeOwn() {
  const own = join(root, "native/build/kernels.node");
  rmSync(join(root, "native/prebuilt"), { recursive: true, force: true });
  mkdirSync(join(root, "native/prebuilt"), { recursive: true });
  if (!existsSync(own)) return console.log("native/prebuilt: no C compiler here; the package has WebAssembly alone");
  for (const end of ["", ".json"]) cpSync(own + end, fileOf(`${process.platform}-${process.arch}`) + end);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const isForAll = process.argv.includes("--all") || process.env.MMOE_PLATFORMS === "all";
  if (isForAll) await makeKernels(Object.keys(TARGETS));
  else takeOwn();
}
