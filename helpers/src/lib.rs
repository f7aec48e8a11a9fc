//! What the notebooks load: everything a student reuses, nothing they should write themselves.
//!
//! One `use` brings it all in:
//!
//! ```
//! use helpers::prelude::*;
//!
//! manual_seed(1);
//! let params = Parameters::new(&best_device());
//! let layer = nn::linear(2, 1, &params.at("fc"))?;
//! let x = random::normal(0.0, 1.0, (10, 2), params.device())?;
//! assert_eq!(layer.forward(&x, false)?.dims(), [10, 1]);
//! # Ok::<(), helpers::Error>(())
//! ```
//!
//! Names follow PyTorch; tensors, devices and errors are candle's own, re-exported from here.
//! Notebooks must take candle from this crate and nowhere else: it is compiled as one shared
//! library, so that all cells see the same counter of tensor ids.

#[doc(hidden)]
pub mod notebook;
pub mod prelude;
mod show;

#[doc(inline)]
pub use candle_functional::{self as functional, random, trace};
pub use networks::{data, device, loss, metrics, models, nn, optim, plot, train};
#[doc(inline)]
pub use {datasets, exercises as exercise, inspect};

pub use candle_core::Error;
/// The crate `rand` in the version that [`random`] draws with: `use helpers::rand::Rng;` gives its
/// [`Generator`](random::Generator) `random_range` and the rest.
pub use rand;
pub use {candle_core, candle_nn};

/// `Result<T>` fails with candle's error; `Result<T, E>` is the standard one, as written in Rust
/// outside of notebooks.
///
/// ```
/// use helpers::prelude::*;
/// fn half(n: u32) -> Result<u32, String> {
///     if n % 2 == 0 { Ok(n / 2) } else { Err(format!("{n} is odd")) }
/// }
/// fn mean(x: &Tensor) -> Result<f32> {
///     x.mean_all()?.to_scalar::<f32>()
/// }
/// assert_eq!(half(3), Err("3 is odd".to_string()));
/// assert_eq!(mean(&Tensor::new(&[1f32, 2.], &Device::Cpu)?)?, 1.5);
/// # Ok::<(), helpers::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The README's example, so that it stays true.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
