//! Notebook 7: features that are taken over, frozen or trained further.

use std::path::{Path, PathBuf};

use candle_core::{DType, Device, Error, Result, Tensor};

use crate::{Card, check};
use candle_functional::random;
use networks::loss;
use networks::nn::{self, Linear, Model, Parameters, Sequential};
use networks::optim::{Optimizer, Sgd};

/// Checks a network that is prepared for new classes: `f(path, params)` fills the layers `features` of `params`
/// from the file, leaves the layer `head`, which has another number of outputs there, as it is, freezes all
/// but the head, and returns how many numbers training will change.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::new_head(|path, params| {
///     params.load(path)?;
///     Ok(params.count())
/// });
/// assert!(card.message().contains("head.bias is (3), not (5)"));
/// ```
pub fn new_head(f: impl Fn(&Path, &Parameters) -> Result<usize>) -> Card {
    let verified = "The features come from the file, and only the new head is trained";
    check("A new head on old features", verified, |cases| {
        for (width, old, new) in [(4, 3, 5), (6, 10, 2), (1, 2, 7)] {
            let file = Temporary::new();
            let source = Parameters::new(&Device::Cpu);
            network(width, old, &source)?;
            let mean = random::normal(0.0, 1.0, width, &Device::Cpu)?;
            source.buffers()[0].set(&mean)?;
            source.save(&file.0)?;

            let params = Parameters::new(&Device::Cpu);
            network(width, new, &params)?;
            let fresh = params.get("head.weight")?.tensor().copy()?;
            let of =
                format!("{width} features, from a file with {old} classes to {new} new classes");
            cases.hint("Hint 1");
            let returned = cases.run(&format!("new_head(path, params) of {of}"), || {
                f(&file.0, &params)
            })?;
            for name in ["features.conv.weight", "features.bn.bias"] {
                let got = || Ok(params.get(name)?.tensor());
                let right = source.get(name)?.tensor();
                cases.close_tensor(&format!("{name} after new_head with {of}"), got, &right)?;
            }
            let running = || Ok(params.buffers()[0].tensor());
            let input = format!("features.bn.running_mean after new_head with {of}");
            cases.close_tensor(&input, running, &mean)?;
            let head = || Ok(params.get("head.weight")?.tensor());
            let input = format!("head.weight, which should stay, after new_head with {of}");
            cases.close_tensor(&input, head, &fresh)?;
            cases.hint("Hint 2");
            let trained = || {
                let trained = params.all().into_iter().filter(|p| !p.is_frozen());
                Ok(trained.map(|p| p.name().to_string()).collect::<Vec<_>>())
            };
            let names = ["head.weight", "head.bias"].map(String::from).to_vec();
            let input = format!("the parameters that are not frozen after new_head with {of}");
            cases.equal(&input, trained, names)?;
            let input = format!("what new_head returns with {of}");
            cases.equal(&input, || Ok(returned), new * (width + 1))?;
        }
        Ok(())
    })
}

/// Checks a network whose features stay as they are: `f(features, head)` builds a model that runs the
/// features in evaluation mode, whatever its own mode, and the head behind them.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::frozen_features(|features, _head| features);
/// assert_eq!(card.status(), exercise::Status::Wrong);
/// ```
pub fn frozen_features<M: Model>(f: impl Fn(Sequential, Linear) -> M) -> Card {
    let verified = "No mode changes the features, and the head still learns";
    check("Features in evaluation mode", verified, |cases| {
        for (width, classes) in [(3, 2), (5, 4)] {
            let params = Parameters::new(&Device::Cpu);
            let (features, head) = network(width, classes, &params)?;
            let start = random::normal(0.0, 1.0, width, &Device::Cpu)?;
            params.buffers()[0].set(&start)?;
            params.freeze("features")?;
            let model = f(features.clone(), head.clone());
            let x = random::normal(2.0, 3.0, (6, 1, 4, 4), &Device::Cpu)?;
            let right = head.forward(&features.forward(&x, false)?, false)?;
            for (mode, train) in [("evaluation", false), ("training", true)] {
                cases.hint(if train { "Hint 2" } else { "Hint 1" });
                let call = format!("the output for x (6, 1, 4, 4) in {mode} mode");
                cases.close_tensor(&call, || model.forward(&x, train), &right)?;
            }
            let input = "the running mean of features.bn after a forward pass in training mode";
            cases.close_tensor(input, || Ok(params.buffers()[0].tensor()), &start)?;
            let learns = || {
                let loss = model.forward(&x, true)?.sqr()?.mean_all()?;
                Ok(loss.backward()?.get(head.weight.var()).is_some())
            };
            cases.equal("head.weight has a gradient", learns, true)?;
        }
        Ok(())
    })
}

