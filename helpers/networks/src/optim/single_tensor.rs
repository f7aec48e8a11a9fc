//! Carrying out one step for one parameter: in place on the CPU, composed of candle operations
//! elsewhere.

use std::cell::RefCell;

use candle_core::{CpuStorage, DType, InplaceOp1, Layout, Result, Storage, Tensor, bail};

use candle_functional::kernels::{Numbers, Real, Update};

/// Moves the values and the averages in place; `false` where it cannot.
pub(super) fn step_in_place(
    update: Update,
    values: &Tensor,
    grad: &Tensor,
    averages: &[Tensor],
) -> Result<bool> {
    let alike = |t: &Tensor| {
        t.device().is_cpu()
            && t.is_contiguous()
            && t.dtype() == values.dtype()
            && t.dims() == values.dims()
    };
    // A gradient may be the values themselves, which cannot be read while they are written.
    let address = |t: &Tensor| std::ptr::from_ref::<Storage>(&*t.storage_and_layout().0);
    let mine = address(values) != address(grad);
    if !mine || !alike(values) || !alike(grad) || !averages.iter().all(alike) {
        return Ok(false);
    }
    match values.dtype() {
        DType::F32 => step_in_place_as::<f32>(update, values, grad, averages)?,
        DType::F64 => step_in_place_as::<f64>(update, values, grad, averages)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn step_in_place_as<T: Real>(
    update: Update,
    values: &Tensor,
    grad: &Tensor,
    averages: &[Tensor],
) -> Result<()> {
    let (storage, layout) = grad.storage_and_layout();
    let Storage::Cpu(storage) = &*storage else {
        bail!("the gradient is not on the CPU");
    };
    let grad = part(storage.as_slice::<T>()?, layout);
    change(values, |weights| match averages {
        [] => update.run(Numbers {
            weights,
            grad,
            averages: vec![],
        }),
        [v] => change(v, |v| {
            update.run(Numbers {
                weights: &mut *weights,
                grad,
                averages: vec![v],
            })
        }),
        [m, v, ..] => change(m, |m| {
            change(v, |v| {
                update.run(Numbers {
                    weights: &mut *weights,
                    grad,
                    averages: vec![&mut *m, v],
                })
            })
        }),
    })
}

fn part<'a, T>(numbers: &'a [T], layout: &Layout) -> &'a [T] {
    &numbers[layout.start_offset()..][..layout.shape().elem_count()]
}

/// Lets `work` change the numbers of a contiguous tensor on the CPU.
fn change<T: Real>(tensor: &Tensor, work: impl FnMut(&mut [T]) -> Result<()>) -> Result<()> {
    struct Change<F, T>(RefCell<F>, std::marker::PhantomData<T>);
    impl<T: Real, F: FnMut(&mut [T]) -> Result<()>> InplaceOp1 for Change<F, T> {
        fn name(&self) -> &'static str {
            "optimizer step"
        }

        fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
            let start = layout.start_offset();
            let numbers = T::slice_mut(storage)?;
            (self.0.borrow_mut())(&mut numbers[start..][..layout.shape().elem_count()])
        }
    }
    tensor.inplace_op1(&Change(RefCell::new(work), std::marker::PhantomData))
}

/// The new values; the averages are replaced.
pub(super) fn step_composed(
    update: Update,
    w: &Tensor,
    grad: &Tensor,
    averages: &mut [Tensor],
) -> Result<Tensor> {
    let decayed = |decay: f64| match decay {
        0.0 => Ok(grad.clone()),
        _ => grad + (w * decay)?,
    };
    match (update, averages) {
        (Update::Sgd { lr, decay, .. }, []) => w - (decayed(decay)? * lr)?,
        (
            Update::Sgd {
                lr,
                momentum,
                nesterov,
                decay,
            },
            [v],
        ) => {
            let g = decayed(decay)?;
            *v = ((&*v * momentum)? + &g)?;
            let along = if nesterov {
                (g + (&*v * momentum)?)?
            } else {
                v.clone()
            };
            w - (along * lr)?
        }
        (
            Update::Adam {
                rate,
                betas: (b1, b2),
                correction,
                eps,
                decay,
                shrink,
            },
            [m, v],
        ) => {
            let g = decayed(decay)?;
            *m = ((&*m * b1)? + (&g * (1.0 - b1))?)?;
            *v = ((&*v * b2)? + (g.sqr()? * (1.0 - b2))?)?;
            let step = (&*m / ((v.sqrt()? * correction)? + eps)?)?;
            (w * shrink)? - (step * rate)?
        }
        _ => bail!("the optimizer's averages are lost; make a new one"),
    }
}
