"""The rows of the table of marks: each measures what it needs on a stage of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from machine import kernel_memory, use_of_tree
from stage import FailedError, Programs, Stage, run

PATIENCE_S = 300
P99_LIMIT_S = 0.25
ENOUGH = 0.999  # of the deliveries, and of the acknowledgements


@dataclass
class Bench:
    """What all rows share: where the programs are, how large the load is, and what was measured."""

    programs: Programs
    users: int = 5000
    quick: bool = False
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long posts are measured."""
        return 4 if self.quick else 20

    def stage(self, database: str, *, tls: bool = False, scenario: str = "standard-load") -> Stage:
        """A fresh database, populated, with a server on it."""
        users = self.users if scenario == "standard-load" else (200 if self.quick else 1000)
        return Stage(self.programs, scenario, database, tls=tls, users=users)

    def bare(self, *, deliveries_per_s: float, batch: bool = False) -> dict[str, Any]:
        """The bare fan-out under the same load."""
        command = [str(self.programs.bare), f"--connections={self.users}", f"--rooms={max(1, self.users // 50)}"]
        command += [f"--deliveries-per-s={deliveries_per_s}", f"--for={min(10.0, self.seconds)}"]
        figures: dict[str, Any] = json.loads(run(command + (["--batch"] if batch else [])))
        return figures


@dataclass
class Figure:
    """One figure of one back end. `mark` is None for what stands beside the marks."""

    name: str
    database: str
    value: float | None
    unit: str
    mark: float | None = None
    larger_is_better: bool = False
    note: str = ""

    @property
    def reached(self) -> bool | None:
        """Whether the mark is reached; None without a mark."""
        if self.mark is None:
            return None
        if self.value is None:
            return False
        return self.value >= self.mark if self.larger_is_better else self.value <= self.mark


@dataclass(frozen=True)
class Posted:
    """What came of posting for a while: the report, and between its marks the deliveries and the processor time."""

    heard: dict[str, Any]
    deliveries: int
    server_cpu_s: float
    database_cpu_s: float

    def per_1000(self, cpu_s: float) -> float:
        """CPU-seconds per 1,000 deliveries."""
        return cpu_s / self.deliveries * 1000 if self.deliveries else float("nan")

    @property
    def cost(self) -> float:
        """Of server and database."""
        return self.per_1000(self.server_cpu_s + self.database_cpu_s)


def posting(stage: Stage, *, per_s: float, seconds: float, warm_up: float = 2) -> Posted:
    """Posts for a while."""
    fleet = stage.clients()
    fleet.say("post", per_s=per_s, **{"for": seconds}, warm_up=warm_up)
    fleet.hear()  # begins
    server, database = stage.server.use(), use_of_tree(stage.database.process())
    ends = fleet.hear()
    server_then, database_then = stage.server.use(), use_of_tree(stage.database.process())
    heard = fleet.hear()
    return Posted(heard, int(ends["deliveries"]), server_then.cpu_s - server.cpu_s, database_then.cpu_s - database.cpu_s)


def everybody_in(stage: Stage, *, join: bool = True) -> float:
    """Seconds until all clients are signed in, and in their rooms."""
    done = stage.clients().order("sign_in", join=join, patience=PATIENCE_S)
    return float(done["seconds"])


def delivery_cost(bench: Bench, database: str, *, tls: bool) -> None:
    """CPU per 1,000 deliveries at half as many deliveries a second as there are users, and their p99 beside the bare fan-out."""
    per_s = bench.users / 100
    rate = per_s * 50
    bare = bench.bare(deliveries_per_s=rate)
    with bench.stage(database, tls=tls) as stage:
        everybody_in(stage)
        posted = posting(stage, per_s=per_s, seconds=bench.seconds)
    heard, cost = posted.heard, posted.cost
    transport = "TLS" if tls else "TCP"
    load = heard["load_cpu_s"] / max(1, heard["deliveries"]) * 1000
    note = f"server {posted.per_1000(posted.server_cpu_s):.4f}, database {posted.per_1000(posted.database_cpu_s):.4f}"
    note += f"; beside it the load generator {load:.4f}, late by p99 {heard['lag_p99_s'] * 1000:.1f} ms"
    add = bench.figures.append
    add(
        Figure(f"CPU-s per 1,000 deliveries at {rate:,.0f}/s, {transport}", database, cost, "s", 0.04 if tls else 0.03, note=note)
    )
    add(Figure(f"bare fan-out, CPU-s per 1,000 at {rate:,.0f}/s", database, bare["server_cpu_s_per_1000"], "s"))
    p99 = heard["delivery_p99_s"]
    if not tls:
        ratio = p99 / bare["delivery_p99_s"] if bare["delivery_p99_s"] else None
        text = f"{p99 * 1000:.1f} ms against {bare['delivery_p99_s'] * 1000:.1f} ms; p50 {heard['delivery_p50_s'] * 1000:.1f} ms"
        add(Figure(f"delivery p99 at {rate:,.0f}/s against the bare fan-out", database, ratio, "times", 4, note=text))
    bench.details[f"posting {transport} {database}"] = {**vars(posted), "bare": bare}


