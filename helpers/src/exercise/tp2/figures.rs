//! Notebook 2: shapes, parameters and layers read off a figure.