/// Checks a training step with two learning rates: `f(model, params, lr, x, targets)` takes one step of
/// plain SGD, of `lr` for the head and a tenth of it for the features, and returns the loss before it.
///
/// ```
/// use helpers::prelude::*;
/// let card = exercise::tp2::two_rates(|model, params, lr, x, targets| {
///     let loss = loss::cross_entropy(&model.forward(x, true)?, targets)?;
///     optim::Sgd::new(params, lr)?.backward_step(&loss)?;
///     Ok(f64::from(loss.to_scalar::<f32>()?))
/// });
/// assert!(card.message().contains("features.conv.weight"));
/// ```
pub fn two_rates(
    f: impl Fn(&dyn Model, &Parameters, f64, &Tensor, &Tensor) -> Result<f64>,
) -> Card {
    let verified = "Head and features move along one gradient, each at its own rate";
    check("A step with two learning rates", verified, |cases| {
        for (seed, lr) in [(1, 0.5), (2, 0.1), (3, 2.0)] {
            let made = || -> Result<(Parameters, Sequential)> {
                random::manual_seed(seed);
                let params = Parameters::new(&Device::Cpu);
                let (features, head) = network(4, 3, &params)?;
                let model = Sequential::new(&params)
                    .add("features", features)
                    .add("head", head);
                Ok((params, model))
            };
            let (expected, model) = made()?;
            let x = random::normal(0.0, 1.0, (9, 1, 4, 4), &Device::Cpu)?;
            let targets = Tensor::arange(0u32, 9, &Device::Cpu)?;
            let targets = (targets.to_dtype(DType::F32)? / 3.0)?.to_dtype(DType::U32)?;
            let loss = loss::cross_entropy(&model.forward(&x, true)?, &targets)?;
            let grads = loss.backward()?;
            Sgd::new(&expected.at("features"), lr / 10.0)?.step(&grads)?;
            Sgd::new(&expected.at("head"), lr)?.step(&grads)?;

            let (params, model) = made()?;
            let call = format!("the loss that two_rates returns, with lr {lr}");
            let right = f64::from(loss.to_scalar::<f32>()?);
            cases.hint("Hint 1");
            cases.close(&call, || f(&model, &params, lr, &x, &targets), right)?;
            for (name, hint) in [
                ("head.weight", "Hint 1"),
                ("head.bias", "Hint 1"),
                ("features.conv.weight", "Hint 2"),
                ("features.bn.bias", "Hint 2"),
            ] {
                cases.hint(hint);
                let input = format!("{name} after two_rates with lr {lr}");
                let got = || Ok::<_, Error>(params.get(name)?.tensor());
                cases.close_tensor(&input, got, &expected.get(name)?.tensor())?;
            }
        }
        Ok(())
    })
}

/// A convolution with its normalisation, `features`, and one fully connected layer, `head`: images
/// (N, 1, H, W) to (N, classes).
fn network(width: usize, classes: usize, params: &Parameters) -> Result<(Sequential, Linear)> {
    let p = params.at("features");
    let features = Sequential::new(&p)
        .add("conv", nn::conv2d_no_bias(1, width, 3, &p.at("conv"))?)
        .add("bn", nn::batch_norm2d(width, &p.at("bn"))?)
        .add("relu", nn::Relu)
        .add("pool", nn::AdaptiveAvgPool2d { size: (1, 1) })
        .add("flatten", nn::Flatten);
    Ok((features, nn::linear(width, classes, &params.at("head"))?))
}

/// The path of a file that is removed at the end.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> Temporary {
        let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let nanos = time.map_or(0, |t| t.as_nanos());
        let name = format!("new-head-{}-{nanos}.safetensors", std::process::id());
        Temporary(std::env::temp_dir().join(name))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
