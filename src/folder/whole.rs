//! Whether a file that its writer closed says itself that it is whole. Decodes nothing.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
};

const HEAD: usize = 4;
const TAIL: usize = 12;

/// By its first and last bytes, for the kinds that have an end. Whoever appends to a file in pieces and closes it after
/// each is not taken for done because of a closed piece.
pub fn has_its_end(path: &Path) -> bool {
    ends(path).is_ok_and(|(head, tail)| is_whole(&head, &tail))
}

fn ends(path: &Path) -> io::Result<([u8; HEAD], [u8; TAIL])> {
    let (mut head, mut tail) = ([0; HEAD], [0; TAIL]);
    let mut file = File::open(path)?;
    file.read_exact(&mut head)?;
    file.seek(SeekFrom::End(-(TAIL as i64)))?;
    file.read_exact(&mut tail)?;
    Ok((head, tail))
}

fn is_whole(head: &[u8], tail: &[u8]) -> bool {
    match head {
        [0xff, 0xd8, 0xff, _] => tail.ends_with(&[0xff, 0xd9]),
        b"\x89PNG" => tail.ends_with(b"\0\0\0\0IEND\xaeB`\x82"),
        b"GIF8" => tail.ends_with(&[0, 0x3b]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_lacks_its_end_is_not_whole() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("a");
        let check = |bytes: &[u8], expect: bool| {
            std::fs::write(&path, bytes).expect("file");
            assert_eq!(has_its_end(&path), expect, "{bytes:?}");
        };
        check(b"\xff\xd8\xff\xe0 some of a picture \xff\xd9", true);
        check(b"\xff\xd8\xff\xe0 some of a picture", false);
        check(b"\x89PNG and so on\0\0\0\0IEND\xaeB`\x82", true);
        check(b"\x89PNG and so on", false);
        check(b"GIF89a and so on\0;", true);
        check(b"II*\0 nobody can tell of this kind", false);
        check(b"", false);
        assert!(!has_its_end(&folder.path().join("gone")));
    }
}
