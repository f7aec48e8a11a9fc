//! Notebook 3: the networks that read digits.
