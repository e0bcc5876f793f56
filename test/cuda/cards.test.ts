import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mayHaveCard, visibleCards } from "../../src/cuda/cards.ts";
import { commands, touch, withCards } from "../support/commands.ts";
import { temporaryFolder } from "../support/effects.ts";

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

describe("visibleCards(env)", () => {
  const LISTED = [
    "WARNING: infoROM is corrupted at gpu 0000:00:1E.0", // is no card
    "0, GPU-aa11, NVIDIA A100-SXM4-40GB, 550.54.15, 1000, 40960",
    "1, GPU-bb22, NVIDIA H100 80GB HBM3, 550.54.15, 2000, 81559",
    "2, GPU-cc33, NVIDIA T4, 550.54.15, [N/A], [N/A]",
  ];
  const env = withCards(LISTED);

  test("gives name, driver and memory of each card", async () => {
    const cards = await visibleCards(env);
    expect(cards).toHaveLength(3);
    expect(cards[1]).toEqual({
      name: "NVIDIA H100 80GB HBM3",
      driver: "550.54.15",
      freeBytes: 2000 * 2 ** 20,
      totalBytes: 81559 * 2 ** 20,
    });
    expect(cards[2]?.freeBytes).toBeNaN();
  });

  test.each([
    ["2,0", ["NVIDIA T4", "NVIDIA A100-SXM4-40GB"]],
    ["GPU-bb", ["NVIDIA H100 80GB HBM3"]],
    ["-1", []],
    ["MIG-unknown", []],
  ])("gives those of CUDA_VISIBLE_DEVICES=%s in its order", async (CUDA_VISIBLE_DEVICES, expected) => {
    expect((await visibleCards({ ...env, CUDA_VISIBLE_DEVICES })).map(({ name }) => name)).toEqual(expected);
  });

  test("gives none without nvidia-smi, or where it fails", async () => {
    expect(await visibleCards({ PATH: temporaryFolder() })).toEqual([]);
    const broken = "echo 0, GPU-aa, NVIDIA T4, 550.54.15, 1, 2; exit 1";
    expect(await visibleCards({ PATH: commands({ "nvidia-smi": broken }) })).toEqual([]);
  });
});
