"""LogisticRegression of sparse rows, 100,000 x 100,000, 100 elements a row on average."""

from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from common import load, report, timed

values, columns, starts, y = load("sparse_values", "sparse_columns", "sparse_starts", "sparse_y")
x = csr_matrix((values, columns.astype("i4"), starts.astype("i4")), shape=(len(y), 100_000))
model, seconds = timed(lambda: LogisticRegression(solver="liblinear", fit_intercept=False).fit(x, y))
loss = log_loss(y, model.predict_proba(x), normalize=False)
penalty = 0.5 * (model.coef_**2).sum()
report(fit_s=seconds, objective=float(loss + penalty), accuracy=model.score(x, y))
