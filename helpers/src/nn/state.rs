//! A model's values on disk: saved, loaded, and taken from PyTorch.

use std::collections::HashMap;
use std::path::Path;

use candle_core::{Result, Tensor, bail};

use super::file::{difference, read, read_torch, write};
use super::{Buffer, Parameter, Parameters};

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

    /// Takes the values of a file that [`save`](Self::save) or PyTorch's safetensors wrote.
    ///
    /// # Errors
    /// A file that cannot be read; or one whose names, shapes or types are not those of the model:
    /// all that differs is listed, and the model stays as it was.
    pub fn load(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        self.take("load", path, &read(path)?)
    }

    /// Takes the values of a state dict that PyTorch saved: `torch.save(model.state_dict(), path)`.
    ///
    /// Only PyTorch's current format is read (a zip file, the default since version 1.6). As in
    /// PyTorch, `num_batches_tracked`, which older files do not have, may be missing. The
    /// `aux_classifier` of torchvision's segmentation networks, a second head for their training,
    /// is passed over by a model that has none.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_torch(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let mut tensors = read_torch(path)?;
        let entries = self.entries();
        let auxiliary = |name: &str| name.starts_with("aux_classifier.");
        if !entries.iter().any(|(name, _)| auxiliary(name)) {
            tensors.retain(|name, _| !auxiliary(name));
        }
        for (name, slot) in entries {
            if name.ends_with("num_batches_tracked") {
                tensors.entry(name).or_insert_with(|| slot.tensor());
            }
        }
        self.take("load_torch", path, &tensors)
    }

    /// Takes these values, all or none; `path` is where they came from.
    pub(crate) fn take(
        &self,
        what: &str,
        path: &Path,
        tensors: &HashMap<String, Tensor>,
    ) -> Result<()> {
        let entries = self.entries();
        let kinds = entries
            .iter()
            .map(|(name, slot)| (name.as_str(), slot.tensor()));
        if let Some(difference) = difference(kinds, tensors) {
            bail!(
                "{what}: {} does not fit this model: {difference}",
                path.display()
            );
        }
        for (name, slot) in &entries {
            if let Some(tensor) = tensors.get(name) {
                slot.set(tensor)?;
            }
        }
        Ok(())
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
