"""What whistle-blowers said leaves the ledger sealed, for a recorded purpose, and opens with the private key alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from ledger_fixture import KEEPER, Databases, databases, ledger
from sqlalchemy import select, text
from test_ledger_window import DISCIPLINE, MANAGER, OFFICE_HEAD, PUBLIC, SAID, SECRETS, bureau, submit

from ledger import accounts, proof
from ledger.__main__ import main
from ledger.envelopes import Envelope, opened, release_matter, reseal
from ledger.envelopes.envelope import EnvelopeError
from ledger.schema import Entry, Matter, VaultAccess
from ledger.storage import Ledger
from ledger.window import matters
from model import vault
from model.policy import Actor, RefusedError

__all__ = ["Databases", "bureau", "databases", "ledger"]
PURPOSE = "核实线索"


@pytest.fixture
def keys() -> tuple[bytes, bytes]:
    private, public = vault.new_key_pair()
    return bytes.fromhex(private), bytes.fromhex(public)


def said(ledger: Ledger, public: bytes | None, about: matters.Said = SAID) -> str:
    """The number of a matter that was just taken in."""
    with ledger.read() as session:
        before = set(session.scalars(select(Matter.matter_id)))
    with ledger.write(PUBLIC) as recorder:
        submit(recorder, matters.seal(about, public))
    with ledger.read() as session:
        (found,) = set(session.scalars(select(Matter.matter_id))) - before
    return found


def accesses(ledger: Ledger) -> list[tuple[str, bool, str | None, str]]:
    with ledger.read() as session:
        found = session.scalars(select(VaultAccess).order_by(VaultAccess.read_at, VaultAccess.account))
        return [(one.account, one.is_allowed, one.refusal, one.purpose) for one in found]


def test_an_envelope_leaves_sealed_and_opens_with_the_key_alone(
    bureau: Ledger, keys: tuple[bytes, bytes]
) -> None:
    private, public = keys
    number = said(bureau, public)
    found = release_matter(bureau, DISCIPLINE, number, f" {PURPOSE} ")
    packed = found.packed()
    assert not any(secret.encode() in packed for secret in SECRETS)
    inside = opened(Envelope.unpacked(packed), private)
    (words,) = inside.texts
    assert (words["name"], words["text"], words["target_person"]) == (SECRETS[0], SECRETS[3], SECRETS[2])
    assert inside.files == [(SAID.files[0][0], SAID.files[0][2])]
    other, _ = vault.new_key_pair()
    with pytest.raises(vault.VaultError):
        opened(found, bytes.fromhex(other))
    with pytest.raises(vault.VaultError):
        opened(found, None)
    altered = found.texts[0][:-1] + bytes([found.texts[0][-1] ^ 1])
    with pytest.raises(vault.VaultError):
        opened(replace(found, texts=(altered,)), private)
    for broken in (b"", b"{}", packed[:-2], b'{"format": "other"}'):
        with pytest.raises(EnvelopeError):
            Envelope.unpacked(broken)
    assert accesses(bureau) == [("zhao", True, None, PURPOSE)]


def test_the_purpose_is_in_the_trail_before_anything_leaves(
    bureau: Ledger, keys: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    number = said(bureau, keys[1])

    def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken, pytest.raises(OSError, match="full"):
        broken.setattr("ledger.trail.remember", fails)
        release_matter(bureau, DISCIPLINE, number, PURPOSE)
    before = proof.verify(bureau).entries
    release_matter(bureau, DISCIPLINE, number, PURPOSE)
    with bureau.read() as session:
        entry = session.scalars(select(Entry).order_by(Entry.sequence.desc())).first()
    assert entry is not None and entry.sequence == before + 1
    assert (entry.action, entry.account, entry.object_id, entry.purpose) == (
        "open_vault", "zhao", number, PURPOSE,
    )  # fmt: skip
    assert proof.verify(bureau).holds


@pytest.mark.parametrize(
    ("who", "purpose", "refusal"),
    [
        (MANAGER, PURPOSE, "role"),
        (OFFICE_HEAD, PURPOSE, "role"),
        (KEEPER, PURPOSE, "role"),
        (PUBLIC, PURPOSE, "role"),
        (DISCIPLINE, "  ", "purpose"),
        (Actor("qian", "discipline", "990101-S01", "P7"), PURPOSE, "own_unit"),
    ],
)
def test_whoever_may_not_is_refused_and_that_is_recorded(
    bureau: Ledger, keys: tuple[bytes, bytes], who: Actor, purpose: str, refusal: str
) -> None:
    number = said(bureau, keys[1])
    with pytest.raises(RefusedError) as refused:
        release_matter(bureau, who, number, purpose)
    assert refused.value.code == refusal
    assert accesses(bureau) == [(who.account, False, refusal, purpose.strip())]
    with bureau.read() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "open_vault")).one()
    assert f'"refused":"{refusal}"' in entry.content
    with bureau.engine.connect() as connection:
        (row,) = connection.execute(text("SELECT * FROM feed_vault_access")).mappings()
    assert (row["ticket_no"], row["reader_id"]) == (number, who.staff_id or who.account)
    assert not row["is_allowed"]
    assert proof.verify(bureau).holds


def test_what_nobody_said_is_not_found(bureau: Ledger) -> None:
    with pytest.raises(RefusedError) as refused:
        release_matter(bureau, DISCIPLINE, "nothing", PURPOSE)
    assert refused.value.code == "unknown_item" and accesses(bureau) == []
    with bureau.read() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "open_vault")).one()
    assert (entry.account, entry.object_id, entry.purpose) == ("zhao", "nothing", PURPOSE)
    assert entry.content == '{"refused":"unknown_item"}' and proof.verify(bureau).holds


def test_an_account_that_nobody_may_act_as_is_refused_and_that_is_recorded(
    bureau: Ledger, keys: tuple[bytes, bytes], tmp_path: Path
) -> None:
    number = said(bureau, keys[1])
    with bureau.write(KEEPER) as recorder:
        accounts.open_account(recorder, "qian", "discipline")
        accounts.close_account(recorder, "qian")
    take = ["vault", "take", "--purpose", PURPOSE, "--out", str(tmp_path / "one.envelope")]
    assert run(bureau, *take, "--account", "qian", "--matter", number)[0] == 1
    assert run(bureau, *take, "--account", "stranger", "--ticket", "GD1")[0] == 1
    with bureau.read() as session:
        entries = list(session.scalars(select(Entry).where(Entry.action == "open_vault")))
    assert [(one.role, one.object_kind, one.object_id, one.purpose, one.content) for one in entries] == [
        ("administrator", "matter", number, PURPOSE, '{"account":"qian","refused":"closed_account"}'),
        ("administrator", "ticket", "GD1", PURPOSE, '{"account":"stranger","refused":"unknown_account"}'),
    ]
    assert accesses(bureau) == [] and proof.verify(bureau).holds


def test_what_came_without_a_key_is_handed_out_the_same_way(bureau: Ledger) -> None:
    number = said(bureau, None)
    with pytest.raises(RefusedError):
        release_matter(bureau, MANAGER, number, PURPOSE)
    (words,) = opened(release_matter(bureau, DISCIPLINE, number, PURPOSE), None).texts
    assert words["text"] == SECRETS[3] and "name" not in words


# --- keys -------------------------------------------------------------------------------------------------------------


def test_after_a_rotation_the_new_key_opens_all_and_the_old_one_nothing(
    bureau: Ledger, keys: tuple[bytes, bytes]
) -> None:
    old, public = keys
    new = bytes.fromhex(vault.new_key_pair()[0])
    numbers = [said(bureau, public), said(bureau, vault.public_half(new)), said(bureau, None)]
    with pytest.raises(RefusedError), bureau.write(MANAGER) as recorder:
        reseal(recorder, old, new, PURPOSE)
    with bureau.write(DISCIPLINE) as recorder:
        assert reseal(recorder, old, new, "密钥更换") == 2, "words and file of the first"
    with bureau.write(DISCIPLINE) as recorder:
        assert reseal(recorder, old, new, "密钥更换") == 0
    for number in numbers[:2]:
        found = release_matter(bureau, DISCIPLINE, number, PURPOSE)
        assert opened(found, new).texts[0]["name"] == SECRETS[0]
        assert opened(found, new).files[0][1] == SAID.files[0][2]
        with pytest.raises(vault.VaultError):
            opened(found, old)
    assert proof.verify(bureau).holds


def test_without_the_old_key_nothing_is_changed_and_what_was_sealed_stays_shut(
    bureau: Ledger, keys: tuple[bytes, bytes]
) -> None:
    number = said(bureau, keys[1])
    lost, new = (bytes.fromhex(vault.new_key_pair()[0]) for _ in range(2))
    before = proof.verify(bureau).head
    with pytest.raises(vault.VaultError), bureau.write(DISCIPLINE) as recorder:
        reseal(recorder, lost, new, "密钥遗失")
    assert proof.verify(bureau).head == before
    later = said(bureau, vault.public_half(new))
    with pytest.raises(vault.VaultError):
        opened(release_matter(bureau, DISCIPLINE, number, PURPOSE), new)
    assert opened(release_matter(bureau, DISCIPLINE, later, PURPOSE), new).texts[0]["name"] == SECRETS[0]


# --- on the command line ----------------------------------------------------------------------------------------------


def run(ledger: Ledger, *arguments: str) -> tuple[int, str]:
    url = ledger.engine.url.render_as_string(hide_password=False)
    done = CliRunner().invoke(main, ["--ledger", url, "--anchor", str(ledger.anchor), *arguments])
    return done.exit_code, done.output + str(done.exception or "")


def test_taken_on_one_machine_and_opened_on_another(
    bureau: Ledger, keys: tuple[bytes, bytes], tmp_path: Path
) -> None:
    private, public = keys
    number = said(bureau, public)
    with bureau.write(KEEPER) as recorder:
        accounts.open_account(recorder, "zhao", "discipline", "9901")
    key, out, files = tmp_path / "private.key", tmp_path / "one.envelope", tmp_path / "files"
    key.write_text(private.hex())
    code, output = run(bureau, "vault", "take", "--account", "wang", "--matter", number, "--purpose", PURPOSE,
                       "--out", str(out))  # fmt: skip
    assert code and not out.exists() and accesses(bureau)[-1][:2] == ("wang", False)
    code, output = run(bureau, "vault", "take", "--account", "zhao", "--matter", number, "--purpose", PURPOSE,
                       "--out", str(out))  # fmt: skip
    assert code == 0 and out.stat().st_mode & 0o077 == 0, output
    told = accesses(bureau)
    for kept in (out, tmp_path / "not there" / "one.envelope"):
        code, output = run(bureau, "vault", "take", "--account", "zhao", "--matter", number, "--purpose", PURPOSE,
                           "--out", str(kept))  # fmt: skip
        assert code and str(kept) in output and accesses(bureau) == told, "nothing left, so nothing was read"
    opening = ["vault", "open", str(out), "--key", str(key), "--out", str(files)]
    done = CliRunner().invoke(main, ["--ledger", "sqlite:////nowhere/ledger.db", *opening])
    assert done.exit_code == 0 and all(secret in done.output for secret in SECRETS)
    (file,) = files.iterdir()
    assert file.read_bytes() == SAID.files[0][2] and file.suffix == ".pdf"
    new = tmp_path / "new.key"
    private, public = vault.new_key_pair()
    new.write_text(public)
    rotate = f"vault rotate --account zhao --purpose 密钥更换 --old {key} --new {new}".split()
    code, output = run(bureau, *rotate)
    assert code and "new.key does not say that it is a private key" in output
    new.write_text(vault.PRIVATE_MARK + private)
    code, output = run(bureau, *rotate)
    assert code == 0 and "2 sealed anew" in output
    key.write_text("not a key")
    assert CliRunner().invoke(main, opening).exit_code == 1
