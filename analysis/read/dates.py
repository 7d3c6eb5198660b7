"""Days as people write them, by one rule: day first unless the column shows otherwise, and every doubt noted."""

from __future__ import annotations

import datetime
import re
from functools import cache
from pathlib import Path

import pandas as pd

from analysis.tables import read_table

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
MONTH = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?"
)
# Two digits of a year mean the 1900s from here on: as POSIX reads them.
_LAST_CENTURY = 69
#: No newspaper of earlier years is in a database of news; and an article of the year after next is a mistake.
FIRST_YEAR = 1800
#: Languages of the interfaces of databases and of pages that scrapers save, whose months are known (CLDR, by Babel).
_LOCALES = "de fr es pt it nl sv da nb fi pl cs ru uk tr id".split()
_DATES = read_table(Path(__file__).with_name("marks.csv")).query("mark == 'date'")["pattern"]
_RULES = [re.compile(rule.replace("<month>", MONTH)) for rule in _DATES]
# As the English ones, with any word for the month: *6. März 2018*, *6 de marzo de 2018*.
_FOREIGN = [
    re.compile(
        rule.replace("<month>)[a-z]*", r"[^\W\d_]{3,})")
        .replace("(?:st|nd|rd|th)?", "(?:er|º|ª|\\.º|o)?")
        .replace("[\\s.,/-]+", r"[\s.,/-]+(?:del?\s+)?")
    )
    for rule in _DATES
    if "<month>" in rule
]
_NUMERIC = re.compile(r"^\s*(\d{1,2})(?:[/.-]|\. )(\d{1,2})(?:[/.-]|\. )(?:\d{4}|\d\d)(?!\d)")
# Seconds, or thousandths of them, since 1970: as programs write times. Ten digits reach from 2001 to 2286.
_STAMP = re.compile(r"(\d{10})(?:\d{3})?(?:\.\d*)?$")
_ISO = r"\d{4}-\d\d-\d\d(?:$|[T ])"


@cache
def _foreign_months() -> dict[str, int]:
    """The number of a month by its name in another language; names that mean two months (*listopad*) are left out."""
    from babel.dates import get_month_names  # needed for few corpora

    meant: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    meant.setdefault(name.strip(".").lower(), set()).add(number)
    return {name: numbers.pop() for name, numbers in meant.items() if len(numbers) == 1 and not name.isdigit()}


def is_month(name: str) -> bool:
    """Whether a word is the name of a month, in one of the languages that are known.

    Examples
    --------
    >>> is_month("Mai"), is_month("Monday")
    (True, False)
    """
    return _month(name) is not None


def _month(name: str) -> int | None:
    name = name.lower()
    if name.isdigit():
        return int(name)
    return MONTHS.index(name[:3]) + 1 if re.fullmatch(f"(?:{MONTH})[a-z]*", name, re.I) else _foreign_months().get(name)


def find_date(text: str, month_first: bool = False) -> str | None:
    """The first whole date in a line, as YYYY-MM-DD; of 8/9/18 the day comes first unless `month_first`.

    A line that is only ten or thirteen digits counts seconds, or thousandths of them, since 1970.
    Months are read in English and a dozen other languages. None where the year is before 1800 or after the next one, or
    where two digits would give a year still to come.

    Examples
    --------
    >>> find_date("Posted March 6, 2018"), find_date("06-Mar-2018"), find_date("6. März 2018"), find_date("March 6")
    ('2018-03-06', '2018-03-06', '2018-03-06', None)
    >>> find_date("1er mars 2018"), find_date("6. 3. 2018"), find_date("1520294400")
    ('2018-03-01', '2018-03-06', '2018-03-06')
    >>> find_date("8/9/18"), find_date("8/9/18", month_first=True), find_date("8/29/18"), find_date("5 June 50")
    ('2018-09-08', '2018-08-09', '2018-08-29', None)
    """
    if stamp := _STAMP.match(text.strip()):
        text = datetime.datetime.fromtimestamp(int(stamp[1]), datetime.UTC).date().isoformat()
    found = match_date(text)
    return _day_of(found, month_first) if found else None


