import { beforeEach, describe, expect, test } from "vitest";
import { deviceOf } from "../../../src/engines/tfjs/device.ts";
import type { Tf } from "../../../src/engines/tfjs/tf.ts";
import { fakeMachine, prints } from "../../support/fake-machine.ts";

const tf = (isUsingGpuDevice: boolean) =>
  ({ backend: () => ({ isUsingGpuDevice, binding: { TF_Version: "2.18.1" } }) }) as unknown as Tf;
const card = (free: string) => prints(`0, GPU-aa, NVIDIA H100 80GB HBM3, 550.54.15, ${free}, 81559`);
const machineOf = (free: string) => fakeMachine({ commands: { "nvidia-smi": () => card(free) } });

const notes: string[] = [];
const note = (line: string) => notes.push(line);
beforeEach(() => {
  notes.length = 0;
});

describe("deviceOf(tf, backend)", () => {
  test("is the backend's name but for TensorFlow", async () => {
    expect(await deviceOf(tf(false), "wasm")).toEqual({ name: "wasm" });
  });

  test("says cpu where TensorFlow computes on one, whatever cards there are", async () => {
    expect(await deviceOf(tf(false), "tensorflow", note, machineOf("1000"))).toEqual({
      name: "tensorflow cpu",
      libraries: { tensorflow: "2.18.1" },
      memory: { host: expect.any(Number) },
    });
  });

  test("names the card that TensorFlow computes on, with what is free of it", async () => {
    const device = await deviceOf(tf(true), "tensorflow", note, machineOf("3000"));
    expect(device).toMatchObject({ name: "NVIDIA H100 80GB HBM3", memory: { card: 3000 * 2 ** 20 } });
    expect(notes).toEqual([]);
  });

  test("takes 4 GB to be free on a card whose driver does not say, or that can't be named, and says so", async () => {
    expect((await deviceOf(tf(true), "tensorflow", note, machineOf("[N/A]"))).memory?.card).toBe(4e9);
    expect(await deviceOf(tf(true), "tensorflow", note, fakeMachine())).toMatchObject({
      name: "NVIDIA GPU",
      memory: { card: 4e9 },
    });
    const guessed = "nvidia-smi does not say how much memory of the card is free; 4 GB are assumed";
    expect(notes).toEqual([guessed, guessed]);
  });
});
