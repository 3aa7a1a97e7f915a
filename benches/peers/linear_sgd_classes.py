"""SGDClassifier, defaults, all ten digits, one against the rest: MNIST as it is."""

from sklearn.linear_model import SGDClassifier

from common import THREADS, load, report, timed

x, y, test_x, test_y = load("mnist_train_x", "mnist_train_y", "mnist_test_x", "mnist_test_y")
x, test_x = x.astype("f8"), test_x.astype("f8")
model, seconds = timed(lambda: SGDClassifier(random_state=42, n_jobs=THREADS).fit(x, y))
report(fit_s=seconds, accuracy=float((model.predict(test_x) == test_y).mean()))
