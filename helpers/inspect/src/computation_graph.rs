//! The computation graph: the steps of the trace, the operations between them, and where each input
//! came from. Summary, graph and architecture are read from it.

use std::collections::HashMap;

use candle_core::{DType, Device, Result, Shape, Tensor, TensorId, Var, bail};

use candle_functional::display_shape;
use candle_functional::errors::first_line;
use candle_functional::memory::can_hold;
use candle_functional::trace::{self, Operation, Step, Trained, Used};
use networks::device::best_device;
use networks::nn::Model;

/// Where a tensor came from.
#[derive(Clone, Debug)]
pub(super) enum NodeKind {
    /// From outside: the input, the targets.
    Data,
    /// A parameter.
    Parameter(Trained),
    /// A step of the trace, by its place there.
    Step(usize),
    /// An operation of candle's own, outside the trace: `add`, or that it has no name.
    TensorOperation(&'static str),
}

/// A tensor and the nodes it was made from, which stand before it.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: NodeKind,
    pub dims: Vec<usize>,
    pub dtype: DType,
    pub inputs: Vec<usize>,
    /// Whether a gradient flows through it.
    pub grad: bool,
}

/// The graph of one computation.
pub(super) struct ComputationGraph {
    pub steps: Vec<Step>,
    pub nodes: Vec<Node>,
    /// The node of the result.
    pub output: usize,
    places: HashMap<TensorId, usize>,
    used: Used,
}

/// More operations outside the trace than this cannot be drawn, nor their inputs be found in time.
const MOST_UNNAMED: usize = 500;

/// The graph of one forward pass on zeros of this shape, outside training.
pub(super) fn of_model(
    model: &(impl Model + ?Sized),
    input_shape: impl Into<Shape>,
) -> Result<ComputationGraph> {
    let shape = input_shape.into();
    if shape.rank() < 2 || shape.dims().contains(&0) {
        bail!(
            "the input's shape starts with the batch, as (1, 1, 28, 28), got {}",
            display_shape(shape.dims())
        );
    }
    can_hold("the input", shape.dims(), size_of::<f32>())?;
    let forward = |device: &Device| {
        // A variable, so that candle keeps a record of all that is made from it.
        let x = Var::zeros(&shape, DType::F32, device)?;
        let recorded = trace::record_cut(|| model.forward(x.as_tensor(), false))?;
        Ok((x.into_inner(), recorded))
    };
    // A model on another device refuses the CPU's zeros.
    let (x, (y, steps, used)) = match (forward(&Device::Cpu), best_device()) {
        (Ok(recorded), _) => recorded,
        (Err(error), Device::Cpu) => bail!("{}", first_line(&error)),
        (Err(error), device) => forward(&device).map_err(|_| error)?,
    };
    ComputationGraph::new(Some(&x), &y, steps, used)
}

impl ComputationGraph {
    /// The graph that ended in `output`, recorded by [`trace::record_cut`]; `input` is node 0.
    pub fn new(
        input: Option<&Tensor>,
        output: &Tensor,
        steps: Vec<Step>,
        used: Used,
    ) -> Result<ComputationGraph> {
        let mut graph = ComputationGraph {
            steps,
            nodes: Vec::new(),
            output: 0,
            places: HashMap::new(),
            used,
        };
        if let Some(input) = input {
            graph.add(NodeKind::Data, input, Vec::new());
        }
        let mut inside: Option<usize> = None;
        for i in 0..graph.steps.len() {
            let step = graph.steps[i].clone();
            if inside.is_some_and(|depth| step.depth > depth) {
                continue; // part of a step that is in the graph already
            }
            inside = None;
            if step.operation == Operation::Sequential {
                continue; // its layers are steps themselves
            }
            inside = Some(step.depth);
            let mut inputs = Vec::new();
            for input in &step.inputs {
                inputs.push(graph.place(input)?);
            }
            for parameter in &step.parameters {
                inputs.push(graph.parameter(&parameter.var, parameter));
            }
            if !graph.places.contains_key(&step.output.id()) {
                graph.add(NodeKind::Step(i), &step.output, inputs);
            }
        }
        graph.output = graph.place(output)?;
        Ok(graph)
    }

