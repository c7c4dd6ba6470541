"""What the operating system knows of a process: processor time, memory; and the machine."""

import os
import platform
import time
from pathlib import Path

SCHEDULER_CLOCK = 2  # CPUCLOCK_SCHED: the time that all threads of a process ran


def cpu_ns(pid: int) -> int:
    """Return the processor time that a process has used, kernel included.

    Source: clock_getcpuclockid(3); the clock's id is made as glibc makes it.
    """
    return time.clock_gettime_ns((~pid << 3) | SCHEDULER_CLOCK)


def memory_bytes(pid: int) -> int:
    """Return the memory that is a process's own, shared pages by their share (PSS)."""
    return pss_bytes(Path(f"/proc/{pid}/smaps_rollup").read_text())


def pss_bytes(rollup: str) -> int:
    """Read the line `Pss:  1234 kB` of a smaps_rollup."""
    for line in rollup.splitlines():
        name, _, value = line.partition(":")
        if name == "Pss":
            return int(value.split()[0]) * 1024
    raise ValueError("there is no line Pss")


def describe_machine(folder: Path) -> dict[str, str]:
    """Return what a figure means nothing without; the store is to be in `folder`."""
    return {
        "cpu": cpu_model(Path("/proc/cpuinfo").read_text()),
        "cores": str(os.cpu_count()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "kernel": f"{platform.system()} {platform.release()}",
        "store": filesystem(Path("/proc/mounts").read_text(), str(folder.resolve())),
    }


def cpu_model(cpuinfo: str) -> str:
    """Return the model of the first processor that names one."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return platform.machine()


def filesystem(mounts: str, path: str) -> str:
    """Return the type of the file system that holds `path`, by the lines of /proc/mounts."""
    best, kind = "", "unknown"
    for line in mounts.splitlines():
        _, point, its_kind, *_ = line.split()
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, its_kind
    return kind
