"""PyTorch's side of the benchmark: `pytorch.py WORK BATCH torch|torch_fused [SHAPE]`.

It prints the number of parameters. Then, for each line it reads, a number of milliseconds, it takes
training steps for that long, one at least, and prints how long each took, in nanoseconds.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

LR = 1e-6  # little, so that the network stays at work however many steps are taken


def perceptron():
    return nn.Linear(2, 2)


def mlp():
    return nn.Sequential(nn.Linear(784, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 10, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Conv2d(10, 10, 5, padding=2), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(490, 50), nn.ReLU(), nn.Dropout(0.5), nn.Linear(50, 10),
    )


class ZipCode(nn.Module):
    """LeCun et al. 1989; the planes of H2 are three groups of four, each sees 8 planes of H1."""

    def __init__(self):
        super().__init__()
        self.h1 = nn.Conv2d(1, 12, 5, stride=2, padding=2, bias=False)
        self.h1_bias = nn.Parameter(torch.zeros(12, 8, 8))
        self.h2 = nn.Conv2d(24, 12, 5, stride=2, padding=2, groups=3, bias=False)
        self.h2_bias = nn.Parameter(torch.zeros(12, 4, 4))
        self.h3 = nn.Linear(192, 30)
        self.out = nn.Linear(30, 10)

    def forward(self, x):
        h1 = torch.tanh(self.h1(x) + self.h1_bias)
        seen = torch.cat([h1[:, 0:8], h1[:, 4:12], h1[:, 8:12], h1[:, 0:4]], 1)
        h2 = torch.tanh(self.h2(seen) + self.h2_bias)
        h3 = torch.tanh(self.h3(h2.flatten(1)))
        return torch.tanh(self.out(h3))


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.downsample = nn.Sequential()
        if stride != 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        return F.relu(self.main(x) + self.downsample(x), inplace=True)


def resnet18():
    stages = [(64, 64, 1), (64, 128, 2), (128, 256, 2), (256, 512, 2)]
    blocks = [b for i, o, s in stages for b in (BasicBlock(i, o, s), BasicBlock(o, o, 1))]
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(inplace=True),
        nn.MaxPool2d(3, 2, 1), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000),
    )


def tdnn():
    return nn.Sequential(
        nn.Conv1d(16, 8, 3), nn.Sigmoid(), nn.Conv1d(8, 3, 5), nn.Sigmoid(), nn.Flatten(), nn.Linear(27, 3),
    )


def siamese():
    return nn.Sequential(
        nn.Conv1d(4, 16, 5, 2), nn.ReLU(inplace=True), nn.Conv1d(16, 32, 5, 2), nn.ReLU(inplace=True),
        nn.Flatten(), nn.Linear(32 * 29, 16),
    )


def apart(y, _):
    a, b = y.chunk(2)
    return F.mse_loss(a, b)


def residual():
    blocks = [BasicBlock(8, 8, 1) for _ in range(9)]
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, 2, 1, bias=False), nn.BatchNorm2d(8), nn.ReLU(inplace=True),
        *blocks, nn.Flatten(), nn.Linear(8 * 7 * 7, 10),
    )


def dense():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(inplace=True),
        nn.ConvTranspose2d(64, 16, 4, 2, 1, bias=False), nn.ReLU(inplace=True),
        nn.ConvTranspose2d(16, 3, 4, 2, 1, bias=False),
    )


def vgg16():
    layers, inputs = [], 3
    for outputs, count in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(count):
            layers += [nn.Conv2d(inputs, outputs, 3, padding=1), nn.ReLU(inplace=True)]
            inputs = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(
        *layers, nn.Flatten(), nn.Linear(512 * 7 * 7, 4096), nn.ReLU(inplace=True), nn.Dropout(),
        nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(), nn.Linear(4096, 1000),
    )


def adam(model, fused):
    return torch.optim.Adam(model.parameters(), LR, **fused)


def sgd(model, fused):
    return torch.optim.SGD(model.parameters(), LR, **fused)


def momentum(model, fused):
    return torch.optim.SGD(model.parameters(), LR, momentum=0.9, **fused)


# name: network, its inputs, classes, optimizer
NETWORKS = {
    "perceptron": (perceptron, (2,), 2, sgd),
    "mlp": (mlp, (784,), 10, adam),
    "cnn": (cnn, (1, 28, 28), 10, adam),
    "zipcode": (ZipCode, (1, 16, 16), 10, sgd),
    "tdnn": (tdnn, (16, 15), 3, momentum),
    "siamese": (siamese, (4, 128), 2, adam),
    "residual": (residual, (1, 14, 14), 10, momentum),
    "dense": (dense, (3, 64, 64), 3, adam),
    "resnet18": (resnet18, (3, 224, 224), 1000, momentum),
}
# Networks that only answer.
ANSWERS = {"answer18": resnet18, "answer16": vgg16}


def training(name, batch, fused):
    """The number of parameters, and one step: forward, loss, backward, optimizer."""
    network, shape, classes, optimizer = NETWORKS[name]
    model, loss = network().train(), F.cross_entropy
    optimizer = optimizer(model, {"fused": True} if fused else {})
    few = 2 if name == "resnet18" else 16
    inputs = [torch.randn(batch, *shape) for _ in range(few)]
    targets = [torch.randint(classes, (batch,)) for _ in range(few)]
    if name == "zipcode":
        loss = F.mse_loss
        targets = [F.one_hot(t, classes) * 2.0 - 1.0 for t in targets]
    if name == "siamese":
        loss, inputs = apart, [torch.cat([x, torch.randn_like(x)]) for x in inputs]
    if name == "dense":
        targets = [t[:, None, None].expand(batch, 64, 64).contiguous() for t in targets]
    turn = 0

    def step():
        nonlocal turn
        turn = (turn + 1) % few
        optimizer.zero_grad()
        loss(model(inputs[turn]), targets[turn]).backward()
        optimizer.step()

    return sum(p.numel() for p in model.parameters()), step


def answering(name, batch):
    """The number of parameters, and a forward pass in evaluation mode."""
    model, x = ANSWERS[name]().eval(), torch.randn(batch, 3, 224, 224)

    def step():
        with torch.inference_mode():
            model(x)

    return sum(p.numel() for p in model.parameters()), step


def convolution(batch, rank, inputs, outputs, kernel_size, size, **options):
    """One convolution alone: the gradients of its input and its weights, no optimizer."""
    layer = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[rank - 1]
    conv = layer(inputs, outputs, kernel_size, bias=False, **options)
    x = torch.randn(batch, inputs, *[size] * rank, requires_grad=True)
    ones = torch.ones_like(conv(x))

    def step():
        conv.weight.grad = x.grad = None
        conv(x).backward(ones)

    return conv.weight.numel(), step


def main():
    name, batch, side = sys.argv[1].split("-")[0], int(sys.argv[2]), sys.argv[3]
    torch.set_num_threads(2)
    torch.manual_seed(1)
    if len(sys.argv) > 4:
        parameters, step = convolution(batch, **json.loads(sys.argv[4]))
    elif name in ANSWERS:
        parameters, step = answering(name, batch)
    else:
        parameters, step = training(name, batch, side == "torch_fused")
    print(parameters, flush=True)
    for line in sys.stdin:
        turn, times = int(line) * 1_000_000, []
        start = time.perf_counter_ns()
        while not times or time.perf_counter_ns() - start < turn:
            before = time.perf_counter_ns()
            step()
            times.append(time.perf_counter_ns() - before)
        print(*times, flush=True)


if __name__ == "__main__":
    main()
