"""Certificates for tests: of an authority that nobody trusts but who is told to."""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import trustme


class Certificate(NamedTuple):
    """Files in PEM: what a server has, and what a client checks it against."""

    cert: Path
    key: Path
    authority: Path


@cache
def _authority(name: str) -> trustme.CA:
    return trustme.CA(organization_name=name)


def certificate(folder: Path, name: str = "one") -> Certificate:
    """Return a certificate for this machine by the authority `name`."""
    ca = _authority(name)
    files = Certificate(
        folder / f"{name}-cert.pem", folder / f"{name}-key.pem", folder / f"{name}-ca.pem"
    )
    issued = ca.issue_cert("localhost", "127.0.0.1", "::1")
    files.cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    files.key.write_bytes(issued.private_key_pem.bytes())
    ca.cert_pem.write_to_path(str(files.authority))
    return files
