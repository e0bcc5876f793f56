"""Makes a table of KuaiRand-Pure for ``kuairand.yaml``: impressions of short videos, with what the user did.

    python examples/kuairand/prepare.py FOLDER rows.parquet
    python examples/kuairand/prepare.py FOLDER users.parquet --without-parts

FOLDER holds ``val.parquet`` and ``test.parquet`` (impressions of 22 April to 8 May 2022 in order of time), ``user_features_pure.csv.gz`` and
``video_features_basic_pure.csv.gz``. The data set is Gao et al., "KuaiRand: An Unbiased Sequential Recommendation Dataset with Randomly Exposed
Videos" (CIKM 2022), under CC BY-SA 4.0: https://kuairand.com. Needs Polars.

A row that stands twice counts once. What an impression leads to (plays, stays, likes) is no input. Days to 4 May are for training, 5 and 6 May
for validation, 7 and 8 May are the test. Without parts, the runs of ``users.yaml`` draw their own splits.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import polars as pl

#: The first days of validation and of the test.
VALIDATION, TEST = 20220505, 20220507

LABELS = ["is_click", "long_view", "is_like", "is_profile_enter"]
IDS = ["user_id", "video_id", "author_id"]
OF_IMPRESSION = ["tab", "hour"]
OF_VIDEO = ["video_type", "upload_type", "music_type", "tag"]
OF_USER = ["user_active_degree", "is_live_streamer", "is_video_author", "follow_user_num_range", "fans_user_num_range", "friend_user_num_range", "register_days_range"]
ENCRYPTED = [f"onehot_feat{i}" for i in range(18)]
CATEGORIES = IDS + OF_IMPRESSION + OF_VIDEO + OF_USER + ENCRYPTED
NUMBERS = ["duration_ms", "freshness_days", "follow_user_num", "fans_user_num", "friend_user_num", "register_days"]


def table(folder: Path) -> pl.DataFrame:
    rows = pl.concat([pl.read_parquet(folder / f"{part}.parquet") for part in ("val", "test")]).unique(["user_id", "video_id", "time_ms"], keep="first", maintain_order=True)
    users = pl.read_csv(folder / "user_features_pure.csv.gz", infer_schema_length=None)
    videos = pl.read_csv(folder / "video_features_basic_pure.csv.gz", infer_schema_length=None, schema_overrides={"tag": pl.String})
    rows = rows.drop("tag").join(users, "user_id", "left").join(videos.select("video_id", *OF_VIDEO), "video_id", "left")
    rows = rows.with_columns((pl.col("hourmin") // 100).alias("hour"))
    part = pl.when(pl.col("date") < VALIDATION).then(pl.lit("train")).when(pl.col("date") < TEST).then(pl.lit("validation")).otherwise(pl.lit("test"))
    texts = [pl.col(name).cast(pl.Float64, strict=False).cast(pl.Int64).cast(pl.String).fill_null(pl.col(name).cast(pl.String)).fill_null("none") for name in CATEGORIES]
    numbers = [pl.col(name).cast(pl.Float64).log1p() for name in NUMBERS]
    return rows.select(*texts, *numbers, *LABELS, part.alias("part"))


def main(folder: str, output: str, without_parts: bool) -> None:
    made = table(Path(folder))
    if without_parts:
        made = made.drop("part")
    made.write_parquet(output, compression="snappy")
    print(f"{output}: {made.height:,} rows, {len(CATEGORIES + NUMBERS)} inputs, {', '.join(LABELS)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes a table of KuaiRand-Pure.")
    parser.add_argument("folder", help="of the data set's files")
    parser.add_argument("output", help="a Parquet file")
    parser.add_argument("--without-parts", action="store_true", help="no column says which rows are the test")
    main(**vars(parser.parse_args()))
