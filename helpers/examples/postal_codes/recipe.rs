//! How the network of 1989 is trained: as then, and with what came later.

use helpers::prelude::*;

use crate::digits::{Split, reduced};

/// One way to train it.
#[derive(Clone)]
pub struct Recipe {
    /// Softmax and cross-entropy in place of tanh and squared error.
    pub softmax: bool,
    /// Adam in place of plain gradient descent.
    pub adam: bool,
    pub lr: f64,
    /// Whether the learning rate falls to 0 along a cosine.
    pub cosine: bool,
    pub batch_size: usize,
    pub epochs: usize,
    /// Images moved by up to this many of MNIST's pixels.
    pub shifts: usize,
    /// ReLU in place of tanh.
    pub relu: bool,
    /// Dropout before the third layer.
    pub dropout: f64,
}

/// The network of 1989 with a choice of activation, dropout and outputs.
struct Network {
    lenet: models::LeNet1989,
    recipe: Recipe,
}

impl Model for Network {
    /// Images (N, 1, 16, 16) in [-1, 1] to (N, 10).
    fn forward(&self, x: &Tensor, train: bool) -> Result<Tensor> {
        let activation = if self.recipe.relu { F::relu } else { F::tanh };
        let x = activation(&self.lenet.h1.sums(x)?)?; // (N, 12, 8, 8)
        let x = activation(&self.lenet.h2.sums(&x)?)?; // (N, 12, 4, 4)
        let x = F::dropout(&x.flatten_from(1)?, self.recipe.dropout, train)?;
        let x = activation(&self.lenet.h3.forward(&x, train)?)?; // (N, 30)
        let x = self.lenet.out.forward(&x, train)?;
        if self.recipe.softmax {
            Ok(x)
        } else {
            F::tanh(&x)
        }
    }
}

/// Percentages of mistakes: on the digits it learned from, and on the others.
pub fn errors(recipe: &Recipe, digits: &Split, seed: u64) -> Result<(f64, f64)> {
    manual_seed(seed);
    let params = Parameters::new(&Device::Cpu);
    let model = Network {
        lenet: models::lenet1989(&params)?,
        recipe: recipe.clone(),
    };
    let loss = match recipe.softmax {
        true => loss::cross_entropy,
        false => squared_error,
    };
    let mut training = match recipe.adam {
        true => Training::new(&params, optim::Adam::new(&params, recipe.lr)?, loss),
        false => Training::new(&params, optim::Sgd::new(&params, recipe.lr)?, loss),
    };
    if recipe.cosine {
        training = training.schedule(optim::CosineLr::new(recipe.lr, recipe.epochs)?);
    }
    let train = loader(&digits.train, recipe)?;
    training.quiet().fit(&model, &train, recipe.epochs)?;
    let wrong = |set: &TensorDataset| {
        let scores = model.forward(&reduced(set.inputs())?, false)?;
        Ok::<_, Error>(100.0 * (1.0 - metrics::accuracy(&scores, set.targets())?))
    };
    Ok((wrong(&digits.train)?, wrong(&digits.others)?))
}

/// The targets are 1 for the class and -1 for the others.
pub fn squared_error(outputs: &Tensor, classes: &Tensor) -> Result<Tensor> {
    let targets = ((F::one_hot(classes, 10)? * 2.0)? - 1.0)?;
    loss::mse(outputs, &targets)
}

fn loader(digits: &TensorDataset, recipe: &Recipe) -> Result<DataLoader> {
    if recipe.shifts == 0 {
        let images = reduced(digits.inputs())?;
        let digits = TensorDataset::new(images, digits.targets().clone())?;
        return Ok(DataLoader::new(digits, recipe.batch_size)?.shuffle(true));
    }
    let moved = transforms::RandomCrop::new(28, 28)?.padding(recipe.shifts)?;
    let small = |image: &Tensor| reduced(&image.unsqueeze(0)?)?.squeeze(0);
    let digits = digits.clone().map(moved).map(small);
    Ok(DataLoader::new(digits, recipe.batch_size)?.shuffle(true))
}
