"""Runs programs in turn, each in a fresh process, and keeps what each run took."""

import dataclasses
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping


class Failed(Exception):
    """A program that ended with something else than 0; says the last line it wrote."""

    def __init__(self, command: list[str], status: int, log: str):
        lines = [line for line in log.splitlines() if line.strip()]
        super().__init__(lines[-1].strip() if lines else f"ended with {status}")
        self.command, self.status, self.log = command, status, log


@dataclasses.dataclass
class Run:
    """One run of a process: wall-clock seconds, peak resident MiB, and what it wrote to its standard output.

    The peak is the system's count, which begins with the memory of this process: for small programs take the report's.
    """

    seconds: float
    peak: float
    output: str

    @property
    def report(self) -> dict:
        """The line of JSON that a task prints last."""
        return json.loads(self.output.strip().splitlines()[-1])


def measure(command: list[str], folder: str | None = None, environment: Mapping[str, str] | None = None) -> Run:
    """Runs `command` to its end; what it wrote is seen only if it fails."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=log
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
        if process.returncode:
            log.seek(0)
            raise Failed(command, process.returncode, text + log.read())
    # Linux counts in KiB, macOS in bytes.
    return Run(seconds, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024 * 1024), text)


@dataclasses.dataclass
class Program:
    """Something to time: its name in the table, the command, and the environment it runs in.

    With a `short` command too, which does the same with fewer iterations, the time of an iteration is the difference of
    the two: what reading, checking and packing cost is then in neither.
    """

    name: str
    command: list[str]
    environment: Mapping[str, str]
    short: list[str] | None = None


@dataclasses.dataclass
class Result:
    """What the rounds of one program gave: the times (seconds of the task alone), the last report, the peak in MiB."""

    name: str
    times: list[float] = dataclasses.field(default_factory=list)
    report: dict = dataclasses.field(default_factory=dict)
    peak: float = 0
    failure: str | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.times) if self.times else float("nan")

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a part of their median."""
        return (max(self.times) - min(self.times)) / self.median if self.times else float("nan")


def in_turn(programs: Iterable[Program], rounds: int) -> list[Result]:
    """A B A B …: a program that fails is left out of what follows, and its result says why."""
    programs = list(programs)
    results = [Result(program.name) for program in programs]
    for _ in range(rounds):
        for program, result in zip(programs, results):
            if result.failure:
                continue
            try:
                run = measure(program.command, environment=program.environment)
                seconds = run.report["seconds"]
                if program.short:
                    short = measure(program.short, environment=program.environment).report
                    seconds = (seconds - short["seconds"]) / max(1, run.report["iterations"] - short["iterations"])
            except Failed as failure:
                result.failure = str(failure)
                continue
            result.times.append(seconds)
            own = run.report.get("peak_bytes")
            result.report, result.peak = run.report, max(result.peak, own / (1 << 20) if own else run.peak)
    return results


def table(title: str, results: list[Result], unit: str, quality: Mapping[str, str], note: str = "") -> None:
    """Prints one comparison; the first result is ours, and a ratio says how many times its time another took.

    `unit` is "s" or "ms"; `quality` holds the column that stands beside the times, by name.
    """
    factor = {"s": 1, "ms": 1000}[unit]
    ours = results[0].median
    print(f"\n{title}{f'; {note}' if note else ''}")
    print(f"  {'':28}{'median':>12}{'ratio':>8}{'spread':>8}{'iterations':>12}{'peak MiB':>10}  quality")
    for result in results:
        if result.failure:
            print(f"  {result.name:28}{'-':>12}  {result.failure}")
            continue
        iterations = result.report.get("iterations")
        print(
            f"  {result.name:28}{result.median * factor:10.{3 if unit == 's' else 2}f} {unit:<2}"
            f"{result.median / ours if ours > 0 else float('nan'):7.2f}{result.spread:8.0%}"
            f"{iterations if iterations is not None else '':>12}{result.peak:10.0f}  {quality.get(result.name, '')}",
            flush=True,
        )
