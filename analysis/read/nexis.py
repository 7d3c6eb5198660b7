"""Articles out of Nexis exports: classic (text, HTML) and Nexis Uni (Word), with an English or another interface."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

from analysis.read.dates import find_date, is_month, match_date
from analysis.read.repair import WIDEST
from analysis.tables import read_table

Article = dict[str, str]
Left = list[tuple[str, str]]  # what was left out of an article: why, and its words

_FIELDS = read_table(Path(__file__).with_name("export_fields.csv")).fillna("").query("form == 'nexis'")
# Classic exports set their labels in capitals, Nexis Uni puts a no-break space after the colon: prose does neither.
_CAPITALS = re.compile(r"\s*([A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ /&-]{2,30}?)\s*:\s*(.*)", re.DOTALL)
_SPACED = re.compile(r"\s*([^\W\d_][\w /&-]{1,30}\w):\xa0\s*(.*)", re.DOTALL)
_PLAIN = re.compile(r"\s*([^\W\d_][\w /&-]{1,30}\w):\s+(.*)", re.DOTALL)
# *DATE-CHARGEMENT*, *Date de chargement*: labels are the same however their words are joined.
_JOINS = re.compile(r"[\s-]+(?:(?:de|del|di|do|da|du|of)[\s-]+)?")
_KEYS = _FIELDS["label"].str.replace(_JOINS, " ", regex=True)
_COLUMN = dict(zip(_KEYS, _FIELDS["column"], strict=True))
_TAIL = set(_KEYS[_FIELDS["ends_text"] != ""])
# Headings of the end that no article has for a subheading: whatever stands below them.
_HEADINGS = set(_KEYS[_FIELDS["ends_text"] == "heading"])
_IN_WORDS = re.compile(r"[\d.,\u202f ]+(?:words|Wörter|mots|palabras|woorden|parole|palavras)\b", re.IGNORECASE)
_BODY = re.compile(
    r"\s*(?:Body|Textkörper|Haupttext|Volltext|Corps(?: du texte)?|Cuerpo(?: del texto)?|"
    r"Corpo(?: del? testo| do texto)?|Hoofdtekst|Tekst)\s*:?\s*$",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"\s*(?:(?:Copyright|COPYRIGHT|©|\([cC]\))\s.*\d{4}|(?:All|Alle|Tous|Todos|Tutti)\s+(?:Rights?|Rechten?|"
    r"droits|los derechos|i diritti|os direitos)\s+(?:reserved|"
    r"vorbehalten|voorbehouden|réserv[ée]s|reservados|riservati))",
    re.IGNORECASE,
)
COUNT = re.compile(
    r"\s*(?:Do[ck]umento? \d+ (?:of|von|de|van|di) [\d,.]+|"
    r"\d+ (?:of|von|de|van|di|sur|/) [\d,.]+ DO[CK]UMENT\w*)\s*$",
    re.IGNORECASE,
)
END = re.compile(
    r"\s*(?:End of Document|Ende des Dokuments|Fin du document|Fin del documento|Einde van document)\s*$", re.I
)
_SEASON = re.compile(
    r"(?:\w+ )?(?:Spring|Summer|Autumn|Fall|Winter|Frühling|Frühjahr|Sommer|Herbst|Printemps|Été|Automne|Hiver|"
    r"Primavera|Verano|Otoño|Invierno|Estate|Autunno|Inverno|Verão|Outono|Lente|Voorjaar|Zomer|Herfst|Najaar),?\s+"
    r"(?:de )?\d{4}(?:\s*[-/]\s*\d{2,4})?$|(?:1[89]|20)\d\d(?:\s*[-/]\s*\d{2,4})?$",
    re.IGNORECASE,
)
_OF_MONTH = re.compile(r"([^\W\d_]{3,})(?:\s*[-/]\s*[^\W\d_]{3,})?\.?,?\s+\d{4}$")
_APPENDED = re.compile(r"\s+-\s+Correction(?:s)? Appended$", re.IGNORECASE)
_LONGEST_HEADING = 5  # words of a heading of the end
_LATEST_DATE = 25  # characters into a line of the date: before it at most the name of a day
_LONGEST_DATE = 90  # with the edition and the time


def is_date_line(line: str) -> bool:
    """Whether a line of a header is the date of an article: a day, a month or a season.

    Examples
    --------
    >>> [is_date_line(line) for line in ("May 4, 2018 Friday", "4. Mai 2018", "Early Summer 2018", "2018")]
    [True, True, True, True]
    >>> is_date_line("The Sun of the late summer"), is_date_line("What we know of the rain that fell on May 4, 2018")
    (False, False)
    """
    if _SEASON.match(line) or ((month := _OF_MONTH.match(line)) and is_month(month[1])):
        return True
    found = match_date(line) if len(line) <= _LONGEST_DATE else None
    return bool(found and found.start() <= _LATEST_DATE and ":" not in line[: found.start()])


def find_label(line: str, known_only: bool = True) -> tuple[str, str] | None:
    """The label of a line, in small letters, and what it labels.

    Examples
    --------
    >>> find_label("LENGTH: 40 words"), find_label("Byline:\\xa0Anna Jones"), find_label("Length: nobody knows")
    (('length', '40 words'), ('byline', 'Anna Jones'), None)
    """
    found = _SPACED.match(line) or _CAPITALS.match(line)
    if not found:
        return None
    label, value = _key(found[1]), " ".join(found[2].split())
    if label not in _COLUMN and _IN_WORDS.match(value):
        label = "length"
    return (label, value) if not known_only or label in _COLUMN else None


def looks_like_nexis(lines: list[str]) -> bool:
    """Whether lines without the marks of an export still are one: a length, and a field of the end."""
    labels = {found[0] for line in lines if (found := find_label(line))}
    return any(_COLUMN[label] == "length" for label in labels) and not _TAIL.isdisjoint(labels)


def split_unmarked(lines: list[str]) -> list[list[str]]:
    """Articles that no mark parts: each begins after the last field of the one before."""
    lengths = [
        place for place, line in enumerate(lines) if (found := find_label(line)) and _COLUMN[found[0]] == "length"
    ]
    starts = [0]
    for length, following in pairwise(lengths):
        ends = [place for place in range(length + 1, following) if _ends(lines, place)]
        starts += [ends[-1] + 1] if ends else []
    return [lines[start:stop] for start, stop in pairwise([*starts, len(lines)])]


def _ends(lines: list[str], place: int) -> bool:
    """Whether a line ends a text: a field of the end, a heading of one, the notice of rights."""
    line = lines[place]
    if _RIGHTS.match(line) or END.match(line) or COUNT.match(line):
        return True
    following = lines[place + 1] if place + 1 < len(lines) else ""
    if found := find_label(line, known_only=False):
        label, value = found
        # A label that is not known ends it where a date stands behind it, or another field of Nexis Uni below.
        other = is_date_line(value) or bool(_SPACED.match(line) and _SPACED.match(following))
        return label in _TAIL or (label not in _COLUMN and other)
    heading = _key(line)
    if not line.strip()[:1].isupper() or len(heading.split()) > _LONGEST_HEADING or line.strip()[-1] in '.?!…”"':
        return False
    field = find_label(following)
    below = not following.strip() or bool(field and field[0] in _TAIL)
    return heading in _HEADINGS or (heading in _TAIL and below) or bool(_SPACED.match(following))


def _key(label: str) -> str:
    return _JOINS.sub(" ", label.strip().lower())


def read_nexis(lines: list[str], headline_first: bool) -> tuple[Article, Left]:
    """One article: the header, then fields, then the body up to the fields of the end.

    Parameters
    ----------
    lines : list of str
        Of one article.
    headline_first : bool
        Whether the headline stands above the outlet (Nexis Uni) or below the date (classic).

    Returns
    -------
    article : dict
        What was found, by column of the articles table.
    left : list of (reason, text)
        Every line that went into no column.
    """
    used: set[int] = {
        place for place, line in enumerate(lines) if not line.strip() or COUNT.match(line) or END.match(line)
    }
    labels = {place: found for place, line in enumerate(lines) if (found := find_label(line))}
    bodies = [place for place, line in enumerate(lines) if _BODY.match(line)][:1]
    lengths = [place for place, found in labels.items() if _COLUMN[found[0]] == "length"][:1]
    dates = [place for place, line in enumerate(lines) if is_date_line(line.strip())]
    # The header stands above the first field that follows a date, or above the body.
    first = min((place for place in (*lengths, *bodies)), default=len(lines))
    date = _place_date(lines, labels, dates, first, headline_first)
    labels |= _unknown_labels(lines, date, first, headline_first)
    article, header_end = _read_header(lines, labels, first, date, headline_first, used)
    start = _body_start(lines, labels, bodies, lengths, header_end)
    stop = next((place for place in range(start, len(lines)) if _ends(lines, place)), len(lines))
    article["text"] = _paragraphs([lines[place] for place in range(start, stop)])
    used |= set(range(start, stop))
    used |= set(bodies)
    for place, (label, value) in labels.items():
        column = _COLUMN.get(label, "")
        if place in used or column in {"", "length"}:
            continue
        if column == "headline" or column not in article:  # a field named so says it surer than the place of a line
            end = next(after for after in range(place + 1, len(lines) + 1) if _ends_field(lines, labels, after))
            article[column] = " ".join([value, *(line.strip() for line in lines[place + 1 : end])]).strip()
            used |= set(range(place, end))
    left = _left(lines, labels, used, start)
    return {name: value for name, value in article.items() if value}, left


def _unknown_labels(lines: list[str], date: int | None, first: int, headline_first: bool) -> dict[int, tuple[str, str]]:
    """Fields of a header whose labels are not known: below the headline, which may have a colon itself."""
    if date is None:
        return {}
    below = [place for place in range(date + 1, first) if lines[place].strip()]
    gap = next((place for place in below if not lines[place - 1].strip()), first)
    after = date if headline_first else gap
    found = {place: find_label(lines[place], known_only=False) for place in below if place > after}
    return {place: label for place, label in found.items() if label and not lines[place - 1].strip()}


def _ends_field(lines: list[str], labels: dict[int, tuple[str, str]], place: int) -> bool:
    """Whether a field of a header goes on no further: below it is nothing, another field or a heading."""
    if place >= len(lines) or not lines[place].strip() or place in labels:
        return True
    return bool(_BODY.match(lines[place]) or _PLAIN.match(lines[place]))


def _place_date(
    lines: list[str], labels: dict[int, tuple[str, str]], dates: list[int], first: int, headline_first: bool
) -> int | None:
    """The line of the date: below something that names the outlet; the last where a cover may stand above it all."""
    named = [
        place for place, line in enumerate(lines) if line.strip() and place not in labels and not COUNT.match(line)
    ]
    likely = [place for place in dates if place < first and named and named[0] < place]
    return next(iter(reversed(likely) if headline_first else likely), None)


def _read_header(
    lines: list[str],
    labels: dict[int, tuple[str, str]],
    first: int,
    date: int | None,
    headline_first: bool,
    used: set[int],
) -> tuple[Article, int]:
    """Outlet, date and headline by where they stand, and where the header ends."""
    rights = [place for place in range(first) if _RIGHTS.match(lines[place])]
    fields = [place for place in labels if place < first and (date is None or place > date)]
    end = min([*(fields if date is not None else []), first])
    stands = [place for place in range(end) if place not in used and place not in labels and place not in rights]
    if headline_first:
        stands = [place for place in stands if not rights or place < rights[0]]
        if date is None:
            # Lines of what became of the article (Correction Appended) are none of the two.
            stands = [place for place in stands if lines[place].strip().lower() not in _TAIL]
        above = [place for place in stands if date is None or place < date]
        outlet, headline = above[-1:], above[-2:-1]
    else:
        above = [place for place in stands if date is None or place < date]
        outlet, headline = (above[:1], []) if date is not None or len(above) > 1 else ([], above)
        if date is not None:
            gap = next((place for place in range(date, end) if not lines[place].strip()), date)
            headline = [place for place in stands if place > max(gap, date)]
        elif len(above) > 1:
            headline = above[1:]
    article = {
        "outlet": "".join(lines[place].strip() for place in outlet),
        "headline": _APPENDED.sub("", " ".join(lines[place].strip() for place in headline)),
        "published": (find_date(lines[date]) or lines[date].strip()) if date is not None else "",
    }
    used |= {*outlet, *headline, *([] if date is None else [date])}
    return article, end


def _body_start(
    lines: list[str], labels: dict[int, tuple[str, str]], bodies: list[int], lengths: list[int], header_end: int
) -> int:
    """The first line of the body: below its heading, else below the length and the fields that follow it at once."""
    if bodies:
        return bodies[0] + 1
    start = lengths[0] + 1 if lengths else header_end
    while start < len(lines):
        if start in labels and labels[start][0] not in _TAIL:
            start += 1
            while start < len(lines) and lines[start].strip() and start not in labels:  # a field of several lines
                start += 1
        elif not lines[start].strip():
            start += 1
        else:
            break
    return start


def _left(lines: list[str], labels: dict[int, tuple[str, str]], used: set[int], start: int) -> Left:
    left: Left = []
    reason = "field of the export: header"
    for place, line in enumerate(lines):
        heading = line.strip().lower()
        if place in labels:
            reason = f"field of the export: {labels[place][0]}"
        elif _RIGHTS.match(line):
            reason = "field of the export: copyright"
        elif place >= start and heading in _TAIL:
            reason = f"field of the export: {heading}"
        if place not in used:
            left.append((reason, " ".join(line.split())))
    return left


def _paragraphs(lines: list[str]) -> str:
    """One paragraph a line; those broken at a page's width stand between empty lines."""
    lines = [line.replace("\xa0", " ").strip() for line in lines]
    wrapped = "" in lines[1:-1] and max(map(len, lines), default=0) <= WIDEST
    blocks = re.split(r"\n\s*\n" if wrapped else r"\n", "\n".join(lines))
    return "\n".join(" ".join(block.split("\n")).strip() for block in blocks if block.strip())
