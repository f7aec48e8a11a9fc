//! A CPU kernel as an operation of candle's: two closures, forward and backward.

use std::sync::{Arc, OnceLock};

use candle_core::{
    CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, TensorId, bail,
};

use crate::hand_over::hand_over;
use crate::kernels::View;
use crate::known::{Step, forget, remember};

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

/// One to three inputs, a result, and the way back.
struct CpuOp {
    name: &'static str,
    shape: Shape,
    forward: Box<Forward>,
    backward: Option<Box<Backward>>,
    inputs: Vec<Tensor>,
    /// The name under which it is [known](crate::known).
    result: OnceLock<TensorId>,
}

/// What candle is given.
#[derive(Clone)]
struct Shared(Arc<CpuOp>);

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
    let inputs = inputs.iter().map(|input| input.contiguous());
    let inputs: Vec<Tensor> = inputs.collect::<Result<_>>()?;
    let op = Shared(Arc::new(CpuOp {
        name,
        shape: shape.into(),
        forward: Box::new(forward),
        backward: Some(Box::new(backward)),
        inputs,
        result: OnceLock::new(),
    }));
    let y = match op.0.inputs.as_slice() {
        [a] => a.apply_op1(op.clone()),
        [a, b] => a.apply_op2(b, op.clone()),
        [a, b, c] => a.apply_op3(b, c, op.clone()),
        _ => bail!("{name}: one to three inputs"),
    }?;
    if y.track_op() {
        op.0.result.get_or_init(|| y.id());
        let step = Arc::downgrade(&op.0);
        remember(y.id(), step);
    }
    Ok(y)
}

/// The same without a gradient: what gradients are made of.
pub fn no_grad(
    name: &'static str,
    inputs: &[&Tensor],
    shape: impl Into<Shape>,
    forward: impl Fn(&[View]) -> Result<CpuStorage> + Send + Sync + 'static,
) -> Result<Tensor> {
    let op = Shared(Arc::new(CpuOp {
        name,
        shape: shape.into(),
        forward: Box::new(forward),
        backward: None,
        inputs: Vec::new(),
        result: OnceLock::new(),
    }));
    match inputs {
        [a] => a.contiguous()?.apply_op1_no_bwd(&op),
        [a, b] => a.contiguous()?.apply_op2_no_bwd(&b.contiguous()?, &op),
        [a, b, c] => {
            let (a, b, c) = (a.contiguous()?, b.contiguous()?, c.contiguous()?);
            a.apply_op3_no_bwd(&b, &c, &op)
        }
        _ => bail!("{name}: one to three inputs"),
    }
}

/// The gradient of `input`, which is not computed where nothing needs it.
pub fn wanted(input: &Tensor, gradient: impl FnOnce() -> Result<Tensor>) -> Result<Option<Tensor>> {
    input.track_op().then(gradient).transpose()
}

impl Step for CpuOp {
    fn inputs(&self) -> &[Tensor] {
        &self.inputs
    }

    fn gradients(&self, y: &Tensor, grad: &Tensor) -> Result<Vec<Option<Tensor>>> {
        let inputs: Vec<&Tensor> = self.inputs.iter().collect();
        match &self.backward {
            Some(backward) => backward(&inputs, y, &grad.contiguous()?),
            None => bail!("{}: derived once, not twice", self.name),
        }
    }
}

impl Drop for CpuOp {
    fn drop(&mut self) {
        self.result
            .get()
            .into_iter()
            .for_each(|result| forget(*result));
    }
}

impl Shared {
    fn run(&self, views: &[View]) -> Result<(CpuStorage, Shape)> {
        Ok(((self.0.forward)(views)?, self.0.shape.clone()))
    }

    /// As candle asks for them.
    fn back(&self, inputs: &[&Tensor], y: &Tensor, grad: &Tensor) -> Result<Vec<Option<Tensor>>> {
        let mut grads = self.0.gradients(y, grad)?;
        hand_over(inputs, &mut grads);
        Ok(grads)
    }
}

impl CustomOp1 for Shared {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        self.run(&[View::new(storage, layout)?])
    }

    fn bwd(&self, x: &Tensor, y: &Tensor, grad: &Tensor) -> Result<Option<Tensor>> {
        Ok(self.back(&[x], y, grad)?.into_iter().next().flatten())
    }
}

impl CustomOp2 for Shared {
    fn name(&self) -> &'static str {
        self.0.name
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

impl CustomOp3 for Shared {
    fn name(&self) -> &'static str {
        self.0.name
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
