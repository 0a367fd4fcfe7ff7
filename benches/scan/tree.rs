//! Trees of pictures to look at, made once and kept below cargo's target folder. Measures nothing.

use std::{
    fs::{self, File},
    hint::black_box,
    io::{Cursor, Write},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use image::{ImageFormat, imageops};

use crate::photograph::photograph;

const FILES_A_FOLDER: u32 = 150;
const FOLDERS_A_FOLDER: u32 = 100;
const SMALL_BYTES: usize = 1_200;
const LARGE_FILES: u32 = 250;
const LARGE_BYTES: usize = 8_000_000;
/// A comment's own length is part of what its two bytes count.
const COMMENT_MAX: usize = 65_533;
/// A file that was just written is read more often than others.
const AGE: Duration = Duration::from_hours(30 * 24);

pub(crate) struct Tree {
    pub(crate) path: PathBuf,
    pub(crate) files: u32,
}

/// Below which all of them are.
pub(crate) fn place() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("scan")
}

impl Tree {
    /// Of about three kilobytes each, no two alike.
    pub(crate) fn small(files: u32) -> Result<Tree> {
        Tree::make(&format!("small-{files}"), files, SMALL_BYTES)
    }

    pub(crate) fn large() -> Result<Tree> {
        Tree::make("large", LARGE_FILES, LARGE_BYTES)
    }

    fn make(name: &str, files: u32, filling: usize) -> Result<Tree> {
        let tree = Tree { path: place().join(name), files };
        let made = tree.path.with_extension("made");
        if !made.exists() {
            if tree.path.exists() {
                fs::remove_dir_all(&tree.path).context("one that was left half made cannot be removed")?;
            }
            tree.write(filling)?;
            File::create(made)?;
        }
        tree.remove_marks()?;
        tree.read()?;
        Ok(tree)
    }

    fn write(&self, filling: usize) -> Result<()> {
        let mut picture = Vec::new();
        let small = imageops::crop_imm(&photograph(0), 0, 0, 96, 64).to_image();
        small.write_to(&mut Cursor::new(&mut picture), ImageFormat::Jpeg)?;
        let written = SystemTime::now() - AGE;
        for number in 0..self.files {
            let folder = self.folder(number / FILES_A_FOLDER);
            if number % FILES_A_FOLDER == 0 {
                fs::create_dir_all(&folder)?;
            }
            let mut file = File::create(folder.join(format!("IMG_{number:07}.jpg")))?;
            file.write_all(&numbered(&picture, number, filling))?;
            file.set_modified(written + Duration::from_millis(number.into()))?;
        }
        Ok(())
    }

    fn folder(&self, number: u32) -> PathBuf {
        let (outer, inner) = (number / FOLDERS_A_FOLDER, number % FOLDERS_A_FOLDER);
        self.path.join(format!("{outer:03}")).join(format!("{inner:03}"))
    }

    /// What a program that looked at it left behind, so that each one finds it new.
    pub(crate) fn remove_marks(&self) -> Result<()> {
        for entry in fs::read_dir(&self.path)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Once, so that nobody after it waits for the disk.
    fn read(&self) -> Result<()> {
        for path in self.paths()? {
            black_box(fs::read(path)?);
        }
        Ok(())
    }

    pub(crate) fn paths(&self) -> Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for number in 0..self.files.div_ceil(FILES_A_FOLDER) {
            for entry in fs::read_dir(self.folder(number))? {
                paths.push(entry?.path());
            }
        }
        Ok(paths)
    }
}

/// The picture with comments that no other number has.
pub(crate) fn numbered(picture: &[u8], number: u32, filling: usize) -> Vec<u8> {
    let mut grain = u64::from(number) + 1;
    let mut comment = Vec::with_capacity(filling + 8);
    while comment.len() < filling {
        comment.extend_from_slice(&grain.to_le_bytes());
        grain ^= grain << 13;
        grain ^= grain >> 7;
        grain ^= grain << 17;
    }
    let (start, rest) = picture.split_at(2);
    let mut bytes = start.to_vec();
    for part in comment.chunks(COMMENT_MAX) {
        bytes.extend_from_slice(&[0xff, 0xfe]);
        bytes.extend_from_slice(&(part.len() as u16 + 2).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes.extend_from_slice(rest);
    bytes
}
