"""Area under the ROC, precision-recall curve and confusion matrix of 10,000,000 scores."""

from sklearn.metrics import confusion_matrix, precision_recall_curve, roc_auc_score

from common import load, report, timed

labels, scores = load("scores_labels", "scores_scores")
predicted = (scores > 0).astype("u1")
auc, auc_s = timed(lambda: roc_auc_score(labels, scores))
(precision, _, _), curve_s = timed(lambda: precision_recall_curve(labels, scores))
matrix, matrix_s = timed(lambda: confusion_matrix(labels, predicted))
report(
    auc_s=auc_s,
    curve_s=curve_s,
    matrix_s=matrix_s,
    total_s=auc_s + curve_s + matrix_s,
    auc=float(auc),
    points=len(precision),
    true_positives=int(matrix[1, 1]),
)
