"""Ridge, the path of the lasso and the elastic net, 100,000 x 200."""

import numpy
from sklearn.linear_model import ElasticNet, Ridge, lasso_path

from common import load, report, timed

x, y = load("penalised_x", "penalised_y")
ridge, ridge_s = timed(lambda: Ridge().fit(x, y))
(alphas, coefs, _), path_s = timed(lambda: lasso_path(x - x.mean(0), y - y.mean(), n_alphas=100))
net, net_s = timed(lambda: ElasticNet(alpha=0.1).fit(x, y))
residual = y - net.predict(x)
penalty = 0.5 * 0.1 * (numpy.abs(net.coef_).sum() + 0.5 * (net.coef_**2).sum())
report(
    ridge_s=ridge_s,
    lasso_path_s=path_s,
    elastic_net_s=net_s,
    ridge_r2=ridge.score(x, y),
    elastic_net_objective=float(0.5 * (residual**2).mean() + penalty),
    lasso_last_l1=float(numpy.abs(coefs[:, -1]).sum()),
)
