"""JSON as it is delivered: an array of objects is taken like JSON Lines, streamed, and refused by element and key.

What JSON Lines and an array have in common with every other form of a file is in test_inbox_forms.py.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from etl_helpers import ROOT, SEEDS, deliver, with_parents
from hypothesis import given
from hypothesis import strategies as st

from etl import json_objects, readers
from etl.inbox import RefusedError

VISIT = SEEDS["inspection"]
OBJECTS = st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text()), max_size=4)
UNFINISHED = "is followed by neither a comma nor the end of the array; is the file whole?"
DEEP = "maximum recursion depth exceeded"


@given(st.lists(OBJECTS), st.sampled_from([None, 1]), st.integers(1, 9))
def test_every_array_gives_its_objects_in_order(rows: list[object], indent: int | None, chunk: int) -> None:
    """Wherever a part of the text that is held may end."""
    text = io.StringIO(" \n" + json.dumps(rows, indent=indent, ensure_ascii=False) + "\n")
    assert json_objects.is_array(text)
    found = list(json_objects.of_array(text, 1000, chunk))
    assert found == list(enumerate(rows, start=1))


def test_bad_elements_of_an_array_are_kept_out_alone(tmp_path: Path) -> None:
    good = json.dumps({**VISIT, "inspection_no": "I1"})
    twice, half = '{"inspection_no": "I2", "inspection_no": "I3"}', '{"inspection_no": "\\udc00"}'
    text = f" [{good}, 7, null, {twice}, [{good}], {half},\n{good.replace('I1', 'I9')}] "
    result = with_parents(tmp_path, {"inspection.json": text})
    assert result.query("SELECT inspection_no, row_number FROM record.inspection ORDER BY 1") == [
        ("I1", 1),
        ("I9", 7),
    ]
    assert {number: reasons for _, number, reasons, _ in result.quarantined("inspection")} == {
        2: ["JSON: not an object"],
        3: ["JSON: not an object"],
        4: ["JSON: key inspection_no stands twice"],
        5: ["JSON: not an object"],
        6: ["encoding: inspection_no holds a broken character"],
    }


def test_an_array_with_broken_bytes_keeps_out_their_rows_alone(tmp_path: Path) -> None:
    good = json.dumps(
        {**VISIT, "inspection_no": "I1", "recording_id": "武昌" * 9}, ensure_ascii=False
    ).encode()
    broken = good.replace(b"I1", b"I2").replace("武".encode(), b"\xe6\xad", 1)
    result = with_parents(tmp_path, {"inspection.json": b"[" + good + b"," + broken + b"]"})
    assert result.query("SELECT inspection_no FROM record.inspection") == [("I1",)]
    assert result.reasons("inspection") == ["encoding: recording_id holds a broken character"]


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[{}", f"element 1: {UNFINISHED}"),
        ("[{} {}]", f"element 1: {UNFINISHED}"),
        ("[", "element 1: Expecting value; expected an array of objects"),
        ("[{},]", "element 2: Expecting value; expected an array of objects"),
        ("[{}] [{}]", "element 1: something follows the end of the array; expected one array"),
        ('[{}, {"a": 1, "b": tru}]', "element 2, key b: Expecting value; expected an array of objects"),
        ('[{"13800000000": tru}]', "element 1: Expecting value; expected an array of objects"),
        (f'[{{"a": "{"x" * 3_000_000}"}}]', "element 1 is broken or longer than 2,000,000 characters"),
        ("[" * 100_000, f"element 1: {DEEP}"),
        ("[]", "holds no JSON object; expected one a line, or an array of them"),
    ],
)  # fmt: skip
def test_a_broken_array_is_refused_by_element_and_key(text: str, error: str) -> None:
    with pytest.raises(RefusedError) as refusal:
        readers.read_json_lines(io.StringIO(text))
    assert str(refusal.value).startswith(error)


def test_a_line_that_says_a_key_twice_or_two_values_is_kept_out() -> None:
    text = io.StringIO('{"a": 1, "a": 2}\n{"a": 1} {"a": 2}\n{"a": 3}\n')
    rows = list(readers.read_json_lines(text).rows)
    assert [(row.cells, row.error) for row in rows] == [
        ((), "JSON: key a stands twice"),
        ((), "JSON: more than one value"),
        (("3",), None),
    ]


def test_an_array_of_200_megabytes_is_streamed(tmp_path: Path) -> None:
    """Its reading holds a part of the text at a time; the whole of it, parsed, would be many times as large."""
    row = json.dumps({**VISIT, "recording_id": "x" * 420})
    path = deliver(tmp_path, "inspection.json", "[")
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{row.replace('I9', f'I{number}')},\n" for number in range(370_000))
        file.write(row + "]")
    assert path.stat().st_size > 200_000_000
    reading = (
        "import re, sys; from pathlib import Path; from etl import extract\n"
        "path = Path(sys.argv[1]); layout = extract.inspect(path, 'inspection')\n"
        "with path.open('rb') as content: extract.repaired(content, layout, Path(sys.argv[2]), '')\n"
        # not ru_maxrss, which begins with what the process that started this one held
        "print(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])"
    )
    arguments = [sys.executable, "-c", reading, str(path), str(tmp_path / "canonical.csv")]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 512 << 10  # kB
    with (tmp_path / "canonical.csv").open(encoding="utf-8") as file:
        assert sum(1 for _ in file) == 370_002
