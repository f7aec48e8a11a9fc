//! Numbers whose exponentials overflow.

use candle_core::{Device, Result, Var};

use super::on_both_paths;
use crate as F;

#[test]
fn sigmoid_and_its_gradient_stay_finite() {
    on_both_paths(|path| -> Result<()> {
        let x = Var::new(
            &[-1e30f32, -1000., -88., -20., 0., 20., 88., 1e30],
            &Device::Cpu,
        )?;
        let y = F::sigmoid(&x)?;
        let grads = y.sum_all()?.backward()?;
        let grad = grads.get(&x).map(|grad| grad.to_vec1::<f32>()).unwrap()?;
        for ((x, y), grad) in x.to_vec1::<f32>()?.into_iter().zip(y.to_vec1()?).zip(grad) {
            let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
            let slope = exact * (1.0 - exact);
            let close =
                |a: f32, b: f64| (f64::from(a) - b).abs() <= 1e-6 * b.abs().min(1.0) + 1e-37;
            assert!(close(y, exact), "{path}: sigmoid({x}) is {y}, not {exact}");
            assert!(
                (f64::from(grad) - slope).abs() <= 1e-7,
                "{path}: slope {grad} at {x}"
            );
        }
        Ok(())
    })
    .into_iter()
    .for_each(|outcome| outcome.unwrap());
}
