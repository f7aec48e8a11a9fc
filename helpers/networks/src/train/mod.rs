//! The training loop, from its second use on: the notebook writes the first one out.
//!
//! ```
//! use helpers::prelude::*;
//! manual_seed(1);
//! let (train, validation) = datasets::digits()?.keep_classes(&[0, 1])?.random_split(0.8)?;
//! let params = Parameters::new(&Device::Cpu);
//! let model = nn::Sequential::new(&params)
//!     .add("flatten", nn::Flatten)
//!     .add("fc", nn::linear(64, 2, &params.at("fc"))?);
//!
//! let adam = optim::Adam::new(&params, 0.01)?;
//! let history = Training::new(&params, adam, loss::cross_entropy)
//!     .validation(&DataLoader::new(validation, 64)?)
//!     .metric("accuracy", metrics::accuracy)
//!     .fit(&model, &DataLoader::new(train, 16)?.shuffle(true), 3)?;
//! assert!(history.metric("accuracy")?[2] > 0.95);
//! let figure = history.curves()?;
//! # Ok::<(), helpers::Error>(())
//! ```
//!
//! [`Training::spawn`] in place of `fit` trains on a thread of its own: other cells can watch it,
//! and stop it.

mod checkpoint;
mod early_stopping;
mod fit;
mod history;
mod live_plot;
mod progress;
mod run;
mod tracker;
mod training;

pub use history::{Epoch, History};
pub use live_plot::LivePlot;
pub use progress::Progress;
pub use run::Run;
pub use training::Training;
