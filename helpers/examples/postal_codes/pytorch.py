"""PyTorch's side of the measurements, on the same splits: `pytorch.py paper|cnn FOLDER`.

FOLDER holds the two `t10k` files of MNIST.
"""

import gzip
import sys
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[2] / "benches/training"))
from pytorch import ZipCode, cnn  # noqa: E402

SEEDS = 5


def digits(folder):
    """All 10,000 in the order of `digits.rs`: images (N, 1, 28, 28) from 0 to 1, and classes."""
    read = lambda name, skip: gzip.open(Path(folder) / name).read()[skip:]
    images = np.frombuffer(read("t10k-images-idx3-ubyte.gz", 16), np.uint8).copy()
    labels = np.frombuffer(read("t10k-labels-idx1-ubyte.gz", 8), np.uint8).copy()
    order = torch.arange(10_000) * 7919 % 10_000
    images = torch.from_numpy(images).reshape(-1, 1, 28, 28).float() / 255
    return images[order], torch.from_numpy(labels).long()[order]


def paper(folder):
    """1989: squared error, a digit a step, plain SGD, 23 passes."""
    images, labels = digits(folder)
    images = F.interpolate(images, (16, 16), mode="bilinear", align_corners=False) * 2 - 1
    targets = F.one_hot(labels, 10) * 2.0 - 1.0
    errors = []
    for seed in range(1, SEEDS + 1):
        torch.manual_seed(seed)
        net, start = ZipCode(), time.time()
        for layer, fan_in in ((net.h1, 25), (net.h2, 200), (net.h3, 192), (net.out, 30)):
            torch.nn.init.uniform_(layer.weight, -2.4 / fan_in**0.5, 2.4 / fan_in**0.5)
        torch.nn.init.zeros_(net.h3.bias)
        torch.nn.init.constant_(net.out.bias, -1.0)
        sgd = torch.optim.SGD(net.parameters(), 0.03)
        for _ in range(23):
            for i in torch.randperm(7291).split(1):
                sgd.zero_grad()
                F.mse_loss(net(images[i]), targets[i]).backward()
                sgd.step()
        with torch.no_grad():
            wrong = lambda a, b: (net(images[a:b]).argmax(1) != labels[a:b]).double().mean().item()
            train, test = wrong(0, 7291), wrong(7291, 7291 + 2007)
        errors.append(100 * test)
        print(f"seed {seed}: training error {100 * train:.2f} %, test error {100 * test:.2f} %, "
              f"{time.time() - start:.0f} s", flush=True)
    report("test error", errors)


def tp2_cnn(folder):
    """TP2's network: six passes over 8,000 digits by Adam in batches of 8, tested on 2,000."""
    images, labels = digits(folder)
    accuracies = []
    for seed in range(1, SEEDS + 1):
        torch.manual_seed(seed)
        net, start = cnn(), time.time()
        adam = torch.optim.Adam(net.parameters(), 1e-3)
        for _ in range(6):
            for i in torch.randperm(8000).split(8):
                adam.zero_grad()
                F.cross_entropy(net.train()(images[i]), labels[i]).backward()
                adam.step()
        with torch.no_grad():
            right = net.eval()(images[8000:]).argmax(1) == labels[8000:]
        accuracies.append(100 * right.double().mean().item())
        print(f"seed {seed}: accuracy {accuracies[-1]:.2f} %, {time.time() - start:.0f} s", flush=True)
    report("accuracy", accuracies)


def report(what, values):
    print(f"{what}: {np.mean(values):.2f} +- {np.std(values, ddof=1):.2f} % over {len(values)} seeds")


torch.set_num_threads(1 if sys.argv[1] == "paper" else 2)
{"paper": paper, "cnn": tp2_cnn}[sys.argv[1]](sys.argv[2])
