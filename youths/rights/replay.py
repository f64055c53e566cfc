"""After a backup was restored: what had been erased since it was taken is erased again (docs/exploitation.md).

The proofs are kept out of the database as lines of a file, which names nobody. A record is recognised by the keyed
hash of its identifier, under any of the keys.
"""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, TextIO

from django.conf import settings

from core.scope import system_scope
from youths.models import Erasure, Youth
from youths.rights import erasure

COLUMNS = ["at", "organisation_id", "by_id", "reason", "whole", "record_hash"]


class NotProofs(Exception):
    """The file does not hold proofs; the message is French."""


def save(file: TextIO) -> int:
    """Write every proof as a line; returns how many."""
    with system_scope("copy of the proofs of erasure"):
        proofs = list(Erasure.objects.order_by("pk"))
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for proof in proofs:
        writer.writerow(
            [proof.at.isoformat(), proof.organisation_id, proof.by_id or "", proof.reason, int(proof.whole),
             proof.record_hash]
        )  # fmt: skip
    return len(proofs)


def read(file: TextIO) -> list[Erasure]:
    """The proofs of a file, oldest first. Raises NotProofs."""
    rows = csv.DictReader(file)
    if rows.fieldnames != COLUMNS:
        raise NotProofs("Ce fichier n’est pas une copie des preuves d’effacement.")
    try:
        return [_proof(row) for row in rows]
    except (ValueError, TypeError) as error:
        raise NotProofs(f"Ligne {rows.line_num} : ce n’est pas une preuve d’effacement.") from error


def _proof(row: dict[str, Any]) -> Erasure:
    return Erasure(
        at=datetime.fromisoformat(row["at"]),
        organisation_id=int(row["organisation_id"]),
        by_id=int(row["by_id"]) if row["by_id"] else None,
        reason=Erasure.Reason(row["reason"]),
        whole=row["whole"] == "1",
        record_hash=row["record_hash"],
    )


def returned(proofs: Iterable[Erasure]) -> list[tuple[int, Erasure]]:
    """The records that are there although a proof says that they, or a part of them, were erased.

    A proof that the backup holds is older than it: what is there since then came back by itself, and stays.
    """
    by_hash: dict[str, list[Erasure]] = {}
    with system_scope("records that a backup brought back"):
        held = set(Erasure.objects.order_by("pk").values_list("organisation_id", "at", "record_hash"))
        for proof in proofs:
            if (proof.organisation_id, proof.at, proof.record_hash) not in held:
                by_hash.setdefault(proof.record_hash, []).append(proof)
        return [(pk, proof) for pk, found in _known(by_hash) for proof in found]


def _known(by_hash: dict[str, list[Erasure]]) -> Iterator[tuple[int, list[Erasure]]]:
    for pk, uuid in Youth.objects.order_by("pk").values_list("pk", "uuid").iterator():
        for key in settings.SEAL_KEYS:
            if found := by_hash.get(erasure.record_hash(uuid, key)):
                yield pk, found


def replay(found: list[tuple[int, Erasure]]) -> int:
    """Erase again; returns how many were. Each in its own transaction."""
    return sum(erasure.erase_again(pk, proof) for pk, proof in found)
