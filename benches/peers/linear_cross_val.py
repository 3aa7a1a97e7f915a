"""cross_val_score of SGDClassifier in three folds, is it a 5: MNIST as it is."""

from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import cross_val_score

from common import THREADS, load, report, timed

x, y = load("mnist_train_x", "mnist_train_y")
x = x.astype("f8")
model = SGDClassifier(random_state=42)
scores, seconds = timed(lambda: cross_val_score(model, x, y == 5, cv=3, scoring="accuracy", n_jobs=THREADS))
report(fit_s=seconds, accuracy=float(scores.mean()))
