"""LogisticRegression, multinomial by L-BFGS, 100 iterations at most, MNIST in 0 to 1."""

from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from common import load, report, timed

x, y, test_x, test_y = load("mnist_train_x", "mnist_train_y", "mnist_test_x", "mnist_test_y")
x, test_x = x.astype("f4") / 255, test_x.astype("f4") / 255
model, seconds = timed(lambda: LogisticRegression(max_iter=100).fit(x, y))
penalty = 0.5 * float((model.coef_.astype("f8") ** 2).sum())
report(
    fit_s=seconds,
    objective=log_loss(y, model.predict_proba(x).astype("f8"), normalize=False) + penalty,
    accuracy=float((model.predict(test_x) == test_y).mean()),
)
