//! Images bent in any way: what stands at each pixel comes from somewhere between the pixels.

use super::image::Image;

/// An image of the same size that shows at (row, column) what is at `source(row, column)`, itself a (row,
/// column) that need not be whole: bilinear between the four pixels around, those outside being 0.
pub(super) fn warp(image: &Image, source: impl Fn(usize, usize) -> (f64, f64)) -> Image {
    let (height, width) = (image.height, image.width);
    // A frame of zeros, so that every position that shows anything has four pixels around it.
    let line = width + 2;
    let framed_size = (height + 2) * line;
    let mut framed = vec![0f32; image.channels * framed_size];
    let planes = image.data.chunks_exact(height * width);
    for (framed, plane) in framed.chunks_exact_mut(framed_size).zip(planes) {
        let lines = framed.chunks_exact_mut(line).skip(1);
        for (to, from) in lines.zip(plane.chunks_exact(width)) {
            to[1..=width].copy_from_slice(from);
        }
    }
    let mut data = vec![0f32; image.data.len()];
    for row in 0..height {
        for column in 0..width {
            let (y, x) = source(row, column);
            let (y, x) = (y + 1.0, x + 1.0);
            if !(y >= 0.0 && y < height as f64 + 1.0 && x >= 0.0 && x < width as f64 + 1.0) {
                continue; // nothing is there
            }
            let (top, left) = (y as usize, x as usize);
            let (down, right) = ((y - top as f64) as f32, (x - left as f64) as f32);
            let (up, back) = (1.0 - down, 1.0 - right);
            let at = top * line + left;
            let planes = framed.chunks_exact(framed_size);
            for (out, plane) in data.chunks_exact_mut(height * width).zip(planes) {
                let (above, below) = (&plane[at..at + 2], &plane[at + line..at + line + 2]);
                out[row * width + column] = up * (back * above[0] + right * above[1])
                    + down * (back * below[0] + right * below[1]);
            }
        }
    }
    Image {
        data,
        channels: image.channels,
        height,
        width,
    }
}
