"""Real servers for this folder, or a word that there are none here."""

import re
import subprocess

import pytest

from chatd.cluster.engine_check import VERSION_MIN
from tests.cluster import servers


@pytest.fixture(scope="session")
def engine() -> None:
    """Skip a test where no server can be started that does what we need."""
    program = servers.program()
    if program is None:
        pytest.skip("there is no nats-server here, so nothing was tried on an engine")
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    found = re.search(r"v(\d+)\.(\d+)\.", said)
    if found is None or (int(found[1]), int(found[2])) < VERSION_MIN:
        pytest.skip(f"the nats-server here is too old: {said.strip()}")
