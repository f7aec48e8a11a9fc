use candle_core::{DType, Device, Result, Tensor, bail};

use super::computation_graph::{self, ComputationGraph, NodeKind};
use super::layer_chain::layer_chain;
use candle_functional as F;
use candle_functional::trace;
use figures::diagrams::LayerKind;
use networks::nn::{self, Conv2d, Model, Parameters};
use networks::{loss, models};

/// One convolution, used twice, with a skip connection the second time.
struct Shared {
    conv: Conv2d,
}

impl Model for Shared {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let x = F::relu(&self.conv.forward(x, train)?)?;
        let y = self.conv.forward(&x, train)?;
        y + x
    }
}

fn shared(params: &Parameters) -> Result<Shared> {
    let conv = nn::conv2d(2, 2, 3, &params.at("conv"))?.padding(1);
    Ok(Shared { conv })
}

fn params() -> Parameters {
    Parameters::new(&Device::Cpu)
}

/// The nodes as words: `Conv2d < data conv.weight conv.bias`.
fn words(graph: &ComputationGraph) -> Vec<String> {
    let name = |node: usize| match &graph.nodes[node].kind {
        NodeKind::Data => "data".to_string(),
        NodeKind::Parameter(parameter) => parameter.name.clone(),
        NodeKind::TensorOperation("add") => format!("add{node}"),
        NodeKind::TensorOperation(_) => format!("unnamed{node}"),
        NodeKind::Step(i) => format!("{}{node}", graph.steps[*i].what),
    };
    let line = |node: usize| {
        let inputs: Vec<String> = graph.nodes[node].inputs.iter().map(|&i| name(i)).collect();
        format!("{} < {}", name(node), inputs.join(" "))
    };
    (0..graph.nodes.len())
        .map(line)
        .filter(|line| !line.ends_with("< "))
        .collect()
}

#[test]
fn a_skip_is_kept_and_a_shared_weight_is_one_node() -> Result<()> {
    let graph = computation_graph::of_model(&shared(&params())?, (1, 2, 5, 5))?;
    let expected = [
        "Conv2d3 < data conv.weight conv.bias",
        "relu4 < Conv2d3",
        "Conv2d5 < relu4 conv.weight conv.bias",
        "add6 < relu4 Conv2d5",
    ];
    let mut words = words(&graph);
    words[3] = words[3].replace("Conv2d5 relu4", "relu4 Conv2d5");
    assert_eq!(words, expected);
    assert_eq!(graph.output, 6);
    Ok(())
}

/// Combines the outputs of two layers in its own way.
struct Combined(
    nn::Linear,
    nn::Linear,
    fn(&Tensor, &Tensor) -> Result<Tensor>,
);

impl Model for Combined {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.2(&self.0.forward(x, train)?, &self.1.forward(x, train)?)
    }
}

#[test]
fn a_sum_is_named_and_nothing_else_is_taken_for_one() -> Result<()> {
    let name = |combine: fn(&Tensor, &Tensor) -> Result<Tensor>| -> Result<String> {
        let params = params();
        let layer = |name| nn::linear(2, 2, &params.at(name));
        let model = Combined(layer("a")?, layer("b")?, combine);
        let graph = computation_graph::of_model(&model, (1, 2))?;
        match graph.nodes[graph.output].kind {
            NodeKind::TensorOperation(name) => Ok(name.to_string()),
            _ => bail!("a step"),
        }
    };
    assert_eq!(name(|a, b| a + b)?, "add");
    assert_eq!(name(|a, b| a.broadcast_add(b))?, "add");
    let others: [fn(&Tensor, &Tensor) -> Result<Tensor>; 7] = [
        |a, b| a - b,
        |a, b| a * b,
        |a, b| a / b,
        |a, b| a.maximum(b),
        |a, b| Tensor::cat(&[a, b], 1),
        |a, b| (a + b)? + 1.0,
        |a, b| a.matmul(&b.t()?),
    ];
    for other in others {
        assert_eq!(name(other)?, "unnamed operation");
    }
    Ok(())
}

#[test]
fn functions_show_the_parameters_they_were_given_and_where_gradients_stop() -> Result<()> {
    let params = params();
    let fc = nn::linear(2, 2, &params.at("fc"))?;
    let last = nn::linear(2, 2, &params.at("last"))?;
    params.freeze("last.bias")?;
    let x = Tensor::ones((3, 2), DType::F32, &Device::Cpu)?;
    let targets = Tensor::zeros(3, DType::U32, &Device::Cpu)?;
    let (output, steps, used) = trace::record_cut(|| {
        let h = F::linear(&x, &fc.weight.tensor(), Some(&fc.bias.tensor()))?;
        let y = h
            .matmul(&last.weight.tensor())?
            .broadcast_add(&last.bias.tensor())?;
        let cut = y.detach();
        loss::cross_entropy(&(y + cut)?, &targets)
    })?;
    let graph = ComputationGraph::new(None, &output, steps, used)?;
    let expected = [
        "linear3 < data fc.weight fc.bias",
        "unnamed5 < last.weight linear3",
        "unnamed7 < last.bias",
        "unnamed8 < unnamed5 unnamed7",
        "unnamed9 < unnamed8",
        "cross_entropy11 < unnamed9 data",
    ];
    let mut words = words(&graph);
    words[1] = words[1].replace("linear3 last.weight", "last.weight linear3");
    assert_eq!(words, expected);
    let grads: Vec<bool> = graph.nodes.iter().map(|node| node.grad).collect();
    // The data, the frozen last.bias and its broadcast, the targets.
    let cut = (0..grads.len()).filter(|&node| !grads[node]);
    assert_eq!(cut.collect::<Vec<_>>(), [0, 6, 7, 10]);
    Ok(())
}

