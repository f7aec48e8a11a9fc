//! What can be heard, and what a pen did.

use helpers::prelude::*;

use super::Named;

/// Three syllables, to be heard.
pub fn player() -> Result<plot::Player> {
    manual_seed(1);
    let sounds = datasets::consonants(3)?;
    let mut named = Vec::new();
    for (i, name) in ["b", "d", "g"].into_iter().enumerate() {
        let wave = sounds.waves.inputs().get(i)?.squeeze(0)?;
        named.push((name, wave.pad_with_zeros(0, 600, 2400)?));
    }
    plot::play(&named, sounds.rate)
}

pub fn figures() -> Result<Vec<Named>> {
    manual_seed(5);
    let signatures = datasets::signatures(1, 2)?;
    let mut named = Vec::new();
    for (i, name) in ["genuine", "genuine again", "forged"]
        .into_iter()
        .enumerate()
    {
        named.push((name, signatures.strokes.get(i)?));
    }
    Ok(vec![
        (
            "pen",
            plot::pen(&named)?.title("One writer, three signatures"),
        ),
        (
            "player",
            player()?.figure()?.title("The still form of three sounds"),
        ),
    ])
}
