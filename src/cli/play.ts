import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Config } from "../config/config.ts";
import { OF_GENERATED } from "../config/generated.ts";
import { loadConfig } from "../config/load.ts";
import { addressOf, configSettings, MOST_MODELS, type PlaySettings, settingsIn } from "../config/playground.ts";
import { OPTIMIZER_KEYS } from "../config/settings.ts";
import { UsageError } from "../errors.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { startServer } from "./live/live-server.ts";
import { configFileOf } from "./one-run.ts";
import { openPage } from "./open-page.ts";
import { countOption } from "./options.ts";
import { stopOnSignals } from "./stop.ts";

const PAGE = fileURLToPath(new URL("../../dist/play/index.html", import.meta.url));

const HELP = `\nThe page trains in the browser. It is served to this machine alone until Ctrl-C.\n${examples(
  "mmoe play --open",
  "mmoe play my.yaml",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("[config]", "a YAML or JSON file, or a preset, whose settings the page begins with", "paper")
    .option("--open", "open the page in a browser")
    .option("--port <port>", "the port (default: a free one)")
    .addHelpText("after", HELP);

type PlayOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((config, options) => run((context) => play(config, options, context)));

async function play(file: string, { port, open }: PlayOptions, context: Context): Promise<void> {
  const { effects, note } = context;
  const asked = port === undefined ? undefined : countOption("--port", port, 1, 65_535);
  const paper = loadConfig("paper");
  const defaults = configSettings(paper as Playable);
  const state = addressOf(settingsOf(file, paper, defaults, note), defaults);
  const html = page();
  const stop = stopOnSignals(effects, "nothing was changed");
  try {
    const server = await startServer({ port: asked, asker: "play", page: () => html, policy: policyIn(html) });
    const address = `${server.address}${state === "" ? "" : `#${state}`}`;
    effects.stdout.write(`${address}\n`);
    note("Ctrl-C ends it.");
    if (open) await openPage(address, note);
    if (!stop.signal.aborted) await once(stop.signal, "abort");
    await server.close();
  } finally {
    stop.release();
  }
}

function page(): string {
  if (!existsSync(PAGE)) throw new UsageError("the playground is not built; in a clone, build it with: npm run build");
  return readFileSync(PAGE, "utf8");
}

/** The page's own policy, to be sent with it. */
function policyIn(html: string): string {
  return /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1] ?? "default-src 'none'";
}

/** A config whose settings have one value each, on the generator's rows. */
type Playable = Config & Parameters<typeof configSettings>[0];

/** Settings that a page trains only as the paper does. */
const FIXED = [
  ...(["rows", "correlationMatrix", "loss", "labels", "labelKind", "method", "arithmetic"] as const),
  ...(["taskKinds", "tuned", "taskWeights", "taskWeightDecay"] as const),
  ...(["embeddingStd", "embeddingSteps", "embeddingDecay", "evalRows"] as const),
  ...OPTIMIZER_KEYS,
  ...OF_GENERATED,
];

/** A config's settings for the page, where preset `paper` has `defaults`. Throws UsageError for what it does not train. */
function settingsOf(file: string, paper: Config, defaults: PlaySettings, note: Context["note"]): PlaySettings {
  const config = loadConfig(configFileOf(file));
  const other = FIXED.find((key) => JSON.stringify(config[key]) !== JSON.stringify(paper[key]));
  if (other !== undefined)
    throw new UsageError(`${file}: ${other}: the playground trains only ${JSON.stringify(paper[other])}`);
  const playable = config as Playable;
  const models = config.models.filter((name) => MODEL_NAMES.some((known) => known === name)).slice(0, MOST_MODELS);
  if (models.length === 0)
    throw new UsageError(`${file}: models: the playground has none of ${config.models.join(", ")}`);
  if (models.length < config.models.length) note(`the page begins with ${models.join(", ")}`);
  const settings = configSettings({ ...playable, models });
  const read = settingsIn(new URLSearchParams(addressOf(settings, defaults)), defaults);
  const keys = Object.keys(settings) as (keyof PlaySettings)[];
  const refused = keys.find((key) => JSON.stringify(settings[key]) !== JSON.stringify(read[key]));
  if (refused === undefined) return settings;
  throw new UsageError(`${file}: ${refused}: the playground does not train ${JSON.stringify(settings[refused])}`);
}
