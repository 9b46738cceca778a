# Bootstrap Jaccard similarities to test against (Hennig, 2007). R 4.2.2 with fpc 2.2-10, mclust 6.0.0.
# Rscript stability.R ruspini.csv, gunzipped. Prints the mean similarity of each cluster, the largest first, B = 200.
suppressMessages(library(fpc))
run <- function(name, x, k) {
  set.seed(1)
  b <- clusterboot(x, B = 200, bootmethod = "boot", multipleboot = TRUE, clustermethod = kmeansCBI, krange = k,
                   runs = 20, seed = 1, count = FALSE)
  sizes <- tabulate(b$partition)
  o <- order(-sizes)
  cat(name, k, "sizes", sizes[o], "mean", sprintf("%.3f", b$bootmean[o]), "\n")
}
a <- commandArgs(TRUE)
run("iris", iris[, 1:4], 2)
run("iris", iris[, 1:4], 3)
run("iris", iris[, 1:4], 4)
x <- read.csv(a[1])[, c("x", "y")]
run("ruspini", x, 4)
run("ruspini", x, 5)
run("faithful", faithful, 2)
run("faithful", faithful, 3)
