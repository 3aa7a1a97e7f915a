"""DecisionTreeRegressor of unlimited depth, California housing."""

from sklearn.tree import DecisionTreeRegressor

from common import load, report, timed

x, y = load("california_x", "california_y")
model, seconds = timed(lambda: DecisionTreeRegressor(random_state=42).fit(x, y))
report(fit_s=seconds)
