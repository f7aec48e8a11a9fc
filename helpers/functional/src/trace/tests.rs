//! What is recorded, in which order, and on which thread.

use candle_core::{Device, Result, Tensor, bail};

use super::*;
use crate::panics;

fn step(what: &'static str, compute: impl FnOnce() -> Result<Tensor>) -> Result<Tensor> {
    let operation = Operation::Loss(Some(("margin", 2.0)));
    traced(what, "", &[], &[], operation, compute)
}

fn one() -> Result<Tensor> {
    Tensor::new(1f32, &Device::Cpu)
}

fn order(steps: &[Step]) -> Vec<(&'static str, usize)> {
    steps.iter().map(|step| (step.what, step.depth)).collect()
}

#[test]
fn a_layer_stands_before_the_functions_it_calls() -> Result<()> {
    let layer = || {
        step("layer", || {
            step("first", one)?;
            step("second", || step("third", one))
        })
    };
    let (_, steps) = record(|| {
        layer()?;
        step("after", one)
    })?;
    let expected = [("layer", 0), ("first", 1), ("second", 1), ("third", 2)];
    assert_eq!(order(&steps[..4]), expected);
    assert_eq!(order(&steps[4..]), [("after", 0)]);
    assert_eq!(format!("{:?}", steps[4]), "after: -> [], margin 2");
    Ok(())
}

#[test]
fn off_nothing_is_kept() -> Result<()> {
    assert!(!is_on());
    step("f", one)?;
    let (_, steps) = record(|| Ok(()))?;
    assert!(steps.is_empty() && !is_on());
    Ok(())
}

#[test]
fn an_error_or_a_panic_leaves_it_off() -> Result<()> {
    assert!(record(|| step("fails", || bail!("no"))).is_err());
    assert!(!is_on());
    let panic = panics::silently(|| record(|| step("panics", || panic!("ouch"))));
    assert!(panic.is_err() && !is_on());
    // What was caught inside has no step, and the depth is right afterwards.
    let (_, steps) = record(|| {
        assert!(step("fails", || bail!("no")).is_err());
        assert!(panics::silently(|| step("panics", || panic!("ouch"))).is_err());
        step("works", one)
    })?;
    assert_eq!(order(&steps), [("works", 0)]);
    Ok(())
}

#[test]
fn a_record_inside_another_keeps_its_own_steps() -> Result<()> {
    let (inner, outer) = record(|| {
        step("before", one)?;
        let (_, inner) = record(|| step("inside", one))?;
        assert!(is_on());
        step("after", one)?;
        Ok(inner)
    })?;
    assert_eq!(order(&inner), [("inside", 0)]);
    assert_eq!(order(&outer), [("before", 0), ("after", 0)]);
    assert!(!is_on());
    Ok(())
}

#[test]
fn threads_record_for_themselves() -> Result<()> {
    let (_, steps) = record(|| {
        let other = std::thread::spawn(|| {
            assert!(!is_on());
            step("elsewhere", one)?;
            record(|| step("theirs", one)).map(|(_, steps)| steps)
        });
        let theirs = other.join().unwrap()?;
        assert_eq!(order(&theirs), [("theirs", 0)]);
        step("ours", one)
    })?;
    assert_eq!(order(&steps), [("ours", 0)]);
    Ok(())
}
