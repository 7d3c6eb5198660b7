"""Write what coders' verdicts say of the codebook into `features.csv` and the codebook's README.

    python benchmarks/precision.py

Run it after `data/coding/precision.csv` or `agency_precision.csv` got new verdicts. Precision is by domain: US news
(`precision.csv`, and for *distance* the US rows of the other), US articles on foreign affairs and conflict (draw 3),
agency and conflict news, and all of these together; intervals are Wilson's (1927), 95 %.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from analysis.tables import read_table
from analysis.validate.agreement import precision_table

DATA = Path(__file__).resolve().parent.parent / "data"
FEATURES, README, CODING = DATA / "lexicons" / "features.csv", DATA / "lexicons" / "README.md", DATA / "coding"
#: Between these lines of the README stands what this script writes.
BEGIN, END = "<!-- written by benchmarks/precision.py -->", "<!-- end of what it wrote -->"


def domains() -> dict[str, pd.DataFrame]:
    """Precision of each feature by domain, and over all together."""
    us, other = read_table(CODING / "precision.csv"), read_table(CODING / "agency_precision.csv")
    home = other["corpus"] == "agency-news"
    us = pd.concat([us, other[~home & (other["feature"] == "distance")]])
    tables = {
        "us": us,
        "foreign": other[other["draw"] == "3"],
        "agency": other[home],
        "both": pd.concat([read_table(CODING / "precision.csv"), other]),
    }
    return {name: precision_table(table).set_index("feature") for name, table in tables.items()}


def table_of(measured: dict[str, pd.DataFrame], order: list[str]) -> str:
    """The table of the README: agency news beside US news and both together."""
    lines = [
        "| feature | US news | agency news, judged | right | precision | 95 % interval | both | 95 % interval |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for feature in order:
        us, agency, both = (measured[name].loc[feature] for name in ("us", "agency", "both"))
        lines.append(
            f"| {feature} | {us.precision:.3f} | {agency.judged:.0f} | {agency.right:.0f} | {agency.precision:.3f} "
            f"| {agency.ci_low:.3f} to {agency.ci_high:.3f} "
            f"| {both.precision:.3f} | {both.ci_low:.3f} to {both.ci_high:.3f} |"
        )
    foreign = measured["foreign"]
    said = (
        f"{feature} {row.right:.0f} of {row.judged:.0f} ({row.ci_low:.2f} to {row.ci_high:.2f})"
        for feature, row in foreign.iterrows()
    )
    return "\n".join(
        [
            *lines,
            "",
            f"US articles on foreign affairs and conflict, not seen before and counted in both: {', '.join(said)}.",
        ]
    )


def main() -> None:
    measured = domains()
    features = pd.read_csv(FEATURES, dtype=str, keep_default_na=False)
    for domain, names in (
        ("us", ("judged", "precision", "precision_low")),
        ("agency", ("agency_judged", "agency_precision", "agency_low")),
    ):
        row = measured[domain].loc[features["feature"]]
        features[names[0]] = row["judged"].astype(int).astype(str).to_numpy()
        features[names[1]], features[names[2]] = (
            [f"{x:.3f}" for x in row[column]] for column in ("precision", "ci_low")
        )
    features.to_csv(FEATURES, index=False, quoting=1, lineterminator="\n")
    before, rest = README.read_text(encoding="utf-8").split(BEGIN)
    written = "\n".join([BEGIN, table_of(measured, features["feature"].tolist()), END])
    README.write_text(before + written + rest.split(END)[1], encoding="utf-8")


if __name__ == "__main__":
    main()
