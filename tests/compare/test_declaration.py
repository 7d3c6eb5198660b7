"""A declaration is read as it stands, held against what is run, and refused where it says something else."""

import json

import pytest

from analysis.compare.declaration import check_declaration, read_declaration
from analysis.tables import InputError


def declare(tmp_path, **fields):
    path = tmp_path / "declared.json"
    path.write_text(json.dumps({"features": ["hedge", "claim"], "date": "2018-03-01"} | fields))
    return path


def test_what_was_declared_is_said_with_its_date_and_hash(tmp_path):
    found = read_declaration(declare(tmp_path, outlets=["Post", "Mail"]))
    assert (found.features, found.voices, found.alpha) == (["hedge", "claim"], ["newsroom"], pytest.approx(0.05))
    assert len(found.sha256) == 64 and "2018-03-01" in str(found) and found.sha256[:12] in str(found)
    assert read_declaration(declare(tmp_path, outlets=["Post"])).sha256 != found.sha256


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"features": []}, "features is"),
        ({"features": "hedge"}, "must be a list of names"),
        ({"date": "March"}, "must be a date"),
        ({"hypothesis": "more"}, "declares 'hypothesis'"),
        ({"voices": ["quoted"]}, "other contrasts are exploratory"),
        ({"alpha": 0.1}, "other contrasts are exploratory"),
    ],
)
def test_what_cannot_be_tested_so_is_refused_in_one_line(tmp_path, fields, message):
    with pytest.raises(InputError, match=message):
        read_declaration(declare(tmp_path, **fields))


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "x.json").write_text("no")
    for name in ("x.json", "absent.json"):
        with pytest.raises(InputError, match="cannot be read as a declaration"):
            read_declaration(tmp_path / name)


def test_names_that_the_run_does_not_have_and_outlets_not_declared_are_refused(tmp_path):
    declared = read_declaration(declare(tmp_path, outlets=["Post", "Mail"]))
    check_declaration(declared, ["hedge", "claim", "denial"], ["Post", "Mail"])
    for features, outlets, message in [
        (["hedge"], ["Post", "Mail"], "feature 'claim'; there are hedge"),
        (["hedge", "claim"], ["Post"], "outlet 'Mail'"),
        (["hedge", "claim"], ["Post", "Mail", "Sun"], "not declared, and in this corpus: outlet 'Sun'"),
    ]:
        with pytest.raises(InputError, match=message):
            check_declaration(declared, features, outlets)
