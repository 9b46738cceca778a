"""The peers of `tessera-bench` that are Python packages: one task on a raw matrix, one line of JSON.

    python clustering.py kmeans  DATA ROWS COLUMNS --library scikit-learn --clusters K [--start FILE] [--iterations N]
    python clustering.py assign  DATA ROWS COLUMNS --library scikit-learn --clusters K --centers FILE
    python clustering.py mixture DATA ROWS COLUMNS --clusters K --start PREFIX --iterations N
    python clustering.py libraries

Only the fit or the scoring is timed. The number of threads comes from the environment (OMP_NUM_THREADS and its like)
and from --threads. Single precision is read as such, block by block: the conversion is neither in the time nor, twice,
in the memory.
"""

import argparse
import importlib.metadata
import json
import pathlib
import time
import warnings

import numpy

LIBRARIES = "scikit-learn", "scikit-learn-intelex", "faiss"


def load(arguments: argparse.Namespace) -> numpy.ndarray:
    """The matrix in the precision asked for."""
    rows, columns = arguments.rows, arguments.columns
    if arguments.precision == "f64":
        return numpy.fromfile(arguments.data, dtype=numpy.float64).reshape(rows, columns)
    x = numpy.empty((rows, columns), dtype=numpy.float32)
    at_once = 1 << 16
    with open(arguments.data, "rb") as file:
        for first in range(0, rows, at_once):
            block = x[first : first + at_once]
            block[:] = numpy.fromfile(file, dtype=numpy.float64, count=block.size).reshape(block.shape)
    return x


def matrix(path: str, *shape: int) -> numpy.ndarray:
    return numpy.fromfile(path, dtype=numpy.float64).reshape(shape)


def estimator(arguments: argparse.Namespace):
    """The KMeans class of the library, told the number of threads."""
    if arguments.library == "scikit-learn":
        from sklearn.cluster import KMeans
    else:
        import daal4py
        from sklearnex.cluster import KMeans

        daal4py.daalinit(arguments.threads)
    return KMeans


def kmeans(arguments: argparse.Namespace) -> dict:
    x = load(arguments)
    start = None
    if arguments.start:
        start = matrix(arguments.start, arguments.clusters, arguments.columns).astype(x.dtype)
    if arguments.library == "faiss":
        return faiss_kmeans(arguments, x, start)
    settings = {"n_init": 1, "random_state": arguments.seed, "init": "k-means++" if start is None else start}
    if arguments.iterations is not None:
        settings |= {"max_iter": arguments.iterations}
    if arguments.tolerance is not None:
        settings |= {"tol": arguments.tolerance}
    model = estimator(arguments)(arguments.clusters, **settings)
    begin = time.perf_counter()
    model.fit(x)
    seconds = time.perf_counter() - begin
    write(arguments, model.cluster_centers_, model.labels_)
    return {"seconds": seconds, "iterations": int(model.n_iter_), "inertia": float(model.inertia_)}


def faiss_kmeans(arguments: argparse.Namespace, x: numpy.ndarray, start: numpy.ndarray | None) -> dict:
    """faiss has no stopping rule and samples the rows unless told otherwise; it is told to take them all."""
    import faiss

    faiss.omp_set_num_threads(arguments.threads)
    settings = {"nredo": 1, "seed": arguments.seed, "min_points_per_centroid": 1}
    settings |= {"max_points_per_centroid": len(x), "niter": arguments.iterations or 25}
    model = faiss.Kmeans(arguments.columns, arguments.clusters, **settings)
    begin = time.perf_counter()
    model.train(x, init_centroids=start)
    seconds = time.perf_counter() - begin
    write(arguments, model.centroids, None)
    return {"seconds": seconds, "iterations": len(model.obj), "inertia": float(model.obj[-1])}


def assign(arguments: argparse.Namespace) -> dict:
    x = load(arguments)
    centers = matrix(arguments.centers, arguments.clusters, arguments.columns).astype(x.dtype)
    if arguments.library == "faiss":
        import faiss

        faiss.omp_set_num_threads(arguments.threads)
        index = faiss.IndexFlatL2(arguments.columns)
        index.add(centers)
        begin = time.perf_counter()
        _, labels = index.search(x, 1)
        seconds = time.perf_counter() - begin
    else:
        # A model scores only once it was fitted: one iteration on each centre twice, which leaves it where it is.
        twice = numpy.repeat(centers, 2, axis=0)
        model = estimator(arguments)(arguments.clusters, init=centers, n_init=1, max_iter=1).fit(twice)
        model.cluster_centers_ = centers
        begin = time.perf_counter()
        labels = model.predict(x)
        seconds = time.perf_counter() - begin
    write(arguments, None, labels.ravel())
    return {"seconds": seconds}


