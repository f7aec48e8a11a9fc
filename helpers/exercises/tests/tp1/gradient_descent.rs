//! Notebook 4's checks: right answers are green, the typical wrong ones red.

use crate::*;

fn sigmoid(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

#[test]
fn the_gradient_of_the_perceptron_is_checked() {
    // The sum over the points of `wrong(p, y) x`, divided by `divisor(N)`.
    let gradient = |wrong: fn(f64, f64) -> f64, divisor: fn(f64) -> f64| {
        tp1::perceptron_gradient(move |x, y, w| {
            let mut sum = [0.0, 0.0];
            for (x, y) in x.iter().zip(y) {
                let wrong = wrong(sigmoid(w[0] * x[0] + w[1] * x[1]), *y);
                sum = [sum[0] + wrong * x[0], sum[1] + wrong * x[1]];
            }
            sum.map(|s| s / divisor(x.len() as f64))
        })
    };
    green(&gradient(|p, y| p - y, |n| n));
    red(&gradient(|p, y| y - p, |n| n), "perceptron_gradient(x = [[");
    red(&gradient(|p, y| p - y, |_| 1.0), "perceptron_gradient(");
    red(
        &gradient(|p, y| (p - y) * p * (1.0 - p), |n| n),
        "perceptron_gradient(",
    );
}

#[test]
fn the_numerical_gradient_is_checked() {
    green(&tp1::numerical_gradient(|loss, [w0, w1], h| {
        [
            (loss([w0 + h, w1]) - loss([w0 - h, w1])) / (2.0 * h),
            (loss([w0, w1 + h]) - loss([w0, w1 - h])) / (2.0 * h),
        ]
    }));
    let one_side = tp1::numerical_gradient(|loss, [w0, w1], h| {
        let here = loss([w0, w1]);
        [
            (loss([w0 + h, w1]) - here) / h,
            (loss([w0, w1 + h]) - here) / h,
        ]
    });
    red(&one_side, "numerical_gradient(w0² + 3 w1");
    let both_at_once = tp1::numerical_gradient(|loss, [w0, w1], h| {
        [(loss([w0 + h, w1 + h]) - loss([w0 - h, w1 - h])) / (2.0 * h); 2]
    });
    red(&both_at_once, "numerical_gradient(w0² + 3 w1");
}

#[test]
fn division_on_the_tape_is_checked() {
    // The derivatives with respect to the numerator and the denominator, chained by hand.
    let with = |over: fn(f64, f64) -> f64, under: fn(f64, f64) -> f64| {
        tp1::division_operation(move |x| {
            let below = 1.0 + x * x;
            (x / below, over(x, below) + under(x, below) * 2.0 * x)
        })
    };
    green(&with(|_, b| 1.0 / b, |a, b| -a / (b * b)));
    red(
        &with(|_, b| 1.0 / b, |a, b| a / (b * b)),
        "the derivative of with_division(2)",
    );
    red(
        &with(|_, b| 1.0 / b, |_, b| -1.0 / (b * b)),
        "with_division(2)",
    );
    red(&with(|_, _| 1.0, |a, b| -a / (b * b)), "with_division(2)");
    red(&with(|_, b| 1.0 / b, |_, _| 0.0), "with_division(2)");
}

#[test]
fn momentum_is_checked() {
    // `velocity(m, v, gradient)` is the new velocity.
    let loops = |velocity: fn(f64, f64, f64) -> f64, forgets: bool| {
        tp1::momentum_loop(move |gradient, start, lr, m, steps| {
            let (mut w, mut v) = (start, [0.0; 2]);
            for _ in 0..steps {
                let grad = gradient(w);
                if forgets {
                    v = [0.0; 2];
                }
                for k in 0..2 {
                    v[k] = velocity(m, v[k], grad[k]);
                    w[k] -= lr * v[k];
                }
            }
            w
        })
    };
    green(&loops(|m, v, grad| m * v + grad, false));
    red(
        &loops(|m, v, grad| m * v + grad, true),
        "with_momentum(gradient (w0, 3 w1)",
    );
    red(
        &loops(|m, v, grad| m * v + (1.0 - m) * grad, false),
        "steps = 2",
    );
    red(&loops(|m, v, grad| v + m * grad, false), "steps = 2");
}

#[test]
fn a_step_of_adam_is_checked() {
    // `correct(beta, t)` divides the moments.
    let adam = |correct: fn(f64, i32) -> f64, square: fn(f64) -> f64| {
        tp1::adam_step(move |w, m, v, grad, lr, t| {
            let (m, v) = (0.9 * m + 0.1 * grad, 0.999 * v + 0.001 * square(grad));
            let (mean, long) = (m / correct(0.9, t), v / correct(0.999, t));
            (w - lr * mean / (long.sqrt() + 1e-8), m, v)
        })
    };
    green(&adam(|beta, t| 1.0 - beta.powi(t), |g| g * g));
    red(&adam(|_, _| 1.0, |g| g * g), "the weight of adam_step(");
    red(
        &adam(|beta, _| 1.0 - beta, |g| g * g),
        "the weight of adam_step(",
    );
    red(
        &adam(|beta, t| 1.0 - beta.powi(t), |g| g),
        "the second moment of adam_step(",
    );
}

#[test]
fn the_batch_size_is_checked() {
    let smallest = |first: usize, below: fn(f64, f64) -> bool| {
        tp1::smallest_batch(move |n, epochs, step, point, budget| {
            let mut batch = first;
            let time = |b: usize| (n.div_ceil(b) as f64 * step + n as f64 * point) * epochs as f64;
            while !below(time(batch), budget) {
                batch *= 2;
            }
            batch
        })
    };
    green(&smallest(1, |time, budget| time <= budget));
    red(
        &smallest(2, |time, budget| time <= budget),
        "smallest_batch(n = ",
    );
    red(
        &smallest(1, |time, budget| 2.0 * time <= budget),
        "smallest_batch(n = ",
    );
}
