import { stringify } from "yaml";
import { EXIT } from "../exit-codes.ts";

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
export function kubernetesYaml(job: KubernetesJob): string {
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
