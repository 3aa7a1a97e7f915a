"""The workloads of nn-*: `nn.py PEER WORKLOAD FOLDER` for Keras (on TensorFlow), PyTorch and torch.compile, in float32.

The same networks, data and counts as benches/ours/src/nn.rs, which says more.
"""

import os
import subprocess
import sys
import time

from common import DATA, THREADS, load, report, timed

PEER, WORKLOAD = sys.argv[1:3]
VALIDATION, HOUSING_ROWS, BATCH = 5_000, 11_610, 32
EPOCHS, HOUSING_EPOCHS = 3, 6
ANSWERS, WARM_UP = 5_000, 500
SEARCH_EPOCHS, SEARCH_FOLDS = 3, 3
TRIALS = [
    (2, 67, 0.0031),
    (1, 14, 0.0004),
    (3, 88, 0.0112),
    (0, 42, 0.0008),
    (1, 95, 0.0205),
    (2, 23, 0.0016),
    (3, 51, 0.0007),
    (1, 74, 0.0058),
    (0, 9, 0.0259),
    (2, 36, 0.0142),
]


def images():
    x, y = load("fashion_train_x", "fashion_train_y")
    return (x[VALIDATION:] / 255.0).astype("float32"), y[VALIDATION:].astype("int64")


def houses():
    x, y = load("nn_housing_x", "nn_housing_y")
    return x[:HOUSING_ROWS], y[:HOUSING_ROWS, None]


def first_batch():
    import numpy

    return numpy.full((BATCH, 784), 0.5, "float32"), numpy.arange(BATCH) % 10


def tell(seconds, loss):
    """The first epoch compiles, and is told apart."""
    later = seconds[1:]
    report(epoch_s=sum(later) / len(later), first_epoch_s=seconds[0], loss=loss)


