//! XMP: what other programs wrote, inside the file or in a sidecar.

use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
    name::{LocalName, Namespace, ResolveResult},
};

use super::{Flag, Said, Taken, clock};

const DC: &[u8] = b"http://purl.org/dc/elements/1.1/";
const DIGIKAM: &[u8] = b"http://www.digikam.org/ns/1.0/";
const EXIF: &[u8] = b"http://ns.adobe.com/exif/1.0/";
const PHOTOSHOP: &[u8] = b"http://ns.adobe.com/photoshop/1.0/";
const RDF: &[u8] = b"http://www.w3.org/1999/02/22-rdf-syntax-ns#";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/";
const XMP_DM: &[u8] = b"http://ns.adobe.com/xmp/1.0/DynamicMedia/";

/// Nobody writes more by hand.
const TEXT_BYTES_MAX: usize = 64 << 10;
const KEYWORDS_MAX: usize = 1_000;

#[derive(Debug, Default)]
pub(super) struct Xmp {
    pub said: Said,
    pub taken: Option<Taken>,
    /// As `Pick`, `Good` and `PickLabel` say it: the first weighs most.
    flags: [Option<Flag>; 3],
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Property {
    Title,
    Caption,
    Keywords,
    Rating,
    Pick,
    Good,
    PickLabel,
    Label,
    Taken,
    TakenByPhotoshop,
}

impl Property {
    fn named(namespace: &ResolveResult<'_>, name: LocalName<'_>) -> Option<Property> {
        let ResolveResult::Bound(Namespace(namespace)) = namespace else { return None };
        match (*namespace, name.into_inner()) {
            (DC, b"title") => Some(Property::Title),
            (DC, b"description") => Some(Property::Caption),
            (DC, b"subject") => Some(Property::Keywords),
            (XMP, b"Rating") => Some(Property::Rating),
            (XMP_DM, b"pick") => Some(Property::Pick),
            (XMP_DM, b"good") => Some(Property::Good),
            (DIGIKAM, b"PickLabel") => Some(Property::PickLabel),
            (XMP, b"Label") => Some(Property::Label),
            (EXIF, b"DateTimeOriginal") => Some(Property::Taken),
            (PHOTOSHOP, b"DateCreated") => Some(Property::TakenByPhotoshop),
            _ => None,
        }
    }
}

/// What stands before a fault in the text counts; what is no text at all is none.
pub(super) fn read(bytes: &[u8]) -> Option<Xmp> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = String::from_utf8_lossy(&bytes[..end]);
    let mut reader = NsReader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut state = Reading::default();
    while let Ok((namespace, event)) = reader.read_resolved_event() {
        match event {
            Event::Start(start) => {
                let property = Property::named(&namespace, start.local_name());
                let is_item = is_item(&namespace, start.local_name());
                state.attributes(&reader, &start);
                state.begin(property, is_item);
            }
            Event::Empty(start) => state.attributes(&reader, &start),
            Event::End(end) => {
                let property = Property::named(&namespace, end.local_name());
                state.end(property, is_item(&namespace, end.local_name()));
            }
            Event::Text(part) => state.text(&part.decode().unwrap_or_default()),
            Event::CData(part) => state.text(&String::from_utf8_lossy(&part)),
            Event::GeneralRef(reference) => state.text(&resolved(&reference)),
            Event::Eof => break,
            _ => {}
        }
    }
    state.found.said.flag = state.found.flag();
    Some(state.found)
}

fn is_item(namespace: &ResolveResult<'_>, name: LocalName<'_>) -> bool {
    *namespace == ResolveResult::Bound(Namespace(RDF)) && name.into_inner() == b"li"
}

fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(sign)) = reference.resolve_char_ref() {
        return sign.into();
    }
    reference.decode().ok().and_then(|name| resolve_predefined_entity(&name)).unwrap_or_default().into()
}

#[derive(Default)]
struct Reading {
    found: Xmp,
    inside: Option<Property>,
    /// A list's items are its values; a property without items is its own.
    has_items: bool,
    text: String,
}

