//! Notebook 5: networks with a hidden layer.
