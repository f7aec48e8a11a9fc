//! Notebook 1: what a convolution computes.
