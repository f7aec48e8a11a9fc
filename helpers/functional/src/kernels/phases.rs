//! The elements of a kernel by the phase of the input that they read: see [`conv`](super::conv).

use super::axis::WindowAxis;
use super::padded_layout::AxisMap;

/// Elements of the kernel along one dimension that share a remainder by the stride.
pub(super) struct Phase {
    pub(super) remainder: usize,
    /// Each element and how many places it is moved by.
    pub(super) taps: Vec<(usize, usize)>,
}

pub(super) fn phases(axis: WindowAxis) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    for k in 0..axis.kernel {
        let (remainder, moved) = (
            k * axis.dilation % axis.stride,
            k * axis.dilation / axis.stride,
        );
        match phases.iter_mut().find(|phase| phase.remainder == remainder) {
            Some(phase) => phase.taps.push((k, moved)),
            None => phases.push(Phase {
                remainder,
                taps: vec![(k, moved)],
            }),
        }
    }
    phases
}

/// The input elements of a phase.
pub(super) fn input_map(axis: WindowAxis, remainder: usize) -> AxisMap {
    AxisMap {
        step: axis.stride,
        shift: remainder as isize - axis.padding as isize,
        size: axis.input,
    }
}

/// All elements of the output.
pub(super) fn output_map(axis: WindowAxis) -> AxisMap {
    AxisMap {
        step: 1,
        shift: 0,
        size: axis.output,
    }
}
