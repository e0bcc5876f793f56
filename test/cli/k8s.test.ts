import { EventEmitter } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { printed, refusal, runMain, temporaryFolder } from "../support/effects.ts";

/** The fields of Kubernetes' API that we use, as its reference gives them: another one would be a slip. */
const count = z.int().positive();
const name = z.string().regex(/^[a-z]([a-z0-9-]*[a-z0-9])?$/);
const exitCodes = z.strictObject({
  containerName: z.string(),
  operator: z.enum(["In", "NotIn"]),
  values: z.array(count).refine((codes) => codes.every((code, i) => i === 0 || code > codes[i - 1])),
});
const condition = z.strictObject({ type: z.string(), status: z.enum(["True", "False", "Unknown"]) });
const rule = z.union([
  z.strictObject({ action: z.enum(["FailJob", "FailIndex", "Ignore", "Count"]), onExitCodes: exitCodes }),
  z.strictObject({ action: z.enum(["FailJob", "FailIndex", "Ignore", "Count"]), onPodConditions: z.array(condition) }),
]);
const amounts = z.record(z.string(), z.union([count, z.string()]));
const CONTAINER = z.strictObject({
  name,
  image: z.string(),
  command: z.array(z.string()),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  resources: z.strictObject({ requests: amounts, limits: amounts.optional() }),
  volumeMounts: z.array(
    z.strictObject({ name, mountPath: z.string().startsWith("/"), readOnly: z.boolean().optional() }),
  ),
});
const JOB = z.strictObject({
  apiVersion: z.literal("batch/v1"),
  kind: z.literal("Job"),
  metadata: z.strictObject({ name }),
  spec: z.strictObject({
    completions: count,
    parallelism: count,
    completionMode: z.literal("Indexed"),
    backoffLimitPerIndex: count,
    podFailurePolicy: z.strictObject({ rules: z.array(rule).max(20) }),
    template: z.strictObject({
      spec: z.strictObject({
        restartPolicy: z.literal("Never"), // podFailurePolicy allows no other
        terminationGracePeriodSeconds: count,
        containers: z.tuple([CONTAINER]),
        volumes: z.array(
          z.union([
            z.strictObject({ name, persistentVolumeClaim: z.strictObject({ claimName: z.string() }) }),
            z.strictObject({ name, configMap: z.strictObject({ name }) }),
          ]),
        ),
      }),
    }),
  }),
});
const CONFIG_MAP = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("ConfigMap"),
  metadata: z.strictObject({ name }),
  data: z.strictObject({ "config.yaml": z.string() }),
});

const k8s = (...argv: string[]) =>
  runMain(["k8s", "smoke", "--image", "registry/mmoe:1", "--completions", "3", ...argv]);
const documents = async (...argv: string[]) => {
  const stdout = printed(await k8s(...argv));
  const [config, job] = parseAllDocuments(stdout).map((document) => document.toJS());
  return { config: CONFIG_MAP.parse(config), job: JOB.parse(job) };
};
const podOf = async (...argv: string[]) => (await documents(...argv)).job.spec.template.spec;

test("mmoe k8s prints a ConfigMap and an indexed Job that refer to each other", async () => {
  const { config, job } = await documents("--parallelism", "2", "--claim", "disk");
  expect([config.metadata.name, job.metadata.name]).toEqual(Array(2).fill("mmoe-smoke-03bf053a"));
  expect(job.spec).toMatchObject({ completions: 3, parallelism: 2 });
  const { containers, volumes } = job.spec.template.spec;
  expect(volumes).toEqual([
    { name: "results", persistentVolumeClaim: { claimName: "disk" } },
    { name: "config", configMap: { name: "mmoe-smoke-03bf053a" } },
  ]);
  expect(containers[0].volumeMounts.map((mount) => mount.name)).toEqual(volumes.map((volume) => volume.name));
});

test("mmoe k8s replaces a pod that was told to stop, and fails an index at once if a retry cannot help", async () => {
  const { rules } = (await documents()).job.spec.podFailurePolicy;
  const [container] = (await podOf()).containers;
  const on = (values: number[]) => ({ containerName: container.name, operator: "In", values });
  expect(rules).toEqual([
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    { action: "Ignore", onExitCodes: on([75, 143]) },
    { action: "FailIndex", onExitCodes: on([2, 3]) },
  ]);
});

