//! Max pooling on the CPU: the largest number of each window, and the way back to it.

use candle_core::{CpuStorage, Result, WithDType, bail};

use super::{Axis, View, zeros};

/// The sizes of a max pooling; `axes` are height and width.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MaxPool {
    /// Samples times channels.
    pub(crate) planes: usize,
    pub(crate) axes: [Axis; 2],
}

impl MaxPool {
    pub(crate) fn forward(&self, x: View) -> Result<CpuStorage> {
        match x.storage {
            CpuStorage::F32(_) => self.forward_in::<f32>(x),
            CpuStorage::F64(_) => self.forward_in::<f64>(x),
            _ => bail!("max pooling takes f32 or f64"),
        }
    }

    /// dx from x and dy: each number of dy goes to the element that won its window.
    pub(crate) fn backward(&self, x: View, grad: View) -> Result<CpuStorage> {
        match x.storage {
            CpuStorage::F32(_) => self.backward_in::<f32>(x, grad),
            CpuStorage::F64(_) => self.backward_in::<f64>(x, grad),
            _ => bail!("max pooling takes f32 or f64"),
        }
    }

    fn forward_in<T: WithDType>(&self, x: View) -> Result<CpuStorage> {
        let [height, width] = self.axes.map(|axis| axis.output);
        let mut y = Vec::with_capacity(self.planes * height * width);
        for plane in x.numbers::<T>()?.chunks_exact(self.plane()) {
            self.each_winner(plane, |winner| y.push(plane[winner]));
        }
        Ok(T::to_cpu_storage_owned(y))
    }

    fn backward_in<T: WithDType>(&self, x: View, grad: View) -> Result<CpuStorage> {
        let x = x.numbers::<T>()?;
        let mut grads = grad.numbers::<T>()?.iter();
        let mut dx = zeros::<T>(x.len());
        let planes = x.chunks_exact(self.plane());
        for (plane, dx) in planes.zip(dx.chunks_exact_mut(self.plane())) {
            self.each_winner(plane, |winner| {
                if let Some(&grad) = grads.next() {
                    dx[winner] += grad;
                }
            });
        }
        Ok(T::to_cpu_storage_owned(dx))
    }

    fn plane(&self) -> usize {
        self.axes[0].input * self.axes[1].input
    }

    /// The winner of each window: the largest number, of equals the first, and NaN beats all (of
    /// several the last), as in PyTorch. A row of windows at a time, one of their elements after the
    /// other, so that no branch depends on the numbers.
    fn each_winner<T: WithDType>(&self, plane: &[T], mut visit: impl FnMut(usize)) {
        let [height, width] = &self.axes;
        let mut winners = vec![0; width.output];
        for oh in 0..height.output {
            let rows = height.window(oh);
            for (ow, winner) in winners.iter_mut().enumerate() {
                *winner = rows.start * width.input + width.window(ow).start;
            }
            for row in rows {
                for k in 0..width.kernel {
                    let places = width.valid(k);
                    let mut at = row * width.input;
                    if !places.is_empty() {
                        at += width.position(places.start, k);
                    }
                    for winner in &mut winners[places] {
                        let (next, best) = (plane[at], plane[*winner]);
                        // NaN is the one number that differs from itself.
                        let wins = (next > best) | is_nan(next);
                        *winner = if wins { at } else { *winner };
                        at = at.wrapping_add(width.stride); // unused after the last
                    }
                }
            }
            winners.iter().for_each(|&winner| visit(winner));
        }
    }
}

fn is_nan<T: WithDType>(value: T) -> bool {
    value.partial_cmp(&value).is_none()
}
