"""PyTorch's side of the benchmark of loading.

It builds the data and prints PyTorch's version. Then, for each line it reads, `plain|augmented ITEMS
WORKERS`, it goes through a DataLoader once and prints how long that took, in nanoseconds.
"""

import sys
import time

import torch
from torch.utils.data import DataLoader, Dataset, Subset, TensorDataset
from torchvision.transforms import InterpolationMode, v2

BATCH_SIZE = 64


class Augmented(Dataset):
    def __init__(self, dataset):
        self.dataset = dataset
        self.transform = v2.Compose([
            v2.RandomAffine(10, (0.1, 0.1), interpolation=InterpolationMode.BILINEAR),
            v2.Normalize([0.1307], [0.3081]),
        ])

    def __len__(self):
        return len(self.dataset)

    def __getitem__(self, index):
        x, target = self.dataset[index]
        return self.transform(x), target


def main():
    torch.set_num_threads(2)
    torch.manual_seed(1)
    full = TensorDataset(torch.rand(60_000, 1, 28, 28), torch.zeros(60_000, dtype=torch.int64))
    print(torch.__version__, flush=True)
    for line in sys.stdin:
        work, items, workers = line.split()
        dataset = full if int(items) == len(full) else Subset(full, range(int(items)))
        dataset = Augmented(dataset) if work == "augmented" else dataset
        loader = DataLoader(dataset, BATCH_SIZE, shuffle=True, num_workers=int(workers))
        seen, start = 0, time.perf_counter_ns()
        for x, targets in loader:
            seen += len(x)
        took = time.perf_counter_ns() - start
        assert seen == int(items)
        print(took, flush=True)


if __name__ == "__main__":
    main()