def holds(heard: dict[str, Any]) -> bool:
    """Whether a rate is carried: nearly all posts acknowledged and delivered, 99 % of the deliveries within the limit."""
    delivered = heard["deliveries"] >= ENOUGH * heard["expected_deliveries"]
    acknowledged = heard["acknowledged"] >= ENOUGH * heard["sent"]
    return bool(delivered and acknowledged and heard["sent"] and heard["delivery_p99_s"] <= P99_LIMIT_S)


def largest_rate(bench: Bench, database: str) -> None:
    """Steps of 1.5, then three bisections; a step that fails is tried once more.

    The deliveries a second are the step's own, not those that were asked for.
    """
    seconds = 3 if bench.quick else 5
    with bench.stage(database) as stage:
        everybody_in(stage)
        tried = []

        def step(per_s: float) -> bool:
            posted = posting(stage, per_s=per_s, seconds=seconds, warm_up=1)
            settle(stage, posted.heard)
            good = holds(posted.heard)
            tried.append({"per_s": per_s, "holds": good, "cpu_s_per_1000": posted.cost, "measured_s": seconds, **posted.heard})
            return good

        def carries(per_s: float) -> bool:
            return step(per_s) or step(per_s)  # one stall of five seconds ends no search

        low, high = 0.0, bench.users / 50
        while high < 20_000 and carries(high):
            low, high = high, high * 1.5
        for _ in range(3):
            middle = (low + high) / 2
            low, high = (middle, high) if carries(middle) else (low, middle)
    best = max((one for one in tried if one["holds"]), key=lambda one: float(one["per_s"]), default=None)
    rate = best["measured_deliveries"] / seconds if best else 0.0
    note = "nothing was carried"
    if best:
        note = f"{best['per_s']:,.0f} posts/s, p99 {best['delivery_p99_s'] * 1000:.0f} ms"
        note += f", {best['cpu_s_per_1000']:.4f} CPU-s per 1,000"
        note += f"; the load generator itself late by p99 {best['lag_p99_s'] * 1000:.0f} ms"
    bench.figures.append(
        Figure(
            "largest rate with p99 ≤ 250 ms, deliveries/s, TCP", database, rate, "/s", 40_000, larger_is_better=True, note=note
        )
    )
    bench.details[f"rates {database}"] = tried


def settle(stage: Stage, heard: dict[str, Any]) -> None:
    """After an overload: clients that were shed come back before the next step."""
    if heard["ready"] < heard["clients"]:
        stage.clients().order("come_back", falls=0, patience=60)


def signing_in(bench: Bench, database: str, *, tls: bool) -> None:
    """All clients signed in and joined, cold."""
    with bench.stage(database, tls=tls) as stage:
        before = stage.server.use_with_database()
        seconds = everybody_in(stage)
        used = stage.server.use_with_database().cpu_s - before.cpu_s
    name = f"{bench.users:,} clients signed in and joined, {'TLS' if tls else 'TCP'}"
    note = f"{bench.users / seconds:,.0f}/s, {used / bench.users * 1000:.2f} ms CPU each"
    bench.figures.append(Figure(name, database, seconds, "s", 12 if tls else 6, note=note))


