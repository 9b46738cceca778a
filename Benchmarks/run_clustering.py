"""Times Tessera's clustering against its peers on the same data, threads and, where the peer allows, the same start.

    python run_clustering.py TESSERA_BENCH [--only kmeans-32,kmeans-16,kmeans-8,assign,mixture,sweep] [--peers …]
        [--scale 1] [--rounds 3] [--threads 2]

TESSERA_BENCH is the program of this folder's package. Each comparison runs Tessera and the peers in turn, A B A B …,
each in a fresh process, and prints medians, how many times Tessera's time each took, how far the rounds lie apart, the
peak memory, and beside them the quality of each answer by one measure for all. Tessera's labels are held against an
exact assignment, and its likelihood against the peers'. A peer that is not there is said to be missing; nothing fails.
Ends with 1 if an answer of Tessera's is wrong, or if it gave none.
"""

import argparse
import dataclasses
import datetime
import functools
import os
import pathlib
import platform
import shutil
import sys
import tempfile

import numpy

import yardstick
from generate_clusters import Population, random_rows
from rounds import Failed, Program, Result, in_turn, measure, table

PEERS = pathlib.Path(__file__).resolve().parent / "peers"
OURS = "tessera"
#: n, d, k of the k-means comparisons.
KMEANS_SIZES = [(1_000_000, 32, 50), (1_000_000, 16, 200), (5_000_000, 8, 20)]
MIXTURE_SIZE = (500_000, 16, 10)
NEW_ROWS = 1_000_000
#: Iterations of the two runs whose difference is the time of an iteration.
KMEANS_ITERATIONS = (2, 42)
MIXTURE_ITERATIONS = (1, 6)
#: What is wanted of the ratios: the time of scikit-learn, or of mclust for the sweep, by Tessera's.
WANTED = {"iteration": 2.5, "whole fit": 4, "mixture": 10, "sweep": 1}


