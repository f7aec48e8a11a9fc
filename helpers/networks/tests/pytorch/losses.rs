//! Losses and their gradients, class weights and extreme scores among them.

use helpers::candle_nn;
use helpers::prelude::*;

use crate::common::reference::{DTYPES, Reference};

type Loss = Box<dyn Fn(&[Tensor]) -> Result<Tensor>>;

/// A loss of the tensors `name/0`, `name/1`, ... of the references, as many as `inputs`.
fn case(
    name: &'static str,
    inputs: usize,
    f: impl Fn(&[Tensor]) -> Result<Tensor> + 'static,
) -> (&'static str, usize, Loss) {
    (name, inputs, Box::new(f))
}

#[test]
fn losses_and_gradients_are_those_of_pytorch() -> Result<()> {
    let reference = Reference::load();
    for dtype in DTYPES {
        let fixed = |name: &str| reference.get_as(name, dtype);
        let weights = fixed("class_weights");
        let mut cases = vec![
            case("nll", 2, |x| loss::nll(&x[0], &x[1])),
            // PyTorch scored values above 0; lowered by 4 they are allowed, and cost 4 more.
            case("nll_pixels", 2, |x| {
                loss::nll(&(&x[0] - 4.0)?, &x[1])? - 4.0
            }),
            case("cross_entropy", 2, |x| loss::cross_entropy(&x[0], &x[1])),
            case("cross_entropy_pixels", 2, |x| {
                loss::cross_entropy(&x[0], &x[1])
            }),
            case("cross_entropy_extreme", 2, |x| {
                loss::cross_entropy(&x[0], &x[1])
            }),
            case("cross_entropy_weighted", 2, move |x| {
                loss::cross_entropy_weighted(&x[0], &x[1], &weights)
            }),
            case("mse", 2, |x| loss::mse(&x[0], &x[1])),
            case("contrastive", 3, |x| {
                let same = x[2].to_dtype(DType::U32)?;
                loss::contrastive(&loss::pairwise_distance(&x[0], &x[1])?, &same, 1.25)
            }),
        ];
        for name in ["bce", "bce_soft", "bce_extreme"] {
            let targets = fixed(&format!("{name}/targets"));
            cases.push(case(name, 1, move |x| {
                loss::binary_cross_entropy(&x[0], &targets)
            }));
        }
        for name in ["bce_logits", "bce_logits_soft", "bce_logits_extreme"] {
            let targets = fixed(&format!("{name}/targets"));
            cases.push(case(name, 1, move |x| {
                loss::binary_cross_entropy_with_logits(&x[0], &targets)
            }));
        }

        for (name, inputs, f) in cases {
            let read = |i: usize| fixed(&format!("{name}/{i}"));
            let inputs: Vec<Tensor> = (0..inputs)
                .map(|i| match read(i) {
                    x if x.dtype().is_float() => Var::from_tensor(&x).unwrap().as_tensor().clone(),
                    x => x,
                })
                .collect();
            let value = f(&inputs)?;
            assert_eq!(value.dtype(), dtype);
            reference.check(format!("{name}/value"), &value);
            let grads = value.backward()?;
            for (i, x) in inputs.iter().enumerate().filter(|(_, x)| x.is_variable()) {
                let grad = grads
                    .get(x)
                    .unwrap_or_else(|| panic!("{name}: no gradient {i}"));
                reference.check(format!("{name}/{i}.grad"), grad);
            }
        }
    }
    Ok(())
}

#[test]
fn binary_losses_are_finite_where_the_chain_of_logarithms_is_not() -> Result<()> {
    let logits = Var::new(&[1000f32, -1000., 0.], &Device::Cpu)?;
    let targets = Tensor::new(&[0f32, 1., 1.], &Device::Cpu)?;
    let value = loss::binary_cross_entropy_with_logits(&logits, &targets)?;
    assert!((value.to_scalar::<f32>()? - (2000.0 + 2f32.ln()) / 3.0).abs() < 1e-3);
    let grads = value.backward()?;
    let grad = grads.get(&logits).unwrap().to_vec1::<f32>()?;
    for (grad, expected) in grad.iter().zip([1.0, -1.0, -0.5]) {
        assert!((grad - expected / 3.0).abs() < 1e-6, "{grad}");
    }
    // candle's own takes log(sigmoid).
    let stock = candle_nn::loss::binary_cross_entropy_with_logit(&logits, &targets)?;
    assert!(!stock.to_scalar::<f32>()?.is_finite());
    // The corner of |x|: at 0 the slope is sigmoid(0) - y, which the chain of operations misses.
    let small = loss::binary_cross_entropy_with_logits(
        &Tensor::new(&[20f64], &Device::Cpu)?,
        &Tensor::new(&[1u32], &Device::Cpu)?,
    )?;
    assert!((small.to_scalar::<f64>()? / 2.061153620314381e-9 - 1.0).abs() < 1e-9);
    Ok(())
}
