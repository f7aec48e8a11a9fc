//! Where tensors live and are computed: CUDA, Metal or the CPU.

use candle_core::Device;

use candle_functional::panics;

/// The fastest device this build can use: CUDA, then Metal, then the CPU.
///
/// CUDA and Metal are there only when the crate was built with the feature of that name
/// (`cargo lab --features cuda`). A graphics card that is absent or does not answer is no error:
/// the CPU is taken.
///
/// ```
/// use helpers::prelude::*;
/// let device = best_device();
/// println!("{}", device_label(&device));
/// ```
pub fn best_device() -> Device {
    let cuda = || Device::new_cuda(0).ok();
    // candle panics on a Mac that has no Metal device (a virtual machine).
    let metal = || {
        panics::silently(|| Device::new_metal(0).ok())
            .ok()
            .flatten()
    };
    cuda().or_else(metal).unwrap_or(Device::Cpu)
}

/// A readable name of a device: `CPU (2 threads)`, `CUDA GPU 0`, `Metal GPU 0`. The threads are
/// those that compute.
pub fn device_label(device: &Device) -> String {
    match device.location() {
        candle_core::DeviceLocation::Cpu => {
            format!("CPU ({} threads)", candle_functional::num_threads())
        }
        candle_core::DeviceLocation::Cuda { gpu_id } => format!("CUDA GPU {gpu_id}"),
        candle_core::DeviceLocation::Metal { gpu_id } => format!("Metal GPU {gpu_id}"),
    }
}
