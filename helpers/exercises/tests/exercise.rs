// `todo!` is the hole that the checks must recognise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::todo, missing_docs)]

use std::panic;

use exercise::{Card, Status, check, tp1};
use helpers::prelude::*;

fn green(card: &Card) {
    assert_eq!(card.status(), Status::Right, "{card}");
    assert_eq!(card.points(), 1);
}

fn red(card: &Card, expected: &str) {
    assert_eq!(card.status(), Status::Wrong, "{card}");
    assert_eq!(card.points(), 0);
    assert!(card.message().contains(expected), "{card}");
    assert!(card.message().contains("Open the hint"), "{card}");
}

fn grey(card: &Card) {
    assert_eq!(card.status(), Status::Unwritten, "{card}");
    assert_eq!(card.points(), 0);
}

type Boundary = fn([f64; 2], f64) -> (f64, f64);

#[test]
fn the_boundary_is_checked() {
    let right: [Boundary; 2] = [
        |w, b| (-w[0] / w[1], -b / w[1]),
        |w, b| {
            let (a, c) = (-w[0] as f32 / w[1] as f32, -b as f32 / w[1] as f32);
            (f64::from(a), f64::from(c))
        },
    ];
    for f in right {
        green(&tp1::boundary(f));
        assert!(tp1::boundary(f).message().contains("(40 cases)"));
    }
    let wrong: [Boundary; 6] = [
        |w, b| (w[0] / w[1], b / w[1]),
        |w, b| (-w[1] / w[0], -b / w[0]),
        |w, b| (-b / w[1], -w[0] / w[1]),
        |w, b| (-w[0] / w[1], -b),
        |w, _| (-w[0] / w[1], 0.0),
        |_, _| (f64::NAN, f64::NAN),
    ];
    for f in wrong {
        let card = tp1::boundary(f);
        red(&card, "boundary(w = [");
        assert!(
            card.message().contains("expected") && card.message().contains("got"),
            "{card}"
        );
    }
    grey(&tp1::boundary(|_, _| todo!("exercise 2")));
    grey(&tp1::boundary(|_, _| todo!()));
    let late: Boundary = |w, _| [(1.0, 1.0)][w.len()];
    red(&tp1::boundary(late), "it panicked: index out of bounds");
}

#[test]
fn the_card_shows_the_first_counter_example() {
    let card = check("The double", "twice x", |cases| {
        for x in [0.0, 1.5, 2.0] {
            cases.close(&format!("double({x})"), || Ok(x * x), 2.0 * x)?;
        }
        Ok(())
    });
    let expected =
        "✗ The double: not right yet. double(1.5): expected 3, got 2.25. Stuck? Open the hint.";
    assert_eq!(card.to_string(), expected);
}

#[test]
fn an_error_or_a_panic_is_laid_to_its_input() {
    let error = |_: f64| -> Result<f64> { Err(Error::Msg("shapes differ\nand more".into()).bt()) };
    red(
        &check("e", "v", |cases| cases.close("f(3)", || error(3.0), 1.0)),
        "f(3): shapes differ. Stuck?",
    );
    let panics = |_: f64| -> f64 { panic!("too {}", "small") };
    red(
        &check("p", "v", |cases| {
            cases.close("f(4)", || Ok(panics(4.0)), 1.0)
        }),
        "f(4): it panicked: too small. Stuck?",
    );
    red(
        &check("p", "v", |_| panic::panic_any(3)),
        "a panic without a message",
    );
    red(
        &check("e", "v", |_| Err(Error::Msg("early".into()))),
        "early",
    );
    let idle = check("n", "v", |_| Ok(()));
    assert_eq!(
        (idle.status(), idle.message()),
        (Status::Wrong, "The check tried no case.")
    );
}

#[test]
fn numbers_are_compared_by_tolerance_and_nan_is_never_right() {
    let status = |got: f64, expected: f64| {
        check("n", "v", |cases| cases.close("f()", || Ok(got), expected)).status()
    };
    let inf = f64::INFINITY;
    let right = [
        (1.0, 1.00005),
        (1e6, 1e6 + 50.0),
        (0.0, 9e-6),
        (inf, inf),
        (-0.0, 0.0),
    ];
    for (got, expected) in right {
        assert_eq!(status(got, expected), Status::Right, "{got} for {expected}");
    }
    let nan = f64::NAN;
    let wrong = [
        (1.0, 1.001),
        (0.0, 2e-5),
        (nan, nan),
        (nan, 1.0),
        (1.0, nan),
    ];
    for (got, expected) in wrong
        .into_iter()
        .chain([(3.0, inf), (-inf, inf), (inf, 3.0)])
    {
        assert_eq!(status(got, expected), Status::Wrong, "{got} for {expected}");
    }
}

