//! Samplers, and loaders whose items are got on other threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod samplers;
mod threads;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use helpers::prelude::*;

/// Items that tell what was drawn for them: the input is a random number, the target their own.
/// They count how often one was got, and how many threads hold them.
#[derive(Clone)]
struct Dice {
    n: usize,
    got: Arc<AtomicUsize>,
    bad: Option<(usize, Bad)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Bad {
    Error,
    Panic,
}

fn dice(n: usize) -> Dice {
    Dice {
        n,
        got: Arc::new(AtomicUsize::new(0)),
        bad: None,
    }
}

impl Dataset for Dice {
    fn len(&self) -> usize {
        self.n
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        self.got.fetch_add(1, Ordering::SeqCst);
        // Some items take longer, so that threads overtake each other.
        std::thread::sleep(Duration::from_micros(if index.is_multiple_of(3) {
            300
        } else {
            0
        }));
        match self.bad {
            Some((i, Bad::Error)) if i == index => {
                return Err(Error::Msg(format!("item {index} cannot be read")));
            }
            Some((i, Bad::Panic)) if i == index => panic!("item {index} is a trap"),
            _ => {}
        }
        let input = random::normal(0.0, 1.0, 2, &Device::Cpu)?;
        Ok((input, Tensor::new(index as u32, &Device::Cpu)?))
    }
}

fn targets(batch: &(Tensor, Tensor)) -> Vec<u32> {
    batch.1.to_vec1().unwrap()
}

/// All that two epochs give, bit by bit, and what is drawn after them.
fn everything(loader: &DataLoader) -> Vec<(Vec<u32>, Vec<u32>)> {
    manual_seed(3);
    let bits = |t: &Tensor| -> Vec<u32> {
        let values: Vec<f32> = t.flatten_all().unwrap().to_vec1().unwrap();
        values.iter().map(|v| v.to_bits()).collect()
    };
    let batches = loader.iter().chain(loader);
    let batches = batches.map(|batch| batch.unwrap());
    let mut all: Vec<_> = batches.map(|b| (bits(&b.0), targets(&b))).collect();
    let after = random::normal(0.0, 1.0, 3, &Device::Cpu).unwrap();
    all.push((bits(&after), vec![]));
    all
}
