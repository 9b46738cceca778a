# Writes mclust-bic.csv: BIC and log-likelihood of mclust's 14 families x 1..9 components, with its defaults.
# Run in this folder: Rscript make_mclust_tables.R
# bic is in mclust's sign (higher is better); empty where mclust gives up.
suppressPackageStartupMessages(library(mclust))
data(diabetes)
data(banknote)
sets <- list(
  iris = iris[, 1:4], faithful = faithful, diabetes = diabetes[, -1], banknote = banknote[, -1])
families <- mclust.options("emModelNames")
text <- function(value) ifelse(is.na(value), "", sprintf("%.6f", value))
lines <- c(
  sprintf("# R %s.%s, mclust %s, mclustBIC defaults", R.version$major, R.version$minor, packageVersion("mclust")),
  "data,family,k,bic,loglik")
for (name in names(sets)) {
  x <- as.matrix(sets[[name]])
  table <- mclustBIC(x, G = 1:9, modelNames = families, verbose = FALSE)
  for (family in families) for (k in 1:9) {
    value <- table[k, family]
    parameters <- nMclustParams(family, ncol(x), k)
    likelihood <- (value + parameters * log(nrow(x))) / 2
    lines <- c(lines, sprintf("%s,%s,%d,%s,%s", name, family, k, text(value), text(likelihood)))
  }
}
writeLines(lines, "mclust-bic.csv")
