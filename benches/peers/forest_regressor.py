"""RandomForestRegressor(100), defaults, California housing."""

from sklearn.ensemble import RandomForestRegressor

from common import THREADS, load, report, timed

x, y = load("california_x", "california_y")
model, seconds = timed(lambda: RandomForestRegressor(n_jobs=THREADS, random_state=42).fit(x, y))
report(fit_s=seconds)
