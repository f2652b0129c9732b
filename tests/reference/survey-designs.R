# Makes survey-designs.json: what R's survey says of one small stratified sample with a lonely stratum, a stratum
# taken whole, unequal weights and blanks. Run with: Rscript survey-designs.R > survey-designs.json
suppressMessages({library(survey); library(jsonlite)})

i <- 1:30
d <- data.frame(
  h = rep(c("a", "b", "c", "d"), c(12, 10, 7, 1)),
  N = rep(c(80, 43, 7, 9), c(12, 10, 7, 1)),
  y = round(20 + 9 * sin(i) + i %% 7 + (i * i) %% 11, 2),
  x = round(5 + 3 * cos(2 * i) + i %% 4, 2),
  g = c("u", "v", "w")[1 + (i + i %/% 4) %% 3],
  k = c("no", "yes")[1 + (i %/% 2) %% 2],
  stringsAsFactors = TRUE
)
d$w <- round(d$N / ave(d$N, d$h, FUN = length) * (1 + 0.2 * sin(3 * i)) , 4)
d$w[d$h == "c"] <- 1
d$z <- d$y; d$z[c(3, 17)] <- NA

of <- function(policy) {
  options(survey.lonely.psu = policy)
  svydesign(id = ~1, strata = ~h, fpc = ~N, weights = ~w, data = d)
}
two <- function(m) list(estimate = unname(coef(m)), se = unname(SE(m)))

lonely <- lapply(c(adjust = "adjust", average = "average", certainty = "certainty"), function(policy) {
  s <- of(policy)
  list(
    mean = two(svymean(~y, s)), total = two(svytotal(~y, s)), share = two(svymean(~k, s)),
    mean_by_k = two(svyby(~y, ~k, s, svymean)), total_by_h = two(svyby(~y, ~h, s, svytotal)),
    mean_by_h = two(svyby(~y, ~h, s, svymean)), mean_of_known = two(svymean(~z, s, na.rm = TRUE))
  )
})

s <- of("adjust")
t1 <- c(u = 50, v = 60, w = 29); t2 <- c(no = 60, yes = 79)
base <- c(`(Intercept)` = 139, gv = 60, gw = 29, kyes = 79)
ps <- postStratify(s, ~g, data.frame(g = names(t1), Freq = unname(t1)))
calibrated <- list(
  poststratified = ps,
  linear = calibrate(s, ~g + k + x, c(base, x = 900), epsilon = 1e-12, maxit = 500),
  raking = calibrate(s, ~g + k + x, c(base, x = 900), calfun = "raking", epsilon = 1e-12, maxit = 500),
  logit = calibrate(s, ~g + k + x, c(base, x = 900), calfun = "logit", bounds = c(0.4, 2.5), epsilon = 1e-12, maxit = 500)
)
calibration <- lapply(calibrated, function(c) list(
  weights = unname(weights(c)), mean = two(svymean(~y, c)), total = two(svytotal(~y, c)), share = two(svymean(~k, c)),
  mean_by_k = two(svyby(~y, ~k, c, svymean)), regression = two(svyglm(y ~ x, c))
))

ties <- lapply(c(`0.1` = 0.1, `0.25` = 0.25, `0.5` = 0.5, `0.9` = 0.9), function(p) list(
  math = unname(quantile(d$y[1:20], p, type = 1)), school = unname(quantile(d$y[1:20], p, type = 2)),
  interpolated = unname(quantile(d$y[1:20], p, type = 7))
))

cat(toJSON(list(
  R = R.version.string, survey = as.character(packageVersion("survey")), script = "survey-designs.R",
  data = d, lonely = lonely, calibration = calibration, ties = ties
), digits = NA, auto_unbox = TRUE, na = "null", pretty = 1))
cat("\n")
