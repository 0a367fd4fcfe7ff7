//! Where a sidecar lies, so that it is of the picture that it was sent with, whatever that was called in the end.

use std::{collections::HashMap, path::Path};

use crate::{
    folder::{
        scan::path_from_bytes,
        sidecar,
        write::{SafePath, safe_name},
    },
    model::ImageId,
    server::{App, Error, db::images},
};

/// Beside that picture, where it lies in the folder of uploads; otherwise as its sender calls it.
pub(super) async fn place(app: &App, wanted: &SafePath, picture: Option<ImageId>) -> Result<SafePath, Error> {
    let Some(picture) = picture else { return Ok(wanted.clone()) };
    let Some(row) = images::original(&app.pool, picture).await? else { return Ok(wanted.clone()) };
    let is_ours = path_from_bytes(&row.source.root) == app.managed.root;
    let beside = is_ours.then(|| beside(&path_from_bytes(&row.source.path), &wanted.name)).flatten();
    Ok(beside.unwrap_or_else(|| wanted.clone()))
}

/// `a.xmp` or `a.jpg.xmp`, as it was.
fn beside(picture: &Path, sidecar: &str) -> Option<SafePath> {
    let end = Path::new(sidecar).file_stem().and_then(|stem| Path::new(stem).extension());
    let is_longer = end.is_some()
        && end.map(|end| end.to_ascii_lowercase()) == picture.extension().map(|end| end.to_ascii_lowercase());
    let [short, _, longer] = sidecar::names(picture);
    let path = if is_longer { longer } else { short };
    Some(SafePath { folder: path.parent()?.to_owned(), name: path.file_name()?.to_str()?.to_owned() })
}

/// The pictures of one form, by what their sidecars would be called.
#[derive(Default)]
pub struct Pictures(HashMap<String, ImageId>);

impl Pictures {
    pub fn note(&mut self, sent: &str, image: ImageId) {
        for name in sidecar::names(Path::new(&safe_name(sent))) {
            self.0.insert(key(&name.to_string_lossy()), image);
        }
    }

    pub fn of(&self, sidecar: &str) -> Option<ImageId> {
        self.0.get(&key(&safe_name(sidecar))).copied()
    }
}

fn key(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_sidecar_lies_beside_its_picture() {
        for (picture, sidecar, expect) in [
            ("trip/a (2).cr3", "a.xmp", "trip/a (2).xmp"),
            ("a (2).cr3", "a.XMP", "a (2).xmp"),
            ("a (2).CR3", "a.cr3.xmp", "a (2).CR3.xmp"),
            ("a.b.jpg", "a.b.xmp", "a.b.xmp"),
            ("harbour.jpg", "other.xmp", "harbour.xmp"),
        ] {
            let found = beside(Path::new(picture), sidecar).map(|path| path.to_string());
            assert_eq!(found.as_deref(), Some(expect), "{picture} {sidecar}");
        }
    }

    #[test]
    fn a_form_s_pictures_are_known_by_their_sidecars() {
        let (mut pictures, [first, second]) = (Pictures::default(), [1, 2].map(|id| ImageId(Uuid::from_u128(id))));
        pictures.note("a.CR3", first);
        pictures.note("b.jpg", second);
        for (sidecar, expect) in [
            ("a.xmp", Some(first)),
            ("A.XMP", Some(first)),
            ("a.cr3.xmp", Some(first)),
            ("b.xmp", Some(second)),
            ("c.xmp", None),
        ] {
            assert_eq!(pictures.of(sidecar), expect, "{sidecar}");
        }
    }
}