@dataclasses.dataclass
class Bench:
    """The programs, where they run and what they said."""

    program: str
    folder: pathlib.Path
    arguments: argparse.Namespace
    missing: dict[str, str] = dataclasses.field(default_factory=dict)
    takes_start: bool = True
    summary: list[str] = dataclasses.field(default_factory=list)
    is_right: bool = True

    def __post_init__(self) -> None:
        count = str(self.arguments.threads)
        threads = {f"{name}_NUM_THREADS": count for name in ("OMP", "OPENBLAS", "MKL")}
        # The system's BLAS is Tessera's and R's alike, and a kernel forced upon it stays. The Python packages bring
        # their own, which may not know a kernel of that name.
        self.environment = dict(os.environ) | threads
        self.python = {name: value for name, value in self.environment.items() if name != "OPENBLAS_CORETYPE"}
        self.faiss = self.python
        self.rscript = shutil.which("Rscript")

    def path(self, name: str) -> pathlib.Path:
        return self.folder / name

    def scaled(self, rows: int, least: int) -> int:
        return max(least, int(rows * self.arguments.scale))

    def ours(self, task: str, *rest, short: list | None = None, name: str = OURS) -> Program:
        return self.made(name, [self.program, task], self.environment, rest, short)

    def peer(self, library: str, precision: str, task: str, *rest, short: list | None = None) -> Program:
        command = [sys.executable, str(PEERS / "clustering.py"), task, "--library", library, "--precision", precision]
        environment = self.faiss if library == "faiss" else self.python
        return self.made(f"{library} {precision}", command, environment, rest, short)

    def mclust(self, task: str, *rest, short: list | None = None) -> Program:
        made = [self.rscript or "Rscript", str(PEERS / "mclust.R"), task]
        return Program("mclust", made + texts(rest), self.environment, short and made + texts(short))

    def made(self, name: str, command: list[str], environment: dict, rest, short) -> Program:
        command = [*command, "--threads", str(self.arguments.threads)]
        return Program(name, command + texts(rest), environment, short and command + texts(short))

    def compare(self, programs: list[Program]) -> list[Result]:
        """Runs those that are installed, ours first; the others' results say that they are missing."""
        chosen = self.arguments.peers
        programs = [program for program in programs if not chosen or library_of(program) in [OURS, *chosen]]
        present = [program for program in programs if library_of(program) not in self.missing]
        results = in_turn(present, self.arguments.rounds)
        absent = [program for program in programs if program not in present]
        if results[0].failure:
            self.is_right = False
        return results + [Result(program.name, failure=self.missing[library_of(program)]) for program in absent]

    def want(self, kind: str, title: str, results: list[Result], peers: str) -> None:
        """Notes for the end whether the ratios to the peers whose names begin so are what is wanted."""
        wanted = WANTED[kind]
        said = []
        for result in results:
            if result.name.startswith(peers) and result.times and results[0].times:
                ratio = result.median / results[0].median
                said.append(f"{ratio:.2f} x {result.name} ({'reached' if ratio >= wanted else 'MISSED'})")
        if "same start" in title and not self.takes_start:
            title += " (tessera: from its own seeds)"
        self.summary.append(f"{title}: wanted {wanted:g}; {', '.join(said) or 'not compared'}")

    def look_around(self) -> None:
        """Prints what runs, and notes which peers are missing."""
        threads, rounds = self.arguments.threads, self.arguments.rounds
        print(f"{datetime.date.today()}, {processor()}, {threads} threads, {rounds} rounds")
        ours = measure([self.program, "libraries"], environment=self.environment).report
        # A build whose k-means takes no start is timed from its own seeds, and the table says so.
        self.takes_start = "--start" in measure([self.program, "kmeans", "--help"]).output
        print(f"  tessera: {ours['blas']}, inner loops {ours['kernels']}")
        try:
            command = [sys.executable, str(PEERS / "clustering.py"), "libraries"]
            peers = measure(command, environment=self.python).report
            versions = peers["versions"]
            print("  Python: " + ", ".join(f"{name} {version}" for name, version in versions.items() if version))
            for name in "scikit-learn", "scikit-learn-intelex", "faiss":
                package = "faiss-cpu" if name == "faiss" else name
                if not versions[package]:
                    self.missing[name] = f"not run: {package} is not installed"
            kernels = peers["openblas"]
            print("  their OpenBLAS: " + ", ".join(f"{name} {kernel}" for name, kernel in kernels.items()))
            # An old OpenBLAS falls back to its oldest kernel on a processor it does not know. The comparison is with
            # faiss at its best, so it is told what numpy's newer one found.
            best = kernels.get("numpy", "").split(" ")[-1]
            if "Prescott" in kernels.get("faiss_cpu", "") and best not in ("", "Prescott"):
                self.faiss = self.python | {"OPENBLAS_CORETYPE": best}
                print(f"  faiss runs with OPENBLAS_CORETYPE={best}: its OpenBLAS does not know this processor")
        except Failed as failure:
            self.missing |= {name: f"not run: {failure}" for name in ("scikit-learn", "scikit-learn-intelex", "faiss")}
        if self.rscript is None:
            self.missing["mclust"] = "not run: there is no Rscript"
        else:
            try:
                command = [self.rscript, str(PEERS / "mclust.R"), "libraries"]
                found = measure(command, environment=self.environment).report
                print(f"  R {found['r']}, mclust {found['mclust']}, {found['blas']}")
            except Failed as failure:
                self.missing["mclust"] = f"not run: {failure}"


def texts(values) -> list[str]:
    return [str(value) for value in values]


def library_of(program: Program) -> str:
    return program.name.split(" ")[0].rstrip(",")


