//! What an optimizer carries from step to step, and the one place where a step is taken.

use std::collections::HashMap;
use std::path::Path;

use candle_core::backprop::GradStore;
use candle_core::{Device, Result, Tensor, bail};

use super::check::check_setting;
use super::single_tensor::{step_composed, step_in_place};
use crate::nn::{IncompatibleKeys, Parameter, Parameters, tensor_file};
use candle_functional::errors::some_of;
use candle_functional::kernels::Update;
use candle_functional::stop::check_stop;

/// The learning rate, and for each parameter how many steps it has taken and the averages that
/// the optimizer keeps (momentum).
#[derive(Clone, Debug)]
pub struct OptimizerState {
    lr: f64,
    /// The names of the averages, PyTorch's: `momentum_buffer`, or `exp_avg` and `exp_avg_sq`.
    slots: &'static [&'static str],
    params: Parameters,
    /// One for each parameter, in their order; the last ones may have none yet. It stays right,
    /// since parameters are only ever added, at the end.
    memories: Vec<Memory>,
}

/// What is remembered about one parameter.
#[derive(Debug, Default)]
struct Memory {
    steps: u64,
    /// As many as there are slots once a step was taken, none before.
    averages: Vec<Tensor>,
}

impl Clone for Memory {
    /// The averages change in place: a clone has its own.
    fn clone(&self) -> Memory {
        let own = |average: &Tensor| average.copy().unwrap_or_else(|_| average.clone());
        Memory {
            steps: self.steps,
            averages: self.averages.iter().map(own).collect(),
        }
    }
}

impl OptimizerState {
    pub(super) fn new(what: &str, params: &Parameters, lr: f64) -> Result<OptimizerState> {
        if params.all().is_empty() {
            bail!(
                "{what}: there is no parameter to train; build the model first, then the optimizer"
            );
        }
        check_setting("learning rate", lr)?;
        Ok(OptimizerState {
            lr,
            slots: &[],
            params: params.clone(),
            memories: Vec::new(),
        })
    }

