//! Notebook 4: gradients and steps by hand.
