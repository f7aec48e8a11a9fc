//! Keeping the steps of a computation while it runs.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use candle_core::{Result, Tensor, TensorId, Var};

use super::operation::Operation;
use super::step::{AsTrained, Step, Trained};
use crate::stop::check_stop;

/// The steps so far, outer before inner; `None` is a step that has not ended, or failed.
#[derive(Default)]
struct Recording {
    steps: Vec<Option<Step>>,
    depth: usize,
    /// The name that a container gave to the layer it is about to run.
    given: Option<String>,
    /// Whether outputs are cut off from what made them: see [`record_cut`].
    cut: bool,
    /// The parameters that were asked for their values, by the tensor they gave.
    used: HashMap<TensorId, Trained>,
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
/// use candle_core::{DType, Device, Tensor, Var};
/// use candle_functional::{self as F, random, trace, random::manual_seed};
/// let x = Tensor::new(&[-1f32, 2.], &Device::Cpu)?;
/// let (y, steps) = trace::record(|| F::tanh(&F::relu(&x)?))?;
/// let names: Vec<&str> = steps.iter().map(|step| step.what).collect();
/// assert_eq!(names, ["relu", "tanh"]);
/// assert_eq!(steps[1].output.to_vec1::<f32>()?, y.to_vec1::<f32>()?);
/// # Ok::<(), candle_core::Error>(())
/// ```
///
/// # Errors
/// Those of `run`; the steps are lost then.
pub fn record<T>(run: impl FnOnce() -> Result<T>) -> Result<(T, Vec<Step>)> {
    let (output, recording) = record_into(Recording::default(), run)?;
    Ok((output, recording.steps.into_iter().flatten().collect()))
}

/// What [`record_cut`] kept beside the steps: which tensor stood for which parameter.
#[doc(hidden)]
pub type Used = HashMap<TensorId, Trained>;

/// [`record`], with every output a variable of its own: candle's `sorted_nodes` then stops at the
/// steps, and tells of any tensor from which steps it was made by operations that are no steps.
#[doc(hidden)]
pub fn record_cut<T>(run: impl FnOnce() -> Result<T>) -> Result<(T, Vec<Step>, Used)> {
    let start = Recording {
        cut: true,
        ..Recording::default()
    };
    let (output, recording) = record_into(start, run)?;
    let steps = recording.steps.into_iter().flatten().collect();
    Ok((output, steps, recording.used))
}

fn record_into<T>(start: Recording, run: impl FnOnce() -> Result<T>) -> Result<(T, Recording)> {
    let mut scope = Scope {
        before: ON.replace(true),
        outer: Some(RECORDING.replace(start)),
    };
    let output = run();
    let recording = scope.end();
    Ok((output?, recording))
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
#[doc(hidden)]
pub fn named<T>(name: &str, run: impl FnOnce() -> T) -> T {
    let give = |given| RECORDING.with_borrow_mut(|recording| recording.given = given);
    if !is_on() {
        return run();
    }
    give(Some(name.to_string()));
    let output = run();
    give(None);
    output
}

/// Notes, in [`record_cut`], that a parameter was asked for its values; returns whether it is on.
#[doc(hidden)]
pub fn used(parameter: &dyn AsTrained) -> bool {
    is_on()
        && RECORDING.with_borrow_mut(|recording| {
            if recording.cut {
                let trained = parameter.as_trained();
                recording.used.insert(trained.var.id(), trained);
            }
            recording.cut
        })
}

/// Computes a tensor and, while a trace is on, records it as one step. Not once Stop was pressed:
/// every layer comes by here, so that no model runs on for long, whoever runs it.
///
/// The step's place is taken before `compute` runs, so that a layer stands before the functions it
/// calls.
#[doc(hidden)]
pub fn traced(
    what: &'static str,
    name: &str,
    inputs: &[&Tensor],
    parameters: &[&dyn AsTrained],
    operation: Operation,
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
        parameters: parameters.iter().map(|p| p.as_trained()).collect(),
        operation,
    };
    RECORDING.with_borrow_mut(|recording| {
        if let Some(place) = recording.steps.get_mut(slot) {
            *place = Some(step);
        }
    });
    Ok(output)
}