def processor() -> str:
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def kmeans(bench: Bench, rows: int, columns: int, clusters: int) -> None:
    rows = bench.scaled(rows, 20 * clusters)
    size = f"k-means, n = {rows:,}, d = {columns}, k = {clusters}"
    data, start = bench.path("kmeans.f64"), bench.path("start.f64")
    Population(columns, clusters, seed=rows % 1000 + columns + clusters).write(data, rows)
    random_rows(data, rows, columns, clusters, seed=clusters).tofile(start)
    shape = [data, rows, columns, "--clusters", clusters]
    peers = [("scikit-learn", "f32"), ("scikit-learn", "f64"), ("scikit-learn-intelex", "f32")]
    peers += [("scikit-learn-intelex", "f64"), ("faiss", "f32")]

    def centers(name: str) -> list:
        return ["--centers-out", bench.path(f"centers of {name}")]

    def quality(results: list[Result]) -> dict[str, str]:
        """The inertia of each one's centres on all rows in double precision, beside the least."""
        inertias = {}
        for result in results:
            if result.times:
                found = numpy.fromfile(bench.path(f"centers of {result.name}")).reshape(clusters, columns)
                inertias[result.name] = yardstick.inertia(data, rows, found)
        least = min(inertias.values(), default=1)
        said = {name: f"inertia {value:.6e}, {value / least - 1:+.4%}" for name, value in inertias.items()}
        if OURS in said and not bench.takes_start:
            said[OURS] += ", from its own seeds"
        return said

    # The time of an iteration: the same centres, the same number of iterations, nobody stops early.
    few, many = KMEANS_ITERATIONS
    given = ["--start", start] if bench.takes_start else []
    own = [*shape, *given, "--restarts", 1, "--swaps", 0, "--tolerance", 0]
    labels = bench.path("labels")
    programs = [
        bench.ours(
            "kmeans", *own, "--iterations", many, *centers(OURS), "--labels-out", labels,
            short=[*own, "--iterations", few],
        )
    ]  # fmt: skip
    for library, precision in peers:
        same = [*shape, "--start", start, "--tolerance", 0]
        last = [*same, "--iterations", many, *centers(f"{library} {precision}")]
        programs.append(bench.peer(library, precision, "kmeans", *last, short=[*same, "--iterations", few]))
    results = bench.compare(programs)
    note = f"same start, mean of iterations {few + 1} to {many}"
    table(f"{size}: an iteration", results, "ms", quality(results), note)
    bench.want("iteration", f"{size}, an iteration from the same start", results, "scikit-learn f")
    if results[0].times:
        found = numpy.fromfile(bench.path(f"centers of {OURS}")).reshape(clusters, columns)
        check(bench, yardstick.check_labels(data, numpy.fromfile(labels, dtype=numpy.int32), found))

    # Whole fits, stopped by each one's own rule; faiss has none.
    own = [*shape, *given, "--restarts", 1, "--swaps", 0, *centers(OURS)]
    programs = [bench.ours("kmeans", *own)]
    for library, precision in peers[:-1]:
        programs.append(
            bench.peer(library, precision, "kmeans", *shape, "--start", start, *centers(f"{library} {precision}"))
        )
    results = bench.compare(programs)
    table(f"{size}: a whole fit from the same start", results, "s", quality(results))
    bench.want("whole fit", f"{size}, a whole fit from the same start", results, "scikit-learn f")

    programs = [bench.ours("kmeans", *shape, *centers(OURS))]
    for library, precision in peers:
        programs.append(bench.peer(library, precision, "kmeans", *shape, *centers(f"{library} {precision}")))
    results = bench.compare(programs)
    table(f"{size}: a whole fit with each one's own seeding and defaults", results, "s", quality(results))
    bench.want("whole fit", f"{size}, a whole fit from its own seeds", results, "scikit-learn f")
    data.unlink()


def check(bench: Bench, labels: yardstick.LabelCheck) -> None:
    print(f"  tessera's labels: {labels}")
    if labels.wrong:
        bench.is_right = False


