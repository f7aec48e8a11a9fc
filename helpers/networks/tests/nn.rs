#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod common;

use helpers::prelude::*;
use nn::Init;
use proptest::prelude::{any, prop};
use proptest::{prop_assert_eq, proptest};

fn two_layers() -> Parameters {
    let params = Parameters::new(&Device::Cpu);
    nn::linear(2, 3, &params.at("features").at(0)).unwrap();
    nn::linear(3, 1, &params.at("fc")).unwrap();
    params
}

fn names(params: &Parameters) -> Vec<String> {
    params.all().iter().map(|p| p.name().to_string()).collect()
}

#[test]
fn parameters_keep_the_order_in_which_they_were_created() {
    let params = two_layers();
    let all = [
        "features.0.weight",
        "features.0.bias",
        "fc.weight",
        "fc.bias",
    ];
    assert_eq!(names(&params), all);
    assert_eq!(params.count(), 6 + 3 + 3 + 1);
    assert_eq!(names(&params.at("features")), all[..2]);
    assert_eq!(params.at("features").count(), 9);
    // A prefix ends at a dot: `f` and `fc.w` are no prefixes.
    assert!(params.at("f").all().is_empty());
    assert!(params.at("fc.w").all().is_empty());
}

#[test]
fn a_name_is_taken_once() {
    let params = two_layers();
    let error = nn::linear(2, 3, &params.at("fc")).unwrap_err().to_string();
    assert!(
        error.starts_with("parameter fc.weight exists already"),
        "{error}"
    );
    assert_eq!(names(&params).len(), 4);
}

#[test]
fn one_parameter_is_found_by_name() {
    let params = two_layers();
    assert_eq!(params.get("fc.bias").unwrap().tensor().dims(), [1]);
    assert_eq!(params.at("fc").get("bias").unwrap().name(), "fc.bias");
    let error = params.get("fc.gain").unwrap_err().to_string();
    assert!(
        error.contains("no parameter fc.gain; there are: features.0.weight, "),
        "{error}"
    );
}

#[test]
fn set_replaces_the_values_for_every_handle_and_keeps_the_shape() {
    let params = two_layers();
    let weight = params.get("fc.weight").unwrap();
    let other_handle = params.clone().get("fc.weight").unwrap();
    weight
        .set(&Tensor::new(&[[1f32, 2., 3.]], &Device::Cpu).unwrap())
        .unwrap();
    assert_eq!(
        other_handle.tensor().to_vec2::<f32>().unwrap(),
        [[1., 2., 3.]]
    );
    let wrong = Tensor::new(&[1f32, 2., 3.], &Device::Cpu).unwrap();
    let error = weight.set(&wrong).unwrap_err().to_string();
    assert!(
        error.contains("fc.weight: expected values of shape (1, 3), got (3)"),
        "{error}"
    );
    assert_eq!(
        other_handle.tensor().to_vec2::<f32>().unwrap(),
        [[1., 2., 3.]]
    );
}

#[test]
fn set_takes_the_parameters_own_values_turned() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let w = params.create("w", (2, 2), Init::ZEROS)?;
    w.set(&Tensor::new(&[[1f32, 2.], [3., 4.]], &Device::Cpu)?)?;
    w.set(&w.tensor().t()?)?;
    assert_eq!(w.tensor().to_vec2::<f32>()?, [[1., 3.], [2., 4.]]);
    let error = w.set(&w.tensor().to_dtype(DType::F64)?).unwrap_err();
    let error = error.to_string();
    assert!(
        error.starts_with("w: expected values of type f32, got f64"),
        "{error}"
    );
    Ok(())
}

#[test]
fn subtract_is_a_step_for_every_handle_and_keeps_the_shape() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    let w = params.create("w", (1, 2), Init::ZEROS)?;
    w.set(&Tensor::new(&[[3f32, -1.]], &Device::Cpu)?)?;
    let loss = w.tensor().sqr()?.sum_all()?;
    let grads = loss.backward()?;
    let gradient = grads.get(w.var()).expect("a gradient");
    w.subtract(&(gradient * 0.5)?)?; // 2 w, halved: nothing is left
    assert_eq!(params.get("w")?.tensor().to_vec2::<f32>()?, [[0., 0.]]);
    w.subtract(&Tensor::new(&[[1f32, 2.]], &Device::Cpu)?)?;
    w.subtract(&w.tensor())?; // its own values
    assert_eq!(w.tensor().to_vec2::<f32>()?, [[0., 0.]]);

    w.set(&Tensor::new(&[[3f32, -1.]], &Device::Cpu)?)?;
    // (2) would broadcast to (1, 2): a mistake, most likely.
    for (wrong, expected) in [
        (
            Tensor::new(&[1f32, 2.], &Device::Cpu)?,
            "of shape (1, 2), got (2)",
        ),
        (
            Tensor::new(&[[1f64, 2.]], &Device::Cpu)?,
            "of type f32, got f64",
        ),
    ] {
        let error = w.subtract(&wrong).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(w.tensor().to_vec2::<f32>()?, [[3., -1.]]);
    Ok(())
}