impl Reading {
    fn attributes(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) {
        for attribute in start.attributes().flatten() {
            let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
            let Some(property) = Property::named(&namespace, name) else { continue };
            if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                self.found.take(property, &value);
            }
        }
    }

    fn begin(&mut self, property: Option<Property>, is_item: bool) {
        if property.is_some() && self.inside.is_none() {
            (self.inside, self.has_items) = (property, false);
            self.text.clear();
        } else if is_item {
            self.has_items = true;
            self.text.clear();
        }
    }

    fn text(&mut self, part: &str) {
        if self.inside.is_some() && self.text.len() + part.len() <= TEXT_BYTES_MAX {
            self.text.push_str(part);
        }
    }

    fn end(&mut self, property: Option<Property>, is_item: bool) {
        let Some(inside) = self.inside else { return };
        let is_over = property == Some(inside);
        if is_item || (is_over && !self.has_items) {
            let text = std::mem::take(&mut self.text);
            self.found.take(inside, &text);
        }
        if is_over {
            self.inside = None;
        }
    }
}

impl Xmp {
    /// Of a text in several languages the first is the default.
    fn take(&mut self, property: Property, text: &str) {
        let text = text.trim();
        let said = &mut self.said;
        match property {
            _ if text.is_empty() => {}
            Property::Title => said.title = said.title.take().or_else(|| Some(text.to_owned())),
            Property::Caption => said.caption = said.caption.take().or_else(|| Some(text.to_owned())),
            Property::Label => said.label = said.label.take().or_else(|| Some(text.to_owned())),
            Property::Keywords
                if said.keywords.len() >= KEYWORDS_MAX || said.keywords.iter().any(|known| known == text) => {}
            Property::Keywords => said.keywords.push(text.to_owned()),
            Property::Rating => {
                // some programs write "3.0"
                let stars = text.parse::<f64>().ok().map(f64::round);
                said.rejected = stars.is_some_and(|stars| stars < 0.0);
                said.rating = stars.filter(|stars| (0.0..=5.0).contains(stars)).map(|stars| stars as u8);
            }
            Property::Pick => self.flags[0] = flag(property, text),
            Property::Good => self.flags[1] = flag(property, text),
            Property::PickLabel => self.flags[2] = flag(property, text),
            Property::Taken => self.taken = clock::of_iso(text).or(self.taken),
            Property::TakenByPhotoshop => self.taken = self.taken.or_else(|| clock::of_iso(text)),
        }
    }

    /// Programs write "no flag" into whatever they save, so another's flag outweighs it.
    fn flag(&self) -> Option<Flag> {
        self.flags.into_iter().flatten().min_by_key(|flag| *flag == Flag::None)
    }
}

