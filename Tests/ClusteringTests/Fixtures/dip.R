# Quantiles of sqrt(n) x dip of n uniform numbers: the table of DipQuantiles. Then the dips of the tests.
# R 4.2.2 with diptest 0.76-0.
suppressMessages(library(diptest))
set.seed(1)
p <- c(0.5, 0.75, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
cat("n", p, "\n")
for (n in c(4, 6, 8, 10, 15, 20, 30, 50, 100, 200, 500, 1000, 2000)) {
  q <- quantile(sqrt(n) * replicate(40000, dip(runif(n))), p)
  cat(n, sprintf("%.4f", q), "\n")
}

# The dips that DipTestTests quotes.
options(digits = 15)
x <- (1:50 * 0.618033988749895) %% 1
for (v in list(1:5, c(0, 0.1, 0.2, 5, 5.1, 5.2), x, x^2, c(x, x + 1.5), c(3, 3, 3), c(1, 1, 1, 2, 2, 2),
               faithful$eruptions, faithful$waiting, iris$Petal.Length, iris$Sepal.Width)) print(dip(v))
