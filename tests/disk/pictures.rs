//! Small pictures, each unlike every other, and what lies in a folder. Asks no server.

use std::{
    collections::BTreeMap,
    fs::{self, File, FileTimes},
    io::{Cursor, Write},
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use image::{ImageFormat, Rgb, RgbImage};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

/// Another one each time.
pub(crate) fn picture() -> Vec<u8> {
    static DRAWN: AtomicU32 = AtomicU32::new(0);
    let [_, red, green, blue] = DRAWN.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    encoded(&RgbImage::from_pixel(8, 6, Rgb([red, green, blue])), ImageFormat::Png)
}

/// One of some hundred thousand bytes, which nothing makes smaller.
pub(crate) fn large_picture(seed: u32) -> Vec<u8> {
    let mut noise = seed;
    let grain = RgbImage::from_fn(400, 300, |_, _| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [red, green, blue, _] = noise.to_be_bytes();
        Rgb([red, green, blue])
    });
    encoded(&grain, ImageFormat::Png)
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

/// A new picture, in folders that are made for it.
pub(crate) fn put(path: impl AsRef<Path>) -> Vec<u8> {
    let (path, bytes) = (path.as_ref(), picture());
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, &bytes).expect("a file");
    bytes
}

/// A tree of so many pictures, some of them three folders deep.
pub(crate) fn plant(tree: &Path, count: usize) {
    for number in 0..count {
        put(tree.join(leaf(number)));
    }
}

/// Where the picture of this number grows in its tree.
pub(crate) fn leaf(number: usize) -> PathBuf {
    match number % 3 {
        0 => format!("{number:05}.png").into(),
        1 => format!("branch {}/{number:05}.png", number / 40).into(),
        _ => format!("branch {}/twig/{}/{number:05}.png", number / 40, number / 10).into(),
    }
}

/// Other bytes in the same place, under the time that the file had.
pub(crate) fn write_unnoticed(path: &Path, bytes: &[u8]) {
    let modified = modified(path);
    let mut file = File::options().write(true).open(path).expect("a file");
    file.write_all(bytes).expect("bytes");
    file.set_times(FileTimes::new().set_modified(modified)).expect("its time");
}

fn modified(path: &Path) -> SystemTime {
    path.metadata().and_then(|meta| meta.modified()).expect("its time")
}

/// What both the disk and the catalogue can say of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bytes {
    pub(crate) size: u64,
    pub(crate) sha256: String,
}

/// All pictures below a folder, by their paths. Hidden files are none, and no link is followed.
pub(crate) fn on_disk(root: &Path) -> BTreeMap<Vec<u8>, Bytes> {
    let is_hidden = |name: &std::ffi::OsStr| name.as_bytes().starts_with(b".");
    WalkDir::new(root)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| !is_hidden(entry.file_name()))
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file() && is_picture(entry.path()))
        .map(|entry| {
            let bytes = fs::read(entry.path()).expect("a file");
            let path = entry.path().strip_prefix(root).expect("a path below").as_os_str().as_bytes().to_vec();
            (path, Bytes { size: bytes.len() as u64, sha256: hex::encode(Sha256::digest(&bytes)) })
        })
        .collect()
}

fn is_picture(path: &Path) -> bool {
    let is_end = |end: &std::ffi::OsStr| ["png", "jpg"].iter().any(|known| end.eq_ignore_ascii_case(known));
    path.extension().is_some_and(is_end)
}
