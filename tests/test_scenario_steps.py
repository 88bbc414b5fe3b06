"""The steps of posted problems as a bureau declares them: its own file is taken, one that cannot be used is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.programme import steps
from model.indicators import DeclarationError, Words

POSTED = '[[step]]\nzh = "出题"\nen = "posed"\nstate = "open_for_takers"\n'
TAKEN = '[[step]]\nzh = "领题"\nen = "taken up"\nstate = "building"\nneeds = ["taker_unit_id"]\n'
TRIED = '[[step]]\nzh = "试点"\nen = "trial"\nstate = "trial"\nneeds = ["score"]\n'
LANDED = '[[step]]\nzh = "落地"\nen = "launched"\nstate = "landed"\n'


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    steps.steps.cache_clear()
    yield
    steps.steps.cache_clear()


def test_the_eight_steps_stand_where_a_bureau_declares_none() -> None:
    found = steps.steps()
    assert len(found) == 8 and found[-1].state == "landed"
    assert {need for one in found for need in one.needs} == set(steps.NEEDS)


def test_a_bureaus_own_file_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "own.toml"
    own.write_text(POSTED + TAKEN + TRIED + LANDED, encoding="utf-8")
    monkeypatch.setenv(steps.FILE_VARIABLE, str(own))
    assert [one.name.zh for one in steps.steps()] == ["出题", "领题", "试点", "落地"]
    assert steps.steps()[2] == steps.Step(Words("试点", "trial"), "trial", ("score",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("step = 3", "from 3 to 8"),
        (POSTED + LANDED, "from 3 to 8"),
        (POSTED + TAKEN * 7 + LANDED, "from 3 to 8"),
        (TAKEN + POSTED + LANDED, "the first step is open_for_takers"),
        (POSTED + TAKEN + TRIED, "the last landed"),
        (POSTED + TAKEN + TRIED + TAKEN + LANDED, "in this order"),
        (POSTED + TAKEN + LANDED.replace("landed", "done"), "step 3: state: 'done'"),
        (POSTED + TAKEN + LANDED + "needs = ['luck']", "step 3: needs: ['luck']"),
        (POSTED + TAKEN + LANDED + "owner = 'x'", "step 3: owner: no such key"),
        (POSTED + TAKEN + LANDED.replace("en =", "# en ="), "step 3: a text in both languages"),
        ("[[step", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name_and_place(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DeclarationError) as refusal:
        steps.read(path)
    assert str(refusal.value).startswith("own.toml: ") and said in str(refusal.value)
