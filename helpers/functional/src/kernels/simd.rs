//! Vectors of numbers: which instructions this machine has, asked once, and the few operations that
//! the kernels need, for f32 and f64 alike.
//!
//! The crate `pulp` gives one vocabulary for AVX-512 (16 numbers of f32 at once), AVX2 (8), NEON (4)
//! and plain code (1). A kernel is a [`WithSimd`], written once; [`Arch::dispatch`] compiles it for
//! each and picks one while running, so that one build is fast on every machine.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::thread::LocalKey;

use candle_core::{CpuStorage, Result, WithDType, bail};
pub(super) use pulp::{Arch, Simd, WithSimd};

/// A number that comes in vectors.
pub trait Real: WithDType {
    /// As many as a register holds.
    type Vector<S: Simd>: Copy;
    const ZERO: Self;
    const ONE: Self;

    fn splat<S: Simd>(simd: S, value: Self) -> Self::Vector<S>;
    /// At least a register full, of which the first are taken.
    fn load<S: Simd>(simd: S, from: &[Self]) -> Self::Vector<S>;
    /// As many full registers as there are.
    fn full<S: Simd>(from: &[Self]) -> &[Self::Vector<S>];
    /// Less than a register full; zeros follow.
    fn load_few<S: Simd>(simd: S, from: &[Self]) -> Self::Vector<S>;
    /// To the first of at least a register full.
    fn store<S: Simd>(simd: S, to: &mut [Self], values: Self::Vector<S>);
    /// `a * b + c`, rounded once where the machine can.
    fn mul_add<S: Simd>(
        simd: S,
        a: Self::Vector<S>,
        b: Self::Vector<S>,
        c: Self::Vector<S>,
    ) -> Self::Vector<S>;
    fn sum<S: Simd>(simd: S, values: Self::Vector<S>) -> Self;

    /// Memory that this thread used before: asking the system for it anew costs more than filling it.
    fn spare() -> &'static LocalKey<RefCell<Vec<Vec<Self>>>>;
    fn slice_mut(storage: &mut CpuStorage) -> Result<&mut [Self]>;
    fn root(self) -> Self;
    fn exp(self) -> Self;
    fn tanh(self) -> Self;
    /// The same, or 0 if it is too small to be a normal number.
    fn normal(self) -> Self;

    fn lanes<S: Simd>() -> usize {
        size_of::<Self::Vector<S>>() / size_of::<Self>()
    }
}

macro_rules! real {
    ($t:ty, $storage:ident, $vector:ident, $splat:ident, $as:ident, $as_mut:ident, $load:ident, $store:ident, $fma:ident, $sum:ident, $tanh:path) => {
        impl Real for $t {
            type Vector<S: Simd> = S::$vector;
            const ZERO: $t = 0.0;
            const ONE: $t = 1.0;

            #[inline(always)]
            fn splat<S: Simd>(simd: S, value: $t) -> S::$vector {
                simd.$splat(value)
            }

            #[inline(always)]
            fn load<S: Simd>(simd: S, from: &[$t]) -> S::$vector {
                match S::$as(from).0 {
                    [first, ..] => *first,
                    [] => simd.$load(from),
                }
            }

            #[inline(always)]
            fn full<S: Simd>(from: &[$t]) -> &[S::$vector] {
                S::$as(from).0
            }

            #[inline(always)]
            fn load_few<S: Simd>(simd: S, from: &[$t]) -> S::$vector {
                simd.$load(from)
            }

            #[inline(always)]
            fn store<S: Simd>(simd: S, to: &mut [$t], values: S::$vector) {
                match S::$as_mut(to).0 {
                    [first, ..] => *first = values,
                    [] => simd.$store(to, values),
                }
            }

            #[inline(always)]
            fn mul_add<S: Simd>(
                simd: S,
                a: S::$vector,
                b: S::$vector,
                c: S::$vector,
            ) -> S::$vector {
                simd.$fma(a, b, c)
            }

            #[inline(always)]
            fn sum<S: Simd>(simd: S, values: S::$vector) -> $t {
                simd.$sum(values)
            }

            fn spare() -> &'static LocalKey<RefCell<Vec<Vec<$t>>>> {
                thread_local! {
                    static SPARE: RefCell<Vec<Vec<$t>>> = const { RefCell::new(Vec::new()) };
                }
                &SPARE
            }

            fn slice_mut(storage: &mut CpuStorage) -> Result<&mut [$t]> {
                match storage {
                    CpuStorage::$storage(numbers) => Ok(numbers),
                    _ => bail!("the numbers are not {}", stringify!($t)),
                }
            }

            #[inline(always)]
            fn root(self) -> $t {
                self.sqrt()
            }

            #[inline(always)]
            fn exp(self) -> $t {
                <$t>::exp(self)
            }

            #[inline(always)]
            fn tanh(self) -> $t {
                $tanh(self)
            }

            #[inline(always)]
            fn normal(self) -> $t {
                if self.abs() < <$t>::MIN_POSITIVE {
                    0.0
                } else {
                    self
                }
            }
        }
    };
}

