"""The methods section of a report, to be pasted: what was read, counted and compared, and how far to trust it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.compare.events import THRESHOLD, WINDOW
from analysis.compare.rates import LEVEL, MIN_ARTICLES
from analysis.show import stated
from analysis.show.figures import plain_markdown
from analysis.show.findings import count, listed
from analysis.show.pages import fill
from analysis.show.plotted import declared
from analysis.tables import DATA, read_table
from analysis.validate.agreement import precision_table

#: Verdicts on the voice of single mentions: a row a mention, `voice` (the tool's), `verdict`, and `domain` where there
#: are several.
VOICE = DATA / "coding" / "voice.csv"
#: What the verdicts are on where the table does not say: news of the United States.
DOMAIN = "US news"
#: Findings that are stated in full; the others are in the table.
STATED = 12


def voice_accuracy(path: Path = VOICE) -> pd.DataFrame:
    """How often the voice of a mention was judged right, by kind of text and by the voice that the tool gave.

    Returns
    -------
    DataFrame
        `domain`, `voice` (``all`` first), `right`, `judged`, `share`, `low`, `high` (Wilson 1927, 95 %).
    """
    judged = read_table(path)
    judged = judged.assign(domain=judged.get("domain", DOMAIN))
    both = pd.concat([judged.assign(feature="all"), judged.assign(feature=judged["voice"])])
    found = pd.concat({domain: precision_table(part) for domain, part in both.groupby("domain", sort=False)})
    found = found.rename_axis(["domain", None]).reset_index("domain").reset_index(drop=True)
    return found.rename(columns={"feature": "voice", "precision": "share", "ci_low": "low", "ci_high": "high"})


def methods_text(
    study: Any, contrasts: pd.DataFrame, own_codebook: bool = True, software: Mapping[str, str] | None = None,
    digests: Mapping[str, str] | None = None, coded: bool = False, copies: str = "once", beforehand: bool = False,
) -> str:  # fmt: skip
    """The methods section of a study in Markdown.

    Parameters
    ----------
    study : Study
    contrasts : DataFrame
        Those of the study, or what says why there are none.
    own_codebook : bool
        Whether the project's codebook was counted with: of another nothing is known.
    software, digests : mapping of str to str, optional
        Versions by name (``comparative-framing`` is cited), and SHA-256 of ``lexicon`` and other input by name.
    coded : bool
        Whether sentences of this corpus were coded by hand.
    copies : {"once", "all", "drop"}
        As rates and contrasts were computed.
    beforehand : bool
        Whether the family of contrasts was declared before testing.
    """
    articles, software = study.articles, software or {}
    features = study.lexicon.features
    names = dict(zip(features["feature"], features.get("label", features["feature"]), strict=True))
    found = stated.findings_table(contrasts, study.rates(), names)
    words = {
        "corpus": plain_markdown(stated.corpus_line(articles)), "read": _what_was_read(study), "coded": coded,
        "entries": len(study.lexicon.entries),
        "features": plain_markdown(listed((names[name] for name in features["feature"]), 99)),
        "digest": (digests or {}).get("lexicon", ""), "about": study.about is not None, "actors": _sides(study.actors),
        "precision": _precision(features, names) if own_codebook else "", "recall": _recall(features, names),
        "voice": voice_accuracy().to_dict("records") if own_codebook else [],
        "few": MIN_ARTICLES, "threshold": THRESHOLD, "window": WINDOW, "per_cent": round(100 * LEVEL),
        "events": count(study.events["event"].nunique(), "event"), "copies": copies, "level": f"{stated.ALPHA:.2g}",
        "typical": declared(contrasts)["contrast"].eq("typical").any(),
        "family": _family(declared(contrasts)), "shrunken": "shrunken_ratio" in contrasts,
        "corrected": "corrected" in contrasts and bool(contrasts["corrected"].eq(True).any()),
        "within": bool(contrasts["contrast"].eq("within-event").any()),
        "findings": [plain_markdown(said) for said in found["sentence"].head(STATED)],
        "more": max(len(found) - STATED, 0),
        "missed": plain_markdown(stated.say_missed(stated.missed_table(contrasts), names)),
        "seed": study.seed, "software": software, "version": software.get("comparative-framing", ""),
        "core": own_codebook, "beforehand": beforehand,
    }  # fmt: skip
    return fill("methods.md", words)


def _what_was_read(study: Any) -> list[str]:
    """What was left out, repaired, noted and flagged: only what there is, a sentence each."""
    corpus, said = study.corpus, []
    for table, opening, what in (
        (corpus.rejected, "Records left out", "reason"),
        (corpus.removed, "Page furniture removed", "reason"),
        (corpus.notes, "Noted or repaired in reading", "note"),
    ):
        reasons = table[what].dropna().astype(str)
        if what == "note" and len(reasons):  # a note may quote a value; its kind is what they share
            reasons = table["field"].astype(str).fillna("file")
        many = reasons.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        if len(many):
            kinds = listed((f"{plain_markdown(str(name))} ({number:,})" for name, number in many.items()), 6)
            said.append(f"{opening}: {len(table):,}, by {what if what == 'reason' else 'field'}: {kinds}.")
    flags = study.checked["problem"].dropna() if study.has_texts else pd.Series(dtype="str")
    if len(flags):
        many = flags.str.split("; ").explode().value_counts().sort_index().sort_values(ascending=False, kind="stable")
        kinds = listed((f"{name} ({number:,})" for name, number in many.items()), 8)
        said.append(
            f"Flagged as likely to distort, and counted like all others: {count(len(flags), 'article')}: {kinds}."
        )
    states = study.flags if study.has_texts else pd.DataFrame({"field": [], "note": []})
    said += [f"{plain_markdown(note)}." for note in states.loc[states["field"] == "outlet", "note"].astype(str)]
    asked = ["outlet", "published", *(["headline"] if study.has_texts else [])]
    absent = study.articles[asked].isna().sum()
    gaps = [f"{name} ({number:,})" for name, number in absent.rename({"published": "date"}).items() if number]
    said += [f"Articles without what is named: {listed(gaps)}."] if gaps else []
    return said


def _sides(actors: pd.DataFrame | None) -> str:
    """Who is on which side, as far as a table of actors says."""
    if actors is None or actors.empty:
        return ""
    many = actors.groupby("side").size()
    return plain_markdown(listed((f"{side} ({count(number, 'name')})" for side, number in many.items()), 12))


def _precision(features: pd.DataFrame, names: Mapping[str, str]) -> str:
    known = features.dropna(subset=["precision"]) if "precision" in features else features.iloc[:0]
    rows = zip(known["feature"], known.get("precision", []), known.get("precision_low", []), strict=True)
    return listed((f"{names[name]} {float(value):.3g} (from {float(low):.3g})" for name, value, low in rows), 99)


def _recall(features: pd.DataFrame, names: Mapping[str, str]) -> str:
    known = features[features["recall"].fillna("") != ""] if "recall" in features else features.iloc[:0]
    return listed((_recalled(row, names) for row in known.to_dict("records")), 99)


def _recalled(row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    bounds = [f"{float(row[end]):.2f}" for end in ("recall_low", "recall_high") if row.get(end)]
    return f"{names[row['feature']]} {float(row['recall']):.2f}" + (f" ({' to '.join(bounds)})" if bounds else "")


def _family(known: pd.DataFrame) -> str:
    """What an outlet was compared with, in the family declared before testing."""
    if known["contrast"].eq("typical").any():
        return "Each outlet was compared with the typical one, Huber's (1964) centre of the log rates of the others."
    return "All pairs of outlets were compared."