def match_date(text: str) -> re.Match[str] | None:
    """Where the first whole date of a line stands.

    Examples
    --------
    >>> match_date("Posted March 6, 2018, by us").group()
    'March 6, 2018'
    """
    if not any(map(str.isdigit, text)):
        return None
    if found := next(filter(None, (rule.search(text) for rule in _RULES)), None):
        return found
    foreign = (found for rule in _FOREIGN for found in rule.finditer(text))
    return next((found for found in foreign if _month(found["m"])), None)


def _day_of(found: re.Match[str], month_first: bool) -> str | None:
    part = found.groupdict()
    year, month, day = int(part["y"]), _month(part["m"]), int(part["d"])
    if month is None:
        return None
    if part.get("mark") and ((not month_first and day <= 12) or month > 12):
        month, day = day, month
    latest = datetime.date.today().year
    if len(part["y"]) == 2:
        year += 1900 if year >= _LAST_CENTURY else 2000
    else:
        latest += 1
    try:
        stamp = datetime.date(year, month, day)
    except ValueError:
        return None
    return stamp.isoformat() if FIRST_YEAR <= year <= latest else None


def shows_month_first(dates: pd.Series) -> bool:
    """Whether a column writes the month first: one of its dates can be read in no other way, and none contradicts.

    Examples
    --------
    >>> shows_month_first(pd.Series(["8/29/18", "8/9/18"])), shows_month_first(pd.Series(["8/9/18"]))
    (True, False)
    """
    parts = dates.astype("str").str.extract(_NUMERIC.pattern).astype(float)
    return bool((parts[1] > 12).any() and not (parts[0] > 12).any())


def in_doubt(dates: pd.Series) -> pd.Series:
    """Which dates can be read with the day or with the month first, to two different days.

    Examples
    --------
    >>> in_doubt(pd.Series(["8/9/18", "8/29/18", "8/8/18", "2018-08-09", None])).tolist()
    [True, False, False, False, False]
    """
    parts = dates.astype("str").str.extract(_NUMERIC.pattern).astype(float)
    return (parts[0] <= 12) & (parts[1] <= 12) & (parts[0] != parts[1])


def read_dates(dates: pd.Series, month_first: bool = False) -> pd.DataFrame:
    """Days of a column as YYYY-MM-DD, and what is to be said of them.

    Parameters
    ----------
    dates : Series of str
    month_first : bool
        How dates in numbers are written, where they can be read two ways.

    Returns
    -------
    DataFrame
        With the index of `dates`: `day`, missing where none can be read, and `note`, missing where all is plain.

    Examples
    --------
    >>> read_dates(pd.Series(["2018-03-06T10:00:00Z", "05.06.2017", "soon"])).values.tolist()
    [['2018-03-06', nan], ['2017-06-05', 'a date that can be read two ways: 05.06.2017, read as 2017-06-05'],
     [nan, 'not a date of 1800 to next year that can be read: soon']]
    """
    texts = dates.dropna()
    if texts.empty:
        return pd.DataFrame({"day": dates, "note": dates})
    doubtful = in_doubt(texts)
    iso = texts.str.match(_ISO)
    plain = texts.where(~iso, texts.str.slice(0, 10))
    # A corpus has few days: each is read once.
    known = {text: find_date(text, month_first) for text in plain.unique()}
    day = plain.map(known).astype("str")
    notes = pd.Series(None, texts.index, dtype="str")
    unread = day.isna()
    notes[unread] = f"not a date of {FIRST_YEAR} to next year that can be read: " + texts[unread]
    doubtful &= ~unread
    notes[doubtful] = "a date that can be read two ways: " + texts[doubtful] + ", read as " + day[doubtful]
    return pd.DataFrame({"day": day, "note": notes}).reindex(dates.index).astype("str")
