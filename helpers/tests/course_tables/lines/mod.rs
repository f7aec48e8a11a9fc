//! Each function is a part of the tables, run on the smallest data that will do.

mod data;
mod layers;
mod tensors;
mod training;
