import { basename } from "node:path";
import { stringify } from "yaml";
import { isCodeDefinition } from "../config/own-models.ts";
import { configYaml } from "../config/write.ts";
import { UsageError } from "../errors.ts";
import { clusterName, LONGEST_JOB } from "./cluster/names.ts";
import { checkSweep } from "./cluster/shard-option.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { countOption } from "./options.ts";
import { addSweepOptions, typedWords } from "./sweep-options.ts";

/** K8sOptions of a sweep that its config does not hold; they are passed on as typed. */
const PASSED_ON = [
  "--engine",
  "--allow-cpu",
  "--kernels",
  "--backend",
  "--retry-failed",
  "--time-limit",
  "--checkpoint-every",
  "--long",
  "--keep-weights",
  "--keep-predictions",
];

const withOptions = (command: Command) =>
  addSweepOptions(command)
    .optionsGroup("Job:")
    .requiredOption("--completions <n>", "pods, each a shard of the sweep")
    .requiredOption("--image <image>", "a container image with mmoe on its PATH")
    .option("--parallelism <n>", "pods at a time (default: all)")
    .option("--name <name>", "name of the Job and its ConfigMap (default: mmoe-NAME-HASH)")
    .option("--claim <name>", "PersistentVolumeClaim for the results, which all pods may write to", "mmoe-results")
    .option("--cpus <n>", "cores of a pod", "1")
    .option("--gpus <n>", "GPUs of a pod; with several, one process each", "0")
    .option("--memory <size>", "memory of a pod, such as 2Gi")
    .addHelpText(
      "after",
      examples(
        "mmoe k8s paper --completions 16 --image lab/mmoe --cpus 4 | kubectl apply -f -",
        "mmoe k8s paper --runs 50 --completions 8 --image lab/mmoe --gpus 1",
      ),
    );

type K8sOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) => {
  withOptions(command).action((file, options) =>
    run((context) => {
      const passedOn = command.options.filter(({ long }) => PASSED_ON.includes(long ?? ""));
      return k8s(file, options, typedWords(command, passedOn), context);
    }),
  );
};

async function k8s(file: string, options: K8sOptions, typed: string[], { effects }: Context): Promise<void> {
  const { config, out } = await checkSweep(file, options);
  const code = config.ownModels.find(isCodeDefinition);
  if (code)
    throw new UsageError(`model ${code.name}: a pod does not have ${code.file}; use mmoe slurm, or mmoe sweep --shard`);
  if (config.rows !== null)
    throw new UsageError(`rows: a pod does not have ${config.rows.file}; use mmoe slurm, or mmoe sweep --shard`);
  const { image, claim, memory, jobs, parallelism = options.completions } = options;
  const cpus = countOption("--cpus", options.cpus);
  const gpus = countOption("--gpus", options.gpus, 0);
  const folder = clusterName("--out", basename(out), "folder");
  const text = kubernetesYaml({
    name: clusterName("--name", options.name ?? defaultName(folder), "job"),
    image: clusterName("--image", image, "image"),
    config: configYaml(config),
    folder,
    words: [...typed, "--jobs", jobs ?? String(cpus), ...(gpus > 1 ? ["--devices", "all"] : [])],
    completions: countOption("--completions", options.completions),
    parallelism: countOption("--parallelism", parallelism),
    claim: clusterName("--claim", claim, "claim"),
    cpus,
    gpus,
    memory: memory === undefined ? undefined : sizeOption(memory),
  });
  effects.stdout.write(text);
}

/** A name made from the results folder, without the characters that Kubernetes does not allow. */
function defaultName(folder: string): string {
  const allowed = folder.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-");
  return `mmoe-${allowed.slice(-(LONGEST_JOB - "mmoe-".length)).replaceAll(/^-|-$/g, "")}`;
}

function sizeOption(text: string): string {
  if (/^[1-9]\d*(\.\d+)?(Ki|Mi|Gi|Ti|k|M|G|T)?$/.test(text)) return text;
  throw new UsageError(`--memory: expected a size such as 512Mi or 2Gi, got '${text}'`);
}

