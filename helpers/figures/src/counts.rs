//! Counts as people write them.

/// `61,706`.
pub fn thousands(n: usize) -> String {
    let digits = n.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .filter_map(|group| std::str::from_utf8(group).ok())
        .collect();
    groups.join(",")
}

/// `37k`, `102.8M`.
pub(crate) fn abbreviated(count: usize) -> String {
    let n = count as f64;
    match count {
        0..1000 => format!("{n}"),
        1000..9950 => format!("{:.1}k", n / 1e3),
        9950..999_500 => format!("{:.0}k", n / 1e3),
        _ => format!("{:.1}M", n / 1e6),
    }
}
