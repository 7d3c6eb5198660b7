"""Pack a folder that was scored without its texts, so that it is small enough to be handed on with the project.

``python benchmarks/hand_on.py SCORED -o FOLDER``, after ``python -m analysis score CORPUS -o SCORED --no-text --format
parquet``. What a comparison needs stays as it was; what can be computed from the rest, and names, are left out.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

#: What is left out: `per_1000` and `share_per_1000` follow from counts and words; `source` names lines of a file;
#: speakers, cues and the places of quotations are three quarters of all bytes, and nothing compared hangs on them.
LEFT_OUT = {
    "articles": ["source", "agency", "genre", "event", "author"],
    "scores": ["per_1000", "share_per_1000"],
    "mentions": ["speaker", "side"],
    "quotations": [
        *("parent_id", "start", "end", "speaker", "speaker_start", "speaker_end", "person"),
        *("cue", "cue_start", "cue_end"),
    ],
    "events": [],
}


def pack(source: Path, target: Path) -> None:
    """Write one table of Parquet anew: Zstandard at its smallest, places as differences, all else by dictionary."""
    table = parquet.read_table(source)
    table = table.drop_columns([name for name in LEFT_OUT[source.stem] if name in table.column_names])
    places = [field.name for field in table.schema if pa.types.is_integer(field.type)]
    parquet.write_table(
        table.replace_schema_metadata(None), target, compression="zstd", compression_level=19,
        use_dictionary=[name for name in table.column_names if name not in places],
        column_encoding=dict.fromkeys(places, "DELTA_BINARY_PACKED"), write_statistics=False, store_schema=False,
    )  # fmt: skip


def main() -> None:
    """Pack every table, and copy the manifest and what became of the input."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scored", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    for name in LEFT_OUT:
        pack(options.scored / f"{name}.parquet", options.output / f"{name}.parquet")
    for path in [*options.scored.glob("*.csv"), options.scored / "manifest.json"]:
        shutil.copyfile(path, options.output / path.name)


if __name__ == "__main__":
    main()
