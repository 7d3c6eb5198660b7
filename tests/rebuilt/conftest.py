"""`--rebuilt DIR`: where the notebooks were run again, with their figures in DIR/figures."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def pytest_addoption(parser):
    parser.addoption("--rebuilt", metavar="DIR", help="where the notebooks were run again")


@pytest.fixture(scope="session")
def rebuilt(request):
    given = request.config.getoption("--rebuilt")
    if not given:
        pytest.skip("name the folder in which the notebooks were run: --rebuilt DIR")
    folder = (ROOT / given).resolve() / "figures"
    assert folder.is_dir(), f"{folder}: the notebooks were not run there"
    from analysis.show.figures import write_index

    write_index(folder)
    return folder
