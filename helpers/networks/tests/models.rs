#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use helpers::candle_core::safetensors;
use helpers::prelude::*;

fn params() -> Parameters {
    Parameters::new(&Device::Cpu)
}

/// FNV-1a.
fn seed(name: &str) -> u32 {
    name.bytes().fold(2_166_136_261, |h, byte| {
        (h ^ u32::from(byte)).wrapping_mul(16_777_619)
    })
}

/// Numbers in [-1, 1), as `fixtures/models.py` makes them.
fn noise(name: &str, count: usize) -> impl Iterator<Item = f32> {
    let seed = seed(name);
    (0..count as u32).map(move |i| {
        let mut x = i.wrapping_mul(2_654_435_761).wrapping_add(seed);
        for (shift, factor) in [(16, 0x7FEB_352D_u32), (15, 0x846C_A68B)] {
            x = (x ^ (x >> shift)).wrapping_mul(factor);
        }
        ((x ^ (x >> 16)) >> 16) as f32 / 32768.0 - 1.0
    })
}

fn value(name: &str, dims: &[usize]) -> Result<Tensor> {
    let count = dims.iter().product();
    let (shift, scale) = if dims.len() > 1 {
        let fan_in = (count / dims[0]) as f64;
        (0.0, (6.0 / fan_in).sqrt().log2().floor().exp2() as f32)
    } else if name.ends_with("running_var") || name.ends_with("weight") {
        (1.0, 0.5)
    } else {
        (0.0, 0.125)
    };
    let values: Vec<f32> = noise(name, count).map(|u| shift + scale * u).collect();
    Tensor::from_vec(values, dims, &Device::Cpu)
}

/// torchvision's outputs and counts, on the same weights.
fn compare<M: Model>(
    name: &str,
    every: usize,
    make: impl FnOnce(&Parameters) -> Result<M>,
) -> Result<()> {
    let reference = safetensors::load(
        common::reference::fixture("models.safetensors"),
        &Device::Cpu,
    )?;
    let params = Parameters::new(&Device::Cpu);
    let model = make(&params)?;
    let entries = params.all().len() + params.buffers().len();
    let size = [entries as i64, params.count() as i64];
    assert_eq!(
        reference[&format!("{name}/size")].to_vec1::<i64>()?,
        size,
        "{name}"
    );
    for parameter in params.all() {
        parameter.set(&value(parameter.name(), parameter.var().dims())?)?;
    }
    for buffer in params.buffers() {
        if !buffer.name().ends_with("num_batches_tracked") {
            buffer.set(&value(buffer.name(), buffer.tensor().dims())?)?;
        }
    }
    let x = (value("input", &[1, 3, 64, 64])? * 4.0)?;
    let got = model.forward(&x, false)?.flatten_all()?.to_vec1::<f32>()?;
    let want = reference[&format!("{name}/outputs")].to_vec1::<f32>()?;
    assert_eq!(got.iter().step_by(every).count(), want.len(), "{name}");
    for (i, (got, want)) in got.iter().step_by(every).zip(&want).enumerate() {
        assert!(
            (got - want).abs() < 1e-4,
            "{name}, {i}: {got}, torchvision has {want}"
        );
    }
    Ok(())
}

#[test]
fn alexnet_is_torchvisions() -> Result<()> {
    compare("alexnet", 10, |p| models::alexnet(1000, p))
}

#[test]
fn vgg_is_torchvisions() -> Result<()> {
    compare("vgg11", 10, |p| models::vgg11(1000, p))
}

#[test]
fn resnet_is_torchvisions() -> Result<()> {
    compare("resnet18", 10, |p| models::resnet18(1000, p))?;
    compare("resnet34", 10, |p| models::resnet34(1000, p))?;
    compare("resnet50", 10, |p| models::resnet50(1000, p))
}

#[test]
fn fcn_is_torchvisions() -> Result<()> {
    compare("fcn_resnet50", 257, |p| models::fcn_resnet50(21, p))
}

#[test]
fn the_counts_are_the_papers() -> Result<()> {
    let count = |make: &dyn Fn(&Parameters) -> Result<()>| -> Result<usize> {
        let params = Parameters::new(&Device::Cpu);
        make(&params)?;
        Ok(params.count())
    };
    assert_eq!(count(&|p| models::perceptron(2, p).map(drop))?, 3);
    assert_eq!(
        count(&|p| models::mlp(&[784, 50, 10], p).map(drop))?,
        39_760
    );
    assert_eq!(count(&|p| models::cnn(p).map(drop))?, 27_830);
    assert_eq!(count(&|p| models::lenet5(p).map(drop))?, 61_706);
    assert_eq!(
        count(&|p| models::alexnet_2012(1000, p).map(drop))?,
        60_965_224
    );
    assert_eq!(count(&|p| models::vgg16(1000, p).map(drop))?, 138_357_544);
    assert_eq!(count(&|p| models::plain34(1000, p).map(drop))?, 21_623_848);
    Ok(())
}

/// Table 1 of Long et al. 2015 has 57 and 134 million.
#[test]
fn the_fcns_of_2015_are_the_papers() -> Result<()> {
    let p = params();
    let alexnet = models::fcn_alexnet(21, &p)?;
    for (height, width) in [(64, 96), (70, 65)] {
        let x = Tensor::zeros((2, 3, height, width), DType::F32, &Device::Cpu)?;
        assert_eq!(alexnet.forward(&x, false)?.dims(), [2, 21, height, width]);
    }
    assert_eq!(p.count(), 56_954_261);
    let error = alexnet.forward(&Tensor::zeros(3, DType::F32, &Device::Cpu)?, false);
    let error = error.unwrap_err().to_string();
    assert!(error.contains("(N, 3, H, W), got (3)"), "{error}");
    Ok(())
}

