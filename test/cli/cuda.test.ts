// `mmoe cuda setup` by assets/cuda/setup.sh, where its tools are small scripts that install as much as is looked for.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { homePaths } from "../../src/cuda/home.ts";
import { BIN } from "../support/bin.ts";
import { commands, touch } from "../support/commands.ts";
import { temporaryFolder } from "../support/effects.ts";

const BINDING = `exports.matMul = () => ({ dataSync: () => [31] });
exports.backend = () => ({ isUsingGpuDevice: false, binding: { TF_Version: "2.18.1" } });`;
const TOOLS = {
  uv: `[ $# -gt 1 ] || exec echo uv 0.9
mkdir -p libraries/tensorflow
[[ $* != *nvidia.txt* ]] || mkdir libraries/nvidia`,
  npm: `[ "$1" = ci ] || exec echo 11
package=node_modules/@tensorflow/tfjs-node-gpu
mkdir -p $package
echo '{ "main": "index.js" }' > $package/package.json
cat > $package/index.js <<< '${BINDING}'`,
  "g++": `[ $# -gt 2 ] || exec echo 12.2.0
[[ $* = *quiet.node* ]] || touch node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node`,
};

let home = "";
beforeEach(() => {
  home = join(temporaryFolder(), "a home/cuda");
});

/** Starts `mmoe cuda setup` where these commands, or others on `path`, are found. */
function start(argv: readonly string[], tools: Readonly<Record<string, string>>, path = process.env.PATH) {
  const PATH = `${commands(tools)}:${path}`;
  const child = spawn(process.execPath, [BIN, "cuda", "setup", ...argv], {
    env: { PATH, MMOE_CUDA_HOME: home, HOME: temporaryFolder() },
  });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) child[name].on("data", (text) => (said[name] += text));
  return { child, ended: once(child, "close").then(([code]) => ({ code, ...said })) };
}

const setup = (argv: readonly string[] = [], tools = {}) => start(argv, { ...TOOLS, ...tools }).ended;
const besideHome = () => readdirSync(dirname(home));

describe("mmoe cuda setup", () => {
  test("makes a home that nobody else can write to, says what it computes on, and does nothing a second time", async () => {
    const { code, stdout, stderr } = await setup(["--cpu"]);
    expect([code, stdout, stderr.match(/^\d\/3 .*/gm)]).toEqual([
      0,
      "TensorFlow 2.18.1 computes on the CPU\n",
      ["1/3 TensorFlow", "2/3 the binding's sources", "3/3 the binding"],
    ]);
    for (const name of readdirSync(home)) expect([name, statSync(join(home, name)).mode & 0o022]).toEqual([name, 0]);
    expect(await setup(["--cpu"], { uv: "exit 1", npm: "exit 1" })).toEqual({
      ...{ code: 0, stdout },
      stderr: `${home}: all is there\n`,
    });
    expect(besideHome()).toEqual(["cuda"]);
  });

  test("makes it again with CUDA, or where another mmoe made it", async () => {
    await setup(["--cpu"]);
    expect((await setup()).stdout).toBe("TensorFlow 2.18.1 computes on the CPU: it finds no card\n");
    expect(existsSync(homePaths(home).nvidia)).toBe(true);
    const source = join(homePaths(home).madeFrom, "quiet.cc");
    writeFileSync(source, "// of another mmoe");
    expect((await setup()).stderr).toContain("3/3 the binding");
    expect(readFileSync(source, "utf8")).toContain("#include");
  });

  test("names all that is missing, also with --quiet, and with --dry-run every package; installs nothing", async () => {
    const basic = ["bash", "dirname", "readlink", "df", "tail", "ls", "head"];
    const bare = Object.fromEntries(basic.map((name) => [name, `exec $(PATH=/bin:/usr/bin command -v ${name}) "$@"`]));
    const { code, stderr } = await start(["--quiet"], bare, "").ended;
    expect(code).toBe(2);
    expect(stderr.split("\n").map((line) => line.split(" ")[0])).toEqual(["compiler", "installer", "npm", "mmoe:", ""]);
    const dry = await setup(["--dry-run"]);
    expect([dry.code, existsSync(home)]).toEqual([0, false]);
    expect(dry.stderr.match(/^[\w-]+==[\d.]+$/gm)).toHaveLength(13);
    expect(dry.stderr).toContain("\nnode-api-headers@1.9.0\n");
  });

  test("takes no folder that holds something else", async () => {
    touch(join(home, "thesis.tex"));
    const { code, stderr } = await setup();
    expect([code, besideHome(), readdirSync(home)]).toEqual([2, ["cuda"], ["thesis.tex"]]);
    expect(stderr).toContain(
      `folder    ${home} holds 'thesis.tex', which is not from a set-up; give another --prefix\n`,
    );
  });

  test("leaves a home as it was where a step fails, and says why", async () => {
    await setup(["--cpu"]);
    const { code, stderr } = await setup([], {
      npm: `[ "$1" = ci ] || exec echo 11; echo "npm error no network"; exit 1`,
    });
    expect([code, stderr.split("\n").at(-2)]).toEqual([
      2,
      "mmoe: cuda setup: npm error no network; nothing was changed",
    ]);
    expect([besideHome(), existsSync(homePaths(home).nvidia)]).toEqual([["cuda"], false]);
  });

  test("stopped by SIGTERM ends its commands, leaves nothing and exits with 75", async () => {
    const { child, ended } = start([], { ...TOOLS, npm: `[ "$1" = ci ] || exec echo 11; exec sleep 100` });
    const isAtWork = () => existsSync(dirname(home)) && besideHome().some((name) => name.startsWith("cuda.new."));
    await expect.poll(isAtWork, { timeout: 60_000 }).toBe(true);
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect([code, besideHome()]).toEqual([75, []]);
    expect(stderr).toMatch(/mmoe: stopped by SIGTERM; begin again with:\n\S* ?\S+ cuda setup\n$/);
  });

  test("twice at the same time leaves one whole home", async () => {
    const both = await Promise.all([setup(["--cpu"]), setup(["--cpu"])]);
    expect(both.map(({ stdout }) => stdout)).toEqual(Array(2).fill("TensorFlow 2.18.1 computes on the CPU\n"));
    expect(besideHome()).toEqual(["cuda"]);
  });
});
