import { expect, test } from "vitest";
import { zooLabel } from "../../src/models/zoo.ts";
import { switches, switchRules } from "../../src/report/switches.ts";

const shown = { models: ["shared-bottom", "mmoe"], correlations: [0.5, 0.9, 1], loss: "heldout", paper: true } as const;

test("switches(shown) has a switch for each model and correlation, and the loss that comes first chosen", () => {
  const { markup } = switches(shown, zooLabel);
  expect(markup.match(/id="show-model-/g)).toHaveLength(2);
  expect(markup).toMatch(/value="shared-bottom" checked autocomplete="off"> Shared-Bottom</);
  expect(markup.match(/id="show-correlation-/g)).toHaveLength(3);
  expect(markup).toMatch(/id="show-heldout" checked/);
  expect(markup.match(/name="loss" id="show-[a-z]+"/g)).toEqual(
    ["train", "heldout", "running"].map((set) => `name="loss" id="show-${set}"`),
  );
  expect(markup).not.toMatch(/id="show-train" checked/);
});

test("switches(shown) has none for the paper's points where no figure has them, and one that hides what can't be compared", () => {
  expect(switches(shown, zooLabel).markup).toContain('id="show-paper"');
  expect(switches({ ...shown, paper: false }, zooLabel).markup).not.toContain("show-paper");
  const box = (paper: true | "hidden") =>
    /<input[^>]*id="show-paper"[^>]*>/.exec(switches({ ...shown, paper }, zooLabel).markup)?.[0];
  expect([box(true)?.includes(" checked"), box("hidden")?.includes(" checked")]).toEqual([true, false]);
});

test("switchRules(shown) hides a model, a difference from it, and a correlation", () => {
  const rules = switchRules(shown);
  const off = (id: string) => `:root:has(#show-${id}:not(:checked)) .figures`;
  expect(rules).toContain(`${off("model-1")} [data-model="mmoe"]:not(.panel),`);
  expect(rules).toContain(`${off("model-1")} [data-other="mmoe"]:not(.panel),`);
  expect(rules).toContain(`${off("correlation-2")} [data-correlation="1"]:not(.panel),`);
});

test("switchRules(shown) keeps the numbers of the axis that a hidden panel shares with others", () => {
  const rules = switchRules(shown);
  expect(rules).toContain('.panel[data-model="mmoe"]>.axes>:not(.below){display:none}');
  expect(rules).toContain('.panel[data-correlation="1"]>.axes>:not(.left){display:none}');
});

test("switchRules(shown) can't be left by a model's name", () => {
  const rules = switchRules({ models: [`"]{}</style><b>`], correlations: [] });
  expect(rules).not.toMatch(/<|"\]\{\}/);
});
