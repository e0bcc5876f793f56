import { describe, expect, test } from "vitest";
import { tryBinding } from "../../src/cuda/try-binding.ts";
import { fails, fakeMachine } from "../support/fake-machine.ts";

/** TensorFlow's own log, on a machine without a card. */
const LOG = [
  "2025-01-01 00:00:00.000000: E external/local_xla/cuda_driver.cc:152] failed call to cuInit: UNKNOWN ERROR (303)",
  "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
  "E0000 00:00:1732543210.123456    4242 cuda_dnn.cc:8310] Unable to register cuDNN factory: error",
];

describe("tryBinding(machine, binding) says why it does not load:", () => {
  test.each([
    [
      "Node's error, not the line of source above it",
      ["  throw new Error(message);", "Error: libcudart.so.12: not found", "    at Module._load"],
      "Error: libcudart.so.12: not found",
    ],
    [
      "an error of another class",
      ["TypeError [ERR_DLOPEN_FAILED]: no addon", "Node.js v20.20.2"],
      "TypeError [ERR_DLOPEN_FAILED]: no addon",
    ],
    ["the loader's", ["node: symbol lookup error: undefined symbol: TF_NewStatus"], "node: symbol lookup error"],
    ["its last words", ["ended by SIGSEGV"], "ended by SIGSEGV"],
    ["its exit code, where it said nothing", [], "exit code 1"],
  ])("%s, whatever TensorFlow logged before", async (_, lines, problem) => {
    const machine = fakeMachine({ commands: { node: () => fails(...LOG, ...lines) } });
    const trial = await tryBinding(machine, { folder: "/h/package", home: "/h" });
    expect(trial.problem?.slice(0, problem.length)).toBe(problem);
  });
});
