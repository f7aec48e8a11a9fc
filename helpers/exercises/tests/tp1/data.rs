//! Notebook 2 of the first practical: right answers are green, the mistakes that students make are red.

use crate::*;

/// The set of bars, with a mistake or without.
struct Bars {
    len: usize,
    turned: bool,
    target_of_rows: u32,
}

impl Dataset for Bars {
    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        let mut pixels = vec![0f32; 64];
        for i in 0..8 {
            let row = (index < 8) != self.turned;
            pixels[if row {
                8 * (index % 8) + i
            } else {
                8 * i + index % 8
            }] = 1.0;
        }
        let target = match index {
            0..8 => self.target_of_rows,
            _ => 1 - self.target_of_rows,
        };
        let image = Tensor::from_vec(pixels, (1, 8, 8), &Device::Cpu)?;
        Ok((image, Tensor::new(target, &Device::Cpu)?))
    }
}

#[test]
fn the_set_of_bars_is_checked() {
    let bars = |len, turned, target_of_rows| {
        tp1::bars(Bars {
            len,
            turned,
            target_of_rows,
        })
    };
    green(&bars(16, false, 0));
    red(&bars(8, false, 0), "len(): expected 16, got 8");
    red(&bars(16, true, 0), "the input of get(0)");
    red(&bars(16, false, 1), "the target of get(0)");
}

#[test]
fn the_augmentation_is_checked() {
    let shift = |image: &Tensor| {
        let width = image.dim(2)?;
        image.pad_with_zeros(2, 1, 0)?.narrow(2, 0, width)
    };
    let coin = || random::permutation(2)[0] == 0;
    green(&tp1::coin_shift(|x| {
        if coin() { Ok(x.clone()) } else { shift(x) }
    }));
    red(&tp1::coin_shift(shift), "200 of 200 calls moved");
    red(&tp1::coin_shift(|x| Ok(x.clone())), "0 of 200 calls moved");
    let wider = |x: &Tensor| {
        if coin() {
            Ok(x.clone())
        } else {
            x.pad_with_zeros(2, 1, 0)
        }
    };
    red(&tp1::coin_shift(wider), "the shape of coin_shift");
    let to_the_left = |x: &Tensor| match coin() {
        true => Ok(x.clone()),
        false => x.pad_with_zeros(2, 0, 1)?.narrow(2, 1, x.dim(2)?),
    };
    red(&tp1::coin_shift(to_the_left), "moved");
}

type Accuracy = fn(&dyn Model, &DataLoader) -> Result<f64>;

#[test]
fn the_accuracy_over_batches_is_checked() {
    let right: Accuracy = |model, loader| {
        let (mut right, mut items) = (0.0, 0.0);
        for batch in loader {
            let (x, targets) = batch?;
            let count = targets.dim(0)? as f64;
            right += count * metrics::accuracy(&model.forward(&x, false)?, &targets)?;
            items += count;
        }
        Ok(right / items)
    };
    green(&tp1::accuracy_over_batches(right));
    let of_batches = |train: bool| {
        move |model: &dyn Model, loader: &DataLoader| {
            let mut sum = 0.0;
            for batch in loader {
                let (x, targets) = batch?;
                sum += metrics::accuracy(&model.forward(&x, train)?, &targets)?;
            }
            Ok(sum / loader.len() as f64)
        }
    };
    let both = tp1::accuracy_over_batches(of_batches(true));
    red(
        &both,
        "4 of 4 items right, in batches of 4: the accuracy: expected 1, got 0",
    );
    red(&both, "Open Hint 1");
    let mean = tp1::accuracy_over_batches(of_batches(false));
    red(
        &mean,
        "4 of 5 items right, in batches of 4: the accuracy: expected 0.8, got 0.5",
    );
    red(&mean, "Open Hint 2");
    let no_last: Accuracy = |model, loader| {
        let (mut right, mut batches) = (0.0, 0.0);
        for batch in &loader.clone().drop_last(true) {
            let (x, targets) = batch?;
            right += metrics::accuracy(&model.forward(&x, false)?, &targets)?;
            batches += 1.0;
        }
        Ok(right / batches)
    };
    red(&tp1::accuracy_over_batches(no_last), "expected 0.8, got 1");
    grey(&tp1::accuracy_over_batches(|_, _| todo!("exercise 3")));
}

#[test]
fn the_sampling_weights_are_checked() {
    let weights = |targets: &[u32], of_zeros: f64, of_ones: f64| -> Vec<f64> {
        let ones = targets.iter().sum::<u32>() as f64;
        let zeros = targets.len() as f64 - ones;
        let of = |&t: &u32| {
            if t == 1 {
                of_ones / ones
            } else {
                of_zeros / zeros
            }
        };
        targets.iter().map(of).collect()
    };
    green(&tp1::sampling_weights(|t, share| {
        weights(t, 1.0 - share, share)
    }));
    red(
        &tp1::sampling_weights(|t, share| weights(t, share, 1.0 - share)),
        "expected",
    );
    red(
        &tp1::sampling_weights(|t, share| weights(t, 1.0, share)),
        "expected",
    );
    let of_classes = |_: &[u32], share: f64| vec![1.0 - share, share];
    red(&tp1::sampling_weights(of_classes), "numbers, got 2");
    grey(&tp1::sampling_weights(|_, _| todo!("exercise 4")));
}

/// The mean and the standard deviation of each column.
fn mean_and_std(x: &Tensor) -> Result<(Tensor, Tensor)> {
    let mean = x.mean_keepdim(0)?;
    let std = x.broadcast_sub(&mean)?.sqr()?.mean_keepdim(0)?.sqrt()?;
    Ok((mean, std))
}

fn scaled(set: &TensorDataset, (mean, std): &(Tensor, Tensor)) -> Result<TensorDataset> {
    let inputs = set.inputs().broadcast_sub(mean)?.broadcast_div(std)?;
    TensorDataset::new(inputs, set.targets().clone())
}

type Prepare = fn(&TensorDataset) -> Result<(TensorDataset, TensorDataset)>;

#[test]
fn the_leak_is_checked() {
    let right: Prepare = |set| {
        let (train, validation) = set.random_split(0.8)?;
        let numbers = mean_and_std(train.inputs())?;
        Ok((scaled(&train, &numbers)?, scaled(&validation, &numbers)?))
    };
    green(&tp1::prepare(right));
    let leaks: Prepare = |set| scaled(set, &mean_and_std(set.inputs())?)?.random_split(0.8);
    red(
        &tp1::prepare(leaks),
        "the training inputs of prepare(a set of 10 items)",
    );
    let own_numbers: Prepare = |set| {
        let (train, validation) = set.random_split(0.8)?;
        let own = |part: &TensorDataset| scaled(part, &mean_and_std(part.inputs())?);
        Ok((own(&train)?, own(&validation)?))
    };
    red(&tp1::prepare(own_numbers), "the validation inputs");
    let turned: Prepare = |set| {
        let (validation, train) = set.random_split(0.2)?;
        let numbers = mean_and_std(validation.inputs())?;
        Ok((scaled(&train, &numbers)?, scaled(&validation, &numbers)?))
    };
    red(&tp1::prepare(turned), "the training inputs");
    let overlaps: Prepare = |set| Ok((set.random_split(0.8)?.0, set.random_split(0.8)?.1));
    red(&tp1::prepare(overlaps), "each item is in one part");
    let halves: Prepare = |set| set.random_split(0.5);
    red(&tp1::prepare(halves), "expected (8, 2), got (5, 5)");
    grey(&tp1::prepare(|_| todo!("exercise 5")));
}
