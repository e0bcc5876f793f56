import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mayHaveCard, visibleCards } from "../../src/cuda/cards.ts";
import { temporaryFolder } from "../support/effects.ts";
import { fails, fakeMachine, prints, touch } from "../support/fake-machine.ts";

/** A folder of devices with these in it. */
function devices(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) touch(join(folder, name));
  return folder;
}

describe("mayHaveCard(env, devices)", () => {
  test.each([["nvidia0"], ["nvidia12"], ["dxg"]])("sees the device %s", (name) => {
    expect(mayHaveCard({}, devices("null", name))).toBe(true);
  });

  test("sees no card in a driver's other files, nor where there is no folder", () => {
    expect(mayHaveCard({}, devices("nvidiactl", "nvidia-uvm", "nvidia-caps"))).toBe(false);
    expect(mayHaveCard({}, "/no/such/folder")).toBe(false);
  });

  test.each([
    ["", false],
    ["-1", false],
    ["NoDevFiles", false],
    ["3", true],
    ["GPU-12ab", true],
    ["-1,0", false],
    ["0,-1", true],
  ])("with CUDA_VISIBLE_DEVICES='%s' says %s", (CUDA_VISIBLE_DEVICES, seen) => {
    expect(mayHaveCard({ CUDA_VISIBLE_DEVICES }, devices("nvidia0"))).toBe(seen);
  });
});

describe("visibleCards(machine)", () => {
  const listed = prints(
    "0, GPU-aa11, NVIDIA A100-SXM4-40GB, 550.54.15, 1000, 40960",
    "1, GPU-bb22, NVIDIA H100 80GB HBM3, 550.54.15, 2000, 81559",
    "2, GPU-cc33, NVIDIA T4, 550.54.15, [N/A], [N/A]",
  );
  const names = async (env: Record<string, string>) =>
    (await visibleCards(fakeMachine({ env, commands: { "nvidia-smi": () => listed } }))).map(({ name }) => name);

  test("gives name, driver and memory of each card", async () => {
    const cards = await visibleCards(fakeMachine({ commands: { "nvidia-smi": () => listed } }));
    expect(cards).toHaveLength(3);
    expect(cards[1]).toEqual({
      name: "NVIDIA H100 80GB HBM3",
      driver: "550.54.15",
      freeBytes: 2000 * 2 ** 20,
      totalBytes: 81559 * 2 ** 20,
    });
    expect(cards[2]?.freeBytes).toBeNaN();
  });

  test("takes a warning of the driver's for no card, and gives none where nvidia-smi hangs", async () => {
    const hangs = () => Promise.reject(new DOMException("timed out", "AbortError"));
    expect(await visibleCards(fakeMachine({ commands: { "nvidia-smi": hangs } }))).toEqual([]);
    const warned = prints("WARNING: infoROM is corrupted at gpu 0000:00:1E.0", ...listed.lines);
    const machine = fakeMachine({ commands: { "nvidia-smi": () => warned } });
    expect(await visibleCards(machine)).toHaveLength(3);
  });

  test.each([
    ["2,0", ["NVIDIA T4", "NVIDIA A100-SXM4-40GB"]],
    ["GPU-bb", ["NVIDIA H100 80GB HBM3"]],
    ["-1", []],
    ["MIG-unknown", []],
  ])("gives those of CUDA_VISIBLE_DEVICES=%s in its order", async (CUDA_VISIBLE_DEVICES, expected) => {
    expect(await names({ CUDA_VISIBLE_DEVICES })).toEqual(expected);
  });

  test("gives none without nvidia-smi, or where it fails", async () => {
    expect(await visibleCards(fakeMachine())).toEqual([]);
    const broken = fakeMachine({
      commands: { "nvidia-smi": () => fails("Failed to initialize NVML, try, again, or, so, on") },
    });
    expect(await visibleCards(broken)).toEqual([]);
  });
});
