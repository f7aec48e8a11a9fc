//! Figures with axes.

pub(crate) mod annotations;
pub(crate) mod axes;
pub(crate) mod axis;
pub(crate) mod backend;
pub(crate) mod bars;
pub(crate) mod bins;
pub(crate) mod chart;
pub(crate) mod curves;
pub(crate) mod decision_regions;
pub(crate) mod histogram;
pub(crate) mod line;
pub(crate) mod loss_surface;
pub(crate) mod marching_squares;
pub(crate) mod neurons;
pub(crate) mod plotting_area;
pub(crate) mod points;
pub(crate) mod roc;
pub(crate) mod scalar_field;
pub(crate) mod scatter;
pub(crate) mod sound;
pub(crate) mod spread;
