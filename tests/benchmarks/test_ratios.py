"""What makes the benchmark fail: a ratio a quarter beyond its record, and nothing else."""

import pytest

from benchmarks import ratios

DOCUMENT = """# Performance

| ratio | recorded |
|---|---|
| `outside` | 9.000 |

<!-- ratios -->
| ratio | recorded |
|---|---|
| `scoring / group by, 1000 clients` | 2.000 |
| `pipeline / raw copy` | 8.000 |
<!-- /ratios -->

After.
"""


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "performance.md"
    path.write_text(DOCUMENT)
    return path


def test_only_the_block_is_read(document):
    assert ratios.recorded(document) == {"scoring / group by, 1000 clients": 2.0, "pipeline / raw copy": 8.0}


def test_a_document_without_block_is_an_error_that_says_what_to_do(tmp_path):
    empty = tmp_path / "performance.md"
    empty.write_text("# Performance\n")
    for path in (empty, tmp_path / "absent.md"):
        with pytest.raises(ratios.NoRecordError, match="--record"):
            ratios.recorded(path)


def test_a_quarter_beyond_the_record_still_passes():
    assert ratios.exceeded({"a": 2.5}, {"a": 2.0}) == []


def test_more_than_a_quarter_beyond_the_record_is_said_with_its_figures():
    assert ratios.exceeded({"a": 2.51, "b": 1.0}, {"a": 2.0, "b": 1.0}) == ["a: 2.510, recorded 2.000, at most 2.500"]


def test_a_ratio_never_recorded_is_unknown_and_does_not_fail():
    measured, record = {"new": 100.0, "a": 1.0}, {"a": 1.0}
    assert ratios.exceeded(measured, record) == []
    assert ratios.unknown(measured, record) == ["new"]


def test_recording_keeps_what_this_run_did_not_measure_and_the_rest_of_the_document(document):
    ratios.write({"pipeline / raw copy": 7.5, "new": 0.1234}, document)

    assert ratios.recorded(document) == {
        "scoring / group by, 1000 clients": 2.0,
        "pipeline / raw copy": 7.5,
        "new": 0.123,
    }
    assert document.read_text().startswith(DOCUMENT.split("<!-- ratios -->", maxsplit=1)[0])
    assert document.read_text().endswith("\nAfter.\n")


def test_the_document_of_the_project_has_ratios():
    assert ratios.recorded()