def answers(answer, x):
    """Every answer is timed on its own."""
    seconds = []
    for number in range(WARM_UP + ANSWERS):
        image = x[number % 1_000 : number % 1_000 + 1]
        start = time.perf_counter()
        answer(image)
        seconds.append(time.perf_counter() - start)
    seconds = sorted(seconds[WARM_UP:])
    report(p50_us=seconds[ANSWERS // 2] * 1e6, p99_us=seconds[ANSWERS * 99 // 100] * 1e6)


class KerasPeer:
    def __init__(self):
        os.environ |= {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
        import keras
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(THREADS)
        tensorflow.config.threading.set_inter_op_parallelism_threads(THREADS)
        keras.utils.set_random_seed(42)
        self.keras, self.tensorflow = keras, tensorflow

    def classifier(self, full=False):
        layers, models = self.keras.layers, self.keras
        stack = [layers.Input((784,))]
        for units in (300, 100):
            stack.append(layers.Dense(units, activation="relu"))
            if full:
                stack += [layers.BatchNormalization(), layers.Dropout(0.2)]
        model = models.Sequential(stack + [layers.Dense(10, activation="softmax")])
        optimizer = self.keras.optimizers.Adam(1e-3) if full else self.keras.optimizers.SGD(0.01)
        model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
        return model

    def train(self, model, x, y, epochs):
        seconds = []

        class Clock(self.keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                self.start = time.perf_counter()

            def on_epoch_end(self, epoch, logs=None):
                seconds.append(time.perf_counter() - self.start)

        history = model.fit(x, y, epochs=epochs, batch_size=BATCH, verbose=0, callbacks=[Clock()])
        tell(seconds, history.history["loss"][-1])

    def train_classifier(self, full):
        self.train(self.classifier(full), *images(), EPOCHS)

    def housing(self):
        layers = self.keras.layers
        model = self.keras.Sequential([layers.Input((8,)), layers.Dense(30, activation="relu"), layers.Dense(1)])
        model.compile(self.keras.optimizers.SGD(1e-3), "mse")
        self.train(model, *houses(), HOUSING_EPOCHS)

    def search(self):
        """Scikit-Learn's search over Keras's network. In turn: TensorFlow's own threads are the parallel ones."""
        from sklearn.base import BaseEstimator, RegressorMixin
        from sklearn.model_selection import GridSearchCV

        keras, layers = self.keras, self.keras.layers

        class Network(RegressorMixin, BaseEstimator):
            def __init__(self, n_hidden=1, n_neurons=30, learning_rate=3e-3):
                self.n_hidden, self.n_neurons, self.learning_rate = n_hidden, n_neurons, learning_rate

            def fit(self, x, y):
                hidden = [layers.Dense(self.n_neurons, activation="relu") for _ in range(self.n_hidden)]
                self.model_ = keras.Sequential([layers.Input((x.shape[1],)), *hidden, layers.Dense(1)])
                self.model_.compile(keras.optimizers.SGD(self.learning_rate), "mse")
                self.model_.fit(x, y, epochs=SEARCH_EPOCHS, batch_size=BATCH, verbose=0)
                return self

            def predict(self, x):
                return self.model_.predict(x, verbose=0)[:, 0]

        grids = [{"n_hidden": [n], "n_neurons": [m], "learning_rate": [rate]} for n, m, rate in TRIALS]
        search = GridSearchCV(Network(), grids, cv=SEARCH_FOLDS, scoring="neg_mean_squared_error", refit=False)
        x, y = houses()
        found, search_s = timed(lambda: search.fit(x, y[:, 0]))
        report(search_s=search_s, best_mse=-found.best_score_)

    def latency(self):
        model = self.classifier()
        answers(lambda image: model(image, training=False).numpy(), images()[0])

    def first_batch(self):
        self.classifier().train_on_batch(*first_batch())


class TorchPeer:
    def __init__(self, compiled):
        import torch

        torch.set_num_threads(THREADS)
        torch.manual_seed(42)
        self.torch, self.compiled = torch, compiled

    def compile(self, function):
        return self.torch.compile(function) if self.compiled else function

    def classifier(self, full=False):
        nn, layers, inputs = self.torch.nn, [], 784
        for units in (300, 100):
            layers += [nn.Linear(inputs, units), nn.ReLU()]
            if full:
                layers += [nn.BatchNorm1d(units, eps=1e-3, momentum=0.01), nn.Dropout(0.2)]
            inputs = units
        model = nn.Sequential(*layers, nn.Linear(inputs, 10))
        optim = self.torch.optim
        return model, optim.Adam(model.parameters(), 1e-3) if full else optim.SGD(model.parameters(), 0.01)

    def steps(self, model, optimizer, loss_of):
        """A step of training: forward and loss in one function, and the update in another, where they are compiled."""
        loss_function = self.compile(lambda x, y: loss_of(model(x), y))
        update = self.compile(optimizer.step)

        def step(x, y):
            optimizer.zero_grad(set_to_none=True)
            loss = loss_function(x, y)
            loss.backward()
            update()
            return loss.detach()

        return step

    def train(self, model, optimizer, loss_of, x, y, epochs):
        torch = self.torch
        x, y = torch.from_numpy(x), torch.from_numpy(y)
        model.train()
        step, seconds = self.steps(model, optimizer, loss_of), []
        for _ in range(epochs):
            start, total = time.perf_counter(), torch.zeros(())
            for rows in torch.randperm(len(x)).split(BATCH):
                total += step(x[rows], y[rows]) * len(rows)
            loss = total.item() / len(x)
            seconds.append(time.perf_counter() - start)
        tell(seconds, loss)

    def train_classifier(self, full):
        model, optimizer = self.classifier(full)
        self.train(model, optimizer, self.torch.nn.functional.cross_entropy, *images(), EPOCHS)

    def housing(self):
        nn = self.torch.nn
        model = nn.Sequential(nn.Linear(8, 30), nn.ReLU(), nn.Linear(30, 1))
        optimizer = self.torch.optim.SGD(model.parameters(), 1e-3)
        self.train(model, optimizer, nn.functional.mse_loss, *houses(), HOUSING_EPOCHS)

    def latency(self):
        model, _ = self.classifier()
        answer = self.compile(self.torch.nn.Sequential(model, self.torch.nn.Softmax(-1)).eval())
        with self.torch.inference_mode():
            answers(lambda image: answer(self.torch.from_numpy(image)).numpy(), images()[0])

    def first_batch(self):
        model, optimizer = self.classifier()
        x, y = map(self.torch.from_numpy, first_batch())
        self.steps(model, optimizer, self.torch.nn.functional.cross_entropy)(x, y).item()


def start():
    """From the start of a process of its own to its word that a batch is trained."""
    begun = time.perf_counter()
    command = [sys.executable, __file__, PEER, "nn-first-batch", str(DATA)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        # Compilers may print before it.
        next(line for line in child.stdout if line.strip() == b"done")
        seconds = time.perf_counter() - begun
    assert child.returncode == 0, "the first batch's process failed"
    report(first_batch_s=seconds)


def main():
    if WORKLOAD == "nn-start":
        return start()
    peer = KerasPeer() if PEER == "Keras" else TorchPeer(PEER == "torch.compile")
    if WORKLOAD == "nn-first-batch":
        peer.first_batch()
        return print("done", flush=True)
    return {
        "nn-classifier": lambda: peer.train_classifier(False),
        "nn-classifier-adam": lambda: peer.train_classifier(True),
        "nn-housing": peer.housing,
        "nn-latency": peer.latency,
        "nn-search": lambda: peer.search(),
    }[WORKLOAD]()


main()
