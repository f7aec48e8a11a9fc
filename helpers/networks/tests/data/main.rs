//! Sets, and the batches that a loader makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod batches;
mod sets;

use std::sync::Arc;

use helpers::data;
use helpers::prelude::*;

/// Items whose input and target are their own number.
fn numbers(n: usize) -> TensorDataset {
    let targets = Tensor::arange(0u32, n as u32, &Device::Cpu).unwrap();
    let inputs = targets
        .to_dtype(DType::F32)
        .unwrap()
        .reshape((n, 1))
        .unwrap();
    TensorDataset::new(inputs, targets).unwrap()
}

/// The same, item by item; item `broken` is an error and item `odd` has another shape.
struct OneByOne {
    n: usize,
    broken: Option<usize>,
    odd: Option<usize>,
}

impl Dataset for OneByOne {
    fn len(&self) -> usize {
        self.n
    }
    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        if self.broken == Some(index) {
            return Err(Error::Msg(format!("item {index} cannot be read")));
        }
        let width = if self.odd == Some(index) { 2 } else { 1 };
        let input = Tensor::full(index as f32, width, &Device::Cpu)?;
        Ok((input, Tensor::new(index as u32, &Device::Cpu)?))
    }
}

fn one_by_one(n: usize) -> OneByOne {
    OneByOne {
        n,
        broken: None,
        odd: None,
    }
}

/// The targets of one epoch, batch by batch; inputs are checked to go with them.
fn epoch(loader: &DataLoader) -> Vec<Vec<u32>> {
    let batches = loader.iter().map(|batch| {
        let (x, targets) = batch.unwrap();
        let targets: Vec<u32> = targets.to_vec1().unwrap();
        assert_eq!(x.dims(), [targets.len(), 1]);
        let x: Vec<f32> = x.flatten_all().unwrap().to_vec1().unwrap();
        assert!(x.iter().zip(&targets).all(|(x, t)| *x == *t as f32));
        targets
    });
    batches.collect()
}