#[test]
fn the_skips_of_an_fcn_start_at_zero_and_reach_back() -> Result<()> {
    manual_seed(1);
    let p = params();
    let model = models::fcn8s(2, &p)?;
    for name in ["score_pool4", "score_pool3"] {
        let weight = p.get(&format!("{name}.weight"))?;
        assert_eq!(weight.var().abs()?.max_all()?.to_scalar::<f32>()?, 0.0);
        weight.init(nn::Init::Constant(1e-3))?;
    }
    let x = random::normal(0.0, 1.0, (1, 3, 32, 40), &Device::Cpu)?;
    let y = model.forward(&x, false)?;
    assert_eq!(y.dims(), [1, 2, 32, 40]);
    let grads = y.sum_all()?.backward()?;
    for name in ["score_pool4.weight", "score_pool3.weight", "conv1_1.weight"] {
        let grad = grads.get(p.get(name)?.var()).unwrap().abs()?;
        assert!(grad.max_all()?.to_scalar::<f32>()? > 0.0, "{name}");
    }
    Ok(())
}

#[test]
fn the_zip_code_network_is_the_papers() -> Result<()> {
    manual_seed(1);
    let params = Parameters::new(&Device::Cpu);
    let model = models::lenet1989(&params)?;
    let counts = ["h1", "h2", "h3", "out"].map(|layer| params.at(layer).count());
    assert_eq!(counts, [1068, 2592, 5790, 310]);
    assert_eq!(params.count(), 9760);
    let largest = |p: &nn::Parameter| p.var().abs()?.max_all()?.to_scalar::<f32>();
    for (weight, fan_in) in [
        (&model.h1.weight, 25f32),
        (&model.h2.weight, 200.),
        (&model.h3.weight, 192.),
    ] {
        let bound = 2.4 / fan_in.sqrt();
        assert!((0.9 * bound..=bound).contains(&largest(weight)?));
    }
    assert_eq!(largest(&model.h2.bias)?, 0.0);

    // Background all over: no weight of H1 tells one place from another.
    let blank = Tensor::full(-1f32, (1, 1, 16, 16), &Device::Cpu)?;
    let planes = model.h1.forward(&blank, false)?.flatten_from(2)?;
    let spread = (planes.max(2)? - planes.min(2)?)?
        .max_all()?
        .to_scalar::<f32>()?;
    assert!(spread < 1e-6);

    // Each plane of H2 sees 8 of H1's, by the gradient.
    let x = Var::from_tensor(&random::normal(0.0, 0.5, (1, 12, 8, 8), &Device::Cpu)?)?;
    let seen = [
        vec![0, 1, 2, 3, 4, 5, 6, 7],
        vec![4, 5, 6, 7, 8, 9, 10, 11],
        vec![0, 1, 2, 3, 8, 9, 10, 11],
    ];
    for plane in 0..12 {
        let loss = model
            .h2
            .forward(&x, false)?
            .narrow(1, plane, 1)?
            .sum_all()?;
        let grad = loss.backward()?.get(&x).unwrap().abs()?;
        let grad = grad.sum((0, 2, 3))?.to_vec1::<f32>()?;
        let inputs: Vec<usize> = (0..12).filter(|&i| grad[i] > 0.0).collect();
        assert_eq!(inputs, seen[plane / 4]);
    }
    Ok(())
}

#[test]
fn every_parameter_of_a_small_model_gets_a_gradient() -> Result<()> {
    manual_seed(1);
    let p = params();
    check("lenet1989", (1, 16), &p, &models::lenet1989(&p)?)?;
    let p = params();
    check("lenet5", (1, 32), &p, &models::lenet5(&p)?)?;
    let p = params();
    check("cnn", (1, 28), &p, &models::cnn(&p)?)?;
    let p = params();
    check("mlp", (1, 4), &p, &models::mlp(&[16, 8, 2], &p)?)?;
    let p = params();
    check(
        "encoder_decoder",
        (3, 10),
        &p,
        &models::encoder_decoder(3, &p)?,
    )
}

fn check(
    name: &str,
    (c, side): (usize, usize),
    params: &Parameters,
    model: &dyn Model,
) -> Result<()> {
    let x = random::normal(0.0, 1.0, (2, c, side, side), &Device::Cpu)?;
    let grads = model.forward(&x, true)?.sqr()?.sum_all()?.backward()?;
    for parameter in params.all() {
        let grad = grads.get(parameter.var());
        let grad = grad
            .unwrap_or_else(|| panic!("{name}: {parameter:?}"))
            .abs()?;
        assert!(
            grad.max_all()?.to_scalar::<f32>()? > 0.0,
            "{name}: {parameter:?}"
        );
    }
    Ok(())
}

#[test]
fn wrong_inputs_are_one_clear_line() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let error = models::mlp(&[3], &params).unwrap_err().to_string();
    assert!(error.contains("from the inputs to the outputs"), "{error}");
    let model = models::lenet1989(&params)?;
    let x = Tensor::zeros((1, 1, 28, 28), DType::F32, &Device::Cpu)?;
    let error = model.forward(&x, false).unwrap_err().to_string();
    assert!(
        error.contains("(N, 1, 16, 16), got (1, 1, 28, 28)"),
        "{error}"
    );
    let model = models::encoder_decoder(2, &params)?;
    let error = model
        .forward(&x.flatten_all()?, false)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("(N, 1, H, W)") || error.contains("(N, C, H, W)"),
        "{error}"
    );
    Ok(())
}
