import { describe, expect, test } from "vitest";
import { loadConfig, override, setOverride } from "../../src/config/load.ts";
import { modelSetOverrides } from "../../src/config/model-set.ts";
import { complaint } from "../support/complaint.ts";

const changed = (...assignments: string[]) => loadConfig("smoke", modelSetOverrides(assignments));

describe("--model-set", () => {
  test("puts a model that is named by its change in the place of the zoo's", () => {
    expect(changed("omoe.experts.shared=4")).toMatchObject({
      models: ["shared-bottom", "omoe-experts.shared-4", "mmoe"],
      ownModels: [{ name: "omoe-experts.shared-4", like: "omoe", experts: { shared: 4 } }],
    });
  });

  test("changes one model in several fields, several models, levels, lists, and what is in a field of a field", () => {
    const given = ["mmoe.experts.shared=4", "omoe.bias=false", "mmoe.experts.layers=32,16"];
    const name = "mmoe-experts.shared-4-experts.layers-32-16";
    expect(changed(...given).ownModels).toEqual([
      { name: "omoe-bias-false", like: "omoe", bias: false },
      { name, like: "mmoe", experts: { shared: 4, layers: [32, 16] } },
    ]);
    expect(changed("mmoe.levels=3", "omoe.gate.select.experts=4", "shared-bottom.tower.layers=[]").ownModels).toEqual([
      { name: "shared-bottom-tower.layers-", like: "shared-bottom", tower: { layers: [] } },
      { name: "omoe-gate.select.experts-4", like: "omoe", gate: { select: { experts: 4 } } },
      { name: "mmoe-levels-3", like: "mmoe", levels: 3 },
    ]);
  });

  test("takes a number of experts where all tasks see all of them", () => {
    expect(changed("mmoe.experts=4")).toEqual(changed("mmoe.experts.shared=4"));
    const layers = [setOverride("models=[{name: mine, like: cgc, experts: {perTask: 0}}]")];
    const { ownModels } = loadConfig("smoke", [...layers, ...modelSetOverrides(["mine.experts=3"])]);
    expect(ownModels).toMatchObject([{ name: "mine-experts.shared-3", experts: { shared: 3, perTask: 0 } }]);
  });

  test("says what was changed where the change makes no model", () => {
    const refused = (...assignments: string[]) => complaint(() => changed(...assignments));
    expect(refused("mmoe.experts=0")).toBe(
      "--model-set: mmoe with experts.shared=0: expected an expert for each task, got none",
    );
    expect(refused("omoe.bias=false", "mmoe.experts.layers=[]", "mmoe.levels=2")).toBe(
      "--model-set: mmoe with experts.layers=[], levels=2: experts.layers: expected a layer, got none",
    );
  });

  test.each([
    ["ple", "some all tasks see, some are a task's own; give ple.experts.shared=4 or ple.experts.perTask=4"],
    ["adatt", "each task has its own experts; give adatt.experts.perTask=4"],
  ])("asks which experts of %s a number is of", (model, message) => {
    const layers = [override("--models", "models", [model]), ...modelSetOverrides([`${model}.experts=4`])];
    expect(complaint(() => loadConfig("smoke", layers))).toBe(`--model-set: ${model}.experts: ${message}`);
  });

  test("asks what experts may be where a number is wrong and could be more than one thing", () => {
    const layers = [override("--models", "models", ["ple"]), ...modelSetOverrides(["ple.experts=-1"])];
    expect(complaint(() => loadConfig("smoke", layers))).toBe(
      "--model-set: ple.experts: expected some of {shared, perTask, closed, layers, activation, norm}, got -1",
    );
  });

  test("changes a model of one's own, or of --models", () => {
    const layers = [setOverride("models=[omoe, {name: wi.de, like: mmoe, experts: {shared: 3}}]")];
    const { ownModels } = loadConfig("smoke", [...layers, ...modelSetOverrides(["wi.de.experts.perTask=2"])]);
    expect(ownModels).toEqual([{ name: "wi.de-experts.perTask-2", like: "mmoe", experts: { shared: 3, perTask: 2 } }]);
    const given = [override("--models", "models", ["mmoe-mlp", "mmoe"]), ...modelSetOverrides(["mmoe-mlp.bias=false"])];
    expect(loadConfig("smoke", given).models).toEqual(["mmoe-mlp-bias-false", "mmoe"]);
  });

  test.each([
    ["mmoe", "expected model.field=value such as mmoe.experts.shared=4, got 'mmoe'"],
    ["mmoe=3", "expected model.field=value such as mmoe.experts.shared=4, got 'mmoe=3'"],
    ["mmeo.bias=false", "no model 'mmeo' among shared-bottom, omoe, mmoe; did you mean 'mmoe'?"],
    ["mmoe-mlp.bias=false", "no model 'mmoe-mlp' among shared-bottom, omoe, mmoe; --models adds it"],
    ["mmoe.expert.shared=3", "got 'expert'; did you mean 'experts'?"],
    [
      "mmoe.name=x",
      "expected one of experts, gating, levels, gate, tower, constraint, factors, ranks, bias, got 'name'",
    ],
    ["mmoe.experts.share=3", "mmoe.experts: unknown key 'share'; did you mean 'shared'?"],
    ["mmoe.experts.__proto__=3", "mmoe.experts: unknown key '__proto__'"],
    ["mmoe.experts=four", 'mmoe.experts.shared: expected a whole number from 0 to 10000, got "four"'],
    ["mmoe.experts=-1", "mmoe.experts.shared: expected a whole number from 0 to 10000, got -1"],
    ["mmoe.experts=1.5", "mmoe.experts.shared: expected a whole number from 0 to 10000, got 1.5"],
    ["mmoe.experts=", "mmoe.experts.shared: expected a whole number from 0 to 10000, got nothing"],
    ["mmoe.experts={share: 3}", "mmoe.experts: unknown key 'share'; did you mean 'shared'?"],
    ["omoe.tower.layers=16,0", "omoe.tower.layers[1]: expected a whole number from 1 to 65536, got 0"],
    [
      "shared-bottom.gate.layers=3",
      "shared-bottom with gate.layers=[3]: gate.layers: expected a gate, got gating none",
    ],
    ["shared-bottom.gate.bias=true", "shared-bottom with gate.bias=true: gate.bias: expected a gate, got gating none"],
    ["mmoe.gating=none", "mmoe with gating=none: gating none: expected one expert a task, got 8"],
  ])("refuses %s", (assignment, message) => {
    expect(complaint(() => changed(assignment))).toMatch(/^--model-set: /);
    expect(complaint(() => changed(assignment))).toContain(message);
  });
});
