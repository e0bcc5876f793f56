// npm run research -- COMMAND: `fit` prints constants of the generator that fit points of Figure 2, and `rank`
// measures how far every setting is from the paper's figures.
const COMMANDS: Readonly<Record<string, () => Promise<{ run: (argv: readonly string[]) => void | Promise<void> }>>> = {
  fit: () => import("./fit/command.ts"),
  rank: () => import("./ranking.ts"),
};

const [name = "", ...argv] = process.argv.slice(2);
const command = COMMANDS[name];
try {
  if (command === undefined) throw new Error(`expected one of ${Object.keys(COMMANDS).join(", ")}, got '${name}'`);
  await (await command()).run(argv);
} catch (error) {
  console.error(`research: ${(error as Error).message}`);
  process.exitCode = 2;
}
