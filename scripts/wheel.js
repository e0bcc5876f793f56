// Builds the Python package with the program inside, python/dist/*.whl: bundled, with the kernels that `npm run kernels`
// compiled for this machine. --all builds a wheel for each published platform, by zig, and one of WebAssembly alone;
// --out names another folder.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { fileOf, makeKernels, TARGETS } from "./published-kernels.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const OPTIONS = { all: { type: "boolean", default: false }, out: { type: "string", default: "python/dist" } };
const { all, out } = parseArgs({ options: OPTIONS }).values;
const output = resolve(root, out);

/** The program's files that start: its command, and the threads and processes that it starts by their names. */
const ENTRIES = [
  ...["bin/mmoe.js", "dist/engines/cpu/worker.js", "dist/cli/live/report-worker.js"],
  ...["dist/engines/process/node-worker.js", "dist/engines/process/node-hooks.js"],
  "dist/tables/parquet-worker.js",
];

/** What the program reads when it runs, each at the place where the code looks for it. */
const READ = [
  ...["dist/build.json", "dist/report/drawing.js", "dist/play/index.html"],
  ...["dist/engines/rows/kernels/kernels.wasm", "dist/engines/cpu/kernels/kernels.wasm"],
  ...["assets/report", "assets/fonts", "assets/cuda", "results/published", "python/src", "CITATION.cff", "LICENSE"],
  ...["node_modules/@resvg/resvg-wasm/package.json", "node_modules/@resvg/resvg-wasm/index_bg.wasm"],
  ...["configs/regimes", "results/regimes"],
  ...readdirSync(join(root, "configs")).flatMap((name) => (/\.(yaml|json)$/.test(name) ? [`configs/${name}`] : [])),
];

/** What is not read of these: of committed runs all but their configs and journals. */
const UNREAD = /__pycache__|results[\\/]regimes[\\/][^\\/]+[\\/](?!config\.yaml$|journal\b)/;

/** Of PyPI's platforms, those that the binaries run on. */
const TAGS = {
  "linux-x64": "manylinux_2_17_x86_64.manylinux2014_x86_64.musllinux_1_1_x86_64",
  "linux-arm64": "manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64",
  "darwin-arm64": "macosx_11_0_arm64",
  "darwin-x64": "macosx_11_0_x86_64",
  "win32-x64": "win_amd64",
};

/** Each module of the program knows its own address: that which it has in the package, not in the bundle. */
const ownAddress = {
  name: "own-address",
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      const file = relative(root, path).split(sep).join("/");
      if (!/^(bin|dist)\//.test(file)) return;
      const address = `new URL(${JSON.stringify(file)}, MMOE_PACKAGE).href`;
      return { contents: readFileSync(path, "utf8").replaceAll("import.meta.url", address) };
    });
  },
};

/** Bundles the program into `folder`. Returns the packages that are part of it. */
async function bundle(folder) {
  const packages = new Set(["@resvg/resvg-wasm"]);
  for (const entry of ENTRIES) {
    const up = "../".repeat(entry.split("/").length - 1);
    const { metafile } = await build({
      entryPoints: [join(root, entry)],
      outfile: join(folder, entry),
      ...{ bundle: true, platform: "node", format: "esm", target: "node22", logLevel: "warning", metafile: true },
      ...{ minifyWhitespace: true, minifySyntax: true, legalComments: "none", absWorkingDir: root },
      external: ["@tensorflow/*"], // packages of their own, which only --engine tfjs and cuda need
      plugins: [ownAddress],
      banner: {
        js: `import{createRequire as requireOf}from"node:module";const require=requireOf(import.meta.url),MMOE_PACKAGE=new URL("${up}",import.meta.url);`,
      },
    });
    for (const path of Object.keys(metafile.inputs)) {
      const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
      if (name) packages.add(name);
    }
  }
  return [...packages].sort();
}

