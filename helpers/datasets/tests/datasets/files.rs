//! IDX and LIBSVM files, good ones and others.

use super::*;

#[test]
fn idx_files_are_read_or_refused() {
    let good = [0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];
    for content in [good.to_vec(), gzip(&good)] {
        let (_folder, path) = file(content);
        let values = datasets::read_idx(path).unwrap().to_vec2::<u8>().unwrap();
        assert_eq!(values, [[1, 2, 3], [4, 5, 6]]);
    }
    let long = [&good[..], &[7]].concat();
    let huge = [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255];
    let damaged = "the header promises 6 values, shape [2, 3], but";
    for (content, reason) in [
        (good[..17].to_vec(), damaged),
        (long.clone(), damaged),
        (gzip(&good[..17]), damaged),
        (gzip(&long), damaged),
        (gzip(&good)[..25].to_vec(), ""),
        (b"".to_vec(), "the header cannot be read"),
        (good[..6].to_vec(), "the header cannot be read"),
        (b"1,2,3".to_vec(), "not an IDX file"),
        (vec![0, 0, 8, 0], "not an IDX file"),
        (vec![0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0], "type 13"),
        (vec![0, 0, 8, 1, 0, 0, 0, 0], "there is no value"),
        (huge.to_vec(), "GB of memory"),
        (gzip(&huge), "GB of memory"),
    ] {
        let (_folder, path) = file(content);
        let error = datasets::read_idx(&path).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("file"), "{error}");
    }
    let error = datasets::read_idx("no/such/file").unwrap_err().to_string();
    assert!(error.contains("no/such/file cannot be read: "), "{error}");
}

/// A WAV file with these samples.
pub fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data = 2 * samples.len() as u32;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16u32.to_le_bytes());
    file.extend([1, channels].map(u16::to_le_bytes).concat());
    file.extend([rate, 2 * rate].map(u32::to_le_bytes).concat());
    file.extend([2u16, 16].map(u16::to_le_bytes).concat());
    file.extend(b"data");
    file.extend(data.to_le_bytes());
    file.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
    file
}

#[test]
fn wav_files_are_read_or_refused() {
    let good = wav(8000, 1, &[0, 16_384, -32_768, 1]);
    // A part that says who recorded it, of an odd length.
    let told = [&good[..36], b"LIST\x03\0\0\0abc\0", &good[36..]].concat();
    for content in [good.clone(), told] {
        let (_folder, path) = file(content);
        let (sound, rate) = datasets::read_wav(path).unwrap();
        let samples = sound.to_vec1::<f32>().unwrap();
        assert_eq!(
            (samples, rate),
            (vec![0.0, 0.5, -1.0, 1.0 / 32_768.0], 8000.0)
        );
    }
    let mut early = good.clone();
    early[12..16].copy_from_slice(b"note");
    for (content, reason) in [
        (b"".to_vec(), "ends before its header"),
        (b"RIFF....AVI LIST".to_vec(), "not a WAV file"),
        (good[..30].to_vec(), "ends before the format"),
        (good[..40].to_vec(), "ends before the samples"),
        (good[..50].to_vec(), "promises 8 bytes of samples, 6 follow"),
        (wav(8000, 1, &[]), "expected 1 to 172800000 samples, got 0"),
        (wav(0, 1, &[1]), "0 samples in a second"),
        (wav(8000, 2, &[1, 2]), "got 2 of 16 bits (format 1)"),
        (early, "before their format"),
    ] {
        let (_folder, path) = file(content);
        let error = datasets::read_wav(&path).unwrap_err().to_string();
        assert!(error.contains(reason) && error.contains("file"), "{error}");
    }
}

#[test]
fn libsvm_files_are_read_or_refused() {
    let (_folder, path) = file("3 1:0.5 3:-1\n-1\n");
    let (x, labels) = datasets::read_libsvm(path, 3).unwrap();
    assert_eq!(x.to_vec2::<f32>().unwrap(), [[0.5, 0.0, -1.0], [0.0; 3]]);
    assert_eq!(labels.to_vec1::<f32>().unwrap(), [3.0, -1.0]);
    for (content, reason) in [
        ("", "there is no line"),
        ("a 1:1", "line 1: expected a finite number, got \"a\""),
        ("1 1", "expected feature:value, got \"1\""),
        ("1 1:x", "expected a finite number, got \"x\""),
        ("1 0:1", "feature \"0\" must be from 1 to 3"),
        ("1 4:1", "feature \"4\" must be from 1 to 3"),
        ("1 2:1 2:1", "feature \"2\" must be from 3 to 3"),
        ("16777217 1:1", "line 1: 16777217 would become 16777216"),
    ] {
        let (_folder, path) = file(content);
        let error = datasets::read_libsvm(path, 3).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}
