// Attacks the built mmoe: kills, full disks, broken journals, odd input. Prints what held.
import { parseArgs } from "node:util";
import { table } from "../../src/cli/text/table.ts";
import { attack, FAULTS } from "./attack.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    tries: { type: "string", default: "2500" },
    minutes: { type: "string", default: "30" },
    only: { type: "string", default: "" },
  },
});

const faults = FAULTS.filter(({ name }) => name.includes(values.only));
const deadline = performance.now() + Number(values.minutes) * 60_000;
const note = (line: string) => console.error(line);
const results = await attack(faults, { seed: values.seed, tries: Number(values.tries), deadline, note });
const rows = results.map(({ fault, tried, failures, lacking }) => [
  fault.name,
  String(tried),
  String(tried - failures.length),
  String(failures.length),
  lacking ?? fault.about,
]);
process.stdout.write(table([["fault", "tried", "held", "failed", "what must hold"], ...rows]));
process.exitCode = results.every(({ failures }) => failures.length === 0) ? 0 : 1;
