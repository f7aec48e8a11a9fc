//! A layer of candle's own as a model.

use candle_core::{DType, Device, ModuleT, Result, Shape, Tensor, bail};
use candle_nn::VarBuilder;
use candle_nn::init::{Init as CandleInit, NormalOrUniform};
use candle_nn::var_builder::SimpleBackend;

use super::{Init, Model, Parameters};
use candle_functional::trace::{AsTrained, Operation, traced};

/// A layer of candle's that is a [`Model`]; made by [`from_candle`].
#[derive(Clone, Debug)]
pub struct FromCandle<M> {
    /// candle's layer.
    pub layer: M,
    params: Parameters,
}

/// Takes any layer or model of candle's, one that is a `Module` or a `ModuleT`, as a [`Model`]. What
/// `build` asks of the `VarBuilder` becomes parameters in `params`: they are drawn from the seed,
/// trained, saved and counted like all others.
///
/// candle computes it, at candle's speed, and not all of candle's gradients are right.
///
/// ```
/// use helpers::prelude::*;
/// use helpers::candle_nn;
/// let params = Parameters::new(&Device::Cpu);
/// let fc = nn::from_candle(&params.at("fc"), |vb| candle_nn::linear(3, 2, vb))?;
/// let x = Tensor::zeros((8, 3), DType::F32, &Device::Cpu)?;
/// assert_eq!(fc.forward(&x, false)?.dims(), [8, 2]);
/// assert_eq!(params.count(), 3 * 2 + 2); // "fc.weight" and "fc.bias"
/// # Ok::<(), helpers::Error>(())
/// ```
///
/// # Errors
/// What `build` refuses, or a name that is taken.
pub fn from_candle<M: ModuleT>(
    params: &Parameters,
    build: impl FnOnce(VarBuilder) -> Result<M>,
) -> Result<FromCandle<M>> {
    let backend = Box::new(Backend(params.clone()));
    let vars = VarBuilder::from_backend(backend, params.dtype(), params.device().clone());
    let layer = build(vars)?;
    let params = params.clone();
    Ok(FromCandle { layer, params })
}

impl<M: ModuleT> Model for FromCandle<M> {
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let kind = std::any::type_name::<M>().split('<').next();
        let kind = kind.and_then(|path| path.rsplit("::").next());
        let params = self.params.all();
        let params: Vec<&dyn AsTrained> = params.iter().map(|p| p as &dyn AsTrained).collect();
        traced(
            kind.unwrap_or("candle"),
            &self.params.prefix,
            &[x],
            &params,
            Operation::Other,
            || self.layer.forward_t(x, train),
        )
    }
}

/// Where candle's layers get their variables from.
struct Backend(Parameters);

impl SimpleBackend for Backend {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        init: CandleInit,
        _dtype: DType,
        _device: &Device,
    ) -> Result<Tensor> {
        let init = match init {
            CandleInit::Const(value) => Init::Constant(value),
            CandleInit::Randn { mean, stdev: std } => Init::Normal { mean, std },
            CandleInit::Uniform { lo: low, up: high } => Init::Uniform { low, high },
            CandleInit::Kaiming {
                dist,
                fan,
                non_linearity,
            } => {
                let std = non_linearity.gain() / (fan.for_shape(&shape) as f64).sqrt();
                let bound = 3f64.sqrt() * std;
                match dist {
                    NormalOrUniform::Normal => Init::Normal { mean: 0.0, std },
                    NormalOrUniform::Uniform => Init::Uniform {
                        low: -bound,
                        high: bound,
                    },
                }
            }
        };
        let parameter = self.0.create(name, shape, init)?;
        Ok(parameter.var().as_tensor().clone())
    }

    fn get_unchecked(&self, name: &str, _dtype: DType, _device: &Device) -> Result<Tensor> {
        bail!("from_candle: {name} must be asked for with its shape")
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.0.get(name).is_ok()
    }
}
