//! The Stop button, in a process of its own: Jupyter sends SIGINT, and long loops end with an error.
//!
//! One test: the signal is the whole process's.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
#[path = "../datasets/tests/common/server.rs"]
mod server;

use std::fs;
use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use helpers::notebook::begin_cell;
use helpers::prelude::*;
use server::{Server, serve};

/// Presses Stop while no cell looks.
fn press_stop() {
    signal_hook::low_level::raise(signal_hook::consts::SIGINT).unwrap();
}

#[track_caller]
fn stopped<T>(answer: Result<T>) {
    match answer {
        Ok(_) => panic!("it was not stopped"),
        Err(error) => assert_eq!(error.to_string(), "stopped by you; variables are kept"),
    }
}

/// Presses Stop while `run` is at it.
fn stopped_soon<T>(run: impl Fn() -> Result<T>) {
    let start = Instant::now();
    let other = thread::spawn(|| {
        thread::sleep(Duration::from_millis(100));
        press_stop();
    });
    stopped(run());
    let took = start.elapsed();
    assert!(took < Duration::from_secs(2), "{took:?}");
    other.join().unwrap();
}

fn network(params: &Parameters) -> Result<nn::Sequential> {
    Ok(nn::Sequential::new(params)
        .add("flatten", nn::Flatten)
        .add("fc", nn::linear(64, 10, &params.at("fc"))?))
}

/// A set whose items take a while.
struct Slow;

impl Dataset for Slow {
    fn len(&self) -> usize {
        1000
    }
    fn get(&self, index: usize) -> Result<(Tensor, Tensor)> {
        thread::sleep(Duration::from_millis(50));
        let x = Tensor::new(&[index as f32], &Device::Cpu)?;
        Ok((x.clone(), x))
    }
}

#[test]
fn a_stop_ends_what_takes_long_and_keeps_everything() -> Result<()> {
    // What a student has from earlier cells.
    begin_cell();
    let digits = DataLoader::new(datasets::digits()?, 64)?.shuffle(true);
    let params = Parameters::new(&Device::Cpu);
    let model = network(&params)?;
    let mut sgd = optim::Sgd::new(&params, 0.1)?;
    let loss = |model: &nn::Sequential| {
        let (x, targets) = digits.iter().next().unwrap()?;
        loss::cross_entropy(&model.forward(&x, true)?, &targets)
    };
    let old = loss(&model)?;
    let weights = || params.all()[0].tensor().flatten_all()?.to_vec1::<f32>();
    let before = weights()?;
    let training = || -> Result<Training> {
        let sgd = optim::Sgd::new(&params, 1e-4)?;
        Ok(Training::new(&params, sgd, loss::cross_entropy).quiet())
    };

    // A Stop between two cells is nobody's.
    press_stop();
    begin_cell();
    assert_eq!(digits.iter().filter(Result::is_ok).count(), 29);

    // One during a cell ends its loops; the error comes once.
    press_stop();
    for loader in [digits.clone(), digits.clone().num_workers(2)] {
        let mut pass = loader.iter();
        stopped(pass.next().unwrap());
        assert!(pass.next().is_none());
    }
    stopped(sgd.step(&old.backward()?));
    stopped(sgd.backward_step(&old));
    stopped(optim::Adam::new(&params, 0.1)?.backward_step(&old));
    stopped(training()?.fit(&model, &digits, 5));
    stopped(loss(&model));
    stopped(datasets::moving_squares(10));
    stopped(datasets::vowels(10));
    stopped(datasets::consonants(10));
    stopped(datasets::skies(2, 16));
    stopped(datasets::signatures(2, 2));
    stopped(datasets::moons(10, 0.1));
    stopped(datasets::blobs(10, &[[0.0, 0.0]], 0.1));
    stopped(plot::loss_curve(&[1.0, 0.5])?.svg());
    stopped(plot::loss_surface(
        |w0, w1| Ok(w0 + w1),
        (0.0, 1.0),
        (0.0, 1.0),
    ));
    stopped(datasets::ImageFolder::new("tests"));
    let card = exercise::check("Stopped", "nothing", |cases| {
        cases.equal("f()", || Ok(1), 1)
    });
    assert!(card.message().contains("run this cell again"), "{card}");

    // The next cell goes on with the variables of before.
    begin_cell();
    assert_eq!(weights()?, before);
    sgd.backward_step(&old)?;
    assert_ne!(weights()?, before);
    assert_eq!(digits.iter().filter(Result::is_ok).count(), 29);
    assert_eq!(
        digits
            .clone()
            .num_workers(2)
            .iter()
            .filter(Result::is_ok)
            .count(),
        29
    );
    training()?.fit(&model, &digits, 1)?;

    // A loop that is going on ends soon, also one that waits for slow items.
    let slow = DataLoader::new(Slow, 8)?;
    let soon: [&dyn Fn() -> Result<()>; 4] = [
        &|| training()?.fit(&model, &digits, 1_000_000).map(|_| ()),
        &|| slow.iter().try_for_each(|batch| batch.map(|_| ())),
        &|| {
            slow.clone()
                .num_workers(2)
                .iter()
                .try_for_each(|batch| batch.map(|_| ()))
        },
        &|| random::normal(0.0, 1.0, 1 << 29, &Device::Cpu).map(|_| ()),
    ];
    for run in soon {
        begin_cell();
        stopped_soon(run);
    }
    begin_cell();
    assert!(weights()?.iter().all(|w| w.is_finite()));

    // What was downloaded so far is kept for the next attempt, and is not taken for the file.
    let content: Vec<u8> = (0..10_000_000u32).map(|i| (i % 251) as u8).collect();
    let file = content.clone();
    let slow_server = Server::start(move |request, before, stream| {
        if before > 0 {
            return serve(request, &file, stream);
        }
        let _ = write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n",
            file.len()
        );
        for part in file.chunks(10_000) {
            thread::sleep(Duration::from_millis(10));
            let _ = stream.write_all(part);
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let download = datasets::Download::new(&path).mirror(&slow_server.url);
    let download = download.checksum("841f78c67afc91d37bfa31a5f0131a72");
    begin_cell();
    stopped_soon(|| download.get());
    assert!(!path.exists() && folder.path().join("file.part").exists());
    begin_cell();
    download.get()?;
    assert!(fs::read(&path).unwrap() == content);

    // Waiting ends, the run in the background goes on.
    let run = training()?.spawn(&model, &digits, 1_000_000)?;
    press_stop();
    stopped(run.wait());
    stopped(run.stop());
    let run = training()?.spawn(&model, &digits, 3)?;
    while !run.progress().done {
        thread::sleep(Duration::from_millis(10));
    }
    begin_cell();
    assert_eq!(run.wait()?.len(), 3);
    press_stop();
    let background = thread::spawn(|| datasets::skies(2, 16).map(|_| ()));
    background.join().unwrap()?;
    Ok(())
}
