//! One step of an optimizer in one loop over a parameter: weights, gradient and averages are read
//! and written once, in place, and no tensor is made.
//!
//! The loop is plain; compiled for the instructions at hand it becomes vectors, square root and
//! division included. Averages too small to be normal numbers become 0: they change nothing, and
//! processors are slow with them.

use candle_core::{Result, bail};

use super::parallel::{run_tasks, task_count};
use super::simd::{Real, Simd, WithSimd, arch};

/// How the parameters move; the formulas are in `optim`.
#[derive(Clone, Copy, Debug)]
pub enum Update {
    /// With one average if there is momentum.
    Sgd {
        lr: f64,
        momentum: f64,
        nesterov: bool,
        decay: f64,
    },
    /// With two averages.
    Adam {
        /// `lr / (1 - b1^t)`.
        rate: f64,
        betas: (f64, f64),
        /// `1 / sqrt(1 - b2^t)`.
        correction: f64,
        eps: f64,
        /// Added to the gradient, times the weights.
        decay: f64,
        /// What the weights are multiplied by first.
        shrink: f64,
    },
}

/// The numbers of one parameter.
pub struct Numbers<'a, T> {
    pub weights: &'a mut [T],
    pub grad: &'a [T],
    pub averages: Vec<&'a mut [T]>,
}

impl Update {
    pub fn run<T: Real>(self, numbers: Numbers<T>) -> Result<()> {
        let Numbers {
            weights,
            grad,
            averages,
        } = numbers;
        if averages.len() != self.averages() {
            bail!("the optimizer's averages are lost; make a new one");
        }
        // Less than the arithmetic: a small gradient is still in the cache of the core that made it.
        let cost = weights.len() * 8;
        let size = weights
            .len()
            .div_ceil(task_count(cost, weights.len()))
            .max(1);
        let mut averages: Vec<_> = averages.into_iter().map(|a| a.chunks_mut(size)).collect();
        let parts = weights.chunks_mut(size).zip(grad.chunks(size));
        let tasks = parts.map(|(weights, grad)| Numbers {
            weights,
            grad,
            averages: averages.iter_mut().filter_map(Iterator::next).collect(),
        });
        run_tasks(cost, tasks.collect(), |numbers| {
            arch().dispatch(UpdateLoop {
                update: self,
                numbers,
            });
        });
        Ok(())
    }

    /// How many averages it keeps.
    fn averages(&self) -> usize {
        match self {
            Update::Sgd { momentum: 0.0, .. } => 0,
            Update::Sgd { .. } => 1,
            Update::Adam { .. } => 2,
        }
    }
}

struct UpdateLoop<'a, T> {
    update: Update,
    numbers: Numbers<'a, T>,
}

impl<T: Real> WithSimd for UpdateLoop<'_, T> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let Numbers {
            weights,
            grad,
            mut averages,
        } = self.numbers;
        let n = |value: f64| T::from_f64(value);
        match (self.update, averages.as_mut_slice()) {
            (Update::Sgd { lr, decay, .. }, []) => {
                let (lr, decay) = (n(lr), n(decay));
                for (w, &g) in weights.iter_mut().zip(grad) {
                    *w -= (g + *w * decay) * lr;
                }
            }
            (
                Update::Sgd {
                    lr,
                    momentum,
                    nesterov,
                    decay,
                },
                [v],
            ) => {
                let (lr, momentum, decay) = (n(lr), n(momentum), n(decay));
                let (own, ahead) = if nesterov {
                    (n(1.0), momentum)
                } else {
                    (n(0.0), n(1.0))
                };
                for ((w, &g), v) in weights.iter_mut().zip(grad).zip(v.iter_mut()) {
                    let g = g + *w * decay;
                    *v = (*v * momentum + g).normal();
                    *w -= (g * own + *v * ahead) * lr;
                }
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
                let (c1, c2) = (n(1.0 - b1), n(1.0 - b2));
                let (b1, b2, rate, eps) = (n(b1), n(b2), n(rate), n(eps));
                let (correction, decay, shrink) = (n(correction), n(decay), n(shrink));
                let numbers = weights.iter_mut().zip(grad);
                let numbers = numbers.zip(m.iter_mut().zip(v.iter_mut()));
                let adam = |w: T, g: T, m: &mut T, v: &mut T| {
                    *m = (*m * b1 + g * c1).normal();
                    *v = (*v * b2 + g * g * c2).normal();
                    w - *m / (v.root() * correction + eps) * rate
                };
                // Without decay, as mostly, two operations less.
                if (decay, shrink) == (T::ZERO, T::ONE) {
                    numbers.for_each(|((w, &g), (m, v))| *w = adam(*w, g, m, v));
                } else {
                    numbers.for_each(|((w, &g), (m, v))| {
                        *w = adam(*w * shrink, g + *w * decay, m, v);
                    });
                }
            }
            _ => (), // the number of averages was compared before
        }
    }
}
