"""LinearRegression, 1,000,000 x 50."""

from sklearn.linear_model import LinearRegression

from common import load, report, timed

x, y = load("linear_x", "linear_y")
model, seconds = timed(lambda: LinearRegression().fit(x, y))
report(fit_s=seconds, r2=model.score(x, y))