def mixture(arguments: argparse.Namespace) -> dict:
    from sklearn.mixture import GaussianMixture

    x = load(arguments)
    k, d = arguments.clusters, arguments.columns
    covariances = matrix(f"{arguments.start}.covariances", k, d, d).astype(x.dtype)
    model = GaussianMixture(
        k,
        covariance_type="full",
        tol=0,
        reg_covar=0,
        max_iter=arguments.iterations,
        weights_init=matrix(f"{arguments.start}.proportions", k).astype(x.dtype),
        means_init=matrix(f"{arguments.start}.means", k, d).astype(x.dtype),
        precisions_init=numpy.linalg.inv(covariances),
    )
    begin = time.perf_counter()
    model.fit(x)
    seconds = time.perf_counter() - begin
    likelihood = float(model.score_samples(x).sum(dtype=numpy.float64))
    return {"seconds": seconds, "iterations": int(model.n_iter_), "log_likelihood": likelihood}


def mixture_assign(arguments: argparse.Namespace) -> dict:
    """Scores rows by a mixture given as parameters."""
    from sklearn.mixture import GaussianMixture

    x = load(arguments)
    k, d = arguments.clusters, arguments.columns
    model = GaussianMixture(k, covariance_type="full")
    model.weights_ = matrix(f"{arguments.start}.proportions", k).astype(x.dtype)
    model.means_ = matrix(f"{arguments.start}.means", k, d).astype(x.dtype)
    model.covariances_ = matrix(f"{arguments.start}.covariances", k, d, d).astype(x.dtype)
    model.precisions_cholesky_ = numpy.linalg.cholesky(numpy.linalg.inv(model.covariances_))
    begin = time.perf_counter()
    labels = model.predict_proba(x).argmax(axis=1)
    seconds = time.perf_counter() - begin
    write(arguments, None, labels)
    return {"seconds": seconds}


def write(arguments: argparse.Namespace, centers: numpy.ndarray | None, labels: numpy.ndarray | None) -> None:
    if arguments.centers_out and centers is not None:
        numpy.asarray(centers, dtype=numpy.float64).tofile(arguments.centers_out)
    if arguments.labels_out and labels is not None:
        numpy.asarray(labels, dtype=numpy.int32).tofile(arguments.labels_out)


def peak_bytes() -> int | None:
    """The most memory that this program held; the system's own count would begin with that of the process before."""
    try:
        lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:")), None)


def libraries() -> dict:
    """The versions, null for what is not installed, and the kernels that the BLAS inside each package chose."""
    import sklearn.cluster  # noqa: F401, loaded for its BLAS
    from threadpoolctl import threadpool_info

    versions = {}
    for package in "scikit-learn", "scikit-learn-intelex", "faiss-cpu", "numpy", "scipy":
        try:
            versions[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            versions[package] = None
    if versions["faiss-cpu"]:
        import faiss  # noqa: F401, as above
    # The folder of a wheel's libraries bears the package's name: numpy.libs, faiss_cpu.libs.
    kernels = {
        pathlib.Path(pool["filepath"]).parent.name.removesuffix(".libs"): f"{pool['version']} {pool['architecture']}"
        for pool in threadpool_info()
        if pool["user_api"] == "blas" and pool["internal_api"] == "openblas"
    }
    return {"versions": versions, "openblas": kernels}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    tasks = {"kmeans": kmeans, "assign": assign, "mixture": mixture, "mixture-assign": mixture_assign}
    parser.add_argument("task", choices=[*tasks, "libraries"])
    parser.add_argument("data", nargs="?")
    parser.add_argument("rows", nargs="?", type=int)
    parser.add_argument("columns", nargs="?", type=int)
    parser.add_argument("--library", choices=LIBRARIES, default="scikit-learn")
    parser.add_argument("--precision", choices=["f32", "f64"], default="f64")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clusters", type=int)
    parser.add_argument("--start", help="the centres to start from; for a mixture the stem of its three files")
    parser.add_argument("--centers", help="the centres to score by")
    parser.add_argument("--iterations", type=int)
    parser.add_argument("--tolerance", type=float)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--centers-out")
    parser.add_argument("--labels-out")
    arguments = parser.parse_intermixed_args()
    # That an iteration limit was reached is what was asked for.
    warnings.simplefilter("ignore")
    if arguments.task == "libraries":
        print(json.dumps(libraries()))
        return
    if arguments.rows is None or arguments.columns is None:
        parser.error("a matrix, its rows and its columns are needed")
    print(json.dumps({"task": arguments.task} | tasks[arguments.task](arguments) | {"peak_bytes": peak_bytes()}))


if __name__ == "__main__":
    main()
