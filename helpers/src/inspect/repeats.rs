//! Blocks that repeat, as ResNet's: drawn once, with how many times they are there.

use super::maps::{Chain, Map};

/// The same without blocks that repeat the one before: what an arc spans, twice with equal maps.
/// Answers with the blocks that stand for several: first map, last map, how many times.
pub(super) fn fold(chain: &Chain) -> (Chain, Vec<(usize, usize, usize)>) {
    let mut maps = chain.maps.clone();
    let mut skips = chain.skips.clone();
    let mut repeats: Vec<(usize, usize, usize)> = Vec::new();
    let same = |a: &[Map], b: &[Map]| {
        a.len() == b.len()
            && a.iter().zip(b).all(|(a, b)| {
                (a.made, a.channels, &a.size, &a.how) == (b.made, b.channels, &b.size, &b.how)
            })
    };
    let mut i = 0;
    while i + 1 < skips.len() {
        let (a, b) = (skips[i].clone(), skips[i + 1].clone());
        let follows = a.to == b.from && a.from < a.to && a.label == b.label;
        if !follows
            || !same(
                &maps[a.from + 1..=a.to],
                &maps[b.from + 1..=b.to.max(b.from)],
            )
        {
            i += 1;
            continue;
        }
        let gone = b.to - b.from;
        maps.drain(b.from + 1..=b.to);
        skips.remove(i + 1);
        for skip in &mut skips[i + 1..] {
            skip.from -= gone;
            skip.to -= gone;
        }
        match repeats.last_mut().filter(|last| last.1 == a.to) {
            Some(last) => last.2 += 1,
            None => repeats.push((a.from + 1, a.to, 2)),
        }
    }
    (Chain { maps, skips }, repeats)
}