    pub fn step(&self, node: usize) -> Option<&Step> {
        match self.nodes[node].kind {
            NodeKind::Step(i) => Some(&self.steps[i]),
            _ => None,
        }
    }

    /// The parameters that a node was made from.
    pub fn parameters_of(&self, node: usize) -> impl Iterator<Item = &Trained> {
        let inputs = self.nodes[node].inputs.iter();
        inputs.filter_map(|&input| match &self.nodes[input].kind {
            NodeKind::Parameter(parameter) => Some(parameter),
            _ => None,
        })
    }

    /// A step with the steps inside it.
    pub fn inner(&self, step: usize) -> &[Step] {
        let depth = self.steps[step].depth;
        let rest = &self.steps[step + 1..];
        let count = rest.iter().take_while(|inner| inner.depth > depth).count();
        &self.steps[step..=step + count]
    }

    fn add(&mut self, kind: NodeKind, tensor: &Tensor, inputs: Vec<usize>) -> usize {
        let grad = match &kind {
            NodeKind::Data => tensor.is_variable(),
            NodeKind::Parameter(parameter) => !parameter.frozen,
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
    fn parameter(&mut self, tensor: &Tensor, parameter: &Trained) -> usize {
        let same = |node: &Node| matches!(&node.kind, NodeKind::Parameter(p) if p.var.id() == parameter.var.id());
        let place = match self.nodes.iter().position(same) {
            Some(place) => place,
            None => self.add(NodeKind::Parameter(parameter.clone()), tensor, Vec::new()),
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
            self.leaf_or_operation(node)?;
        }
        match self.places.get(&tensor.id()) {
            Some(&place) => Ok(place),
            None => self.leaf_or_operation(tensor), // no record: it came from outside
        }
    }

    fn leaf_or_operation(&mut self, tensor: &Tensor) -> Result<usize> {
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
            return Ok(self.add(NodeKind::Data, tensor, Vec::new()));
        }
        // Its inputs are those of its ancestors that are no other one's ancestors.
        let ancestors = || sorted.iter().skip(1).filter(|a| !a.is_variable());
        let behind: Vec<TensorId> = ancestors().flat_map(|a| above(a)).collect();
        let mut made_from: Vec<&Tensor> = sorted.iter().skip(1).rev().copied().collect();
        made_from.retain(|ancestor| !behind.contains(&ancestor.id()));
        let name = match is_sum(tensor, &made_from).unwrap_or(false) {
            true => "add",
            false => "unnamed operation",
        };
        let mut inputs = Vec::new();
        for input in made_from {
            inputs.push(self.leaf_or_operation(input)?);
        }
        Ok(self.add(NodeKind::TensorOperation(name), tensor, inputs))
    }
}

/// Whether a tensor is the sum of two others. candle does not say what made it, but the sum is the
/// function with this value and the slope 1 in both.
fn is_sum(tensor: &Tensor, inputs: &[&Tensor]) -> Result<bool> {
    let &[a, b] = inputs else {
        return Ok(false);
    };
    if a.shape() != tensor.shape() || b.shape() != tensor.shape() {
        return Ok(false);
    }
    let all = |values: Tensor| -> Result<bool> {
        let values = values.to_dtype(DType::F32)?;
        Ok(values.min_all()?.to_scalar::<f32>()? == 1.0)
    };
    let slopes = tensor.backward()?;
    for input in [a, b] {
        match slopes.get(input) {
            Some(slope) if all(slope.eq(1.0)?)? => {}
            _ => return Ok(false),
        }
    }
    all((a.detach() + b.detach())?.eq(&tensor.detach())?)
}
