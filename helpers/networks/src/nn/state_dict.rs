//! A model's values on disk: saved, loaded, and taken from PyTorch.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Result, Tensor, bail};

use super::tensor_file::{read, read_any, read_pytorch, write};
use super::{Buffer, IncompatibleKeys, Parameter, Parameters};

impl Parameters {
    /// Writes the parameters and buffers under this prefix to a safetensors file.
    ///
    /// Names are as seen from the prefix, as PyTorch's `model.features.state_dict()` has them. The
    /// file appears whole or not at all: it is written under another name, then renamed.
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let params = Parameters::new(&Device::Cpu);
    /// let fc = nn::linear(3, 2, &params.at("fc"))?;
    /// let file = std::env::temp_dir().join("helpers-doc-save.safetensors");
    /// params.save(&file)?;
    /// let before = fc.bias.tensor().to_vec1::<f32>()?;
    /// fc.bias.init(nn::Init::ZEROS)?;
    /// params.load(&file)?;
    /// assert_eq!(fc.bias.tensor().to_vec1::<f32>()?, before);
    /// # std::fs::remove_file(file)?;
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// Nothing to save, or the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let tensors = self.tensors();
        if tensors.is_empty() {
            bail!("save: there is no parameter to save; build the model first");
        }
        write(path.as_ref(), tensors)
    }

    /// The values by their names as seen from the prefix: those of now, and of later too where a
    /// parameter moves.
    pub(crate) fn tensors(&self) -> HashMap<String, Tensor> {
        let entries = self.entries().into_iter();
        entries.map(|(name, slot)| (name, slot.tensor())).collect()
    }

    /// Takes the values of a safetensors file: one that [`save`](Self::save) wrote, or another's.
    ///
    /// Floats of another width (f16, bf16, f64) become the model's. A prefix that the names in the
    /// file share and the model's lack is dropped: `module.`, which PyTorch's `DataParallel` puts
    /// before each name. `num_batches_tracked`, which not all files have, may be missing, as in
    /// PyTorch. The `aux_classifier` of torchvision's segmentation networks, a second head for their
    /// training, is ignored by a model that has none.
    ///
    /// # Errors
    /// A file that cannot be read; or one whose names or shapes are not those of the model: all
    /// that differs is listed, and the model stays as it was.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.take_all("load", path, read(path)?)
    }

    /// Takes the values of a state dict that PyTorch saved: `torch.save(model.state_dict(), path)`.
    ///
    /// The state dict may be inside a dict, as in a checkpoint: `{"state_dict": ..., "epoch": 3}`.
    /// Any memory format is read, `channels_last` too. The file must have PyTorch's current format, a
    /// zip archive, the default since version 1.6. Types and names are handled as in
    /// [`load`](Self::load).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_torch(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.take_all("load_torch", path, read_pytorch(path)?)
    }

    /// Takes the values whose names and shapes are the model's, and says what it left, as PyTorch's
    /// `load_state_dict(..., strict=False)`: for a network with another last layer. The file is of
    /// either kind, that of [`load`](Self::load) or that of [`load_torch`](Self::load_torch).
    ///
    /// ```
    /// use helpers::prelude::*;
    /// let params = Parameters::new(&Device::Cpu);
    /// nn::linear(3, 2, &params.at("features"))?;
    /// nn::linear(2, 10, &params.at("fc"))?;
    /// let file = std::env::temp_dir().join("helpers-doc-load-partial.safetensors");
    /// params.save(&file)?;
    ///
    /// let other = Parameters::new(&Device::Cpu);
    /// nn::linear(3, 2, &other.at("features"))?;
    /// nn::linear(2, 4, &other.at("fc"))?;
    /// let left = other.load_partial(&file)?;
    /// assert_eq!(
    ///     left.to_string(),
    ///     "mismatched keys: fc.weight is (10, 2), not (4, 2), fc.bias is (10), not (4)"
    /// );
    /// # std::fs::remove_file(file)?;
    /// # Ok::<(), helpers::Error>(())
    /// ```
    ///
    /// # Errors
    /// A file that cannot be read, or one in which nothing fits.
    pub fn load_partial(&self, path: impl AsRef<Path>) -> Result<IncompatibleKeys> {
        let path = path.as_ref();
        let (tensors, keys) = self.matched(read_any(path)?);
        if self.set_fitting(&tensors)? == 0 {
            let path = path.display();
            bail!("load_partial: nothing in {path} fits this model: {keys}");
        }
        Ok(keys)
    }

    fn take_all(&self, what: &str, path: &Path, tensors: HashMap<String, Tensor>) -> Result<()> {
        let (tensors, keys) = self.matched(tensors);
        if !keys.is_empty() {
            bail!(
                "{what}: {} does not fit this model: {keys}; params.load_partial(path) takes what fits",
                path.display()
            );
        }
        self.set_fitting(&tensors)?;
        Ok(())
    }

    /// Takes what [`tensors`](Self::tensors) gave, all or nothing; `what` names it in the error.
    pub(crate) fn take(&self, what: &str, tensors: &HashMap<String, Tensor>) -> Result<()> {
        let keys = self.compared(tensors);
        if !keys.is_empty() {
            bail!("{what} does not fit this model: {keys}");
        }
        self.set_fitting(tensors)?;
        Ok(())
    }

    fn compared(&self, tensors: &HashMap<String, Tensor>) -> IncompatibleKeys {
        let entries = self.entries();
        let kinds = entries
            .iter()
            .map(|(name, slot)| (name.as_str(), slot.tensor()));
        IncompatibleKeys::new(kinds, tensors)
    }

    /// Takes the values that fit; returns how many tensors they are.
    fn set_fitting(&self, tensors: &HashMap<String, Tensor>) -> Result<usize> {
        let mut count = 0;
        for (name, slot) in self.entries() {
            let now = slot.tensor();
            let fits = |t: &&Tensor| t.dims() == now.dims() && t.dtype() == now.dtype();
            if let Some(tensor) = tensors.get(&name).filter(fits) {
                slot.set(tensor)?;
                count += 1;
            }
        }
        Ok(count)
    }

    /// The tensors of a file as this model names them and in its types, and what is wrong with them.
    fn matched(
        &self,
        tensors: HashMap<String, Tensor>,
    ) -> (HashMap<String, Tensor>, IncompatibleKeys) {
        let entries: HashMap<String, Slot> = self.entries().into_iter().collect();
        let mut tensors = without_prefix(tensors, &entries);
        let auxiliary = |name: &str| name.starts_with("aux_classifier.");
        if !entries.keys().any(|name| auxiliary(name)) {
            tensors.retain(|name, _| !auxiliary(name));
        }
        for (name, tensor) in &mut tensors {
            let dtype = entries.get(name).map(|slot| slot.tensor().dtype());
            let dtype = dtype.filter(|dtype| dtype.is_float() == tensor.dtype().is_float());
            if let Some(Ok(converted)) = dtype.map(|dtype| tensor.to_dtype(dtype)) {
                *tensor = converted;
            }
        }
        let mut keys = self.compared(&tensors);
        let optional = |name: &String| name.ends_with("num_batches_tracked");
        keys.missing_keys.retain(|name| !optional(name));
        (tensors, keys)
    }

    /// Everything under this prefix by its name as seen from there.
    fn entries(&self) -> Vec<(String, Slot)> {
        let parameters = self.all().into_iter().map(Slot::Parameter);
        let slots = parameters.chain(self.buffers().into_iter().map(Slot::Buffer));
        let local = |slot: Slot| {
            let below = slot.name().strip_prefix(&self.prefix);
            let name = below.unwrap_or(slot.name()).trim_start_matches('.');
            (name.to_string(), slot)
        };
        slots.map(local).collect()
    }
}

