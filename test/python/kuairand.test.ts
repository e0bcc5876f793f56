// examples/kuairand on made files of the data set's form: which rows and columns its table has, and that its config reads it.
import { copyFileSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { runMain, temporaryFolder } from "../support/effects.ts";
import { HAS_PYTHON, python } from "./python.ts";

/** 400 impressions on the days of both files, of which one stands twice, by users and of videos with features. */
const MADE = `import polars as pl, sys
n = 400
days = [20220425 + i * 14 // n if i * 14 // n < 6 else 20220501 + i * 14 // n - 6 for i in range(n)]
rows = pl.DataFrame({"user_id": [i % 13 for i in range(n)], "video_id": [i % 11 for i in range(n)], "author_id": [i % 11 // 2 for i in range(n)], "time_ms": [1_650_000_000_000 + i for i in range(n)],
    "date": days, "hourmin": [100 * (i % 24) for i in range(n)], "tab": [i % 3 for i in range(n)], "tag": ["9"] * n, "duration_ms": [1000 * (i % 7) for i in range(n)], "freshness_days": [i % 5 for i in range(n)],
    **{name: [int(i % k == 0) for i in range(n)] for name, k in {"is_click": 2, "long_view": 3, "is_like": 7, "is_profile_enter": 9}.items()}, "play_time_ms": [i for i in range(n)]})
rows[:200].write_parquet("val.parquet")
pl.concat([rows[200:], rows[399:]]).write_parquet("test.parquet")
ranges = ["user_active_degree", "follow_user_num_range", "fans_user_num_range", "friend_user_num_range", "register_days_range"]
counts = ["follow_user_num", "fans_user_num", "friend_user_num", "register_days"]
users = {"user_id": list(range(13)), **{name: [f"[{i % 3},9)" for i in range(13)] for name in ranges}, **{name: [i * i for i in range(13)] for name in counts},
    **{name: [i % 2 for i in range(13)] for name in ("is_live_streamer", "is_video_author")}, **{f"onehot_feat{k}": [i % (k % 3 + 2) for i in range(13)] for k in range(18)}}
pl.DataFrame(users).write_csv("users.csv")
pl.DataFrame({"video_id": list(range(11)), "video_type": ["NORMAL", "AD"] * 5 + ["AD"], "upload_type": ["Long", "Short"] * 5 + ["Long"], "music_type": [9.0, None] * 5 + [4.0], "tag": ["39,12", "7"] * 5 + [None]}).write_csv("videos.csv")
import gzip
for name, made in (("user_features_pure", "users"), ("video_features_basic_pure", "videos")):
    gzip.open(name + ".csv.gz", "wb").write(open(made + ".csv", "rb").read())
import runpy
sys.argv = ["prepare.py", ".", "study/rows.parquet"]
runpy.run_path(PREPARE, run_name="__main__")
made = pl.read_parquet("study/rows.parquet")
print(made.group_by("part").len().sort("part").rows(), made["is_click"].sum(), made["tag"].unique().sort().to_list(), "play_time_ms" in made.columns)`;

test.skipIf(!HAS_PYTHON)(
  "examples/kuairand makes a table by days, without what an impression leads to, for its config",
  async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "study"));
    const said = python(
      ["-c", `PREPARE = ${JSON.stringify(resolve("examples/kuairand/prepare.py"))}\n${MADE}`],
      folder,
    );
    expect(said.trim().split("\n")).toEqual([
      "study/rows.parquet: 400 rows, 40 inputs, is_click, long_view, is_like, is_profile_enter",
      "[('test', 57), ('train', 286), ('validation', 57)] 200 ['39,12', '7', 'none'] False",
    ]);
    copyFileSync("examples/kuairand/kuairand.yaml", join(folder, "study/kuairand.yaml"));
    const { code, stdout, stderr } = await runMain([
      "sweep",
      join(folder, "study/kuairand.yaml"),
      "--models",
      "mmoe",
      "--runs",
      "1",
      "--dry-run",
    ]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("is_like binary (0, 1)");
  },
);
