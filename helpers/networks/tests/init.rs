#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use common::reference::Reference;
use helpers::candle_nn;
use helpers::prelude::*;
use nn::Init;
use proptest::prelude::{any, prop};
use proptest::{prop_assert_eq, proptest};

const NAMED: [(Init, &str); 4] = [
    (Init::HeNormal, "he_normal"),
    (Init::HeUniform, "he_uniform"),
    (Init::XavierNormal, "xavier_normal"),
    (Init::XavierUniform, "xavier_uniform"),
];

/// (low, high) or (mean, std) of a distribution.
fn numbers(distribution: Init) -> [f64; 2] {
    match distribution {
        Init::Uniform { low, high } => [low, high],
        Init::Normal { mean, std } => [mean, std],
        other => panic!("{other:?} has no two numbers"),
    }
}

#[test]
fn the_named_laws_have_the_numbers_of_pytorch() -> Result<()> {
    let reference = Reference::load();
    let shapes: [&[usize]; 4] = [&[10, 7], &[6, 3, 5], &[16, 6, 5, 5], &[4, 2, 3, 3, 3]];
    for (init, name) in NAMED {
        for shape in shapes {
            let got = Tensor::new(&[numbers(init.distribution(shape)?)], &Device::Cpu)?;
            reference.check(format!("init/{name}/{}", shape.len()), &got);
        }
    }
    // One line for the weight, one for the bias: the same bound.
    for (name, fan_in) in [
        ("linear", 7),
        ("conv1d", 15),
        ("conv2d", 150),
        ("conv3d", 54),
    ] {
        let bounds = numbers(Init::pytorch_default(fan_in));
        reference.check(
            format!("init/{name}"),
            &Tensor::new(&[bounds, bounds], &Device::Cpu)?,
        );
    }
    Ok(())
}

fn values(tensor: &Tensor) -> Vec<f64> {
    let tensor = tensor.flatten_all().unwrap().to_dtype(DType::F64).unwrap();
    tensor.to_vec1().unwrap()
}

/// Mean, standard deviation, mean of the fourth power over std^4, highest absolute value.
fn statistics(values: &[f64]) -> [f64; 4] {
    let mean =
        |f: &dyn Fn(f64) -> f64| values.iter().map(|&v| f(v)).sum::<f64>() / values.len() as f64;
    let (average, square) = (mean(&|v| v), mean(&|v| v * v));
    let fourth = mean(&|v| v.powi(4)) / (square * square);
    let highest = values.iter().fold(0f64, |h, v| h.max(v.abs()));
    [average, square.sqrt(), fourth, highest]
}

#[test]
fn what_is_drawn_follows_the_distribution() -> Result<()> {
    manual_seed(1);
    let shape = (64, 32, 5, 5); // fan_in 800, fan_out 1600: 51,200 numbers
    for (init, name) in NAMED {
        let drawn = values(&init.draw(shape, &Device::Cpu)?);
        let [mean, std, fourth, highest] = statistics(&drawn);
        let variance = if name.starts_with("he") {
            2.0 / 800.0
        } else {
            2.0 / 2400.0
        };
        let expected = f64::sqrt(variance);
        assert!(mean.abs() < 4.0 * expected / 226.0, "{name}: mean {mean}"); // 226 = sqrt(51200)
        assert!(
            (std / expected - 1.0).abs() < 0.02,
            "{name}: std {std}, expected {expected}"
        );
        if name.ends_with("uniform") {
            let bound = expected * 3f64.sqrt();
            assert!((fourth - 1.8).abs() < 0.05, "{name}: {fourth}"); // 9 / 5 for the uniform one
            assert!(
                highest <= bound * (1.0 + 1e-6) && highest > 0.999 * bound,
                "{name}"
            );
        } else {
            assert!((fourth - 3.0).abs() < 0.15, "{name}: {fourth}"); // 3 for the normal one
        }
    }
    Ok(())
}