def come_back(stage: Stage, *, after_s: float, posts_per_s: float) -> tuple[float, float, dict[str, Any]]:
    """Kills the server under posts and starts it again: seconds until half and all are back, and what became of the posts."""
    fleet = stage.clients()
    if posts_per_s > 0:
        fleet.say("post", per_s=posts_per_s, **{"for": 2 * after_s})
        fleet.hear()  # begins
        time.sleep(after_s)
    killed = time.monotonic()
    stage.server.kill()
    stage.server.start()
    if posts_per_s > 0:
        fleet.hear()  # ends
        fleet.hear()
    done = fleet.order("come_back", falls=fleet.clients, patience=PATIENCE_S)
    balance = fleet.order("read_back", patience=PATIENCE_S) if posts_per_s > 0 else {}
    return float(done["half_at"]) - killed, float(done["all_at"]) - killed, balance


def restart(bench: Bench, database: str) -> None:
    """SIGKILL of the server under posts, and its restart."""
    with bench.stage(database) as stage:
        everybody_in(stage)
        half, everybody, balance = come_back(stage, after_s=3 if bench.quick else 8, posts_per_s=bench.users / 100)
    note = f"half after {half:.1f} s"
    bench.figures.append(
        Figure(f"{bench.users:,} all back after SIGKILL and restart, TCP", database, everybody, "s", 6, note=note)
    )
    note = f"of {balance['acknowledged']} acknowledged; {balance['stored_twice']} stored twice, "
    note += f"{balance['stored_unacknowledged']} stored and not acknowledged, {balance['rooms_not_read']} rooms not read"
    missing = balance["missing"] if balance["rooms_not_read"] == 0 else None
    bench.figures.append(Figure("acknowledged posts lost after SIGKILL of the server", database, missing, "posts", 0, note=note))
    bench.details[f"restart {database}"] = {"half_s": half, "all_s": everybody, **balance}


def many_rooms(bench: Bench, database: str) -> None:
    """1,000 users with 16 rooms of 30 each."""
    with bench.stage(database, scenario="many-rooms") as stage:
        first = everybody_in(stage)
        half, everybody, _ = come_back(stage, after_s=0, posts_per_s=0)
        users = stage.clients().clients
    note = f"half after {half:.1f} s; the first sign-in took {first:.1f} s"
    bench.figures.append(Figure(f"{users:,} users with 16 rooms of 30 back, TCP", database, everybody, "s", 4, note=note))


def memory(bench: Bench, database: str, *, tls: bool) -> None:
    """Resident memory of the server per connection: signed in and idle, then in one room. The kernel's share stands apart."""
    with bench.stage(database, tls=tls) as stage:
        fleet = stage.clients()
        empty, kernel_before = stage.server.use().rss_bytes, kernel_memory()
        everybody_in(stage, join=False)
        idle, kernel_after = stage.server.use().rss_bytes, kernel_memory()
        fleet.order("join", patience=PATIENCE_S)
        joined = stage.server.use().rss_bytes
    clients = fleet.clients
    # Both ends of every connection are on this machine.
    kernel = max(0, kernel_after - kernel_before) / clients / 2 / 1024
    note = f"and {kernel:.1f} KiB of kernel memory per socket; {empty / 2**20:.0f} MiB before the first"
    transport = "TLS" if tls else "TCP"
    name = f"memory per idle signed-in connection, {transport}"
    bench.figures.append(Figure(name, database, (idle - empty) / clients / 1024, "KiB", 40 if tls else 16, note=note))
    name = f"memory per member of one room, {transport}"
    bench.figures.append(Figure(name, database, (joined - empty) / clients / 1024, "KiB", None if tls else 20))


def outage(bench: Bench, database: str) -> None:
    """PostgreSQL killed under 50 posts a second and started again five seconds later."""
    before_s, away_s, after_s = (3, 5, 7) if bench.quick else (8, 5, 17)
    with bench.stage(database) as stage:
        everybody_in(stage)
        fleet = stage.clients()
        falls = fleet.order("status")["falls"]
        fleet.say("post", per_s=50, **{"for": before_s + away_s + after_s}, detail=True, patience=20)
        fleet.hear()  # begins
        time.sleep(before_s)
        killed = time.monotonic()
        stage.database.kill()
        time.sleep(away_s)
        stage.database.start()
        returned = time.monotonic()
        fleet.hear()  # ends
        heard = fleet.hear()
        balance = fleet.order("read_back", patience=PATIENCE_S)
        fallen = heard["falls"] - falls
    judge_outage(bench, database, heard["posts"], killed, returned, fallen, balance)
    bench.details[f"outage {database}"] = {
        "killed": killed,
        "returned": returned,
        "falls": fallen,
        **balance,
        "posts": heard["posts"],
    }