    /// Sets which averages are kept, and forgets those of before.
    pub(super) fn keep(mut self, slots: &'static [&'static str]) -> OptimizerState {
        self.slots = slots;
        self.reset();
        self
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Changes the learning rate.
    ///
    /// # Errors
    /// A learning rate that is negative or not finite.
    pub fn set_lr(&mut self, lr: f64) -> Result<()> {
        check_setting("learning rate", lr)?;
        self.lr = lr;
        Ok(())
    }

    /// Forgets every step taken: the averages and the counts. The learning rate stays.
    pub fn reset(&mut self) {
        self.memories.clear();
    }

    /// Takes one step: every parameter that is not frozen and has a gradient moves as
    /// `update(steps)` says. Every optimizer moves through here. A Stop is heard before the first
    /// parameter moves or not at all: they are always those of a whole step.
    pub(super) fn step(&mut self, grads: &GradStore, update: impl Fn(u64) -> Update) -> Result<()> {
        check_stop()?;
        let parameters = self.params.all();
        self.memories.resize_with(parameters.len(), Memory::default);
        let mut moved = false;
        let all = parameters.iter().zip(&mut self.memories);
        for (parameter, memory) in all.filter(|(parameter, _)| !parameter.is_frozen()) {
            let var = parameter.var();
            let Some(grad) = grads.get(var) else {
                continue;
            };
            moved = true;
            memory.steps += 1;
            if memory.averages.is_empty() {
                let zeros = self.slots.iter().map(|_| var.zeros_like());
                memory.averages = zeros.collect::<Result<_>>()?;
            }
            let update = update(memory.steps);
            if !step_in_place(update, var, grad, &memory.averages)? {
                let (values, grad) = (var.as_detached_tensor(), grad.detach());
                let moved = step_composed(update, &values, &grad, &mut memory.averages)?;
                parameter.set(&moved)?;
            }
        }
        match moved {
            true => Ok(()),
            false => nothing_moves(&parameters),
        }
    }

    /// Writes the state to a safetensors file: `lr`, and `fc.weight.step`,
    /// `fc.weight.momentum_buffer`, ... for each parameter.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        tensor_file::write(path, self.tensors()?)
    }

    /// What is written, by its name in the file.
    pub(crate) fn tensors(&self) -> Result<HashMap<String, Tensor>> {
        let mut tensors = HashMap::from([("lr".to_string(), Tensor::new(self.lr, &Device::Cpu)?)]);
        for (i, parameter) in self.params.all().iter().enumerate() {
            let memory = self.memories.get(i);
            let steps = memory.map_or(0, |memory| memory.steps as i64);
            let averages = memory.map_or(&[][..], |memory| &memory.averages);
            tensors.insert(key(parameter, "step"), Tensor::new(steps, &Device::Cpu)?);
            for (slot, average) in self.slots.iter().zip(averages) {
                tensors.insert(key(parameter, slot), average.clone());
            }
        }
        Ok(tensors)
    }

    /// Takes the state of a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// A file that cannot be read, or the state of another kind of optimizer or another model;
    /// what differs is listed, and this state stays as it was.
    pub fn load(&mut self, path: &Path) -> Result<()> {
        self.take(path, &tensor_file::read(path)?)
    }

    /// Takes what [`tensors`](Self::tensors) gave; `path` is where it came from.
    pub(crate) fn take(&mut self, path: &Path, tensors: &HashMap<String, Tensor>) -> Result<()> {
        let mut memories = Vec::new();
        let mut expected = vec![("lr".to_string(), Tensor::new(0f64, &Device::Cpu)?)];
        for parameter in self.params.all() {
            let mut memory = Memory::default();
            let step = key(&parameter, "step");
            // A parameter that never moved has no averages yet.
            let steps = tensors.get(&step).map(Tensor::to_scalar::<i64>);
            memory.steps = steps.transpose().ok().flatten().unwrap_or(0).max(0) as u64;
            expected.push((step, Tensor::new(0i64, &Device::Cpu)?));
            let slots = if memory.steps > 0 { self.slots } else { &[] };
            for slot in slots {
                let values = parameter.var().as_detached_tensor();
                expected.push((key(&parameter, slot), values));
                if let Some(average) = tensors.get(&key(&parameter, slot)) {
                    let device = parameter.var().device();
                    memory.averages.push(average.to_device(device)?);
                }
            }
            memories.push(memory);
        }
        let expected = expected.iter().map(|(n, t)| (n.as_str(), t.clone()));
        let keys = IncompatibleKeys::new(expected, tensors);
        if !keys.is_empty() {
            bail!(
                "load: {} does not fit this optimizer: {keys}",
                path.display()
            );
        }
        if let Some(lr) = tensors.get("lr") {
            self.set_lr(lr.to_scalar()?)?;
        }
        self.memories = memories;
        Ok(())
    }
}

/// The name in a file of something that belongs to a parameter.
fn key(parameter: &Parameter, what: &str) -> String {
    format!("{}.{what}", parameter.name())
}

/// Why a step would change nothing, which nobody wants.
fn nothing_moves(parameters: &[Parameter]) -> Result<()> {
    let trained = parameters.iter().filter(|p| !p.is_frozen());
    let names: Vec<String> = trained.map(|p| p.name().to_string()).collect();
    if names.is_empty() {
        bail!(
            "step: nothing is trained: all {} parameters of this optimizer are frozen; unfreeze what it should learn: params.unfreeze(\"name\")?",
            parameters.len()
        );
    }
    bail!(
        "step: nothing is trained: no gradient reaches {}; was the loss computed with other parameters, or cut off from these by .detach(), argmax, a comparison, or numbers taken out with to_vec or to_scalar?",
        some_of(&names)
    )
}