test("mmoe k8s asks for cores, memory and GPUs, and has a process a GPU", async () => {
  const [plain] = (await podOf("--cpus", "5")).containers;
  expect([plain.resources, plain.command.slice(5)]).toEqual([{ requests: { cpu: 5 } }, ["--jobs", "5"]]);
  const [large] = (await podOf("--memory", "2Gi", "--gpus", "4", "--jobs", "3")).containers;
  expect(large.resources).toEqual({
    requests: { cpu: 1, memory: "2Gi" },
    limits: { memory: "2Gi", "nvidia.com/gpu": 4 },
  });
  expect(large.command.slice(5)).toEqual(["--jobs", "3", "--devices", "all"]);
});

test("mmoe k8s has Kubernetes put no variable into a folder's name", async () => {
  const [{ command }] = (await podOf("--out", "results/$(HOME)$x")).containers;
  expect(command[4]).toBe("/results/$$(HOME)$x"); // as its reference says: $$ stands for $ before a bracket
});

test("the pods of mmoe k8s train, between them, the sweep that was typed", async () => {
  const typed = ["--corr", "-1", "--runs", "2", "--steps", "30", "--set", "about=a 'b'", "--long"];
  const { config, job } = await documents(...typed, "--out", "results/mine");
  const folder = temporaryFolder();
  writeFileSync(join(folder, "config.yaml"), config.data["config.yaml"]);
  const [{ command, env }] = job.spec.template.spec.containers;
  const inPod = command.map((word) => word.replace("/config/", `${folder}/`).replace("/results/", `${folder}/`));
  expect(command[4]).toBe("/results/mine");
  for (const index of [0, 1, 2]) {
    const given = Object.fromEntries(env.map(({ name, value }) => [name, value]));
    const { code, stderr } = await runMain(inPod.slice(1), new EventEmitter(), {
      ...given,
      JOB_COMPLETION_INDEX: `${index}`,
    });
    expect([code, stderr]).toEqual([0, expect.stringContaining(`: shard ${index + 1}/3: 2 runs on cpu`)]);
  }
  await runMain(["sweep", "smoke", ...typed, "--out", join(folder, "alone")]);
  const curves = (name: string) => readFileSync(join(folder, name, "curves-long.csv"), "utf8");
  expect(curves("mine")).toBe(curves("alone"));
});

const CLAIM = "--claim: expected the name of a PersistentVolumeClaim, of small letters, digits, '-' and '.', got";
const IMAGE = "--image: expected the name of a container image such as registry:5000/lab/mmoe:1.0, got";
test.each([
  [["--name", "Mine"], "--name: expected a name of at most 52 small letters, digits and '-', got 'Mine'"],
  [["--image", ""], `${IMAGE} ''`],
  [["--image", "lab/mmoe\ncommand: [id]"], String.raw`${IMAGE} "lab/mmoe\ncommand: [id]"`],
  [["--claim", "a\nb: c"], String.raw`${CLAIM} "a\nb: c"`],
  [["--claim", "Mine"], `${CLAIM} 'Mine'`],
  [["--out", ".."], "--out: expected a folder with a name, without control characters, got '..'"],
  [["--memory", "2 GB"], "--memory: expected a size such as 512Mi or 2Gi, got '2 GB'"],
  [["--cpus", "0"], "--cpus: expected a whole number from 1 to 2147483647, got '0'"],
  [["--set", "dropout=1"], "--set dropout: expected a number from 0 to below 1, got 1"],
  [["--engine", "tfjs", "--set", "arithmetic=fused"], "arithmetic fused is not in the tfjs engine; use --engine cpu"],
])("mmoe k8s refuses %j before it prints anything", async (argv, line) => {
  expect(refusal(await k8s(...argv))).toBe(line);
});

test("mmoe k8s refuses a table, which no pod has", async () => {
  const file = join(temporaryFolder(), "rows.csv");
  writeFileSync(file, `x1,y1,y2\n${Array.from({ length: 20 }, (_, n) => `${n},${n % 3},${n % 5}\n`).join("")}`);
  expect(refusal(await k8s("--rows", file))).toBe(
    `rows: a pod does not have ${file}; use mmoe slurm, or mmoe sweep --shard`,
  );
});

test("mmoe k8s takes a regime's preset, whose settings the ConfigMap then has", async () => {
  const words = ["k8s", "regimes/few-rows", "--models", "mmoe", "--out", "my-regimes/few-rows"];
  const stdout = printed(await runMain([...words, "--image", "registry/mmoe:1", "--completions", "3"]));
  const [config, job] = parseAllDocuments(stdout).map((document) => document.toJS());
  expect(parse(config.data["config.yaml"])).toMatchObject({ models: ["mmoe"], trainRows: [100, 300, 1000] });
  expect(JSON.stringify(job)).toContain('"--out","/results/few-rows"');
});
