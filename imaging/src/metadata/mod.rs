//! What the camera and people wrote beside the pixels. Believes nothing it cannot read: a fact is right or absent.

mod clock;
mod exif;
mod iptc;
mod xmp;

pub use clock::Taken;

use serde::{Deserialize, Serialize};

use crate::{colour, container::Container, orientation::Orientation};

/// What the camera wrote.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    #[serde(skip)]
    pub taken: Option<Taken>,
    #[serde(skip)]
    pub camera: Option<String>,
    #[serde(skip)]
    pub lens: Option<String>,
    /// In seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposure_time: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aperture: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iso: Option<u32>,
    /// In millimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<f64>,
    /// Whether it fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flash: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The colour profile, as it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Bits of one channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<u8>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub animated: bool,
}

/// Where the picture was taken: degrees, north and east positive, and metres above the sea.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub latitude: f64,
    pub longitude: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub altitude: Option<f64>,
}

/// What people said of the picture, in other programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    pub title: Option<String>,
    pub caption: Option<String>,
    pub keywords: Vec<String>,
    /// Stars, none to five.
    pub rating: Option<u8>,
    /// A rating below zero is how programs without flags write that the picture is thrown out.
    pub rejected: bool,
    /// As programs with flags write it.
    pub flag: Option<Flag>,
    pub label: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Pick,
    Reject,
    /// Undecided counts as this as well.
    None,
}

pub(crate) struct Metadata {
    pub facts: Facts,
    pub said: Said,
    pub orientation: Orientation,
}

/// Of two places that say the same thing the nearer to people wins: a sidecar, then XMP, IPTC and EXIF.
pub(crate) fn read(container: &Container<'_>, sidecar: Option<&[u8]>) -> Metadata {
    let blocks: Vec<&[u8]> = container.exif.iter().chain(&container.more_exif).map(AsRef::as_ref).collect();
    let exif = exif::read(&blocks);
    let beside = sidecar.and_then(xmp::read).unwrap_or_default();
    let inside = container.xmp.as_deref().and_then(xmp::read).unwrap_or_default();
    let iptc = container.iptc.as_deref().map(iptc::read).unwrap_or_default();
    let mut facts = exif.facts;
    facts.taken = facts.taken.or(inside.taken).or(beside.taken);
    facts.profile = container.icc.as_deref().and_then(colour::profile_name).or(facts.profile);
    facts.depth = container.depth;
    facts.animated = container.animated;
    let said = beside.said.or(inside.said).or(iptc).or(exif.said);
    Metadata { facts, said, orientation: container.turned.unwrap_or(exif.orientation) }
}

impl Said {
    /// A program that knows flags is believed before a rating.
    pub fn flag(&self) -> Flag {
        self.flag.unwrap_or(if self.rejected { Flag::Reject } else { Flag::None })
    }

    /// Each thing from the first who says it.
    fn or(self, other: Said) -> Said {
        Said {
            title: self.title.or(other.title),
            caption: self.caption.or(other.caption),
            keywords: if self.keywords.is_empty() { other.keywords } else { self.keywords },
            flag: if self.rejected { self.flag } else { self.flag.or(other.flag) },
            rejected: self.rejected || (self.rating.is_none() && other.rejected),
            rating: self.rating.or(other.rating),
            label: self.label.or(other.label),
        }
    }
}

impl Facts {
    /// "1/250 s, f/2.8, ISO 200", as much of it as is known.
    pub fn exposure(&self) -> Option<String> {
        let parts: Vec<String> = [
            self.exposure_time.map(shown_time),
            self.aperture.map(|aperture| format!("f/{}", shown(aperture))),
            self.iso.map(|iso| format!("ISO {iso}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// "35 mm".
    pub fn focal_length_shown(&self) -> Option<String> {
        self.focal_length.map(|length| format!("{} mm", shown(length)))
    }
}

fn shown_time(seconds: f64) -> String {
    if seconds < 0.3 { format!("1/{} s", (1.0 / seconds).round()) } else { format!("{} s", shown(seconds)) }
}

/// One decimal, and none where it would be zero.
fn shown(number: f64) -> String {
    let rounded = (number * 10.0).round() / 10.0;
    format!("{rounded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposures_read_as_photographers_write_them() {
        let facts = Facts {
            exposure_time: Some(1.0 / 250.0),
            aperture: Some(2.8),
            iso: Some(200),
            focal_length: Some(35.0),
            ..Facts::default()
        };
        assert_eq!(facts.exposure().as_deref(), Some("1/250 s, f/2.8, ISO 200"));
        assert_eq!(facts.focal_length_shown().as_deref(), Some("35 mm"));
        assert_eq!(Facts { exposure_time: Some(2.5), ..Facts::default() }.exposure().as_deref(), Some("2.5 s"));
        assert_eq!(Facts::default().exposure(), None);
    }

    #[test]
    fn of_two_who_speak_the_nearer_is_heard() {
        let near = Said { title: Some("near".into()), ..Said::default() };
        let far = Said { title: Some("far".into()), rating: Some(3), ..Said::default() };
        let both = near.or(far);
        assert_eq!((both.title.as_deref(), both.rating), (Some("near"), Some(3)));
    }

    #[test]
    fn of_two_flags_the_nearer_counts() {
        let flagged = |flag| Said { flag: Some(flag), ..Said::default() };
        let rated = || Said { rating: Some(3), ..Said::default() };
        let rejected = || Said { rejected: true, ..Said::default() };
        for (near, far, expect) in [
            (Said::default(), flagged(Flag::Pick), Flag::Pick),
            (flagged(Flag::None), flagged(Flag::Pick), Flag::None),
            (flagged(Flag::Pick), rejected(), Flag::Pick),
            (rejected(), flagged(Flag::Pick), Flag::Reject),
            // stars say nothing of flags, but of what a rating threw out
            (rated(), flagged(Flag::Pick), Flag::Pick),
            (rated(), rejected(), Flag::None),
        ] {
            let told = format!("{near:?}, {far:?}");
            assert_eq!(near.or(far).flag(), expect, "{told}");
        }
    }
}
