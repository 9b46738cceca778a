# The peer of `tessera-bench` in R: the package mclust. One task, one line of JSON.
#
#   Rscript mclust.R diabetes FILE                         writes mclust's own data set as doubles, row after row
#   Rscript mclust.R sweep DATA ROWS COLUMNS LARGEST       the 14 families, 1 to LARGEST components
#   Rscript mclust.R mixture DATA ROWS COLUMNS K START N   N iterations of the full covariances from the files START.*
#   Rscript mclust.R libraries
#
# Only the fit is timed. The sign of the criterion is turned: lower is better.

suppressPackageStartupMessages(library(mclust))
given <- commandArgs(trailingOnly = TRUE)
quoted <- function(text) paste0("\"", text, "\"")
number <- function(value) formatC(value, digits = 15, format = "g")
answer <- function(...) {
  fields <- list(...)
  cat("{", paste0(quoted(names(fields)), ": ", unlist(fields), collapse = ", "), "}\n", sep = "")
}
doubles <- function(path, count) readBin(path, "double", count, size = 8, endian = "little")
# The most memory that this program held; null where the system does not say.
peak_bytes <- function() {
  if (!file.exists("/proc/self/status")) return("null")
  line <- grep("^VmHWM:", readLines("/proc/self/status"), value = TRUE)
  number(as.numeric(gsub("[^0-9]", "", line)) * 1024)
}
rows_of <- function(path, rows, columns) {
  matrix(doubles(path, rows * columns), rows, columns, byrow = TRUE)
}

if (given[1] == "diabetes") {
  x <- as.matrix(diabetes[, sapply(diabetes, is.numeric)])
  writeBin(as.vector(t(x)), given[2], size = 8, endian = "little")
  answer(rows = nrow(x), columns = ncol(x))
} else if (given[1] == "sweep") {
  x <- rows_of(given[2], as.integer(given[3]), as.integer(given[4]))
  families <- mclust.options("emModelNames")
  largest <- as.integer(given[5])
  seconds <- system.time(fit <- Mclust(x, G = 1:largest, modelNames = families, verbose = FALSE))[["elapsed"]]
  answer(
    seconds = number(seconds), family = quoted(fit$modelName), clusters = fit$G, bic = number(-fit$bic),
    log_likelihood = number(fit$loglik), fits = length(fit$BIC), fitted = sum(is.finite(fit$BIC)),
    peak_bytes = peak_bytes())
} else if (given[1] == "mixture") {
  n <- as.integer(given[3]); d <- as.integer(given[4]); k <- as.integer(given[5]); iterations <- as.integer(given[7])
  x <- rows_of(given[2], n, d)
  covariances <- array(doubles(paste0(given[6], ".covariances"), k * d * d), c(d, d, k))
  start <- list(
    pro = doubles(paste0(given[6], ".proportions"), k),
    mean = matrix(doubles(paste0(given[6], ".means"), k * d), d, k),
    variance = list(modelName = "VVV", d = d, G = k, cholsigma = array(apply(covariances, 3, chol), c(d, d, k))))
  control <- emControl(tol = c(0, 0), itmax = c(iterations, iterations))
  seconds <- system.time(fit <- em(x, "VVV", start, control = control))[["elapsed"]]
  likelihood <- estep(x, "VVV", fit$parameters)$loglik
  # The number comes negative when the limit was reached.
  answer(
    seconds = number(seconds), iterations = abs(attr(fit, "info")[["iterations"]]),
    log_likelihood = number(likelihood), peak_bytes = peak_bytes())
} else if (given[1] == "libraries") {
  answer(r = quoted(getRversion()), mclust = quoted(packageVersion("mclust")), blas = quoted(basename(La_library())))
} else {
  stop("unknown task ", given[1])
}
