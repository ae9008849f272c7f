"""The queues of bench/queue_work.hpp in SimPy: one process per customer, one Resource per station.

Arguments: the file of variates, stations in series, customers. Prints events per processor second and the mean wait in mean
service times.
"""

import array
import sys
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import simpy

SERVICE_RATE = 1000.0


def run(path: str, stations: int, customers: int) -> tuple[float, float]:
    variates = array.array("d")
    with Path(path).open("rb") as file:
        variates.fromfile(file, customers * (1 + stations))
    gaps = variates[:customers]
    services = [variates[(1 + place) * customers : (2 + place) * customers] for place in range(stations)]
    environment = simpy.Environment()
    servers = [simpy.Resource(environment, capacity=1) for _ in range(stations)]
    waited = 0.0

    def customer(number: int) -> Generator[Any, Any, None]:
        nonlocal waited
        for place in range(stations):
            entered = environment.now
            with servers[place].request() as turn:
                yield turn
                waited += environment.now - entered
                yield environment.timeout(services[place][number])

    def source() -> Generator[Any, Any, None]:
        for number in range(customers):
            yield environment.timeout(gaps[number])
            environment.process(customer(number))

    environment.process(source())
    begin = time.process_time()
    environment.run()
    seconds = time.process_time() - begin
    return customers * (1 + stations) / seconds, waited / customers * SERVICE_RATE


if __name__ == "__main__":
    rate, wait = run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    print(f"{rate!r} {wait!r}")