/// Lightroom writes `pick` and `good`, or `good` alone; digiKam numbers none, rejected, pending and accepted.
fn flag(property: Property, text: &str) -> Option<Flag> {
    match (property, text) {
        (Property::Pick, "1") | (Property::PickLabel, "3") => Some(Flag::Pick),
        (Property::Pick, "-1") | (Property::PickLabel, "1") => Some(Flag::Reject),
        (Property::Pick, "0") | (Property::PickLabel, "0" | "2") => Some(Flag::None),
        (Property::Good, good) if good.eq_ignore_ascii_case("true") => Some(Flag::Pick),
        (Property::Good, good) if good.eq_ignore_ascii_case("false") => Some(Flag::Reject),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACKET: &str = r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description xmlns:xap="http://ns.adobe.com/xap/1.0/" xmlns:d="http://purl.org/dc/elements/1.1/"
            xap:Rating="4" xap:Label="Rot &amp; Gr&#252;n">
          <d:title><rdf:Alt><rdf:li xml:lang="x-default">Pier &lt;1&gt;</rdf:li><rdf:li xml:lang="fr">Jetée</rdf:li></rdf:Alt></d:title>
          <d:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sea</rdf:li><rdf:li>evening</rdf:li></rdf:Bag></d:subject>
          <d:description><rdf:Alt><rdf:li>Two  lines</rdf:li></rdf:Alt></d:description>
        </rdf:Description></rdf:RDF></x:xmpmeta>"#;

    #[test]
    fn what_was_said_is_read_under_any_prefix() {
        let said = read(PACKET.as_bytes()).expect("XMP").said;
        assert_eq!(said.rating, Some(4));
        assert_eq!(said.label.as_deref(), Some("Rot & Grün"));
        assert_eq!(said.title.as_deref(), Some("Pier <1>"));
        assert_eq!(said.keywords, ["sea", "evening"]);
        assert_eq!(said.caption.as_deref(), Some("Two  lines"));
    }

    #[test]
    fn a_torn_packet_gives_what_stands_before_the_tear() {
        let torn = &PACKET[..PACKET.find("evening").expect("a word")];
        let said = read(torn.as_bytes()).expect("XMP").said;
        assert_eq!((said.rating, said.keywords.as_slice()), (Some(4), &["sea".to_owned()][..]));
        assert_eq!(read(b"\xff\xfe nonsense").map(|found| found.said), Some(Said::default()));
    }

    #[test]
    fn below_zero_is_thrown_out() {
        let packet = PACKET.replace("Rating=\"4\"", "Rating=\"-1\"");
        let said = read(packet.as_bytes()).expect("XMP").said;
        assert_eq!((said.rating, said.flag()), (None, Flag::Reject));
    }

    #[test]
    fn flags_are_read_as_each_program_writes_them() {
        let check = |attributes: &str, elements: &str, expect: Flag| {
            let packet = format!(
                r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
                <rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dk="http://www.digikam.org/ns/1.0/"
                    xmlns:dm="http://ns.adobe.com/xmp/1.0/DynamicMedia/" {attributes}>{elements}</rdf:Description>
                </rdf:RDF></x:xmpmeta>"#
            );
            let said = read(packet.as_bytes()).expect("XMP").said;
            assert_eq!(said.flag(), expect, "{attributes} {elements}");
        };
        for (attributes, elements, expect) in [
            ("", "", Flag::None),
            // Lightroom
            (r#"dm:pick="1" dm:good="true""#, "", Flag::Pick),
            (r#"dm:pick="-1" dm:good="false""#, "", Flag::Reject),
            (r#"dm:pick="0""#, "", Flag::None),
            (r#"dm:good="True""#, "", Flag::Pick),
            (r#"dm:good="False""#, "", Flag::Reject),
            ("", "<dm:pick>1</dm:pick>", Flag::Pick),
            // digiKam
            (r#"dk:PickLabel="0""#, "", Flag::None),
            (r#"dk:PickLabel="1""#, "", Flag::Reject),
            (r#"dk:PickLabel="2""#, "", Flag::None),
            (r#"dk:PickLabel="3""#, "", Flag::Pick),
            ("", "<dk:PickLabel>3</dk:PickLabel>", Flag::Pick),
            // what is said outright outweighs a rating, wherever it stands
            (r#"xmp:Rating="-1" dm:pick="1""#, "", Flag::Pick),
            (r#"dm:pick="0" xmp:Rating="-1""#, "", Flag::None),
            (r#"dk:PickLabel="2" xmp:Rating="-1""#, "", Flag::None),
            (r#"dm:pick="-1" xmp:Rating="5""#, "", Flag::Reject),
            // of two programs
            (r#"dm:pick="0" dk:PickLabel="3""#, "", Flag::Pick),
            (r#"dk:PickLabel="0" dm:pick="-1""#, "", Flag::Reject),
            (r#"dk:PickLabel="1" dm:pick="1""#, "", Flag::Pick),
            // no value of theirs, and another's name
            (r#"xmp:Rating="-1" dm:pick="2" dm:good="1" dk:PickLabel="accepted""#, "", Flag::Reject),
            (r#"xmp:pick="1" dk:pick="1" dm:PickLabel="3""#, "", Flag::None),
        ] {
            check(attributes, elements, expect);
        }
    }
}