/// Starts the layers of a network; returns every number in them.
fn network(seed: u64) -> Result<Vec<u64>> {
    manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    nn::conv1d(3, 6, 5, &params.at(1))?;
    nn::conv2d(6, 16, 5, &params.at(2))?;
    nn::conv3d(2, 4, 3, &params.at(3))?;
    let fc = nn::linear(7, 10, &params.at("fc"))?;
    fc.weight.init(Init::HeNormal)?;
    nn::conv2d_no_bias(6, 16, 5, &params.at(4))?
        .weight
        .init(Init::XavierUniform)?;
    let all = params.all();
    Ok(all
        .iter()
        .flat_map(|p| values(&p.tensor()))
        .map(f64::to_bits)
        .collect())
}

#[test]
fn the_same_seed_starts_the_same_network_bit_for_bit() -> Result<()> {
    assert_eq!(network(3)?, network(3)?);
    assert_ne!(network(3)?, network(4)?);
    Ok(())
}

#[test]
fn linear_starts_as_pytorchs_does_and_candles_does_not() -> Result<()> {
    manual_seed(1);
    let bound = 1.0 / f64::sqrt(300.0);
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(300, 200, &params.at("fc"))?;
    let [_, std, _, highest] = statistics(&values(&fc.weight.tensor()));
    assert!(highest <= bound && (std * 3f64.sqrt() / bound - 1.0).abs() < 0.02);
    let conv = nn::conv2d(3, 400, 10, &params.at("conv"))?; // the same fan_in
    for parameter in [&conv.weight, conv.bias.as_ref().unwrap(), &fc.bias] {
        let highest = statistics(&values(&parameter.tensor()))[3];
        assert!(highest <= bound && highest > 0.95 * bound, "{parameter:?}");
    }

    let stock = candle_nn::VarMap::new();
    let builder = candle_nn::VarBuilder::from_varmap(&stock, DType::F32, &Device::Cpu);
    let stock = candle_nn::linear(300, 200, builder)?;
    let highest = statistics(&values(stock.weight()))[3];
    assert!(
        highest > 2.0 * bound,
        "candle starts by another distribution: {highest}"
    );
    Ok(())
}

#[test]
fn a_law_that_cannot_be_drawn_is_refused_and_changes_nothing() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(3, 2, &params.at("fc"))?;
    let before = values(&fc.bias.tensor());
    let error = fc.bias.init(Init::HeNormal).unwrap_err().to_string();
    let expected = "fc.bias: HeNormal needs a weight (out, in, ...), got the shape (2); a bias starts from Init::ZEROS";
    assert!(error.starts_with(expected), "{error}");
    assert!(fc.bias.init(Init::Constant(f64::NAN)).is_err());
    assert!(fc.bias.init(Init::Constant(1e300)).is_err());
    assert_eq!(values(&fc.bias.tensor()), before);
    assert!(params.create("gain", 2, Init::XavierNormal).is_err());
    assert!(params.get("gain").is_err());
    Ok(())
}

proptest! {
    #[test]
    fn any_shape_and_number_is_drawn_or_refused(
        dims in prop::collection::vec(0usize..4, 0..5),
        number in any::<f64>(),
    ) {
        for (init, _) in NAMED {
            prop_assert_eq!(init.draw(dims.clone(), &Device::Cpu).is_ok(), dims.len() > 1);
        }
        let fits = (number as f32).is_finite();
        let constant = Init::Constant(number).draw(dims.clone(), &Device::Cpu);
        prop_assert_eq!(constant.is_ok(), fits);
        let normal = Init::Normal { mean: 0.0, std: number }.draw(dims, &Device::Cpu);
        prop_assert_eq!(normal.is_ok(), fits && number >= 0.0);
    }
}

#[test]
fn the_device_changes_nothing() {
    let device = best_device();
    manual_seed(5);
    let there = random::normal(0.0, 1.0, (3, 4), &device).unwrap();
    assert!(there.device().same_device(&device));
    manual_seed(5);
    let here = random::normal(0.0, 1.0, (3, 4), &Device::Cpu).unwrap();
    let numbers = |x: &Tensor| x.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(numbers(&there), numbers(&here));
    assert!(!device_label(&device).is_empty());
}
