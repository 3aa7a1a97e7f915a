"""k-NN by brute force, MNIST."""

from sklearn.neighbors import KNeighborsClassifier

from common import THREADS, load, report, timed

x, y, test_x, test_y = load("mnist_train_x", "mnist_train_y", "mnist_test_x", "mnist_test_y")
x, test_x = x.astype("f4"), test_x.astype("f4")
model = KNeighborsClassifier(n_neighbors=5, algorithm="brute", n_jobs=THREADS).fit(x, y)
predicted, seconds = timed(lambda: model.predict(test_x))
report(predict_s=seconds, accuracy=float((predicted == test_y).mean()))
