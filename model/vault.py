"""The vault: sealing whistle-blower data with a public key, and the keyed hashes that stand for identities.

Sealing needs the public key only (libsodium sealed box); whoever seals cannot open. The private key is the discipline
role's: it is given for one call and never kept. What is opened for whom, the ledger decides and records
(ledger/envelopes). The vault is the folder `vault` beside the warehouse.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from nacl.encoding import HexEncoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

FOLDER = "vault"
"""Beside the warehouse."""
PUBLIC_KEY_VARIABLE = "INTEGRITY_PUBLIC_KEY"
PUBLIC_KEY_FILE = "public.key"
PRIVATE_MARK = "private:"
"""What a private key's file begins with, so that it is not taken for the other half."""
HASH_KEY_FILE = "hash.key"
CHECK_KEY_VARIABLE = "INTEGRITY_CHECK_KEY"
CHECK_KEY_FILE = "check.key"
_BLOCK = 64
_KEY_BYTES = 32


class VaultError(ValueError):
    """A key that is not what it should be; the message never holds the key."""


def public_key(vault: Path) -> bytes | None:
    """The public key of the discipline role (32 bytes), from the environment or the vault; None where there is none."""
    path = vault / PUBLIC_KEY_FILE
    given = os.environ.get(PUBLIC_KEY_VARIABLE)
    text = given or (path.read_text("ascii") if path.exists() else "")
    if not text.strip():
        return None
    try:
        return bytes(PublicKey(text.strip().encode("ascii"), HexEncoder))
    except (ValueError, TypeError) as error:
        where = PUBLIC_KEY_VARIABLE if given else PUBLIC_KEY_FILE
        raise VaultError(f"{where}: the public key is not 64 hexadecimal characters") from error


def check_key(vault: Path) -> bytes | None:
    """The key with which the licensing system hashed the last characters of documents; None where there is none.

    That system chooses it; with it applicants can look up their own applications.
    """
    path = vault / CHECK_KEY_FILE
    text = os.environ.get(CHECK_KEY_VARIABLE) or (path.read_text("ascii") if path.exists() else "")
    try:
        return bytes.fromhex(text.strip()) or None
    except ValueError as error:
        raise VaultError("the check key is not hexadecimal") from error


def new_key_pair() -> tuple[str, str]:
    """A new private and public key, each as 64 hexadecimal characters."""
    private = PrivateKey.generate()
    return private.encode(HexEncoder).decode(), private.public_key.encode(HexEncoder).decode()


def seal(content: bytes, key: bytes) -> bytes:
    """Seal bytes for the holder of the private key."""
    return bytes(SealedBox(PublicKey(key)).encrypt(content))


def private_key(path: Path) -> bytes:
    """The private key that a file on the discipline role's own medium holds; older ones are without the mark."""
    try:
        text = path.read_text("ascii").strip().removeprefix(PRIVATE_MARK)
        return bytes(PrivateKey(text.encode("ascii"), HexEncoder))
    except (ValueError, TypeError) as error:
        raise VaultError(f"{path.name} is no private key: expected 64 hexadecimal characters") from error


def next_private_key(path: Path) -> bytes:
    """A private key for which everything is to be sealed: its file says so itself, as no public key's does.

    Both are 64 hexadecimal characters. Sealed for a public key that was taken for a private one, all could be opened by
    whoever has that public key.
    """
    found = private_key(path)
    if not path.read_text("ascii").strip().startswith(PRIVATE_MARK):
        raise VaultError(
            f"{path.name} does not say that it is a private key: expected '{PRIVATE_MARK}' and 64 hexadecimal"
            " characters; python -m etl keys makes such a pair"
        )
    return found


def public_half(private: bytes) -> bytes:
    """The public key that belongs to a private one."""
    return bytes(PrivateKey(private).public_key)


def unseal(sealed: bytes, private: bytes) -> bytes:
    """What was sealed. VaultError where it was sealed for another key, or altered."""
    try:
        return bytes(SealedBox(PrivateKey(private)).decrypt(sealed))
    except (CryptoError, ValueError) as error:
        raise VaultError("this is not the key for which it was sealed") from error


def resealed(sealed: bytes, old: bytes, new: bytes) -> bytes | None:
    """The same sealed for a new pair of keys, proved by opening it; None where it is already. Both are private keys."""
    try:
        unseal(sealed, new)
    except VaultError:
        plain = unseal(sealed, old)
        found = seal(plain, public_half(new))
        if unseal(found, new) != plain:
            raise VaultError("what was sealed anew does not open with the new key") from None
        return found
    return None


def secure(vault: Path) -> None:
    """Make the vault, and keep it to its owner: the folder 0700, every key in it 0600, however they were put there."""
    if not vault.exists():
        vault.mkdir(parents=True, mode=0o700)
        _sync(vault.parent)
    vault.chmod(0o700)
    for key in vault.glob("*.key"):
        key.chmod(0o600)


def hash_key(vault: Path, *, may_make: bool = True) -> bytes:
    """The installation's key for keyed hashes (32 bytes), made at first use and readable by its owner only.

    VaultError where it is gone and not `may_make`: another key would give everyone another pseudonym.
    """
    path = vault / HASH_KEY_FILE
    secure(vault)
    if not path.exists():
        if not may_make:
            raise VaultError(
                f"{HASH_KEY_FILE} is gone from the vault; pseudonyms hang on it: restore it from the backup"
            )
        temporary = path.with_name(f".{path.name}.new")
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync(vault)
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except ValueError as error:
        raise VaultError(f"{HASH_KEY_FILE} is not hexadecimal") from error
    if len(key) != _KEY_BYTES:
        raise VaultError(f"{HASH_KEY_FILE} is not {2 * _KEY_BYTES} hexadecimal characters")
    return key


def fingerprint(key: bytes) -> str:
    """What tells two hash keys apart without saying anything of either."""
    return keyed_hash("fingerprint of the hash key", key)[:16]


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def hash_pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer pad of HMAC-SHA256 (RFC 2104), so that SQL can compute the same hash as `keyed_hash`."""
    padded = (hashlib.sha256(key).digest() if len(key) > _BLOCK else key).ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in padded), bytes(byte ^ 0x5C for byte in padded)


def keyed_hash(text: str, key: bytes) -> str:
    """HMAC-SHA256 of a text, 64 hexadecimal characters."""
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
