//! The list of hashes in an archive, as `sha256sum -c` reads it. How long it is is known before a file is read, whatever
//! goes wrong later. Computes no hash.

/// What the list is called in the archive. Who unpacks on Windows can read it too.
pub const NAME: &str = "SHA256SUMS.txt";
/// What is said above the list is filled up with blanks to this, so that no number changes how long it is.
const COMMENT_BYTES: usize = 100;
/// A SHA-256 in hexadecimal.
const DIGITS: usize = 64;
/// What stands in place of a hash that nobody could compute: no file has it, so the check fails for exactly this one.
const NO_HASH: [u8; 32] = [0; 32];

/// What is said above the list. The numbers are the archive's own.
pub struct Head<'a> {
    /// As it is to be read.
    pub when: &'a str,
    pub files: u64,
    pub bytes: u64,
}

/// Always as long: what would not fit is cut. `sha256sum` skips lines that begin so.
pub fn head(head: &Head<'_>) -> String {
    let Head { when, files, bytes } = head;
    let lines = [
        format!("Exported by PixelSync {}", when.replace(char::is_control, " ")),
        format!("Files: {files}"),
        format!("Bytes: {bytes}"),
        format!("To check them, unpack the archive, go there and call: sha256sum -c {NAME}"),
        "Zeros in place of a hash: that file changed or went away before it was whole in here.".to_owned(),
    ];
    lines.iter().map(|line| comment(line)).collect()
}

/// The line of a file by its name in the archive; without a hash when it changed or is gone.
pub fn line(name: &str, hash: Option<[u8; 32]>) -> String {
    let escaped = escaped(name);
    let mark = if escaped == name { "" } else { "\\" };
    format!("{mark}{}  {escaped}\n", hex::encode(hash.unwrap_or(NO_HASH)))
}

/// The name and the hash that a line of the list says. None of a comment.
pub fn read(line: &str) -> Option<(String, [u8; 32])> {
    let (is_escaped, line) = line.strip_prefix('\\').map_or((false, line), |line| (true, line));
    let (digits, name) = line.split_once("  ")?;
    let hash = hex::decode(digits).ok()?.try_into().ok()?;
    Some((if is_escaped { unescaped(name) } else { name.to_owned() }, hash))
}

/// How long what is said above the list is.
pub fn head_length() -> u64 {
    head(&Head { when: "", files: 0, bytes: 0 }).len() as u64
}

/// How long the line of a file is, with a hash or without.
pub fn line_length(name: &str) -> u64 {
    let escapes = name.bytes().filter(|byte| matches!(byte, b'\\' | b'\n' | b'\r')).count();
    // the mark in front says that there are any
    let signs = usize::from(escapes > 0) + DIGITS + "  \n".len() + name.len() + escapes;
    signs as u64
}

/// A comment of exactly that many bytes, its end of line among them.
fn comment(text: &str) -> String {
    let room = COMMENT_BYTES - "# \n".len();
    let text = &text[..text.floor_char_boundary(room)];
    // bytes are counted, not signs
    format!("# {text}{}\n", " ".repeat(room - text.len()))
}

/// As coreutils writes a name that would break the line.
fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(name: &str) -> String {
    let mut signs = name.chars();
    let mut unescaped = String::with_capacity(name.len());
    while let Some(sign) = signs.next() {
        let meant = if sign == '\\' { signs.next() } else { None };
        unescaped.push(match meant {
            Some('n') => '\n',
            Some('r') => '\r',
            meant => meant.unwrap_or(sign),
        });
    }
    unescaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_escaped_as_coreutils_does() {
        let check = |name, expect: &str| {
            let line = line(name, Some([0xa1; 32]));
            assert_eq!(line.replace(&"a1".repeat(32), "HASH"), expect, "{name}");
        };
        check("harbour.jpg", "HASH  harbour.jpg\n");
        check("Größe 港.jpg", "HASH  Größe 港.jpg\n");
        check("# a", "HASH  # a\n");
        check("a\nb", "\\HASH  a\\nb\n");
        check("a\rb", "\\HASH  a\\rb\n");
        check("a\\nb", "\\HASH  a\\\\nb\n");
    }

    #[test]
    fn a_file_without_a_hash_has_zeros() {
        assert_eq!(line("gone.jpg", None), format!("{}  gone.jpg\n", "0".repeat(64)));
    }

    #[test]
    fn what_is_said_above_is_comments_of_one_length() {
        let check = |when, files, bytes| {
            let text = head(&Head { when, files, bytes });
            assert_eq!(text.len() as u64, head_length(), "{text}");
            assert!(text.lines().all(|line| line.starts_with("# ") && line.len() == COMMENT_BYTES - 1), "{text}");
        };
        check("", 0, 0);
        check("on 26 November 2026, 10:15 UTC", 1_234, 56_789_012_345);
        check("on 26 November\n2026", u64::MAX, u64::MAX);
        check(&"ä港".repeat(80), 1, 1);
    }

    #[test]
    fn what_is_said_above_is_said_whole() {
        let text = head(&Head { when: "on 26 November 2026, 10:15 UTC", files: 3, bytes: u64::MAX });
        assert!(text.lines().all(|line| read(line).is_none()), "{text}");
        assert!(text.lines().all(|line| line.ends_with(' ')), "{text}");
    }

    proptest! {
        #[test]
        fn what_a_line_says_is_read_again(name in r"[\PC\\\n\r]{0,30}", hash in any::<[u8; 32]>()) {
            let line = line(&name, Some(hash));
            prop_assert_eq!(read(line.trim_end_matches('\n')), Some((name, hash)));
        }

        #[test]
        fn the_length_is_known_before(names in prop::collection::vec(r"[\PC\\\n\r]{0,30}", 0..20), gone in any::<bool>()) {
            let hash = (!gone).then_some([7; 32]);
            let head = head(&Head { when: "today", files: names.len() as u64, bytes: 1 });
            let text: String = std::iter::once(head).chain(names.iter().map(|name| line(name, hash))).collect();
            let lines = names.iter().map(|name| line_length(name)).sum::<u64>();
            prop_assert_eq!(head_length() + lines, text.len() as u64);
        }
    }
}