/// Drops the leading part that all names share if no name is the model's before, and one is then.
fn without_prefix(
    tensors: HashMap<String, Tensor>,
    entries: &HashMap<String, Slot>,
) -> HashMap<String, Tensor> {
    let first = tensors.keys().next().cloned().unwrap_or_default();
    let parts = first.match_indices('.').map(|(dot, _)| dot + 1);
    let known = |length: &usize| {
        tensors
            .keys()
            .any(|name| entries.contains_key(&name[*length..]))
    };
    let length = std::iter::once(0)
        .chain(parts)
        .take_while(|length| tensors.keys().all(|n| n.starts_with(&first[..*length])))
        .find(known);
    match length {
        None | Some(0) => tensors,
        Some(length) => {
            let short = |(name, t): (String, Tensor)| (name[length..].to_string(), t);
            tensors.into_iter().map(short).collect()
        }
    }
}

enum Slot {
    Parameter(Parameter),
    Buffer(Buffer),
}

impl Slot {
    fn name(&self) -> &str {
        match self {
            Slot::Parameter(parameter) => parameter.name(),
            Slot::Buffer(buffer) => buffer.name(),
        }
    }

    fn tensor(&self) -> Tensor {
        match self {
            Slot::Parameter(parameter) => parameter.var().as_tensor().detach(),
            Slot::Buffer(buffer) => buffer.tensor(),
        }
    }

    fn set(&self, values: &Tensor) -> Result<()> {
        match self {
            Slot::Parameter(p) => p.set(&values.to_device(p.var().device())?),
            Slot::Buffer(buffer) => buffer.set(values),
        }
    }
}
