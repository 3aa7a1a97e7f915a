"""CSV load and chapter 2's preprocessing on two million rows."""

import numpy
import pandas
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from common import DATA, report, timed


class Ratios(TransformerMixin, BaseEstimator):
    """Rooms and people per household, bedrooms per room."""

    def fit(self, x, y=None):
        return self

    def transform(self, x):
        rooms, bedrooms, people, households = x[:, 3], x[:, 4], x[:, 5], x[:, 6]
        return numpy.c_[x, rooms / households, people / households, bedrooms / rooms]


def run():
    frame, load_seconds = timed(lambda: pandas.read_csv(DATA / "housing_2m.csv"))
    frame = frame.drop(columns="median_house_value")
    numbers = list(frame.drop(columns="ocean_proximity"))
    pipeline = Pipeline(
        [("imputer", SimpleImputer(strategy="median")), ("ratios", Ratios()), ("scaler", StandardScaler())]
    )
    prepare = ColumnTransformer([("num", pipeline, numbers), ("cat", OneHotEncoder(), ["ocean_proximity"])])
    matrix, seconds = timed(lambda: prepare.fit_transform(frame))
    return load_seconds, seconds, matrix


load_seconds, seconds, matrix = run()
report(load_s=load_seconds, prepare_s=seconds, total_s=load_seconds + seconds, columns=matrix.shape[1])
