//! A CPU kernel as an operation of candle's: two closures, forward and backward.

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail,
};

use crate::gradients::hand_over;
use crate::kernels::View;

#[cfg(test)]
thread_local! {
    /// Set while a test asks for the composed path.
    pub static COMPOSED: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
}

/// Whether this crate's own loops run: they do on the CPU. Elsewhere, and in tests that ask for it,
/// the function is composed of candle's operations.
pub fn on_cpu(x: &Tensor) -> bool {
    #[cfg(test)]
    if COMPOSED.get() {
        return false;
    }
    x.device().is_cpu()
}

/// The numbers of the result from those of the inputs.
type Forward = dyn Fn(&[View]) -> Result<CpuStorage> + Send + Sync;
/// From (inputs, result, gradient of the result) the gradient of each input that wants one.
type Backward = dyn Fn(&[&Tensor], &Tensor, &Tensor) -> Result<Vec<Option<Tensor>>> + Send + Sync;

struct CpuOp {
    name: &'static str,
    shape: Shape,
    forward: Box<Forward>,
    backward: Option<Box<Backward>>,
}

/// A tensor of this shape, computed from one to three inputs, that gradients pass through.
pub fn differentiable(
    name: &'static str,
    inputs: &[&Tensor],
    shape: impl Into<Shape>,
    forward: impl Fn(&[View]) -> Result<CpuStorage> + Send + Sync + 'static,
    backward: impl Fn(&[&Tensor], &Tensor, &Tensor) -> Result<Vec<Option<Tensor>>>
    + Send
    + Sync
    + 'static,
) -> Result<Tensor> {
    let op = CpuOp {
        name,
        shape: shape.into(),
        forward: Box::new(forward),
        backward: Some(Box::new(backward)),
    };
    match inputs {
        [a] => a.contiguous()?.apply_op1(op),
        [a, b] => a.contiguous()?.apply_op2(&b.contiguous()?, op),
        [a, b, c] => a
            .contiguous()?
            .apply_op3(&b.contiguous()?, &c.contiguous()?, op),
        _ => bail!("{name}: one to three inputs"),
    }
}

/// The same without a gradient: what gradients are made of.
pub fn no_grad(
    name: &'static str,
    inputs: &[&Tensor],
    shape: impl Into<Shape>,
    forward: impl Fn(&[View]) -> Result<CpuStorage> + Send + Sync + 'static,
) -> Result<Tensor> {
    let op = CpuOp {
        name,
        shape: shape.into(),
        forward: Box::new(forward),
        backward: None,
    };
    match inputs {
        [a] => a.contiguous()?.apply_op1_no_bwd(&op),
        [a, b] => a.contiguous()?.apply_op2_no_bwd(&b.contiguous()?, &op),
        _ => bail!("{name}: one or two inputs"),
    }
}

/// The gradient of `input`, which is not computed where nothing needs it.
pub fn wanted(input: &Tensor, gradient: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
    input.track_op().then(gradient).transpose()
}

impl CpuOp {
    fn run(&self, views: &[View]) -> Result<(CpuStorage, Shape)> {
        Ok(((self.forward)(views)?, self.shape.clone()))
    }

    fn back(&self, inputs: &[&Tensor], y: &Tensor, grad: &Tensor) -> Result<Vec<Option<Tensor>>> {
        match &self.backward {
            Some(backward) => {
                let mut grads = backward(inputs, y, &grad.contiguous()?)?;
                hand_over(inputs, &mut grads);
                Ok(grads)
            }
            None => bail!("{}: derived once, not twice", self.name),
        }
    }
}

impl CustomOp1 for CpuOp {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.run(&[View::new(storage, layout)?])
    }

    fn bwd(&self, x: &Tensor, y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        Ok(self.back(&[x], y, grad)?.into_iter().next().flatten())
    }
}

impl CustomOp2 for CpuOp {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.run(&[View::new(s1, l1)?, View::new(s2, l2)?])
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        y: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let mut grads = self.back(&[a, b], y, grad)?.into_iter();
        Ok((grads.next().flatten(), grads.next().flatten()))
    }
}

impl CustomOp3 for CpuOp {
    fn name(&self) -> &'static str {
        self.name
    }

    fn cpu_fwd(
        &self,
        s1: &CpuStorage,
        l1: &Layout,
        s2: &CpuStorage,
        l2: &Layout,
        s3: &CpuStorage,
        l3: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        self.run(&[View::new(s1, l1)?, View::new(s2, l2)?, View::new(s3, l3)?])
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        c: &Tensor,
        y: &Tensor,
        grad: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let mut grads = self.back(&[a, b, c], y, grad)?.into_iter();
        let mut next = || grads.next().flatten();
        Ok((next(), next(), next()))
    }
}
