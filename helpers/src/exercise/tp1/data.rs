//! Notebook 2: data sets, augmentation, sampling weights.
