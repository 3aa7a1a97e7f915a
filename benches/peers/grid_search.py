"""GridSearchCV of chapter 2 on the prepared housing matrix."""

from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import GridSearchCV

from common import THREADS, load, report, timed

x, y = load("housing_train_x", "housing_train_y")
grid = [
    {"n_estimators": [3, 10, 30], "max_features": [2, 4, 6, 8]},
    {"bootstrap": [False], "n_estimators": [3, 10], "max_features": [2, 3, 4]},
]
search = GridSearchCV(
    RandomForestRegressor(random_state=42),
    grid,
    cv=5,
    scoring="neg_mean_squared_error",
    return_train_score=True,
    n_jobs=THREADS,
)
_, seconds = timed(lambda: search.fit(x, y))
report(fit_s=seconds, best_rmse=float((-search.best_score_) ** 0.5))
