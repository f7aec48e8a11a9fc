#![allow(clippy::unwrap_used, missing_docs)]

use helpers::candle_nn::{self, Activation};
use helpers::prelude::*;

/// The weights of candle's layer are in the store: drawn from the seed, trained, saved and counted.
#[test]
fn a_layer_of_candles_is_a_model() -> Result<()> {
    let build = |seed| -> Result<_> {
        manual_seed(seed);
        let params = Parameters::new(&Device::Cpu);
        let fc = nn::from_candle(&params.at("fc"), |vb| candle_nn::linear(2, 1, vb))?;
        Ok((params, fc))
    };
    let (params, fc) = build(1)?;
    let names: Vec<String> = params.all().iter().map(|p| p.name().into()).collect();
    assert_eq!(names, ["fc.weight", "fc.bias"]);
    let weight = |p: &Parameters| p.get("fc.weight")?.tensor().to_vec2::<f32>();
    assert_eq!(weight(&params)?, weight(&build(1)?.0)?);

    let summary = inspect::summary(&fc, (4, 2))?;
    assert_eq!(summary.rows.len(), 1);
    assert_eq!(summary.rows[0].parameters, 3);
    let x = random::normal(0.0, 1.0, (64, 2), &Device::Cpu)?;
    let targets = (x.sum_keepdim(1)? * 3.0)?;
    let mut sgd = optim::Sgd::new(&params, 0.1)?;
    for _ in 0..100 {
        sgd.backward_step(&loss::mse(&fc.forward(&x, true)?, &targets)?)?;
    }
    for weight in weight(&params)?.concat() {
        assert!((weight - 3.0).abs() < 1e-2, "{weight}");
    }
    Ok(())
}

#[test]
fn sequences_and_activations_of_candles_are_models() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let model = nn::from_candle(&params, |vb| {
        Ok(candle_nn::seq()
            .add(candle_nn::linear(2, 3, vb.pp("0"))?)
            .add(Activation::Relu)
            .add(candle_nn::linear_no_bias(3, 1, vb.pp("2"))?))
    })?;
    let x = Tensor::zeros((4, 2), DType::F32, &Device::Cpu)?;
    assert_eq!(model.forward(&x, false)?.dims(), [4, 1]);
    assert_eq!(params.get("2.weight")?.var().dims(), [1, 3]);
    let taken = nn::from_candle(&params, |vb| candle_nn::linear(2, 3, vb.pp("0")));
    assert!(
        taken
            .err()
            .unwrap()
            .to_string()
            .contains("0.weight exists already")
    );
    Ok(())
}