#[test]
fn tensors_are_compared_in_shape_and_numbers() {
    let expected = Tensor::new(&[[1f32, 2., 3.], [4., 5., 6.]], &Device::Cpu).unwrap();
    let compare = |got: Result<Tensor>| {
        check("t", "v", |cases| {
            cases.close_tensor("f(x)", || got, &expected)
        })
    };
    green(&compare(Ok(expected.clone())));
    green(&compare(expected.to_dtype(DType::F64)));
    red(
        &compare(expected.t()),
        "f(x): expected the shape [2, 3], got [3, 2]",
    );
    let one_off = Tensor::new(&[[1f32, 2., 3.], [4., 5., 7.]], &Device::Cpu);
    red(&compare(one_off), "f(x) at [1, 2]: expected 6, got 7");
    let nan = Tensor::full(f32::NAN, (2, 3), &Device::Cpu);
    red(&compare(nan), "f(x) at [0, 0]: expected 1, got NaN");
    red(&compare(expected.matmul(&expected)), "f(x): ");
    red(
        &compare(Tensor::zeros((2, 0), DType::F32, &Device::Cpu)),
        "got [2, 0]",
    );
}

#[test]
fn lists_are_compared_in_length_and_numbers() {
    let compare = |got: &[f64]| {
        check("l", "v", |cases| {
            cases.close_list("f()", || Ok(got.to_vec()), &[1.0, 2.0, 3.0])
        })
    };
    green(&compare(&[1.0, 2.00001, 3.0]));
    assert_eq!(compare(&[1.0, 2.0, 3.0]).message(), "v (1 case)");
    red(
        &compare(&[1.0, 2.0, 2.5]),
        "f() at [2]: expected 3, got 2.5",
    );
    red(&compare(&[1.0, 2.0]), "f(): expected 3 numbers, got 2");
    red(
        &compare(&[1.0, f64::NAN, 3.0]),
        "f() at [1]: expected 2, got NaN",
    );
}

#[test]
fn the_card_names_the_hint_to_open() {
    let message = |got: i32, second: i32| {
        let card = check("h", "v", |cases| {
            cases.equal("f(1)", || Ok(got), 1)?;
            cases.hint("Hint 2");
            cases.equal(
                "f(2)",
                || {
                    if second == 0 {
                        panic!("no")
                    } else {
                        Ok(second)
                    }
                },
                2,
            )
        });
        card.message().to_string()
    };
    let expected = "f(1): expected 1, got 5. Stuck? Open the hint.";
    assert_eq!(message(5, 2), expected);
    let expected = "f(2): expected 2, got 3. Stuck? Open Hint 2.";
    assert_eq!(message(1, 3), expected);
    let expected = "f(2): it panicked: no. Stuck? Open Hint 2.";
    assert_eq!(message(1, 0), expected);
    assert_eq!(message(1, 2), "v (2 cases)");
}

#[test]
fn anything_else_is_compared_by_equality() {
    let card = |got| {
        check("q", "v", |cases| {
            cases.equal("shape()", || Ok(got), vec![3, 8, 8])
        })
    };
    green(&card(vec![3, 8, 8]));
    red(
        &card(vec![3, 4, 4]),
        "shape(): expected [3, 8, 8], got [3, 4, 4]",
    );
}

#[test]
fn a_check_leaves_the_notebooks_random_stream_alone() {
    manual_seed(1);
    let expected = random::permutation(20);
    manual_seed(1);
    let seen = std::cell::RefCell::new(Vec::new());
    let draws = |w: [f64; 2], _: f64| {
        seen.borrow_mut().push(w);
        (random::with_generator(rand_number), 0.0)
    };
    tp1::boundary(draws);
    assert_eq!(random::permutation(20), expected);
    let first = seen.take();
    manual_seed(99);
    tp1::boundary(draws);
    assert_eq!(seen.take(), first); // and its values are the same in every run
}

fn rand_number(generator: &mut random::Generator) -> f64 {
    rand::Rng::random(generator)
}

#[test]
fn a_todo_of_candles_is_not_a_hole() {
    let card = exercise::check("whole numbers", "right", |cases| {
        let whole = Tensor::new(&[1u32, 2], &Device::Cpu)?;
        cases.close("ln", || whole.log()?.sum_all()?.to_scalar::<f64>(), 0.0)
    });
    assert_eq!(card.status(), Status::Wrong, "{card}");
}
