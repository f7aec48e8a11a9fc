//! Setting up, step by step; each step is skipped when it is done already.

use anyhow::{Result, bail};
use sysinfo::Disks;

use crate::progress::done_already;
use crate::project::{Project, lock};
use crate::{evcxr, jupyter, python, rust, warm};

const KNOWN_FEATURES: [&str; 4] = ["accelerate", "cuda", "cudnn", "metal"];
/// What a set-up from nothing takes at its peak.
const GIGABYTES_NEEDED: f64 = 4.0;

/// Makes everything ready for notebooks. An interrupted step is done again from its start.
pub fn set_up(project: &Project, features: &[String]) -> Result<()> {
    let mut features = features.to_vec();
    features.sort();
    features.dedup();
    if let Some(unknown) = features
        .iter()
        .find(|name| !KNOWN_FEATURES.contains(&name.as_str()))
    {
        bail!(
            "there is no feature {unknown}; there are: {}",
            KNOWN_FEATURES.join(", ")
        );
    }
    done_already(&format!("Rust {}", rust::check()?));
    let _alone = lock(&project.lab().join("setup.lock"))?;
    if evcxr::find(project).is_none() || !warm::directory(project, &features)?.exists() {
        check_disk(project)?;
    }
    python::ensure(project)?;
    let begun = warm::begin(project, &features)?;
    evcxr::ensure(project)?;
    rust::ensure_sources(project)?;
    jupyter::register(project, &features)?;
    warm::finish(project, begun)
}

fn check_disk(project: &Project) -> Result<()> {
    let free = free_gigabytes(project);
    if free.is_some_and(|free| free < GIGABYTES_NEEDED) {
        bail!(
            "the disk of {} has {:.1} GB free, and the set-up needs about {GIGABYTES_NEEDED} GB. Make room, then run the command again.",
            project.root().display(),
            free.unwrap_or_default()
        );
    }
    Ok(())
}

/// Free space on the disk that holds the project, where the system tells.
pub fn free_gigabytes(project: &Project) -> Option<f64> {
    let disks = Disks::new_with_refreshed_list();
    let holds = |disk: &&sysinfo::Disk| project.root().starts_with(disk.mount_point());
    let disk = disks
        .iter()
        .filter(holds)
        .max_by_key(|disk| disk.mount_point().as_os_str().len())?;
    Some(disk.available_space() as f64 / 1e9)
}
