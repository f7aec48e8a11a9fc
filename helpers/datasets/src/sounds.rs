//! Sounds in the two forms that networks take.

use networks::data::TensorDataset;

/// The same sounds in two forms, with the same targets in the same order.
#[derive(Clone, Debug)]
pub struct Sounds {
    /// Inputs (N, 1, T), f32 from -1 to 1: T samples.
    pub waves: TensorDataset,
    /// Inputs (N, 16, frames), f32 from -1 to 1: 16 mel bands, the lowest first, by frames of 10 ms, as in
    /// A. Waibel et al., Phoneme recognition using time-delay neural networks, IEEE Trans. ASSP 37, 1989.
    pub spectrograms: TensorDataset,
    /// Samples in a second.
    pub rate: f64,
}
