// Names that go into batch scripts and manifests: the shell, sbatch, YAML and Kubernetes read some signs as their own.
import { UsageError } from "../../errors.ts";

interface Kind {
  readonly pattern: RegExp;
  /** Most characters. */
  readonly most: number;
  /** Completes the sentence "expected ...". */
  readonly expected: string;
}

/** Longest name of a Job, in characters: a pod's host name holds it and the index. */
export const LONGEST_JOB = 52;

/** An image's reference: host and port, path, tag, digest. */
const IMAGE = /^[a-z0-9][\w.-]*(:\d+)?(\/[\w.-]+)*(:\w[\w.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-f]{32,})?$/i;

const KINDS = {
  partition: {
    pattern: /^[\w.-]+(,[\w.-]+)*$/,
    most: 1000,
    expected: "the name of a partition of Slurm's, or several by commas, of letters, digits, '.', '_' and '-'",
  },
  sbatchOption: {
    pattern: /^[a-z][a-z0-9-]*(=[^;`$\\]*)?$/,
    most: 1000,
    expected: "an option of sbatch such as account=lab, without control characters, ';', '`', '$' and '\\'",
  },
  command: { pattern: /\S/, most: 10_000, expected: "a shell command on one line" },
  path: { pattern: /./, most: 4096, expected: "a path without control characters" },
  folder: {
    pattern: /^(?!\.{0,2}$)[^/]+$/,
    most: 255,
    expected: "a folder with a name, without control characters",
  },
  job: {
    pattern: /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    most: LONGEST_JOB,
    expected: `a name of at most ${LONGEST_JOB} small letters, digits and '-'`,
  },
  claim: {
    pattern: /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
    most: 253,
    expected: "the name of a PersistentVolumeClaim, of small letters, digits, '-' and '.'",
  },
  image: { pattern: IMAGE, most: 1000, expected: "the name of a container image such as registry:5000/lab/mmoe:1.0" },
} as const satisfies Record<string, Kind>;

/** Line breaks among them. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/** `text`, if it is a name of that kind without control characters; UsageError, by the name `flag`, for anything else. */
export function clusterName(flag: string, text: string, kind: keyof typeof KINDS): string {
  const { pattern, most, expected } = KINDS[kind];
  const isPlain = !CONTROL.test(text);
  if (isPlain && text.length <= most && pattern.test(text)) return text;
  const shown = text.slice(0, 200);
  throw new UsageError(`${flag}: expected ${expected}, got ${isPlain ? `'${shown}'` : JSON.stringify(shown)}`);
}
