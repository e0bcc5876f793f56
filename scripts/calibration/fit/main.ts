// npm run fit -- results/published/fig2.csv --trials 100 --sines 4: constants of the generator whose label correlations
// fit the points of a CSV file.
import { UsageError } from "../../../src/errors.ts";
import { fitted } from "./command.ts";

try {
  process.stdout.write(fitted(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