def judge_outage(
    bench: Bench, database: str, posts: list[list[Any]], killed: float, returned: float, fallen: int, balance: dict[str, Any]
) -> None:
    """`posts`: when each was to be sent, when it was answered (or null) and how."""
    add = bench.figures.append
    refused = [(sent, answered) for sent, answered, status in posts if answered is not None and status not in (200, 0)]
    silent = sum(1 for _, answered, _ in posts if answered is None)
    slowest = max((answered - sent for sent, answered in refused), default=0.0)
    note = f"{len(refused)} refused, {silent} without an answer"
    add(Figure("PostgreSQL killed: slowest refusal", database, None if silent else slowest, "s", 3, note=note))
    add(Figure("PostgreSQL killed: sessions lost", database, fallen, "sessions", 0))
    again = min(
        (answered for sent, answered, status in posts if status == 200 and sent > killed and answered > returned - 1),
        default=None,
    )
    wait = None if again is None else max(0.0, again - returned)
    add(Figure("PostgreSQL back: until a post is acknowledged", database, wait, "s", 1))
    unread = balance["rooms_not_read"] > 0
    text = f"of {balance['acknowledged']} acknowledged"
    add(
        Figure(
            "PostgreSQL killed: acknowledged posts lost", database, None if unread else balance["missing"], "posts", 0, note=text
        )
    )
    text = f"{balance['stored_unacknowledged']} refused in doubt are stored, once"
    add(
        Figure(
            "PostgreSQL killed: posts stored twice", database, None if unread else balance["stored_twice"], "posts", 0, note=text
        )
    )


def bare_fanout(bench: Bench, _database: str) -> None:
    """The bare fan-out at the largest mark, written per delivery and in batches."""
    for batch in (False, True):
        bare = bench.bare(deliveries_per_s=bench.users * 8, batch=batch)
        how = "one write per connection and turn" if batch else "one write per delivery"
        note = f"{bare['deliveries_per_s']:,.0f}/s, p99 {bare['delivery_p99_s'] * 1000:.0f} ms"
        bench.figures.append(
            Figure(f"bare fan-out, CPU-s per 1,000, {how}", "none", bare["server_cpu_s_per_1000"], "s", note=note)
        )


POSTGRESQL, SQLITE = "postgresql", "sqlite"
ROWS: dict[str, tuple[tuple[str, ...], Callable[[Bench, str], None]]] = {
    "bare": (("none",), bare_fanout),
    "delivery-tcp": ((POSTGRESQL, SQLITE), lambda bench, database: delivery_cost(bench, database, tls=False)),
    "delivery-tls": ((POSTGRESQL, SQLITE), lambda bench, database: delivery_cost(bench, database, tls=True)),
    "largest-rate": ((POSTGRESQL, SQLITE), largest_rate),
    "sign-in-tcp": ((POSTGRESQL, SQLITE), lambda bench, database: signing_in(bench, database, tls=False)),
    "sign-in-tls": ((POSTGRESQL, SQLITE), lambda bench, database: signing_in(bench, database, tls=True)),
    "restart": ((POSTGRESQL, SQLITE), restart),
    "many-rooms": ((POSTGRESQL, SQLITE), many_rooms),
    "memory-tcp": ((POSTGRESQL,), lambda bench, database: memory(bench, database, tls=False)),
    "memory-tls": ((POSTGRESQL,), lambda bench, database: memory(bench, database, tls=True)),
    "outage": ((POSTGRESQL,), outage),
}


def measure(bench: Bench, row: str, database: str) -> None:
    """One row on one back end; a row that cannot be measured is a figure without a value."""
    try:
        ROWS[row][1](bench, database)
    except FailedError as error:
        bench.figures.append(Figure(row, database, None, "", 0, note=f"could not be measured: {error}"))
