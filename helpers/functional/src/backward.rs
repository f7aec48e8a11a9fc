//! The way back through a graph that has only operations of this crate.
//!
//! Each gradient is computed where candle would, in the same order; it is then passed on as it is, and
//! not added to zeros.

use candle_core::backprop::GradStore;
use candle_core::{Result, Tensor};

use crate::cpu_op::no_grad;
use crate::kernels::{View, add};
use crate::known::all_known;

/// The gradients of all variables; `None` if an operation is not of this crate.
pub fn through_known(loss: &Tensor) -> Result<Option<GradStore>> {
    let nodes = loss.sorted_nodes(); // each before its inputs
    let inner = nodes.into_iter().filter(|node| !node.is_variable());
    let Some(steps) = all_known(inner) else {
        return Ok(None);
    };
    let mut grads = GradStore::default();
    grads.insert(loss, loss.ones_like()?);
    for (node, step) in steps {
        let Some(grad) = grads.remove(node) else {
            continue;
        };
        for (input, grad) in step.inputs().iter().zip(step.gradients(node, &grad)?) {
            let Some(grad) = grad else { continue };
            let grad = match grads.remove(input) {
                Some(before) => sum(&before, &grad)?,
                None => grad,
            };
            grads.insert(input, grad);
        }
    }
    Ok(Some(grads))
}

fn sum(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    no_grad("add", &[a, b], a.shape(), |v: &[View]| add(v[0], v[1]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use candle_core::{Device, Var};

    use super::*;
    use crate as F;
    use crate::known::is_known;

    /// A loss in which x is used twice, once more through itself.
    fn loss(x: &Tensor) -> Result<Tensor> {
        let h = F::tanh(x)?;
        let both = F::linear(&h, x, None)?;
        F::cross_entropy_fused(&both, &Tensor::new(&[0u32, 1], &Device::Cpu)?)
    }

    fn numbers(grads: &GradStore, x: &Var) -> Vec<f64> {
        grads
            .get(x)
            .unwrap()
            .flatten_all()
            .unwrap()
            .to_vec1()
            .unwrap()
    }

    #[test]
    fn the_gradients_are_candles() {
        let x = Var::new(&[[0.5f64, -1.0], [2.0, 0.25]], &Device::Cpu).unwrap();
        let loss = loss(&x).unwrap();
        let ours = through_known(&loss).unwrap().unwrap();
        assert_eq!(numbers(&ours, &x), numbers(&loss.backward().unwrap(), &x));
        assert_eq!(ours.get_ids().count(), 1); // of variables alone
    }

    #[test]
    fn an_operation_of_candles_is_left_to_candle() {
        let x = Var::new(&[[0.5f64, -1.0], [2.0, 0.25]], &Device::Cpu).unwrap();
        let scaled = (x.as_tensor() * 2.0).unwrap();
        let loss = loss(&scaled).unwrap();
        assert!(through_known(&loss).unwrap().is_none());
        let grads = F::gradients(&loss).unwrap();
        assert_eq!(numbers(&grads, &x), numbers(&loss.backward().unwrap(), &x));
    }

    #[test]
    fn an_operation_is_forgotten_with_its_result() {
        let x = Var::new(&[[0.5f64, -1.0], [2.0, 0.25]], &Device::Cpu).unwrap();
        let loss = loss(&x).unwrap();
        let inner = loss.sorted_nodes().into_iter().map(Tensor::id);
        let ids: Vec<_> = inner.filter(|id| *id != x.id()).collect();
        let known = || ids.iter().filter(|id| is_known(**id)).count();
        assert_eq!((ids.len(), known()), (3, 3));
        drop(loss);
        assert_eq!(known(), 0);
    }
}
