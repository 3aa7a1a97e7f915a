"""RandomForestClassifier(100), defaults, MNIST."""

from sklearn.ensemble import RandomForestClassifier

from common import THREADS, load, report, timed

x, y, test_x, test_y = load("mnist_train_x", "mnist_train_y", "mnist_test_x", "mnist_test_y")
x, test_x = x.astype("f4"), test_x.astype("f4")
model, fit_seconds = timed(lambda: RandomForestClassifier(n_jobs=THREADS, random_state=42).fit(x, y))
predicted, predict_seconds = timed(lambda: model.predict(test_x))
report(fit_s=fit_seconds, predict_s=predict_seconds, accuracy=float((predicted == test_y).mean()))
