import { join } from "node:path";
import { expect, test } from "vitest";
import type { Machine } from "../../src/cuda/machine.ts";
import { driverOf, requirements } from "../../src/cuda/requirements.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fakeMachine, installers, touch } from "../support/fake-machine.ts";

const home = temporaryFolder();
const needs = { home, diskBytes: 5e9, card: false };
const fixes = async (machine: Machine, changes = {}) =>
  (await requirements(machine, { ...needs, ...changes })).flatMap(({ name, fix }) => (fix ? [`${name}: ${fix}`] : []));

test("requirements() finds nothing wrong on a machine that has all", async () => {
  const found = await requirements(fakeMachine({ commands: installers() }), needs);
  expect(found).toEqual([
    { name: "system", found: "linux x64" },
    { name: "compiler", found: "g++ 12.2.0" },
    { name: "python", found: "3.11.7" },
    { name: "npm", found: "11.4.2" },
    { name: "folder", found: home },
    { name: "disk", found: "1000.0 GB free" },
  ]);
});

test("requirements() says of everything that is missing how to get it", async () => {
  expect(await fixes(fakeMachine({ system: "darwin arm64", freeBytes: 1.25e9 }))).toEqual([
    "system: this is darwin arm64, TensorFlow's libraries are for linux x64 (on Windows: WSL)",
    "compiler: no g++: apt install g++, dnf install gcc-c++, module load gcc; or CXX",
    "python: no python3 (3.8 or later) with venv and pip: apt install python3-venv",
    "npm: no npm: it comes with Node; apt install npm",
    "disk: 1.3 GB free, 5.0 GB needed; make room, or give another --prefix",
  ]);
});

test("requirements() asks for the compiler that CXX names, and refuses a folder below a file", async () => {
  const machine = fakeMachine({ env: { CXX: "clang++" }, commands: installers() });
  expect((await fixes(machine)).join()).toMatch(/^compiler: no clang\+\+/);
  touch(join(home, "file"));
  expect((await fixes(fakeMachine({ commands: installers() }), { home: join(home, "file/below") })).join()).toBe(
    `folder: ${join(home, "file")} is not a folder that can be written to; give another --prefix`,
  );
});

test("requirements() refuses a folder that holds what no set-up left, and takes one that it began or that is empty", async () => {
  const machine = fakeMachine({ commands: installers() });
  const folder = temporaryFolder();
  expect(await fixes(machine, { home: folder })).toEqual([]);
  touch(join(folder, "setup.lock"));
  touch(join(folder, "setup.json.1234567")); // on its way to be setup.json
  expect(await fixes(machine, { home: folder })).toEqual([]);
  touch(join(folder, "package.json"));
  expect((await fixes(machine, { home: folder })).join()).toBe(
    `folder: ${folder} holds 'package.json', which is not from a set-up; give another --prefix`,
  );
  touch(join(folder, "setup.json"));
  expect(await fixes(machine, { home: folder })).toEqual([]);
});

test("requirements() looks for a driver where a card is wanted; driverOf(cards) refuses one older than CUDA 12's", async () => {
  const found = await requirements(fakeMachine({ commands: installers() }), { ...needs, card: true });
  expect(found.at(-1)).toMatchObject({ name: "driver", optional: true, fix: expect.stringMatching(/no card/) });
  const card = { name: "NVIDIA T4", driver: "550.54.15", freeBytes: 1, totalBytes: 2 };
  expect(driverOf([card])).toMatchObject({ found: "550.54.15, NVIDIA T4" });
  expect(driverOf([{ ...card, driver: "470.1" }]).fix).toMatch(/^470.1 is too old/);
});
