//! Layers: outputs, every gradient and running statistics, over several batches.

use helpers::prelude::*;

use crate::common::reference::{DTYPES, Reference, fixture};

/// Gives the parameters the references' values `name/...`.
fn start(reference: &Reference, name: &str, params: &Parameters) -> Result<()> {
    for parameter in params.all() {
        let values = reference.get_as(format!("{name}/{}", parameter.name()), params.dtype());
        parameter.set(&values)?;
    }
    Ok(())
}

/// Compares one forward and backward with the references `name/...`: output, every gradient and
/// every buffer afterwards. The loss is the sum of the output times `slope`.
fn run(
    reference: &Reference,
    name: &str,
    model: &impl Model,
    params: &Parameters,
    train: bool,
) -> Result<()> {
    let get = |key: &str| reference.get_as(format!("{name}/{key}"), params.dtype());
    let x = Var::from_tensor(&get("x"))?;
    let y = model.forward(&x, train)?;
    reference.check(format!("{name}/y"), &y);
    let grads = (y * get("slope"))?.sum_all()?.backward()?;
    reference.check(format!("{name}/x.grad"), grads.get(&x).unwrap());
    for parameter in params.all() {
        let key = format!("{name}/{}.grad", parameter.name());
        reference.check(key, grads.get(parameter.var()).unwrap());
    }
    for buffer in params.buffers() {
        let (key, values) = (format!("{name}/{}", buffer.name()), buffer.tensor());
        match values.dtype() {
            DType::I64 => assert_eq!(
                values.to_scalar::<i64>()?,
                reference.get(key).to_scalar::<i64>()?
            ),
            _ => reference.check(key, &values),
        }
    }
    Ok(())
}

#[test]
fn batch_norm_trains_and_evaluates_as_pytorchs() -> Result<()> {
    let reference = Reference::load();
    for dtype in DTYPES {
        for (name, dims) in [("bn1", 1), ("bn1_length", 1), ("bn2", 2)] {
            let params = Parameters::new(&Device::Cpu).with_dtype(dtype);
            // Both kinds under one type, to run the same lines.
            let model: Box<dyn Model> = match dims {
                1 => Box::new(nn::batch_norm1d(3, &params)?),
                _ => Box::new(nn::batch_norm2d(3, &params)?),
            };
            let model = Boxed(model);
            start(&reference, name, &params)?;
            for batch in 0..3 {
                run(
                    &reference,
                    &format!("{name}/train{batch}"),
                    &model,
                    &params,
                    true,
                )?;
            }
            run(&reference, &format!("{name}/eval"), &model, &params, false)?;
        }
    }
    Ok(())
}

struct Boxed(Box<dyn Model>);

impl Model for Boxed {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.0.forward(x, train)
    }
}

struct LayerNorm {
    weight: nn::Parameter,
    bias: nn::Parameter,
}

impl Model for LayerNorm {
    fn forward(&self, x: &Tensor, _train: bool) -> Result<Tensor> {
        let (weight, bias) = (self.weight.tensor(), self.bias.tensor());
        F::layer_norm(x, weight.dims(), Some(&weight), Some(&bias), 1e-5)
    }
}

#[test]
fn layer_norm_and_its_gradients_are_pytorchs() -> Result<()> {
    let reference = Reference::load();
    for dtype in DTYPES {
        for (name, shape) in [("ln", vec![5]), ("ln2", vec![4, 5])] {
            let params = Parameters::new(&Device::Cpu).with_dtype(dtype);
            let norm = LayerNorm {
                weight: params.create("weight", shape.clone(), nn::Init::ONES)?,
                bias: params.create("bias", shape, nn::Init::ZEROS)?,
            };
            start(&reference, name, &params)?;
            run(&reference, &format!("{name}/run"), &norm, &params, true)?;
        }
    }
    Ok(())
}

#[test]
fn convolutions_in_a_sequence_are_pytorchs() -> Result<()> {
    let reference = Reference::load();
    for dtype in DTYPES {
        let params = Parameters::new(&Device::Cpu).with_dtype(dtype);
        let conv = nn::conv1d(2, 3, 3, &params.at("conv"))?.dilation(2);
        let model = nn::Sequential::new(&params)
            .add("conv", conv)
            .add("tanh", nn::Tanh);
        start(&reference, "conv1", &params)?;
        run(&reference, "conv1/run", &model, &params, true)?;

        let params = Parameters::new(&Device::Cpu).with_dtype(dtype);
        let conv = nn::conv3d(1, 2, 2, &params.at("conv"))?
            .stride(2)
            .padding(1);
        let model = nn::Sequential::new(&params)
            .add("conv", conv)
            .add("sigmoid", nn::Sigmoid);
        start(&reference, "conv3", &params)?;
        run(&reference, "conv3/run", &model, &params, true)?;
    }
    Ok(())
}

/// The network of the state dicts that PyTorch saved.
struct Net {
    features: nn::Sequential,
    fc: nn::Linear,
}

impl Net {
    fn new(params: &Parameters) -> Result<Net> {
        let p = params.at("features");
        let features = nn::Sequential::new(&p)
            .add(
                0,
                nn::conv2d_no_bias(2, 3, 3, &p.at(0))?.stride(2).padding(1),
            )
            .add(1, nn::batch_norm2d(3, &p.at(1))?)
            .add(2, nn::Relu)
            .add(3, nn::max_pool2d(2))
            .add(4, nn::conv2d(3, 4, 2, &p.at(4))?)
            .add(5, nn::Flatten);
        let fc = nn::linear(8, 3, &params.at("fc"))?;
        Ok(Net { features, fc })
    }
}

impl Model for Net {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        self.fc.forward(&self.features.forward(x, train)?, train)
    }
}

#[test]
fn a_network_that_pytorch_saved_computes_what_it_did_there() -> Result<()> {
    let reference = Reference::load();
    for file in ["state.pth", "state.safetensors"] {
        let params = Parameters::new(&Device::Cpu);
        let net = Net::new(&params)?;
        let path = fixture(file);
        let load = || match file {
            "state.pth" => params.load_torch(&path),
            _ => params.load(&path),
        };
        load()?;
        run(&reference, "net/train", &net, &params, true)?;
        load()?;
        run(&reference, "net/eval", &net, &params, false)?;
    }
    Ok(())
}