real!(
    f32,
    F32,
    f32s,
    splat_f32s,
    as_simd_f32s,
    as_mut_simd_f32s,
    partial_load_f32s,
    partial_store_f32s,
    mul_add_e_f32s,
    reduce_sum_f32s,
    super::tanh::tanh
);
real!(
    f64,
    F64,
    f64s,
    splat_f64s,
    as_simd_f64s,
    as_mut_simd_f64s,
    partial_load_f64s,
    partial_store_f64s,
    mul_add_e_f64s,
    reduce_sum_f64s,
    f64::tanh
);

/// The instructions to use: the best there are, or those that the variable `CANDLE_FUNCTIONAL_SIMD` names
/// (`avx2`, `plain`), to compare.
pub(super) fn arch() -> Arch {
    #[cfg(test)]
    if let Some(arch) = tests::CHOSEN.get() {
        return arch;
    }
    static ARCH: OnceLock<Arch> = OnceLock::new();
    *ARCH.get_or_init(
        || match std::env::var("CANDLE_FUNCTIONAL_SIMD").as_deref() {
            Ok("plain") => Arch::Scalar,
            #[cfg(target_arch = "x86_64")]
            Ok("avx2") => pulp::x86::V3::try_new().map_or(Arch::Scalar, Arch::V3),
            _ => Arch::new(),
        },
    )
}

/// How many registers there are, and how many numbers each holds.
pub(super) fn registers<T: Real>(arch: Arch) -> (usize, usize) {
    struct Ask<T>(std::marker::PhantomData<T>);
    impl<T: Real> WithSimd for Ask<T> {
        type Output = (usize, usize);

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> (usize, usize) {
            (S::REGISTER_COUNT, T::lanes::<S>())
        }
    }
    arch.dispatch(Ask(std::marker::PhantomData::<T>))
}

#[cfg(test)]
pub(super) mod tests {
    use std::cell::Cell;

    use super::*;

    thread_local! {
        pub(in crate::kernels) static CHOSEN: Cell<Option<Arch>> = const { Cell::new(None) };
    }

    /// Runs `test` with every kind of instruction that this machine has.
    pub(in crate::kernels) fn on_every_arch(test: impl Fn(Arch)) {
        let mut all = vec![Arch::Scalar];
        #[cfg(target_arch = "x86_64")]
        {
            all.extend(pulp::x86::V3::try_new().map(Arch::V3));
            all.extend(pulp::x86::V4::try_new().map(Arch::V4));
        }
        #[cfg(target_arch = "aarch64")]
        all.extend(pulp::aarch64::Neon::try_new().map(Arch::Neon));
        for arch in all {
            CHOSEN.set(Some(arch));
            test(arch);
            CHOSEN.set(None);
        }
    }
}
