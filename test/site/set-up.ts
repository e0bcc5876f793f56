import { execFileSync } from "node:child_process";
import { BASE, OUT } from "./site.ts";

/**
 * Builds the site for a path below a server's root, as a project's page often is, without the report of results/zoo,
 * which takes a quarter of the time. While one works on it, MMOE_TEST_SITE saves minutes: `keep` keeps the pages of results
 * from an earlier build, `built` the whole site.
 */
export function setup(): void {
  const saved = process.env.MMOE_TEST_SITE;
  const keep = saved === "keep" ? ["--keep-results"] : [];
  const how = ["--base", BASE, "--out", OUT, "--without-report", "zoo", ...keep];
  if (saved !== "built") execFileSync("npx", ["tsx", "site/build.ts", ...how], { stdio: "inherit" });
}
