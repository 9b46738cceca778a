# Numbers for BlockFitterTests.swift, computed by programs that share nothing with Tessera.
#
#   Rscript make_block_fits.R
#
# Made with R 4.2.2, MASS 7.3-58.2 (fitdistr: negative binomial by maximum likelihood), stats 4.2.2 (glm: the row
# effects model as a log-linear model, Agresti, 2010, section 6.3).
library(MASS)
options(digits = 12)
cat(R.version.string, "MASS", as.character(packageVersion("MASS")), "\n")

negative_binomial <- function(values, counts) {
  x <- rep(values, counts)
  start <- suppressWarnings(fitdistr(x, "negative binomial"))$estimate
  # fitdistr stops early: its answer is polished.
  best <- optim(log(start), function(p) -sum(dnbinom(x, size = exp(p[1]), mu = exp(p[2]), log = TRUE)),
    method = "BFGS", control = list(reltol = 1e-16, maxit = 1000))
  f <- function(s) sum(digamma(x + s) - digamma(s)) - length(x) * log1p(mean(x) / s)
  s <- exp(best$par[1])
  size <- uniroot(f, c(s / 1.5, s * 1.5), tol = 1e-14)$root
  cat("size", size, "mean", mean(x), "log-likelihood", sum(dnbinom(x, size = size, mu = mean(x), log = TRUE)), "\n")
}
# Accidents of 647 women (Greenwood & Yule, 1920).
negative_binomial(0:5, c(447, 132, 42, 21, 3, 2))
# Corn borers on 120 plots of eight hills (Bliss & Fisher, 1953).
negative_binomial(c(0:17, 19, 26), c(19, 12, 18, 18, 11, 12, 7, 8, 4, 4, 1, 0, 1, 1, 0, 1, 0, 1, 1, 1))
# Far counts.
negative_binomial(c(0, 1, 10, 100, 1000, 5000), c(50, 20, 10, 10, 5, 1))

# Densities.
cat(dnbinom(c(0, 3, 700), size = 0.4, mu = 2.5, log = TRUE), "\n")
cat(dnbinom(c(0, 3, 40), size = 5e6, mu = 4, log = TRUE), "\n")
cat(dnbinom(c(2, 1000), size = 30, mu = 900, log = TRUE), "\n")

# Row effects: 3 components by 4 levels.
counts <- matrix(c(30, 20, 10, 5, 10, 15, 15, 10, 2.5, 8, 20, 40.5), nrow = 3, byrow = TRUE)
table <- data.frame(count = as.vector(t(counts)), component = factor(rep(1:3, each = 4)), level = factor(rep(0:3, 3)),
  score = rep(0:3, 3))
# The first component's slope is one with the levels: left out, or the fit runs away along it.
fit <- suppressWarnings(glm(count ~ component + level + I((component == 2) * score) + I((component == 3) * score),
  poisson, table, control = list(epsilon = 1e-14, maxit = 50)))
stopifnot(fit$converged)
fitted <- matrix(fitted(fit), nrow = 3, byrow = TRUE)
print(fitted / rowSums(fitted), digits = 12)
