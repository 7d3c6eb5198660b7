"""What it costs to grow: processor time, memory and bytes of scoring a corpus, by size and by number of processes.

``python benchmarks/scale.py CORPUS.jsonl --times 1 10`` repeats the articles of a JSON Lines file under new ids.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.tables import write_table

#: How the corpus is scored: one process, two, or Dask's own on this machine.
WAYS = ("one", "two", "dask")
PARTS = 4
CODE = "from analysis.stream import score_corpus; score_corpus({0!r}, {1!r}, 'parquet', workers={2})"


def main() -> None:
    """Score every size in every way, and write what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--times", type=int, nargs="+", default=[1])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("-o", "--output", type=Path, default=Path(__file__).with_name("scale.csv"))
    options = parser.parse_args()
    rows = []
    for times in options.times:
        with tempfile.TemporaryDirectory() as folder:
            articles = repeat(options.corpus, Path(folder, "parts"), times)
            for way in options.ways:
                rows.append({"articles": articles, "way": way, **cost(Path(folder), way)})
                print(rows[-1], flush=True)
    write_table(pd.DataFrame(rows), options.output)


def repeat(corpus: Path, folder: Path, times: int) -> int:
    """The articles so many times, in parts of about one size; how many they are."""
    folder.mkdir()
    lines = corpus.read_text(encoding="utf-8").splitlines()
    for part in range(PARTS):
        with (folder / f"{part}.jsonl").open("w", encoding="utf-8") as file:
            for number in range(part, len(lines) * times, PARTS):
                article = {**json.loads(lines[number % len(lines)]), "id": f"a{number}"}
                file.write(json.dumps(article) + "\n")
    return len(lines) * times


def cost(folder: Path, way: str) -> dict[str, Any]:
    """Seconds of processor time and of the clock, most memory of all processes (PSS), and bytes written."""
    parts, out = folder / "parts", folder / way
    code = CODE.format(str(parts), str(out), 1 if way == "one" else 2)
    dask = ["-m", "analysis", "score", str(parts), "-o", str(out), "--format", "parquet", "--scheduler", "local"]
    before, begin, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0.0
    run = subprocess.Popen([sys.executable, *(dask if way == "dask" else ["-c", code])], stdout=subprocess.DEVNULL)
    while run.poll() is None:
        peak = max(peak, sum(map(memory, family(run.pid))))
        time.sleep(0.2)
    if run.returncode:
        raise SystemExit(f"{way}: ended with {run.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    written = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    clock = time.monotonic() - begin
    return {"processor_s": round(spent, 1), "clock_s": round(clock, 1), "peak_mb": round(peak), "bytes": written}


def family(pid: int) -> list[int]:
    """A process and all that it started (Linux)."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [other for child in children.read_text().split() for other in family(int(child))]
        except OSError:
            continue
    return found


def memory(pid: int) -> float:
    """Megabytes of a process, shared pages parted among those that share them (Linux)."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return float(told.split("Pss:")[1].split()[0]) / 1024 if "Pss:" in told else 0.0


if __name__ == "__main__":
    main()
