//! How a window moves along one dimension.

use std::ops::Range;

use candle_core::{Result, bail};

/// A window of `kernel` elements, `dilation` apart, that moves over `input` elements, `stride` at a
/// time, with `padding` elements added on each side; it stops at `output` places.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WindowAxis {
    pub input: usize,
    pub kernel: usize,
    pub output: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
}

impl WindowAxis {
    /// The dimension that a lower-dimensional input does not have.
    pub const ABSENT: WindowAxis = WindowAxis {
        input: 1,
        kernel: 1,
        output: 1,
        stride: 1,
        padding: 0,
        dilation: 1,
    };

    /// Counts the places; a window that is larger than the padded input fits nowhere.
    pub fn new(
        what: &str,
        input: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
        dilation: usize,
    ) -> Result<WindowAxis> {
        for (value, name) in [
            (kernel, "kernel size"),
            (stride, "stride"),
            (dilation, "dilation"),
        ] {
            if value == 0 {
                bail!("{what}: the {name} must be at least 1, got 0");
            }
        }
        let extent = (kernel - 1).checked_mul(dilation);
        let extent = extent.and_then(|extent| extent.checked_add(1));
        let padded = padding.checked_mul(2).and_then(|p| p.checked_add(input));
        let (Some(extent), Some(padded)) = (extent, padded) else {
            bail!(
                "{what}: kernel size {kernel}, padding {padding} or dilation {dilation} is too large to count with"
            );
        };
        if extent > padded {
            let spread = match dilation {
                1 => String::new(),
                _ => format!(" spread over {extent} elements by dilation {dilation}"),
            };
            bail!(
                "{what}: the kernel, of size {kernel}{spread}, is larger than the input: {input} elements, with padding {padding} on each side; take a smaller kernel, more padding or a larger input"
            );
        }
        Ok(WindowAxis {
            input,
            kernel,
            output: (padded - extent) / stride + 1,
            stride,
            padding,
            dilation,
        })
    }

    /// How many places the last kernel element is ahead of the first, in a padded layout.
    pub fn furthest(&self) -> usize {
        (self.kernel - 1) * self.dilation / self.stride
    }

    /// Whether windows are pairs, side by side.
    pub fn is_by_pairs(&self) -> bool {
        (self.kernel, self.stride, self.padding) == (2, 2, 0)
    }

    /// The places at which kernel element `k` meets the input, not the padding.
    pub fn valid(&self, k: usize) -> Range<usize> {
        let shift = k * self.dilation;
        let before = |position: usize| position.saturating_sub(shift).div_ceil(self.stride);
        let end = before(self.input + self.padding).min(self.output);
        before(self.padding)..end
    }

    /// Where kernel element `k` is in the input at a place of [`valid`](Self::valid).
    pub fn position(&self, place: usize, k: usize) -> usize {
        place * self.stride + k * self.dilation - self.padding
    }

    /// The input elements under a window without dilation, padding left out.
    pub fn window(&self, place: usize) -> Range<usize> {
        let start = place * self.stride;
        let end = (start + self.kernel).saturating_sub(self.padding);
        start.saturating_sub(self.padding)..end.min(self.input)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn places_and_positions_agree_with_counting_one_by_one() {
        let mut seen = 0;
        for (input, kernel, stride, padding, dilation) in grid() {
            let Ok(axis) = WindowAxis::new("f", input, kernel, stride, padding, dilation) else {
                continue;
            };
            seen += 1;
            for k in 0..kernel {
                let inside = |place: &usize| {
                    let at = place * stride + k * dilation;
                    (padding..padding + input).contains(&at)
                };
                let expected: Vec<usize> = (0..axis.output).filter(inside).collect();
                assert_eq!(axis.valid(k).collect::<Vec<_>>(), expected, "{axis:?} {k}");
                for place in expected {
                    let position = axis.position(place, k);
                    assert!(position < input);
                    assert!(dilation > 1 || axis.window(place).contains(&position));
                }
            }
        }
        assert!(seen > 200);
    }

    fn grid() -> impl Iterator<Item = (usize, usize, usize, usize, usize)> {
        (0..5 * 4 * 3 * 4 * 3).map(|i| {
            let (input, i) = (i % 5 + 1, i / 5);
            let (kernel, i) = (i % 4 + 1, i / 4);
            let (stride, i) = (i % 3 + 1, i / 3);
            (input, kernel, stride, i % 4, i / 4 + 1)
        })
    }

    #[test]
    fn what_cannot_be_counted_is_an_error() {
        const HUGE: usize = usize::MAX;
        for (kernel, stride, padding, dilation) in [
            (0, 1, 0, 1),
            (1, 0, 0, 1),
            (1, 1, 0, 0),
            (2, 1, 0, HUGE),
            (HUGE, 1, 0, 2),
            (1, 1, HUGE, 1),
            (1, 1, HUGE / 2, 1),
            (5, 1, 0, 1),
        ] {
            assert!(WindowAxis::new("f", 4, kernel, stride, padding, dilation).is_err());
        }
        assert_eq!(WindowAxis::new("f", 4, 1, HUGE, 0, HUGE).unwrap().output, 1);
    }
}