#[test]
fn a_frozen_parameter_gets_no_gradient() {
    let params = two_layers();
    let x = Tensor::ones((4, 2), DType::F32, &Device::Cpu).unwrap();
    let [w, b] = ["weight", "bias"].map(|name| params.at("features.0").get(name).unwrap());
    let loss = || {
        let y = x.matmul(&w.tensor().t()?)?.broadcast_add(&b.tensor())?;
        y.sqr()?.sum_all()
    };
    params.freeze("features.0.weight").unwrap();
    assert!(w.is_frozen() && !b.is_frozen());
    let grads = loss().unwrap().backward().unwrap();
    assert!(grads.get(w.var()).is_none());
    assert!(grads.get(b.var()).is_some());

    params.unfreeze("features").unwrap();
    assert!(loss().unwrap().backward().unwrap().get(w.var()).is_some());
    let error = params.freeze("feature").unwrap_err().to_string();
    assert!(
        error.contains("no parameter is named feature or feature.*"),
        "{error}"
    );
}

#[test]
fn layers_start_from_the_law_they_name() {
    manual_seed(1);
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(400, 100, &params.at("fc")).unwrap();
    for parameter in [&fc.weight, &fc.bias] {
        let values = parameter.tensor().flatten_all().unwrap();
        let highest = values
            .abs()
            .unwrap()
            .max_all()
            .unwrap()
            .to_scalar::<f32>()
            .unwrap();
        assert!((0.045..=0.05).contains(&highest), "{highest}"); // 1 / sqrt(400)
    }
    let draw = |init: Init| {
        init.draw(3, &Device::Cpu)
            .unwrap()
            .to_vec1::<f32>()
            .unwrap()
    };
    assert_eq!(draw(Init::Constant(0.5)), [0.5; 3]);
    assert_eq!(
        draw(Init::Normal {
            mean: 2.0,
            std: 0.0
        }),
        [2.0; 3]
    );
    assert!(
        Init::Normal {
            mean: 0.0,
            std: -1.0
        }
        .draw(3, &Device::Cpu)
        .is_err()
    );
}

/// Weights (2, 3) and biases (2) of small whole numbers.
fn small_linear() -> nn::Linear {
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(3, 2, &params.at("fc")).unwrap();
    let weight = Tensor::new(&[[1f32, 2., 3.], [-1., 0., 1.]], &Device::Cpu).unwrap();
    fc.weight.set(&weight).unwrap();
    fc.bias
        .set(&Tensor::new(&[10f32, 20.], &Device::Cpu).unwrap())
        .unwrap();
    fc
}

#[test]
fn linear_is_x_times_the_transposed_weight_plus_the_bias() {
    let fc = small_linear();
    let x = Tensor::new(&[[1f32, 1., 1.], [2., 0., -1.]], &Device::Cpu).unwrap();
    let y = fc.forward(&x, false).unwrap();
    assert_eq!(y.to_vec2::<f32>().unwrap(), [[16., 20.], [9., 17.]]);
    let row = fc.forward(&x.get(0).unwrap(), false).unwrap();
    assert_eq!(row.to_vec1::<f32>().unwrap(), [16., 20.]);
    let deep = fc.forward(&x.reshape((1, 2, 1, 3)).unwrap(), true).unwrap();
    assert_eq!(deep.dims(), [1, 2, 1, 2]);
    // A transposed input, not contiguous in memory.
    let turned = x.t().unwrap().contiguous().unwrap().t().unwrap();
    let turned = fc.forward(&turned, false).unwrap();
    assert_eq!(turned.to_vec2::<f32>().unwrap(), [[16., 20.], [9., 17.]]);
}

#[test]
fn linear_says_which_shape_it_wants() {
    let x = Tensor::zeros((5, 4), DType::F32, &Device::Cpu).unwrap();
    let error = small_linear().forward(&x, false).unwrap_err().to_string();
    let expected = "linear: the last dimension of the input must be 3, got (5, 4); the weights of fc.weight are (2, 3)";
    assert!(error.starts_with(expected), "{error}");
    let scalar = Tensor::new(1f32, &Device::Cpu).unwrap();
    assert!(small_linear().forward(&scalar, false).is_err());
    let params = Parameters::new(&Device::Cpu);
    for (inputs, outputs) in [(0, 2), (2, 0)] {
        assert!(nn::linear(inputs, outputs, &params.at("fc")).is_err());
    }
}

#[test]
fn the_gradients_of_linear_are_its_slopes() -> Result<()> {
    manual_seed(1);
    let params = Parameters::new(&Device::Cpu);
    let fc = nn::linear(3, 2, &params.at("fc"))?;
    let x = Var::from_tensor(&random::normal(0.0, 1.0, (4, 3), &Device::Cpu)?)?;
    let loss = || fc.forward(&x, true)?.sqr()?.mean_all();
    common::check_gradient(fc.weight.var(), loss)?;
    common::check_gradient(fc.bias.var(), loss)?;
    common::check_gradient(&x, loss)
}

proptest! {
    #[test]
    fn linear_takes_or_refuses_any_shape_without_a_panic(
        dims in prop::collection::vec(0usize..4, 0..5),
        nan in any::<bool>(),
    ) {
        let fill = if nan { f32::NAN } else { 1.0 };
        let x = Tensor::full(fill, dims.clone(), &Device::Cpu).unwrap();
        let y = small_linear().forward(&x, true);
        prop_assert_eq!(y.is_ok(), dims.last() == Some(&3), "{:?}", dims);
        if let (Ok(y), Some(last)) = (y, dims.len().checked_sub(1)) {
            prop_assert_eq!(&y.dims()[..last], &dims[..last]);
        }
    }
}