/** A sweep as an indexed Kubernetes Job: each index trains one shard. */
interface KubernetesJob {
  /** Name of the Job and of its ConfigMap. */
  readonly name: string;
  readonly image: string;
  /** The config file's text, resolved: the image need not hold it. */
  readonly config: string;
  /** The folder of the results within the claim. */
  readonly folder: string;
  /** Further words of `mmoe sweep`. */
  readonly words: readonly string[];
  readonly completions: number;
  readonly parallelism: number;
  /** PersistentVolumeClaim that all pods write to. */
  readonly claim: string;
  readonly cpus: number;
  readonly gpus: number;
  /** E.g. 2Gi. */
  readonly memory?: string | undefined;
}

const CONTAINER = "mmoe";
const CONFIG_FILE = "config.yaml";
const [RESULTS, CONFIG] = ["/results", "/config"];
/** mmoe stops within two seconds; this is Kubernetes' default. */
const GRACE_SECONDS = 30;
/** Crashes of one index, including out-of-memory kills, before it is given up. */
const CRASHES = 3;
/** Exit code of a process that SIGTERM killed before its handler was set. */
const TERMINATED = 128 + 15;

/** Two YAML documents for `kubectl apply`: the config, and the Job that trains it. */
function kubernetesYaml(job: KubernetesJob): string {
  const config = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: job.name },
    data: { [CONFIG_FILE]: job.config },
  };
  return [config, manifest(job)].map((document) => stringify(document, { lineWidth: 0 })).join("---\n");
}

function manifest(job: KubernetesJob): object {
  const { name, completions, parallelism, claim } = job;
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      completions,
      parallelism,
      completionMode: "Indexed",
      backoffLimitPerIndex: CRASHES,
      podFailurePolicy: { rules: failureRules() },
      template: {
        spec: {
          restartPolicy: "Never",
          terminationGracePeriodSeconds: GRACE_SECONDS,
          containers: [container(job)],
          volumes: [
            { name: "results", persistentVolumeClaim: { claimName: claim } },
            { name: "config", configMap: { name } },
          ],
        },
      },
    },
  };
}

/**
 * The first rule that matches decides. A pod that was moved or told to stop is replaced every time, so its index
 * continues. A pod whose exit code will not change on a retry fails its index at once. Anything else counts as a crash.
 */
function failureRules(): object[] {
  const onExitCodes = (values: readonly number[]) => ({ containerName: CONTAINER, operator: "In", values });
  return [
    { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    { action: "Ignore", onExitCodes: onExitCodes([EXIT.stopped, TERMINATED]) },
    { action: "FailIndex", onExitCodes: onExitCodes([EXIT.usage, EXIT.failedRuns]) },
  ];
}

function container({ image, folder, words, completions, cpus, gpus, memory }: KubernetesJob): object {
  const gpu = gpus > 0 ? { "nvidia.com/gpu": gpus } : {};
  return {
    name: CONTAINER,
    image,
    command: ["mmoe", "sweep", `${CONFIG}/${CONFIG_FILE}`, "--out", `${RESULTS}/${folder}`, ...words].map(unexpanded),
    // Kubernetes tells a pod its index, not the number of pods
    env: [{ name: "MMOE_SHARD_COUNT", value: String(completions) }],
    resources: {
      requests: { cpu: cpus, ...(memory !== undefined && { memory }) },
      ...((gpus > 0 || memory !== undefined) && { limits: { ...gpu, ...(memory !== undefined && { memory }) } }),
    },
    volumeMounts: [
      { name: "results", mountPath: RESULTS },
      { name: "config", mountPath: CONFIG, readOnly: true },
    ],
  };
}

/** A word that Kubernetes passes on as it is: it puts a variable's value in place of `$(NAME)`. */
function unexpanded(word: string): string {
  return word.replaceAll("$(", () => "$$(");
}
