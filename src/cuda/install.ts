import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { writeWholeSync } from "../files.ts";
import { thousands } from "../units.ts";
import { BINDING_PACKAGE, BINDING_VERSION, homePaths } from "./home.ts";
import type { Machine } from "./machine.ts";
import { compilerOf } from "./requirements.ts";
import {
  assetPath,
  type LockedWheels,
  lockedModules,
  lockedWheels,
  type Plan,
  type Step,
  type StepContext,
  stepCommand,
} from "./steps.ts";

/** Steps that make a home from nothing; later steps use the results of earlier ones. */
export function installSteps(machine: Machine, plan: Plan): Step[] {
  return [
    pythonStep(machine, plan),
    tensorflowStep(machine, plan),
    ...(plan.cpu ? [] : [nvidiaStep(machine, plan)]),
    packageStep(machine, plan),
    buildStep(machine, plan),
  ];
}

function pythonStep(machine: Machine, { home }: Plan): Step {
  return {
    name: "python environment",
    wanted: "pip",
    // a link into a Python; not every machine that shares the home needs to have it
    isDone: () => lstatSync(pythonOf(home), { throwIfNoEntry: false }) !== undefined,
    run: (context) => makeEnvironment(machine, home, context),
  };
}

function tensorflowStep(machine: Machine, plan: Plan): Step {
  const { libraries, tensorflow } = homePaths(plan.home);
  const locked = tensorflowOf(plan);
  const downloadBytes = plan.cpu ? 231e6 : 616e6;
  return {
    name: "tensorflow",
    wanted: locked.packages.join(),
    locked,
    downloadBytes,
    diskBytes: plan.cpu ? 1.5e9 : 3e9,
    isDone: () => existsSync(join(tensorflow, "libtensorflow_cc.so.2")),
    run: async (context) => {
      rmSync(libraries, { recursive: true, force: true });
      await unpackWheels(machine, plan.home, { locked, downloadBytes, folder: libraries }, context);
    },
  };
}

function tensorflowOf({ cpu }: Plan): LockedWheels {
  return lockedWheels(cpu ? "tensorflow-cpu" : "tensorflow");
}

function nvidiaStep(machine: Machine, plan: Plan): Step {
  const { libraries, nvidia } = homePaths(plan.home);
  const downloadBytes = 1809e6;
  const locked = lockedWheels("nvidia");
  return {
    name: "nvidia libraries",
    wanted: `nvidia libraries for ${tensorflowOf(plan).packages.join().replace("==", " ")}`,
    locked,
    downloadBytes,
    diskBytes: 6.5e9,
    isDone: () => existsSync(nvidia),
    run: async (context) => {
      const unpacked = join(plan.home, "nvidia");
      await unpackWheels(machine, plan.home, { locked, downloadBytes, folder: unpacked }, context);
      for (const entry of readdirSync(unpacked)) {
        rmSync(join(libraries, entry), { recursive: true, force: true });
        renameSync(join(unpacked, entry), join(libraries, entry));
      }
      rmSync(unpacked, { recursive: true });
    },
  };
}

/** The package's own install script would fetch a TensorFlow of CUDA 11: it is not run. */
function packageStep(machine: Machine, { home }: Plan): Step {
  const { binding, nodeHeaders } = homePaths(home);
  const locked = lockedModules();
  return {
    name: "binding's sources",
    wanted: `${BINDING_PACKAGE}@${BINDING_VERSION}`,
    locked,
    downloadBytes: 75e6,
    diskBytes: 0.4e9,
    isDone: () => existsSync(binding) && existsSync(nodeHeaders),
    run: async (context) => {
      // npm takes a half-installed package for a complete one
      rmSync(join(home, "node_modules"), { recursive: true, force: true });
      writeWholeSync(join(home, "package.json"), locked.manifest);
      writeWholeSync(join(home, "package-lock.json"), locked.lock);
      const quietly = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
      await stepCommand(machine, "npm", ["ci", ...quietly], context, { cwd: home });
    },
  };
}

/**
 * The binding, and a library that loads TensorFlow before it, from C++ in assets/cuda.
 *
 * quiet.cc loads TensorFlow with its output silenced, which Node can't do. At each start its CUDA parts complain that they are
 * registered twice, before any setting of its log is read. At the first graph it warns about a pass that is off, which
 * no setting of its log silences. If it does not load, the binding says why. If it does not start, this throws, before
 * the binding continues without context and crashes. Log level 0 shows everything, such as why no card is used.
 *
 * copies.h is included before the binding's sources: makes tensors copies of JavaScript's arrays. As shipped, they share an
 * array's memory if it is aligned. The last thread to drop a tensor tells V8; if that is one of TensorFlow's threads, it
 * corrupts V8's heap.
 *
 * Calls the compiler directly: so few files need neither make nor node-gyp, and node-gyp needs Python's distutils.
 */