#[test]
fn nothing_trainable_has_no_gradient() -> Result<()> {
    let params = params();
    let fc = nn::linear(2, 1, &params.at("fc"))?;
    params.freeze("fc")?;
    let x = Tensor::ones((3, 2), DType::F32, &Device::Cpu)?;
    let (output, steps, used) = trace::record_cut(|| fc.forward(&x, true)?.sum_all())?;
    let graph = ComputationGraph::new(None, &output, steps, used)?;
    assert!(graph.nodes.iter().all(|node| !node.grad));
    assert!(words(&graph)[0].contains("fc.weight fc.bias"));
    Ok(())
}

#[test]
fn the_layers_of_lenet_are_the_papers() -> Result<()> {
    let chain = layer_chain(&computation_graph::of_model(
        &models::lenet5(&params())?,
        (2, 1, 32, 32),
    )?)?;
    let seen: Vec<(&str, usize, Vec<usize>)> = chain
        .layers
        .iter()
        .map(|m| (m.name.as_str(), m.channels, m.size.clone()))
        .collect();
    let square = |side: usize| vec![side, side];
    let expected = [
        ("", 1, square(32)),
        ("c1", 6, square(28)),
        ("s2", 6, square(14)),
        ("c3", 16, square(10)),
        ("s4", 16, square(5)),
        ("c5", 120, square(1)),
        ("f6", 84, vec![]),
        ("output", 10, vec![]),
    ];
    assert_eq!(seen, expected);
    assert_eq!(chain.layers[1].description, ["5×5 convolution"]);
    assert_eq!(
        (chain.layers[1].then.as_slice(), chain.layers[1].parameters),
        (&["tanh"][..], 156)
    );
    assert_eq!(chain.layers[2].description, ["2×2 average pooling"]);
    assert!(chain.skips.is_empty());
    Ok(())
}

#[test]
fn the_skip_connections_of_a_resnet_are_found() -> Result<()> {
    let chain = layer_chain(&computation_graph::of_model(
        &models::resnet18(10, &params())?,
        (1, 3, 64, 64),
    )?)?;
    // Input, 17 convolutions on the long way, two pools, one fully connected layer.
    assert_eq!(chain.layers.len(), 1 + 17 + 2 + 1);
    let skips: Vec<(usize, usize, &str)> = chain
        .skips
        .iter()
        .map(|s| (s.from, s.to, s.label.as_str()))
        .collect();
    let fit = "1×1/2";
    let expected = [
        (2, 4, ""),
        (4, 6, ""),
        (6, 8, fit),
        (8, 10, ""),
        (10, 12, fit),
        (12, 14, ""),
        (14, 16, fit),
        (16, 18, ""),
    ];
    assert_eq!(skips, expected);
    assert_eq!(chain.layers[2].then, Vec::<&str>::new());
    assert_eq!(chain.layers[3].then, ["batch norm", "ReLU"]);

    let chain = layer_chain(&computation_graph::of_model(
        &models::encoder_decoder(3, &params())?,
        (1, 3, 16, 16),
    )?)?;
    let skips: Vec<(usize, usize)> = chain.skips.iter().map(|s| (s.from, s.to)).collect();
    assert_eq!(skips, [(3, 7), (1, 9)]);
    let up: Vec<usize> = (0..chain.layers.len())
        .filter(|&i| chain.layers[i].kind == LayerKind::Upsampling)
        .collect();
    assert_eq!(up, [6, 8]);
    Ok(())
}

/// What comes in and what was made of it, side by side, as in a U-Net.
struct Joined(Conv2d);

impl Model for Joined {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        Tensor::cat(&[&self.0.forward(x, train)?, x], 1)
    }
}

#[test]
fn joined_maps_are_one_layer_with_a_skip_connection() -> Result<()> {
    let conv = nn::conv2d(2, 4, 1, &params().at("conv"))?;
    let chain = layer_chain(&computation_graph::of_model(&Joined(conv), (1, 2, 4, 4))?)?;
    let channels: Vec<usize> = chain.layers.iter().map(|m| m.channels).collect();
    assert_eq!(channels, [2, 4, 6]);
    assert_eq!((chain.skips[0].from, chain.skips[0].to), (0, 2));
    Ok(())
}

/// Answers with something that has nothing to do with the input, or with an error.
struct Odd(bool);

impl Model for Odd {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        match self.0 {
            true => Tensor::zeros((1, 2), DType::F32, x.device()),
            false => bail!("no\nand more"),
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_one_clear_line() {
    let error = |shape: &[usize], fine: bool| {
        let figure = super::architecture(&Odd(fine), shape.to_vec());
        figure.map(drop).unwrap_err().to_string()
    };
    assert!(error(&[2], true).contains("starts with the batch"));
    assert!(error(&[1, 0], true).contains("starts with the batch"));
    assert!(error(&[1, 2], true).contains("does not come from the input"));
    assert_eq!(error(&[1, 2], false).lines().next(), Some("no"));
    assert!(super::graph(|| bail!("broken")).is_err());
}
