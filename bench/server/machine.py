"""What the benchmark reads of the machine: processes, kernel memory, the disk's flush time."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGESIZE")


@dataclass(frozen=True)
class Use:
    """Processor time and resident memory of processes."""

    cpu_s: float = 0.0
    rss_bytes: int = 0

    def __add__(self, other: Use) -> Use:
        return Use(self.cpu_s + other.cpu_s, self.rss_bytes + other.rss_bytes)


def use_of_tree(root: int | None) -> Use:
    """Of a process and all that descend from it, children that have ended and were waited for included."""
    if root is None:
        return Use()
    parents: dict[int, int] = {}
    uses: dict[int, Use] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        number = int(status.parent.name)
        parents[number] = int(fields[1])
        uses[number] = Use(sum(int(field) for field in fields[11:15]) / TICKS, int(fields[21]) * PAGE)
    found = Use()
    for number, use in uses.items():
        ancestor = number
        while ancestor not in (root, 0) and ancestor in parents:
            ancestor = parents[ancestor]
        if ancestor == root:
            found += use
    return found


def kernel_memory() -> int:
    """Bytes that the kernel itself holds in its slabs: what sockets cost beside the processes' memory."""
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("Slab:"):
            return int(line.split()[1]) * 1024
    return 0


def flush_time_s(folder: Path, times: int = 200) -> float:
    """Median time of fdatasync after 8 KiB were appended: what a commit waits for."""
    taken = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        block = os.urandom(8192)
        for _ in range(times):
            os.write(file.fileno(), block)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def describe() -> dict[str, object]:
    """Processor, cores, memory and kernel; no name and no path of the machine."""
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        "unknown",
    )
    memory = os.sysconf("SC_PHYS_PAGES") * PAGE
    system = os.uname()
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "memory_bytes": memory,
        "system": f"{system.sysname} {system.release}",
        "load_1min": os.getloadavg()[0],
    }


def allow_connections(connections: int) -> str | None:
    """Raises the limit of open files as far as the system lets us; what is wrong when that is not enough."""
    needed = connections + 200
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if hard == resource.RLIM_INFINITY or hard >= needed:
        return None
    return (
        f"{connections} connections need {needed} open files in one process and the hard limit is {hard}: "
        f"raise it (ulimit -Hn {needed} as root, or LimitNOFILE) or take --quick"
    )
