//! What people said of a picture as an XMP file beside it, which other programs read. Pure.

use std::fmt::Write;

use crate::server::db::exports::Picture;

/// None where nothing was said.
pub(super) fn of(picture: &Picture) -> Option<String> {
    let mut fields = String::new();
    // writing to a text never fails
    let mut add = |name: &str, value: String| _ = write!(fields, "\n   <{name}>{value}</{name}>");
    if let Some(rating) = picture.rating.filter(|rating| *rating > 0) {
        add("xmp:Rating", rating.to_string());
    }
    if let Some(label) = &picture.label {
        add("xmp:Label", escaped(label));
    }
    let in_any_language =
        |text: &str| format!("<rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt>", escaped(text));
    if let Some(title) = &picture.title {
        add("dc:title", in_any_language(title));
    }
    if let Some(caption) = &picture.caption {
        add("dc:description", in_any_language(caption));
    }
    if !picture.tags.is_empty() {
        let tags: String = picture.tags.iter().map(|tag| format!("<rdf:li>{}</rdf:li>", escaped(tag))).collect();
        add("dc:subject", format!("<rdf:Bag>{tags}</rdf:Bag>"));
    }
    (!fields.is_empty()).then(|| {
        format!(
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n  \
             <rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" \
             xmlns:dc=\"http://purl.org/dc/elements/1.1/\">{fields}\n  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n"
        )
    })
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    // XML has no other control signs
    text.chars().filter(|sign| !sign.is_control() || matches!(sign, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{imaging, model::ImageId};

    #[test]
    fn what_is_written_is_read_again() {
        let mut picture = Picture {
            id: ImageId(Default::default()),
            name: "a.jpg".into(),
            title: Some("Low & <wide>".into()),
            caption: Some("Two\nlines".into()),
            rating: Some(4),
            label: Some("Red".into()),
            tags: vec!["sea".into(), "Smith, John".into()],
        };
        let xmp = of(&picture).expect("a sidecar");
        let said = imaging::probe(b"\xff\xd8\xff\xd9", Some(xmp.as_bytes())).said;
        assert_eq!(said.title.as_deref(), Some("Low & <wide>"));
        assert_eq!(said.caption.as_deref(), Some("Two\nlines"));
        assert_eq!(said.rating, Some(4));
        assert_eq!(said.label.as_deref(), Some("Red"));
        assert_eq!(said.keywords, ["sea", "Smith, John"]);
        picture = Picture { title: None, caption: None, rating: Some(0), label: None, tags: Vec::new(), ..picture };
        assert_eq!(of(&picture), None);
    }
}
