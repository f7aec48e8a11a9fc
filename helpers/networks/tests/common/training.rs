//! What the tests of training train.

use helpers::prelude::*;
use helpers::train::History;

/// A small network with everything that has a state: batch normalisation, dropout.
pub fn network() -> Result<(Parameters, nn::Sequential)> {
    let params = Parameters::new(&Device::Cpu);
    let p = |name: &str| params.at(name);
    let model = nn::Sequential::new(&params)
        .add("flatten", nn::Flatten)
        .add("fc1", nn::linear(64, 16, &p("fc1"))?)
        .add("bn", nn::batch_norm1d(16, &p("bn"))?)
        .add("relu", nn::Relu)
        .add("dropout", nn::dropout(0.3)?)
        .add("fc2", nn::linear(16, 10, &p("fc2"))?);
    Ok((params, model))
}

/// Training digits, shuffled, and validation digits.
pub fn loaders() -> Result<(DataLoader, DataLoader)> {
    let (train, rest) = datasets::digits()?.random_split(0.2)?;
    let train = DataLoader::new(train, 32)?.shuffle(true);
    Ok((train, DataLoader::new(rest, 256)?))
}

/// A training with everything that is usual.
pub fn adam(params: &Parameters, validation: &DataLoader) -> Result<Training> {
    let adam = optim::Adam::new(params, 0.01)?;
    Ok(Training::new(params, adam, loss::cross_entropy)
        .validation(validation)
        .metric("accuracy", metrics::accuracy)
        .schedule(optim::CosineLr::new(0.01, 4)?)
        .quiet())
}

/// Every number of a model and of a history but the seconds, bit for bit.
pub fn bits(params: &Parameters, history: &History) -> Result<Vec<u64>> {
    let tensors = params.all().into_iter().map(|p| p.tensor());
    let tensors = tensors.chain(params.buffers().into_iter().map(|b| b.tensor()));
    let mut values = Vec::new();
    for tensor in tensors {
        values.extend(
            tensor
                .flatten_all()?
                .to_dtype(DType::F64)?
                .to_vec1::<f64>()?,
        );
    }
    for epoch in history.epochs() {
        values.extend([epoch.train_loss, epoch.validation_loss.unwrap(), epoch.lr]);
        values.extend(&epoch.metrics);
    }
    Ok(values.into_iter().map(f64::to_bits).collect())
}

/// The error, without the trace of calls that candle may append.
pub fn message<T>(result: Result<T>) -> String {
    let error = result.err().expect("an error").to_string();
    error.lines().next().unwrap().to_string()
}
