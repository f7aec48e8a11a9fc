//! What a computation did, step by step: the record that summaries and figures are read from.
//!
//! While [`record`] runs a closure, every function of [`functional`](crate::functional), layer of
//! [`nn`](crate::nn) and function of [`loss`](crate::loss) leaves a [`Step`]. At all other times
//! nothing is kept, and asking costs one branch.
//!
//! Each thread records for itself: a training run in the background does not disturb a figure.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;

use candle_core::{Result, Tensor, TensorId, Var};

use crate::nn::Parameter;
use crate::notebook::check_stop;

/// One function or layer that ran: what it was, what went in and what came out.
#[derive(Clone)]
pub struct Step {
    /// The function or layer: `conv2d`, `Conv2d`, `cross_entropy`.
    pub what: &'static str,
    /// The layer's name, `features.0`; empty for a function.
    pub name: String,
    /// How many steps contain it: 0 outermost, 1 for the functions that such a layer calls, ...
    pub depth: usize,
    /// The tensors that went in; for a function the kernels and biases too.
    pub inputs: Vec<Tensor>,
    /// The tensor that came out.
    pub output: Tensor,
    /// The layer's own parameters.
    pub parameters: Vec<Parameter>,
    /// Everything else it was told: `("stride", "2")`.
    pub settings: Vec<(&'static str, String)>,
}

impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gap = if self.name.is_empty() { "" } else { " " };
        write!(f, "{}{gap}{}:", self.what, self.name)?;
        for input in &self.inputs {
            write!(f, " {:?}", input.dims())?;
        }
        write!(f, " -> {:?}", self.output.dims())?;
        for (key, value) in &self.settings {
            write!(f, ", {key} {value}")?;
        }
        Ok(())
    }
}

/// The steps so far, outer before inner; `None` is a step that has not ended, or failed.
#[derive(Default)]
struct Recording {
    steps: Vec<Option<Step>>,
    depth: usize,
    /// The name that a container gave to the layer it is about to run.
    given: Option<String>,
    /// Whether outputs are cut off from what made them: see [`record_cut`].
    cut: bool,
    /// The parameters that were asked for their values, by the tensor they answered with.
    used: HashMap<TensorId, Parameter>,
}

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    static RECORDING: RefCell<Recording> = RefCell::default();
}

/// Whether this thread is recording. Fused forms are used only while it is not.
#[doc(hidden)]
pub fn is_on() -> bool {
    ON.get()
}

/// Runs `run` and keeps what every function and layer in it did, outer steps before inner ones.
///
/// A `record` inside another keeps its steps for itself. Afterwards recording is as it was before,
/// also when `run` failed or panicked.
///
/// ```
/// use helpers::prelude::*;
/// use helpers::trace;
/// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
/// let (y, steps) = trace::record(|| F::tanh(&F::relu(&x)?))?;
/// let names: Vec<&str> = steps.iter().map(|step| step.what).collect();
/// assert_eq!(names, ["relu", "tanh"]);
/// assert_eq!(steps[1].output.to_vec1::<f32>()?, y.to_vec1::<f32>()?);
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// Those of `run`; the steps are lost then.
pub fn record<T>(run: impl FnOnce() -> Result<T>) -> Result<(T, Vec<Step>)> {
    let (answer, recording) = record_into(Recording::default(), run)?;
    Ok((answer, recording.steps.into_iter().flatten().collect()))
}

/// What [`record_cut`] kept beside the steps: which tensor stood for which parameter.
pub(crate) type Used = HashMap<TensorId, Parameter>;

/// [`record`], with every output a variable of its own: candle's `sorted_nodes` then stops at the
/// steps, and tells of any tensor from which steps it was made by operations that are no steps.
pub(crate) fn record_cut<T>(run: impl FnOnce() -> Result<T>) -> Result<(T, Vec<Step>, Used)> {
    let start = Recording {
        cut: true,
        ..Recording::default()
    };
    let (answer, recording) = record_into(start, run)?;
    let steps = recording.steps.into_iter().flatten().collect();
    Ok((answer, steps, recording.used))
}

fn record_into<T>(start: Recording, run: impl FnOnce() -> Result<T>) -> Result<(T, Recording)> {
    let mut scope = Scope {
        before: ON.replace(true),
        outer: Some(RECORDING.replace(start)),
    };
    let answer = run();
    let recording = scope.end();
    Ok((answer?, recording))
}

/// A recording in progress; when it is dropped, in a panic too, the one around it goes on.
struct Scope {
    before: bool,
    outer: Option<Recording>,
}

impl Scope {
    fn end(&mut self) -> Recording {
        match self.outer.take() {
            Some(outer) => {
                ON.set(self.before);
                RECORDING.replace(outer)
            }
            None => Recording::default(),
        }
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        self.end();
    }
}

/// One level deeper, until it is dropped: a caught panic must not leave the depth too high.
struct Level;

impl Level {
    fn enter() -> (Level, usize, usize) {
        RECORDING.with_borrow_mut(|recording| {
            let (slot, depth) = (recording.steps.len(), recording.depth);
            recording.steps.push(None);
            recording.depth += 1;
            (Level, slot, depth)
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        RECORDING.with_borrow_mut(|recording| {
            recording.depth = recording.depth.saturating_sub(1);
        });
    }
}

/// Runs a layer that a container calls `name`: its step bears that name if it has none of its own,
/// as a ReLU has none.
pub(crate) fn named<T>(name: &str, run: impl FnOnce() -> T) -> T {
    let give = |given| RECORDING.with_borrow_mut(|recording| recording.given = given);
    if !is_on() {
        return run();
    }
    give(Some(name.to_string()));
    let answer = run();
    give(None);
    answer
}

/// Notes, in [`record_cut`], that a parameter was asked for its values; answers whether it is on.
pub(crate) fn used(parameter: &Parameter) -> bool {
    is_on()
        && RECORDING.with_borrow_mut(|recording| {
            if recording.cut {
                let id = parameter.id();
                recording
                    .used
                    .entry(id)
                    .or_insert_with(|| parameter.clone());
            }
            recording.cut
        })
}

/// Computes a tensor and, while a trace is on, records it as one step. Not once Stop was pressed:
/// every layer comes by here, so that no model runs on for long, whoever runs it.
///
/// The step's place is taken before `compute` runs, so that a layer stands before the functions it
/// calls.
pub(crate) fn traced(
    what: &'static str,
    name: &str,
    inputs: &[&Tensor],
    parameters: &[&Parameter],
    settings: impl FnOnce() -> Vec<(&'static str, String)>,
    compute: impl FnOnce() -> Result<Tensor>,
) -> Result<Tensor> {
    check_stop()?;
    if !is_on() {
        return compute();
    }
    let given = RECORDING.with_borrow_mut(|recording| recording.given.take());
    let (level, slot, depth) = Level::enter();
    let mut output = compute()?;
    if RECORDING.with_borrow(|recording| recording.cut) && !output.is_variable() {
        output = Var::from_tensor(&output)?.into_inner();
    }
    drop(level);
    let step = Step {
        what,
        name: match given {
            Some(given) if name.is_empty() => given,
            _ => name.to_string(),
        },
        depth,
        inputs: inputs.iter().map(|&tensor| tensor.clone()).collect(),
        output: output.clone(),
        parameters: parameters.iter().map(|&p| p.clone()).collect(),
        settings: settings(),
    };
    RECORDING.with_borrow_mut(|recording| {
        if let Some(place) = recording.steps.get_mut(slot) {
            *place = Some(step);
        }
    });
    Ok(output)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
