"""The groups of core-*: `core.py PEER GROUP FOLDER` for NumPy, PyTorch and torch.compile, in float32.

The same shapes, sizes and programs as benches/ours/src/core.rs and figures.rs, which say more.
"""

import math
import sys
import time
from pathlib import Path

from common import THREADS, report

PEER, GROUP = sys.argv[1:3]
PRODUCTS = [(32, 784, 300), (128, 784, 512), (256,) * 3, (512,) * 3, (1024,) * 3, (2048,) * 3, (64, 576, 3136)]
SIZES = [1_000, 100_000, 10_000_000]
LAYERS = [784, 300, 100, 10]
BATCH, ADDS, CHAIN = 32, 1_000, 1_000_000
FIGURES, MEMORY = {}, {}


def measure(name, action):
    """Keeps the fastest of seven repeats of 20 ms."""
    action()
    start = time.perf_counter()
    action()
    rounds = math.ceil(0.02 / max(time.perf_counter() - start, 1e-7))
    best = math.inf
    for _ in range(7):
        start = time.perf_counter()
        for _ in range(rounds):
            action()
        best = min(best, (time.perf_counter() - start) / rounds)
    FIGURES[f"{name}_s"] = best


def resident(name):
    """A line of what Linux says of this process's memory, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(name)).split()[1]) / 1024


def forget_peak():
    """What is resident; the peak of memory is measured anew from here."""
    Path("/proc/self/clear_refs").write_text("5")
    return resident("VmRSS:")


def numpy_groups():
    """Forward only: NumPy has neither gradients nor a compiler."""
    import numpy as np

    rng = np.random.default_rng(42)

    def tensor(*shape):
        return rng.random(shape, dtype=np.float32) - np.float32(0.5)

    def matmul():
        for m, k, n in PRODUCTS:
            for form in ("nn", "tn", "nt"):
                a = tensor(k, m).T if form == "tn" else tensor(m, k)
                b = tensor(n, k).T if form == "nt" else tensor(k, n)
                measure(f"{m}x{k}x{n}_{form}", lambda: a @ b)
        a, b = tensor(64, 64, 64), tensor(64, 64, 64)
        for form in ("nn", "tn", "nt"):
            x = a.transpose(0, 2, 1) if form == "tn" else a
            y = b.transpose(0, 2, 1) if form == "nt" else b
            measure(f"64x(64x64x64)_{form}", lambda: x @ y)

    def elementwise():
        for size in SIZES:
            x, row = tensor(size // 100, 100), tensor(100)
            measure(f"add_{size}", lambda: x + row)
            measure(f"exp_{size}", lambda: np.exp(x))
            measure(f"tanh_{size}", lambda: np.tanh(x))
            measure(f"sigmoid_{size}", lambda: 1 / (1 + np.exp(-x)))

    def softmax(x, axis):
        e = np.exp(x - x.max(axis, keepdims=True))
        return e / e.sum(axis, keepdims=True)

    def layer_norm(x, gain, bias):
        scale = 1 / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        return (x - x.mean(-1, keepdims=True)) * scale * gain + bias

    def reductions():
        for size in SIZES:
            x, cube = tensor(size // 100, 100), tensor(size // 100, 10, 10)
            gain, bias = tensor(100), tensor(100)
            measure(f"sum_{size}", lambda: x.sum())
            measure(f"sum_rows_{size}", lambda: x.sum(1))
            measure(f"sum_columns_{size}", lambda: x.sum(0))
            measure(f"sum_two_axes_{size}", lambda: cube.sum((0, 2)))
            measure(f"max_{size}", lambda: x.max(1))
            measure(f"mean_{size}", lambda: x.mean(0))
            measure(f"softmax_{size}", lambda: softmax(x, 1))
            measure(f"softmax_columns_{size}", lambda: softmax(x, 0))
            measure(f"layer_norm_{size}", lambda: layer_norm(x, gain, bias))

    def small_ops():
        x, y = tensor(10), tensor(10)

        def adds():
            total = x
            for _ in range(ADDS):
                total = total + y
            return total

        measure("forward", adds)

    return {"matmul": matmul, "elementwise": elementwise, "reductions": reductions, "small-ops": small_ops}


def torch_groups():
    """Eagerly, or each program compiled as a whole."""
    import torch

    torch.set_num_threads(THREADS)
    torch.manual_seed(42)
    functional = torch.nn.functional

    def compiled(function):
        return torch.compile(function) if PEER == "torch.compile" else function

    def tensor(*shape):
        return torch.rand(*shape) - 0.5

    def matmul():
        for m, k, n in PRODUCTS:
            for form in ("nn", "tn", "nt"):
                a = tensor(k, m).t() if form == "tn" else tensor(m, k)
                b = tensor(n, k).t() if form == "nt" else tensor(k, n)
                measure(f"{m}x{k}x{n}_{form}", lambda: a @ b)
        a, b = tensor(64, 64, 64), tensor(64, 64, 64)
        for form in ("nn", "tn", "nt"):
            x = a.transpose(1, 2) if form == "tn" else a
            y = b.transpose(1, 2) if form == "nt" else b
            measure(f"64x(64x64x64)_{form}", lambda: x @ y)

    def elementwise():
        for size in SIZES:
            x, row = tensor(size // 100, 100), tensor(100)
            measure(f"add_{size}", lambda: x + row)
            for name in ("exp", "tanh", "sigmoid"):
                measure(f"{name}_{size}", lambda: getattr(torch, name)(x))
            measure(f"gelu_{size}", lambda: functional.gelu(x))

    def reductions():
        def layer_norm(x, gain, bias):
            variance, mean = torch.var_mean(x, -1, correction=0, keepdim=True)
            return (x - mean) * torch.rsqrt(variance + 1e-5) * gain + bias

        layer_norm = compiled(layer_norm)
        for size in SIZES:
            x, cube = tensor(size // 100, 100), tensor(size // 100, 10, 10)
            gain, bias = tensor(100), tensor(100)
            measure(f"sum_{size}", lambda: x.sum())
            measure(f"sum_rows_{size}", lambda: x.sum(1))
            measure(f"sum_columns_{size}", lambda: x.sum(0))
            measure(f"sum_two_axes_{size}", lambda: cube.sum((0, 2)))
            measure(f"max_{size}", lambda: x.amax(1))
            measure(f"mean_{size}", lambda: x.mean(0))
            measure(f"softmax_{size}", lambda: x.softmax(1))
            measure(f"softmax_columns_{size}", lambda: x.softmax(0))
            measure(f"layer_norm_{size}", lambda: layer_norm(x, gain, bias))

    def adds(x, y):
        total = x
        for _ in range(ADDS):
            total = total + y
        return total

    def small_ops():
        x, y = tensor(10), tensor(10)
        with torch.no_grad():
            measure("forward", lambda: adds(x, y))
        watched = x.clone().requires_grad_()
        measure("forward_backward", lambda: torch.autograd.grad(adds(watched, y).sum(), watched))

    def fused():
        def chain(x):
            y = torch.tanh(x * 2.0 + 1.0) * x - 0.5
            return torch.relu(torch.sigmoid(y.square() + x) * 3.0)

        chain, x = compiled(chain), tensor(CHAIN)
        measure("chain", lambda: chain(x))

    def mlp_backward():
        x, labels = tensor(BATCH, LAYERS[0]), torch.arange(BATCH) % LAYERS[3]
        weights = []
        for sides in zip(LAYERS, LAYERS[1:]):
            weights += [(tensor(*sides) * 0.1).requires_grad_(), torch.zeros(sides[1], requires_grad=True)]

        def loss(x, labels, *weights):
            for number in range(0, len(weights), 2):
                x = x @ weights[number] + weights[number + 1]
                if number + 2 < len(weights):
                    x = torch.relu(x)
            return functional.cross_entropy(x, labels)

        loss = compiled(loss)
        before = forget_peak()
        # A single way here stands beside our two.
        for name in ("eager", "function"):
            measure(name, lambda: torch.autograd.grad(loss(x, labels, *weights), weights))
        MEMORY["step_growth_mib"] = resident("VmHWM:") - before

    groups = {"small-ops": small_ops, "fused": fused, "mlp-backward": mlp_backward}
    if PEER == "torch.compile":
        groups["reductions"] = reductions
        return groups
    return groups | {"matmul": matmul, "elementwise": elementwise, "reductions": reductions}


groups = numpy_groups() if PEER == "NumPy" else torch_groups()
groups[GROUP.removeprefix("core-")]()
FIGURES["geometric_mean_s"] = math.exp(sum(math.log(s) for s in FIGURES.values()) / len(FIGURES))
report(**FIGURES, **MEMORY)
