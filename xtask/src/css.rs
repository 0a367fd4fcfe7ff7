//! Makes one style sheet of `style/main.css` and the files it imports. Reads nothing but that folder.

use anyhow::{Context, Result, bail};
use std::{fs, path::Path};

#[derive(Debug, PartialEq)]
enum Line<'a> {
    /// Nothing, or the order of layers, which goes through as it is.
    Kept(&'a str),
    Import {
        file: &'a str,
        layer: Option<&'a str>,
    },
}

pub(crate) fn bundle(folder: &Path) -> Result<String> {
    let main = folder.join("main.css");
    let text = fs::read_to_string(&main).with_context(|| format!("{} can't be read", main.display()))?;
    let mut sheet = String::new();
    for line in without_comments(&text).lines() {
        match parse(line)
            .with_context(|| format!("{} may hold only `@import \"./x.css\";` lines, not: {line}", main.display()))?
        {
            Line::Kept(text) => sheet += &format!("{text}\n"),
            Line::Import { file, layer } => {
                let content = imported(folder, file)?;
                sheet += &layer.map_or(content.clone(), |layer| format!("@layer {layer} {{\n{content}}}\n"));
            }
        }
    }
    Ok(sheet.trim_start().to_owned())
}

fn imported(folder: &Path, file: &str) -> Result<String> {
    let path = folder.join(file);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("style/main.css imports {file}, but {} can't be read", path.display()))?;
    if without_comments(&text).contains("@import") {
        bail!("{} imports another file; only style/main.css may", path.display());
    }
    Ok(format!("{}\n", text.trim_end()))
}

fn parse(line: &str) -> Option<Line<'_>> {
    let line = line.trim();
    if line.is_empty() || line.starts_with("@layer ") && line.ends_with(';') {
        return Some(Line::Kept(line));
    }
    let (file, rest) = line.strip_prefix("@import")?.trim_start().strip_prefix("\"./")?.split_once('"')?;
    let rest = rest.trim().strip_suffix(';')?.trim();
    let layer = match rest {
        "" => None,
        _ => Some(rest.strip_prefix("layer(")?.strip_suffix(')')?.trim()),
    };
    Some(Line::Import { file, layer })
}

fn without_comments(text: &str) -> String {
    let mut left = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        left += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    left + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines() {
        let import = |file, layer| Some(Line::Import { file, layer });
        assert_eq!(parse("@import \"./a.css\";"), import("a.css", None));
        assert_eq!(parse("  @import \"./a.css\" layer(base) ;"), import("a.css", Some("base")));
        assert_eq!(parse(""), Some(Line::Kept("")));
        assert_eq!(parse("@layer base, parts;"), Some(Line::Kept("@layer base, parts;")));
        for wrong in [
            "body { margin: 0 }",
            "@import \"./a.css\"",
            "@import url(a.css);",
            "@import \"./a.css\" screen;",
            "@layer base {",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn comments_are_left_out() {
        assert_eq!(without_comments("a /* one\ntwo */ b /**/c"), "a  b c");
        assert_eq!(without_comments("a /* never closed"), "a ");
    }

    #[test]
    fn bundles_in_order() {
        let folder = std::env::temp_dir().join(format!("pixelsync-css-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        let write = |name: &str, text: &str| fs::write(folder.join(name), text).expect("a file");
        write("main.css", "/* the order\n counts */\n@import \"./b.css\" layer(base);\n@import \"./a.css\";\n");
        write("a.css", "a {}\n\n");
        write("b.css", "b {}");
        assert_eq!(bundle(&folder).expect("a sheet"), "@layer base {\nb {}\n}\na {}\n");

        write("b.css", "@import \"./a.css\";");
        assert!(bundle(&folder).expect_err("nested").to_string().contains("only style/main.css may"));
        fs::remove_file(folder.join("b.css")).expect("it was there");
        assert!(bundle(&folder).expect_err("missing").to_string().starts_with("style/main.css imports b.css, but "));
        fs::remove_dir_all(&folder).expect("it was there");
    }
}
