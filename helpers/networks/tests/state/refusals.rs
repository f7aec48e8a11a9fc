//! Files that are not what they should be: one line says what they are and what to do.

use super::*;

const SAVE: &str = "in Python: torch.save(model.state_dict(), path)";

/// The line of an error without the path before it.
fn line<T: std::fmt::Debug>(result: Result<T>, path: &std::path::Path) -> String {
    let error = result.unwrap_err().to_string();
    let line = error.lines().next().unwrap();
    line.replace(&path.display().to_string(), "FILE")
}

#[test]
fn each_reader_names_the_other() -> Result<()> {
    let (params, zip, tensors) = (
        layers(3)?,
        fixture("state.pth"),
        fixture("state.safetensors"),
    );
    assert_eq!(
        line(params.load(&zip), &zip),
        "load: FILE is a file of PyTorch's torch.save, not safetensors; a model takes it with params.load_torch(path)"
    );
    assert_eq!(
        line(params.load_torch(&tensors), &tensors),
        "load_torch: FILE is a safetensors file; params.load(path) takes it"
    );
    Ok(())
}

#[test]
fn what_torch_saved_besides_state_dicts_is_named() -> Result<()> {
    let params = layers(3)?;
    let before = values(&params)?;
    let cases = [
        (
            "legacy.pth",
            "is in PyTorch's format of before version 1.6; in Python: torch.save(torch.load(path), path)".to_string(),
        ),
        (
            "whole_model.pth",
            format!("holds a whole model (Sequential), not its state dict; {SAVE}"),
        ),
        (
            "whole_model_inside.pth",
            format!("holds a whole model (Linear), not its state dict; {SAVE}"),
        ),
        (
            "scripted.pth",
            format!("holds a whole model (Linear), not its state dict; {SAVE}"),
        ),
        (
            "several.pth",
            "holds several state dicts (model, ema); in Python: torch.save(torch.load(path)[\"model\"], new_path)".to_string(),
        ),
        ("tensor.pth", format!("holds no tensors by name; {SAVE}")),
        ("list.pth", format!("holds no tensors by name; {SAVE}")),
        ("numbers.pth", format!("holds no tensors by name; {SAVE}")),
        (
            "mask.pth",
            "has mask, which cannot be read (unsupported storage type BoolStorage); in Python: save without it, or as floats".to_string(),
        ),
        (
            "repeated.pth",
            "has weight, a view larger than its storage; in Python: save its .contiguous()".to_string(),
        ),
    ];
    for (name, what) in cases {
        let path = fixture(&format!("state_files/{name}"));
        assert_eq!(
            line(params.load_torch(&path), &path),
            format!("load_torch: FILE {what}")
        );
    }
    assert_eq!(values(&params)?, before);
    Ok(())
}

#[test]
fn other_files_are_named_by_every_reader() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("model");
    let params = layers(3)?;
    let page = "<!DOCTYPE html>\n<html><head><title>404</title></head></html>";
    let zip = std::fs::read(fixture("state.pth"))?;
    let tensors = std::fs::read(fixture("state.safetensors"))?;
    // One bit of a weight: a zip archive has checksums.
    let mut flipped = zip.clone();
    params.load_torch(fixture("state.pth"))?;
    let weight = params.all()[0].tensor().flatten_all()?.to_vec1::<f32>()?[5].to_le_bytes();
    let at = zip.windows(4).position(|bytes| bytes == weight).unwrap();
    flipped[at] ^= 1;
    let before = values(&params)?;
    let cut = "is damaged or cut off";
    let cases: [(&[u8], &str); 8] = [
        (b"", "is empty; copy or download it again"),
        (
            page.as_bytes(),
            "is text, perhaps a web page in place of the file: it begins with \"<!DOCTYPE html>\"; copy or download it again",
        ),
        (
            &[137, 72, 68, 70, 13, 10, 26, 10],
            "is neither a safetensors file nor one that PyTorch's torch.save wrote",
        ),
        (&zip[..zip.len() - 30], cut),
        (&zip[..30], cut),
        (&tensors[..tensors.len() - 4], cut),
        (&tensors[..30], cut),
        (
            &flipped,
            "is damaged (state/data/0: Invalid checksum); copy or download it again",
        ),
    ];
    for (bytes, what) in cases {
        std::fs::write(&path, bytes)?;
        let error = line(params.load_partial(&path), &path);
        let expected = format!("load_partial: FILE {what}");
        assert!(error.starts_with(&expected), "{error}");
        for error in [
            line(params.load(&path), &path),
            line(params.load_torch(&path), &path),
        ] {
            let other = error.contains("load_torch(path)") || error.contains("load(path)");
            assert!(error.contains(what) || other, "{error}");
        }
    }
    for (path, what) in [
        (folder.path(), "FILE is a folder, not a file"),
        (&folder.path().join("none"), "FILE cannot be opened: "),
    ] {
        assert!(line(params.load(path), path).starts_with(&format!("load: {what}")));
        assert!(line(params.load_torch(path), path).starts_with(&format!("load_torch: {what}")));
    }
    assert_eq!(values(&params)?, before);
    Ok(())
}

#[test]
fn a_file_in_which_nothing_fits_is_an_error_of_the_partial_load() -> Result<()> {
    let params = Parameters::new(&Device::Cpu);
    nn::batch_norm1d(2, &params.at("bn"))?;
    let path = fixture("state.safetensors");
    let error = line(params.load_partial(&path), &path);
    let start = "load_partial: nothing in FILE fits this model: missing keys: bn.weight, bn.bias, bn.running_mean, bn.running_var; unexpected keys: fc.bias, ";
    assert!(error.starts_with(start), "{error}");
    Ok(())
}

#[test]
fn a_failed_save_leaves_nothing_and_the_older_file_whole() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let params = layers(3)?;
    let within = folder.path().join("none/model.safetensors");
    let taken = folder.path().join("taken");
    std::fs::create_dir(&taken)?;
    std::fs::write(taken.join("notes"), "kept")?;
    for (path, what) in [
        (within.as_path(), "save: FILE cannot be written: "),
        (&taken, "save: FILE cannot be written: "),
    ] {
        let error = line(params.save(path), path);
        assert!(error.starts_with(what), "{error}");
    }
    // The folder of that name is as it was, and no part of a file lies beside it.
    assert_eq!(std::fs::read_to_string(taken.join("notes"))?, "kept");
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    let error = params.save("/").unwrap_err().to_string();
    assert!(error.contains("is no name for a file"), "{error}");
    let error = params.at("nothing").save(&taken).unwrap_err().to_string();
    assert!(error.contains("there is no parameter to save"), "{error}");
    Ok(())
}

#[test]
fn a_file_that_threads_save_at_once_is_whole_at_every_moment() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("model.safetensors");
    let params = layers(3)?;
    params.save(&path)?;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..50).for_each(|_| params.save(&path).unwrap()));
        }
        for _ in 0..50 {
            layers(3).unwrap().load(&path).unwrap();
        }
    });
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    Ok(())
}