function buildStep(machine: Machine, { home }: Plan): Step {
  const { binding, addon, quiet } = homePaths(home);
  const [quietSource, copiesSource] = ["quiet.cc", "copies.h"].map((name) => readFileSync(assetPath(name), "utf8"));
  const hash = createHash("sha256")
    .update(quietSource + copiesSource)
    .digest("hex");
  return {
    name: "binding",
    wanted: `node-api 8, ours ${hash.slice(0, 8)}`, // another mmoe may have built another binding
    isDone: () => existsSync(addon) && existsSync(quiet),
    run: async (context) => {
      const [source, copies] = [join(home, "quiet.cc"), join(home, "copies.h")];
      writeWholeSync(source, quietSource);
      writeWholeSync(copies, copiesSource);
      await compile(machine, home, [source], quiet, context);
      const sources = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(binding, "binding", file));
      await compile(machine, home, ["-include", copies, ...sources], addon, context);
    },
  };
}

/** Compiles an addon; it finds TensorFlow by a path relative to itself, so a home can be moved. */
async function compile(
  machine: Machine,
  home: string,
  sources: readonly string[],
  addon: string,
  context: StepContext,
): Promise<void> {
  const { tensorflow, nodeHeaders } = homePaths(home);
  const headers = [`-I${nodeHeaders}`, `-I${join(tensorflow, "include")}`];
  const libraries = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"].map((file) => join(tensorflow, file));
  const linked = ["-Wl,--as-needed", ...libraries, `-Wl,-rpath,$ORIGIN/${relative(dirname(addon), tensorflow)}`];
  const flags = ["-shared", "-fPIC", "-O2", "-std=c++17", "-DNAPI_VERSION=8"];
  const partial = `${addon}.partial`;
  mkdirSync(dirname(addon), { recursive: true });
  await stepCommand(
    machine,
    compilerOf(machine),
    [...flags, ...headers, "-o", partial, ...sources, ...linked],
    context,
  );
  renameSync(partial, addon);
}

/** The Python version whose wheels are locked: their libraries are the same for every version. */
const WHEELS_FOR_PYTHON = "3.12";

interface Wheels {
  readonly locked: LockedWheels;
  /** Approximate size of all of them. */
  readonly downloadBytes: number;
  readonly folder: string;
}

/** Unpacks wheels as in a site-packages folder, without their Python dependencies: only their libraries are used. */
async function unpackWheels(
  machine: Machine,
  home: string,
  { locked, downloadBytes, folder }: Wheels,
  context: StepContext,
): Promise<void> {
  if (!existsSync(pythonOf(home))) await makeEnvironment(machine, home, context); // its Python has gone
  const partial = `${folder}.partial`;
  const unpacking = join(home, "unpacking"); // the system's temporary folder is often small, or in memory
  for (const left of [partial, unpacking]) rmSync(left, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  const quietly = ["--disable-pip-version-check", "--progress-bar", "off", "--no-compile"];
  const which = ["--no-deps", "--only-binary=:all:", "--python-version", WHEELS_FOR_PYTHON, "--require-hashes"];
  const args = ["-I", "-m", "pip", "install", ...quietly, ...which, "--target", partial, "-r", locked.file];
  const stopWatching = watchDownload({ folder: unpacking, bytes: downloadBytes, onLine: context.onLine });
  await stepCommand(machine, pythonOf(home), args, context, { env: { TMPDIR: unpacking } }).finally(stopWatching);
  rmSync(unpacking, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

/** Makes a home's Python environment; replaces one that exists. */
function makeEnvironment(machine: Machine, home: string, context: StepContext): Promise<void> {
  return stepCommand(machine, "python3", ["-I", "-m", "venv", "--clear", homePaths(home).python], context);
}

/** The interpreter of a home's environment: a link to the Python that made it. */
export function pythonOf(home: string): string {
  return join(homePaths(home).python, "bin/python");
}

const EVERY_MS = 10_000;

interface Download {
  /** pip's temporary folder. */
  readonly folder: string;
  /** Approximate total size of the download. */
  readonly bytes: number;
  readonly onLine: (line: string) => void;
}

/**
 * Reports now and then how much has been downloaded, until the returned function is called; pip reports once per file.
 */
export function watchDownload({ folder, bytes, onLine }: Download): () => void {
  let before = 0;
  const timer = setInterval(() => {
    const now = downloadedBytes(folder);
    if (now > before) onLine(`  ${megabytes(now)} of about ${megabytes(bytes)} MB`);
    before = now;
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** pip fetches into `pip-unpack-...` and keeps the files there until all is installed. */
function downloadedBytes(folder: string): number {
  const folders = entriesOf(folder).filter((path) => /pip-unpack-\w+$/.test(path));
  const sizes = folders.flatMap(entriesOf).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** No files if the folder has just been removed. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function megabytes(bytes: number): string {
  return thousands(bytes / 1e6);
}
