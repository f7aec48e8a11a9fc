//! What ran, as a graph: the steps of the trace, what lay between them, and where each input came
//! from. Graph, summary and architecture are read from it.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Shape, Tensor, TensorId, Var, bail};

use crate::device::best_device;
use crate::errors::first_line;
use crate::functional::words;
use crate::memory::can_hold;
use crate::nn::{Model, Parameter};
use crate::trace::{self, Step, Used};

/// Where a tensor came from.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// From outside: the input, the targets.
    Data,
    /// A parameter.
    Parameter(Parameter),
    /// A step of the trace, by its place there.
    Step(usize),
    /// An operation outside the trace: candle does not say which.
    Unnamed,
}

/// A tensor and the nodes it was made from, which stand before it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub dims: Vec<usize>,
    pub dtype: DType,
    pub inputs: Vec<usize>,
    /// Whether a gradient flows through it.
    pub grad: bool,
}

/// The graph of one computation.
pub(super) struct Flow {
    pub steps: Vec<Step>,
    pub nodes: Vec<Node>,
    /// The node of the result.
    pub answer: usize,
    places: HashMap<TensorId, usize>,
    used: HashMap<TensorId, Parameter>,
}

/// More operations outside the trace than this cannot be drawn, nor their inputs be found in time.
const MOST_UNNAMED: usize = 500;

/// The flow of one forward pass on zeros of this shape, outside training.
pub(super) fn of_model(
    model: &(impl Model + ?Sized),
    input_shape: impl Into<Shape>,
) -> Result<Flow> {
    let shape = input_shape.into();
    if shape.rank() < 2 || shape.dims().contains(&0) {
        bail!(
            "the input's shape starts with the batch, as (1, 1, 28, 28), got {}",
            words(shape.dims())
        );
    }
    can_hold("the input", shape.dims(), size_of::<f32>())?;
    let forward = |device: &Device| {
        // A variable, so that candle keeps a record of all that is made from it.
        let x = Var::zeros(&shape, DType::F32, device)?;
        let flow = trace::record_cut(|| model.forward(x.as_tensor(), false))?;
        Ok((x.into_inner(), flow))
    };
    // A model on another device refuses the CPU's zeros.
    let (x, (y, steps, used)) = match (forward(&Device::Cpu), best_device()) {
        (Ok(flow), _) => flow,
        (Err(error), Device::Cpu) => bail!("{}", first_line(&error)),
        (Err(error), device) => forward(&device).map_err(|_| error)?,
    };
    Flow::new(Some(&x), &y, steps, used)
}

impl Flow {
    /// The flow that ended in `answer`, recorded by [`trace::record_cut`]; `input` is node 0.
    pub fn new(
        input: Option<&Tensor>,
        answer: &Tensor,
        steps: Vec<Step>,
        used: Used,
    ) -> Result<Flow> {
        let mut flow = Flow {
            steps,
            nodes: Vec::new(),
            answer: 0,
            places: HashMap::new(),
            used,
        };
        if let Some(input) = input {
            flow.add(Kind::Data, input, Vec::new());
        }
        let mut inside: Option<usize> = None;
        for i in 0..flow.steps.len() {
            let step = flow.steps[i].clone();
            if inside.is_some_and(|depth| step.depth > depth) {
                continue; // part of a step that is in the graph already
            }
            inside = None;
            if step.what == "Sequential" {
                continue; // its layers are steps themselves
            }
            inside = Some(step.depth);
            let mut inputs = Vec::new();
            for input in &step.inputs {
                inputs.push(flow.place(input)?);
            }
            for parameter in &step.parameters {
                inputs.push(flow.parameter(parameter.var(), parameter));
            }
            if !flow.places.contains_key(&step.output.id()) {
                flow.add(Kind::Step(i), &step.output, inputs);
            }
        }
        flow.answer = flow.place(answer)?;
        Ok(flow)
    }

    pub fn step(&self, node: usize) -> Option<&Step> {
        match self.nodes[node].kind {
            Kind::Step(i) => Some(&self.steps[i]),
            _ => None,
        }
    }

    /// A step with the steps inside it.
    pub fn inner(&self, step: usize) -> &[Step] {
        let depth = self.steps[step].depth;
        let rest = &self.steps[step + 1..];
        let count = rest.iter().take_while(|inner| inner.depth > depth).count();
        &self.steps[step..=step + count]
    }

    fn add(&mut self, kind: Kind, tensor: &Tensor, inputs: Vec<usize>) -> usize {
        let grad = match &kind {
            Kind::Data => tensor.is_variable(),
            Kind::Parameter(parameter) => !parameter.is_frozen(),
            _ => inputs.iter().any(|&input| self.nodes[input].grad),
        };
        self.nodes.push(Node {
            kind,
            dims: tensor.dims().to_vec(),
            dtype: tensor.dtype(),
            inputs,
            grad,
        });
        self.places.insert(tensor.id(), self.nodes.len() - 1);
        self.nodes.len() - 1
    }

    /// One node for all that a parameter's values were used for.
    fn parameter(&mut self, tensor: &Tensor, parameter: &Parameter) -> usize {
        let same = |node: &Node| matches!(&node.kind, Kind::Parameter(p) if p.var().id() == parameter.var().id());
        let place = match self.nodes.iter().position(same) {
            Some(place) => place,
            None => self.add(Kind::Parameter(parameter.clone()), tensor, Vec::new()),
        };
        self.places.insert(tensor.id(), place);
        place
    }

    /// The node of a tensor; operations between it and the steps become nodes too.
    fn place(&mut self, tensor: &Tensor) -> Result<usize> {
        if let Some(&place) = self.places.get(&tensor.id()) {
            return Ok(place);
        }
        let sorted = tensor.sorted_nodes();
        if sorted.len() > MOST_UNNAMED {
            bail!("more than {MOST_UNNAMED} operations that have no name: too many to follow");
        }
        for node in sorted.into_iter().rev() {
            self.leaf_or_unnamed(node)?;
        }
        match self.places.get(&tensor.id()) {
            Some(&place) => Ok(place),
            None => self.leaf_or_unnamed(tensor), // no record: it came from outside
        }
    }

    fn leaf_or_unnamed(&mut self, tensor: &Tensor) -> Result<usize> {
        if let Some(&place) = self.places.get(&tensor.id()) {
            return Ok(place);
        }
        if let Some(parameter) = self.used.get(&tensor.id()).cloned() {
            return Ok(self.parameter(tensor, &parameter));
        }
        let above = |tensor: &Tensor| -> Vec<TensorId> {
            let sorted = tensor.sorted_nodes();
            sorted.into_iter().skip(1).map(Tensor::id).collect()
        };
        let sorted = tensor.sorted_nodes();
        if tensor.is_variable() || sorted.is_empty() {
            return Ok(self.add(Kind::Data, tensor, Vec::new()));
        }
        // Its inputs are those of its ancestors that are no other one's ancestors.
        let ancestors = || sorted.iter().skip(1).filter(|a| !a.is_variable());
        let behind: Vec<TensorId> = ancestors().flat_map(|a| above(a)).collect();
        let mut inputs = Vec::new();
        for ancestor in sorted.iter().skip(1).rev() {
            if !behind.contains(&ancestor.id()) {
                inputs.push(self.leaf_or_unnamed(ancestor)?);
            }
        }
        Ok(self.add(Kind::Unnamed, tensor, inputs))
    }
}
