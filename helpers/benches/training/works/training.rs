//! One step of training, whatever the network: forward, loss, backward, optimizer.

use helpers::candle_core::backprop::GradStore;
use helpers::candle_nn::{self, VarMap};
use helpers::prelude::*;

/// A network in training.
pub struct Training {
    /// How many numbers are trained.
    pub parameters: usize,
    /// Forward, loss, backward and optimizer, once.
    pub step: Box<dyn FnMut() -> Result<()>>,
}

/// How far a step goes: so little that after many thousand steps on the same few batches the
/// network is still at work, with gradients of ordinary size. Speed does not depend on it.
pub const LR: f64 = 1e-6;

/// Numbers as inputs and classes as targets, drawn by lot: a few batches that take turns.
pub fn batches(shape: &[usize], classes: usize) -> Result<Batches> {
    let batch = || {
        let x = random::normal(0.0, 1.0, shape, &Device::Cpu)?;
        let targets = random::uniform(0.0, classes as f64, shape[0], &Device::Cpu)?;
        Ok((x, targets.to_dtype(DType::U32)?))
    };
    let few = if shape.iter().product::<usize>() > 1_000_000 {
        2
    } else {
        16
    };
    Ok(Batches {
        items: (0..few).map(|_| batch()).collect::<Result<_>>()?,
        next: 0,
    })
}

/// Batches that take turns.
pub struct Batches {
    items: Vec<(Tensor, Tensor)>,
    next: usize,
}

impl Batches {
    /// The same with other targets, made from the classes.
    pub fn targets(mut self, change: impl Fn(&Tensor) -> Result<Tensor>) -> Result<Batches> {
        for (_, targets) in &mut self.items {
            *targets = change(targets)?;
        }
        Ok(self)
    }

    fn turn(&mut self) -> (Tensor, Tensor) {
        self.next = (self.next + 1) % self.items.len();
        self.items[self.next].clone()
    }
}

type Loss = fn(&Tensor, &Tensor) -> Result<Tensor>;

/// A network of this crate in training.
pub fn helpers(
    params: &Parameters,
    model: impl Model + 'static,
    loss: Loss,
    mut optimizer: impl Optimizer + 'static,
    mut batches: Batches,
) -> Training {
    let step = move || {
        let (x, targets) = batches.turn();
        let loss = loss(&model.forward(&x, true)?, &targets)?;
        optimizer.backward_step(&loss)
    };
    Training {
        parameters: params.count(),
        step: Box::new(step),
    }
}

/// A network of stock candle in training.
pub fn candle(
    vars: &VarMap,
    model: impl Fn(&Tensor) -> Result<Tensor> + 'static,
    loss: Loss,
    mut optimizer: impl candle_nn::Optimizer + 'static,
    mut batches: Batches,
) -> Training {
    let step = move || {
        let (x, targets) = batches.turn();
        let loss = loss(&model(&x)?, &targets)?;
        let grads: GradStore = loss.backward()?;
        optimizer.step(&grads)
    };
    let vars = vars.all_vars();
    Training {
        parameters: vars.iter().map(|var| var.elem_count()).sum(),
        step: Box::new(step),
    }
}

/// Stock candle's variables, none yet, and what its layers take to make them.
pub fn candle_vars() -> (VarMap, candle_nn::VarBuilder<'static>) {
    let vars = VarMap::new();
    let builder = candle_nn::VarBuilder::from_varmap(&vars, DType::F32, &Device::Cpu);
    (vars, builder)
}

/// Stock candle's Adam: its AdamW without decay.
pub fn candle_adam(vars: &VarMap) -> Result<impl candle_nn::Optimizer + 'static> {
    let params = candle_nn::ParamsAdamW {
        lr: LR,
        weight_decay: 0.0,
        ..Default::default()
    };
    <candle_nn::AdamW as candle_nn::Optimizer>::new(vars.all_vars(), params)
}

/// Stock candle's gradient descent.
pub fn candle_sgd(vars: &VarMap) -> Result<impl candle_nn::Optimizer + 'static> {
    <candle_nn::SGD as candle_nn::Optimizer>::new(vars.all_vars(), LR)
}
