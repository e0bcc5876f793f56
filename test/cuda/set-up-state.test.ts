import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { setUpState } from "../../src/cuda/diagnosis.ts";
import { homePaths } from "../../src/cuda/home.ts";
import { installSteps } from "../../src/cuda/install.ts";
import { runSteps } from "../../src/cuda/steps.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fails, fakeMachine, installers, loseInterpreter } from "../support/fake-machine.ts";

let home = "";
beforeEach(() => {
  home = join(temporaryFolder(), "cuda");
});

/** A set-up in `home`; `commands` do otherwise than they should. */
async function setUp(cpu: boolean, commands = {}): Promise<void> {
  const machine = fakeMachine({ commands: { ...installers(), ...commands } });
  const context = { onLine: () => {}, signal: new AbortController().signal };
  const silent = { onStart: () => {}, onDone: () => {} };
  await runSteps(installSteps(machine, { home, cpu }), homePaths(home).markers, context, silent);
}

const state = () => setUpState(fakeMachine(), home);

describe("setUpState(machine, home)", () => {
  test.each([
    [true, "mmoe cuda setup --cpu"],
    [false, "mmoe cuda setup"],
  ])("with cpu %s lacks nothing, and knows '%s'", async (cpu, command) => {
    await setUp(cpu);
    expect(state()).toEqual({ command });
  });

  test("lacks a binding that another mmoe built, or that is gone", async () => {
    await setUp(true);
    const { markers, quiet } = homePaths(home);
    const ours = readFileSync(markers, "utf8");
    writeFileSync(markers, ours.replace(/node-api .*"/, 'node-api 8"'));
    expect(state()).toEqual({ lacks: "binding", command: "mmoe cuda setup --cpu" });
    writeFileSync(markers, ours);
    rmSync(quiet);
    expect(state()).toEqual({ lacks: "binding", command: "mmoe cuda setup --cpu" });
  });

  test("lacks a TensorFlow of the version that this mmoe wants, but not the Python that it was done by", async () => {
    await setUp(true);
    loseInterpreter(home);
    expect(state()).toEqual({ command: "mmoe cuda setup --cpu" });
    const { markers } = homePaths(home);
    writeFileSync(markers, readFileSync(markers, "utf8").replace("tensorflow-cpu==2.18.1", "tensorflow-cpu==2.17.0"));
    expect(state()).toEqual({ lacks: "tensorflow", command: "mmoe cuda setup --cpu" });
  });

  test.each([
    ["python environment", true, { python3: () => fails("no venv") }, "mmoe cuda setup, with the options that it had"],
    ["tensorflow", true, { python: () => fails("no network") }, "mmoe cuda setup, with the options that it had"],
    ["binding's sources", false, { npm: () => fails("no network") }, "mmoe cuda setup"],
  ])("lacks the step '%s' that a set-up was cut short in", async (lacks, cpu, commands, command) => {
    await setUp(cpu, commands).catch(() => {});
    expect(state()).toEqual({ lacks, command });
  });

  test("is undefined where no set-up began", () => {
    expect(state()).toBeUndefined();
  });
});
