//! Notebook 3: the losses by hand.