def assign(bench: Bench) -> None:
    """New rows scored by centres that are there."""
    _, columns, clusters = KMEANS_SIZES[0]
    rows = bench.scaled(NEW_ROWS, 1000)
    data, centers, labels = bench.path("new.f64"), bench.path("centers.f64"), bench.path("labels")
    population = Population(columns, clusters, seed=7)
    population.write(data, rows, part=1)
    population.centers.tofile(centers)
    shape = [data, rows, columns, "--clusters", clusters, "--centers", centers]
    programs = [bench.ours("assign", *shape, "--labels-out", labels)]
    theirs = {}
    for library in "scikit-learn", "scikit-learn-intelex", "faiss":
        for precision in ("f32",) if library == "faiss" else ("f32", "f64"):
            theirs[f"{library} {precision}"] = bench.path(f"labels of {library} {precision}")
            own = [*shape, "--labels-out", theirs[f"{library} {precision}"]]
            programs.append(bench.peer(library, precision, "assign", *own))
    results = bench.compare(programs)
    quality = {}
    if results[0].times:
        ours = numpy.fromfile(labels, dtype=numpy.int32)
        quality = {
            name: f"{(numpy.fromfile(path, dtype=numpy.int32) != ours).sum()} labels unlike tessera's"
            for name, path in theirs.items()
            if path.exists()
        }
    title = f"scoring by k-means, n = {rows:,}, d = {columns}, k = {clusters}"
    table(title, results, "ms", quality)
    if results[0].times:
        check(bench, yardstick.check_labels(data, ours, population.centers))