/** Puts the whole program into `folder`, without native kernels. */
async function makeProgram(folder) {
  const packages = await bundle(folder);
  const manifests = packages.map((name) => JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"))));
  for (const path of READ) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true, filter: (file) => !UNREAD.test(file) });
  }
  const { name, version, license, engines, dependencies } = JSON.parse(
    readFileSync(join(root, "package.json"), "utf8"),
  );
  const own = { name, version, license, type: "module", bin: { mmoe: "bin/mmoe.js" }, engines, dependencies: {} };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(own, null, 2)}\n`);
  const made = JSON.parse(readFileSync(join(folder, "dist/build.json"), "utf8"));
  const direct = manifests.filter((one) => one.name in dependencies);
  const bundled = Object.fromEntries(direct.map((one) => [one.name, one.version]));
  writeFileSync(join(folder, "dist/build.json"), `${JSON.stringify({ ...made, bundled })}\n`);
  writeFileSync(join(folder, "LICENSES-OF-PACKAGES.txt"), manifests.map(licenseOf).join("\n"));
}

/** The licence of a package that is part of the bundle. */
function licenseOf({ name, version, license }) {
  const folder = join(root, "node_modules", name);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), "utf8").trim());
  return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
}

/** Builds one wheel of the program in `folder`, with a binary of kernels or without; returns its name. */
function makeWheel(folder, binary, tag) {
  const native = join(folder, "native");
  rmSync(native, { recursive: true, force: true });
  if (binary) {
    const { from, platform } = binary;
    mkdirSync(join(native, "prebuilt"), { recursive: true });
    for (const end of ["", ".json"]) cpSync(from + end, join(native, `prebuilt/${platform}.node${end}`));
  }
  const made = mkdtempSync(join(tmpdir(), "mmoe-wheel-"));
  try {
    const env = { ...process.env, MMOE_PROGRAM: folder, MMOE_TAG: tag, SOURCE_DATE_EPOCH: "1580601600" };
    const words = ["-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps", "--wheel-dir", made];
    execFileSync("python3", [...words, join(root, "python")], { env, stdio: "inherit" });
    const [name] = readdirSync(made);
    mkdirSync(output, { recursive: true });
    cpSync(join(made, name), join(output, name));
    return name;
  } finally {
    rmSync(made, { recursive: true });
  }
}

/** The platforms to build for: each with its binary and tag. */
async function platforms() {
  if (all) {
    await makeKernels(Object.keys(TARGETS));
    const binaries = Object.keys(TARGETS).map((platform) => ({ platform, from: fileOf(platform) }));
    return [...binaries.map((binary) => ({ binary, tag: TAGS[binary.platform] })), { tag: "any" }];
  }
  const platform = `${process.platform}-${process.arch}`;
  const from = join(root, "native/build/kernels.node");
  if (!existsSync(from) || !(platform in TAGS)) return [{ tag: "any" }];
  return [{ binary: { platform, from }, tag: tagHere(platform, from) }];
}

/** The tag of a binary that this machine's compiler made: of this system's version, or of its C library's oldest that will do. */
function tagHere(platform, binary) {
  const arch = { x64: "x86_64", arm64: "aarch64" }[process.arch];
  if (process.platform === "linux") {
    const versions = readFileSync(binary, "latin1").matchAll(/GLIBC_2\.(\d+)/g);
    const newest = Math.max(17, ...Array.from(versions, ([, minor]) => Number(minor)));
    return `manylinux_2_${newest}_${arch}`;
  }
  if (process.platform !== "darwin") return TAGS[platform];
  const code = "import sysconfig; print(sysconfig.get_platform())";
  return execFileSync("python3", ["-c", code], { encoding: "utf8" }).trim().replace(/[-.]/g, "_");
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), "mmoe-program-"));
  try {
    rmSync(output, { recursive: true, force: true });
    await makeProgram(folder);
    for (const { binary, tag } of await platforms()) console.log(`${out}/${makeWheel(folder, binary, tag)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await main();
