"""What the operating system's files say of processes and machines."""

import os
import subprocess
import sys
import time

import pytest

from bench.process import cpu_model, cpu_ns, filesystem, memory_bytes, pss_bytes

ROLLUP = """\
5581e2a00000-7ffd7a5fe000 ---p 00000000 00:00 0                          [rollup]
Rss:               12345 kB
Pss:                1234 kB
Pss_Dirty:           999 kB
"""
MOUNTS = """\
overlay / overlay rw,relatime 0 0
tmpfs /tmp tmpfs rw 0 0
/dev/vda1 /tmp/disk ext4 rw 0 0
"""
HELD_BYTES = 32_000_000
HOLDER = """\
import sys
print("empty", flush=True)
sys.stdin.readline()
held = bytearray(b"x") * int(sys.argv[1])
print("full", flush=True)
sys.stdin.readline()
"""


def test_pss_is_the_line_of_that_very_name_in_bytes() -> None:
    assert pss_bytes(ROLLUP) == 1234 * 1024


def test_pss_of_something_else_is_an_error() -> None:
    with pytest.raises(ValueError, match="no line Pss"):
        pss_bytes("Pss_Dirty: 3 kB\n")


def test_cpu_model_is_the_first_that_is_named() -> None:
    info = "processor\t: 0\nmodel name\t: Quick 3000 @ 3 GHz\nprocessor\t: 1\nmodel name\t: B\n"
    assert cpu_model(info) == "Quick 3000 @ 3 GHz"
    assert cpu_model("processor\t: 0\n")  # some name no processor: then the architecture


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "overlay"),
        ("/home/x", "overlay"),
        ("/tmp", "tmpfs"),
        ("/tmp/x", "tmpfs"),
        ("/tmpx", "overlay"),
        ("/tmp/disk/y", "ext4"),
    ],
)
def test_filesystem_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert filesystem(MOUNTS, path) == kind


def test_processor_time_is_what_the_process_itself_sees() -> None:
    before = time.process_time_ns()
    measured = cpu_ns(os.getpid())
    assert before <= measured <= time.process_time_ns()


def test_memory_of_a_process_grows_by_what_it_holds() -> None:
    """It is another process: ours may at any time give back what earlier tests left."""
    command = [sys.executable, "-c", HOLDER, str(HELD_BYTES)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdin and holder.stdout
        assert holder.stdout.readline() == b"empty\n"
        before = memory_bytes(holder.pid)
        holder.stdin.write(b"\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == b"full\n"
        assert memory_bytes(holder.pid) - before > 0.9 * HELD_BYTES