def mixture(bench: Bench) -> None:
    """A full-covariance mixture: the same start, the same number of iterations; then the scoring of new rows by it."""
    rows, columns, clusters = MIXTURE_SIZE
    rows = bench.scaled(rows, 50 * columns * clusters // 4)
    data, start = bench.path("mixture.f64"), bench.path("start")
    population = Population(columns, clusters, seed=11, shaped=True)
    population.write(data, rows)
    means = random_rows(data, rows, columns, clusters, seed=11)
    everything = numpy.cov(numpy.memmap(data, dtype=numpy.float64, mode="r", shape=(rows, columns))[:100_000].T)
    write_mixture(start, numpy.full(clusters, 1 / clusters), means, numpy.tile(everything, (clusters, 1, 1)))

    few, many = MIXTURE_ITERATIONS
    shape = [data, rows, columns, "--clusters", clusters, "--start", start]
    last, first = [*shape, "--iterations", many], [*shape, "--iterations", few]
    programs = [bench.ours("mixture", *last, short=first)]
    programs += [bench.peer("scikit-learn", precision, "mixture", *last, short=first) for precision in ("f64", "f32")]
    of_r = [data, rows, columns, clusters, start]
    programs.append(bench.mclust("mixture", *of_r, many, short=[*of_r, few]))
    results = bench.compare(programs)
    likelihoods = {result.name: result.report["log_likelihood"] for result in results if result.times}
    quality = {name: f"log-likelihood {value:.6f}" for name, value in likelihoods.items()}
    title = f"full-covariance mixture, n = {rows:,}, d = {columns}, k = {clusters}"
    table(f"{title}: an iteration", results, "ms", quality, f"same start, mean of iterations {few + 1} to {many}")
    bench.want("mixture", f"{title}, an iteration", results, "scikit-learn f")
    reference = likelihoods.get("scikit-learn f64") or likelihoods.get("mclust")
    if OURS in likelihoods and reference is not None:
        apart = abs(likelihoods[OURS] / reference - 1)
        print(f"  tessera's log-likelihood is {apart:.1e} (relative) from the peer's after the same iterations")
        # The same arithmetic in another order: what rounding leaves.
        if not apart < 1e-9:
            bench.is_right = False
            print("  which is too far: it is NOT the same fit")
    data.unlink()

    rows = bench.scaled(NEW_ROWS, 1000)
    population.write(data, rows, part=1)
    truth = numpy.einsum("kij,klj->kil", population.shapes, population.shapes)
    write_mixture(start, population.shares, population.centers, truth)
    shape = [data, rows, columns, "--clusters", clusters, "--start", start]
    labels, theirs = bench.path("labels"), bench.path("labels of scikit-learn f64")
    programs = [bench.ours("mixture-assign", *shape, "--labels-out", labels)]
    for precision in "f64", "f32":
        own = [*shape, "--labels-out", bench.path(f"labels of scikit-learn {precision}")]
        programs.append(bench.peer("scikit-learn", precision, "mixture-assign", *own))
    results = bench.compare(programs)
    quality = {}
    if results[0].times and theirs.exists():
        unlike = (numpy.fromfile(labels, dtype=numpy.int32) != numpy.fromfile(theirs, dtype=numpy.int32)).sum()
        quality["scikit-learn f64"] = f"{unlike} labels unlike tessera's"
    table(f"scoring by the mixture, n = {rows:,}, d = {columns}, k = {clusters}", results, "ms", quality)
    data.unlink()


def write_mixture(
    stem: pathlib.Path, proportions: numpy.ndarray, means: numpy.ndarray, covariances: numpy.ndarray
) -> None:
    for name, values in {"proportions": proportions, "means": means, "covariances": covariances}.items():
        values.astype(numpy.float64).tofile(f"{stem}.{name}")


def sweep(bench: Bench) -> None:
    """Every covariance family with every number of components on mclust's own data, which R writes out."""
    title = "14 families x k = 1..9, diabetes"
    if "mclust" in bench.missing:
        bench.summary.append(f"{title}: {bench.missing['mclust']}")
        return
    data = bench.path("diabetes.f64")
    export = [bench.rscript, str(PEERS / "mclust.R"), "diabetes", str(data)]
    shape = measure(export, environment=bench.environment).report
    own = [data, shape["rows"], shape["columns"]]
    programs = [bench.ours("sweep", *own, "--most", 9), bench.mclust("sweep", *own, 9)]
    # What the library's one call does beyond that: is the winner better than one cloud?
    programs.append(bench.ours("sweep", *own, "--most", 9, "--tested", name=f"{OURS}, with its test"))
    results = bench.compare(programs)
    quality = {
        result.name: "{family},{clusters}  BIC {bic:.4f}  {fitted} of {fits} fitted".format(**result.report)
        for result in results
        if result.times
    }
    table(f"{title}, n = {shape['rows']}, d = {shape['columns']}", results, "s", quality)
    bench.want("sweep", title, results, "mclust")


def main() -> None:
    tasks = {
        f"kmeans-{columns}": functools.partial(kmeans, rows=rows, columns=columns, clusters=clusters)
        for rows, columns, clusters in KMEANS_SIZES
    }
    tasks |= {"assign": assign, "mixture": mixture, "sweep": sweep}
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(tasks), help="of " + ",".join(tasks))
    parser.add_argument("--peers", type=lambda text: text.split(","), help="these alone: scikit-learn,faiss,mclust,…")
    parser.add_argument("--scale", type=float, default=1, help="so many times the rows")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=pathlib.Path, help="where the data is made; 1 GiB is enough")
    arguments = parser.parse_args()
    if unknown := set(arguments.only) - set(tasks):
        parser.error(f"--only knows {', '.join(tasks)}, not {', '.join(unknown)}")
    if arguments.folder:
        arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        bench = Bench(str(pathlib.Path(arguments.program).resolve()), pathlib.Path(folder), arguments)
        bench.look_around()
        for name in arguments.only:
            tasks[name](bench)
    print("\nwhat is wanted")
    for line in bench.summary:
        print(f"  {line}")
    sys.exit(0 if bench.is_right else 1)


if __name__ == "__main__":
    main()
