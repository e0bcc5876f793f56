import { basename } from "node:path";
import { isCodeDefinition } from "../config/own-models.ts";
import { configYaml } from "../config/write.ts";
import { UsageError } from "../errors.ts";
import { kubernetesYaml } from "./cluster/k8s-job.ts";
import { clusterName, LONGEST_JOB } from "./cluster/names.ts";
import { checkSweep } from "./cluster/shard-option.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { countOption } from "./options.ts";
import { addSweepOptions, type SweepOptions, typedWords } from "./sweep-options.ts";

interface Options extends SweepOptions {
  readonly completions: string;
  readonly image: string;
  readonly parallelism?: string;
  readonly name?: string;
  readonly claim: string;
  readonly cpus: string;
  readonly gpus: string;
  readonly memory?: string;
}

/** Options of a sweep that its config does not hold; they are passed on as typed. */
const PASSED_ON = [
  "--engine",
  "--allow-cpu",
  "--kernels",
  "--backend",
  "--retry-failed",
  "--time-limit",
  "--checkpoint-every",
  "--long",
];

export const define: Define = (command, run) => {
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
    )
    .action((file: string, options: Options) =>
      run((context) => {
        const passedOn = command.options.filter(({ long }) => PASSED_ON.includes(long ?? ""));
        return k8s(file, options, typedWords(command, passedOn), context);
      }),
    );
};

async function k8s(file: string, options: Options, typed: string[], { effects }: Context): Promise<number> {
  const { config, out } = await checkSweep(file, options);
  const code = config.ownModels.find(isCodeDefinition);
  if (code)
    throw new UsageError(`model ${code.name}: a pod does not have ${code.file}; use mmoe slurm, or mmoe sweep --shard`);
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
  return EXIT.done;
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
