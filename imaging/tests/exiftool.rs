//! Facts equal to exiftool's: of pictures made here, and of every file below PIXELSYNC_SAMPLES if that is set.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
};

use pixelsync_imaging::probe;
use serde_json::Value;

type Tags = BTreeMap<String, Value>;

const ASKED: &[&str] = &[
    "-EXIF:DateTimeOriginal",
    "-EXIF:CreateDate",
    "-EXIF:SubSecTimeOriginal",
    "-EXIF:OffsetTimeOriginal",
    "-EXIF:Make",
    "-EXIF:Model",
    "-EXIF:LensModel",
    "-EXIF:ExposureTime",
    "-EXIF:FNumber",
    "-EXIF:ISO",
    "-EXIF:FocalLength",
    "-EXIF:Flash",
    "-EXIF:Orientation",
    "-Composite:GPSLatitude",
    "-Composite:GPSLongitude",
    "-Composite:GPSAltitude",
    "-XMP:DateTimeOriginal",
    "-XMP:Title",
    "-XMP:Description",
    "-XMP:Subject",
    "-XMP:Rating",
    "-XMP:Label",
    "-IPTC:ObjectName",
    "-IPTC:Caption-Abstract",
    "-IPTC:Keywords",
    "-File:ImageWidth",
    "-File:ImageHeight",
    "-PNG:ImageWidth",
    "-PNG:ImageHeight",
    "-EXIF:ImageWidth",
    "-EXIF:ImageHeight",
    "-QuickTime:Rotation",
];

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.into_path())
        .filter(|path| path.extension().is_some_and(|end| end != "md" && end != "txt"))
        .collect();
    found.sort();
    found
}

fn ask_exiftool(files: &[PathBuf]) -> BTreeMap<PathBuf, Tags> {
    let output =
        Command::new("exiftool").args(["-json", "-n", "-G", "-charset", "iptc=UTF8"]).args(ASKED).args(files).output();
    let output = output.expect("exiftool (Debian: libimage-exiftool-perl)");
    let list: Vec<Tags> = serde_json::from_slice(&output.stdout).expect("exiftool's JSON");
    list.into_iter().map(|tags| (PathBuf::from(tags["SourceFile"].as_str().unwrap_or_default()), tags)).collect()
}

fn number(tags: &Tags, name: &str) -> Option<f64> {
    match tags.get(name)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.split_whitespace().next()?.parse().ok(),
        _ => None,
    }
}

fn text(tags: &Tags, name: &str) -> Option<String> {
    let text = match tags.get(name)? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) => list.first()?.as_str()?.to_owned(),
        _ => return None,
    };
    let text = text.trim().to_owned();
    (!text.is_empty()).then_some(text)
}

fn list(tags: &Tags, name: &str) -> Vec<String> {
    match tags.get(name) {
        Some(Value::Array(list)) => {
            list.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned)).collect()
        }
        Some(_) => text(tags, name).into_iter().collect(),
        None => Vec::new(),
    }
}

/// What differs, a line each.
fn differences(bytes: &[u8], tags: &Tags) -> Vec<String> {
    let found = probe(bytes, None);
    let (facts, said) = (&found.facts, &found.said);
    let mut wrong = Vec::new();
    let mut same = |what: &str, ours: Option<String>, theirs: Option<String>| {
        if ours != theirs {
            wrong.push(format!("{what}: ours {ours:?}, exiftool's {theirs:?}"));
        }
    };
    let positive = |name: &str| number(tags, name).filter(|number| *number > 0.0);
    let rounded = |number: f64| format!("{number:.5}");
    same("exposure", facts.exposure_time.map(rounded), positive("EXIF:ExposureTime").map(rounded));
    same("aperture", facts.aperture.map(rounded), positive("EXIF:FNumber").map(rounded));
    same("ISO", facts.iso.map(|iso| iso.to_string()), positive("EXIF:ISO").map(|iso| iso.to_string()));
    same("focal length", facts.focal_length.map(rounded), positive("EXIF:FocalLength").map(rounded));
    // its sixth bit says that there is none
    let flash = number(tags, "EXIF:Flash").map(|flash| flash as u32).filter(|flash| flash & 32 == 0);
    same("flash", facts.flash.map(|fired| fired.to_string()), flash.map(|flash| (flash & 1 == 1).to_string()));
    same("lens", facts.lens.clone(), text(tags, "EXIF:LensModel"));
    let (make, model) = (text(tags, "EXIF:Make"), text(tags, "EXIF:Model"));
    let model_is_there = model.is_none()
        || facts.camera.as_ref().zip(model.as_ref()).is_some_and(|(camera, model)| camera.ends_with(model.as_str()));
    same("camera", Some(facts.camera.is_some().to_string()), Some((make.is_some() || model.is_some()).to_string()));
    same("model", Some(model_is_there.to_string()), Some("true".into()));
    let is_clock = |text: &String| text.len() >= 19 && !text.starts_with("0000") && text.as_bytes()[0].is_ascii_digit();
    let taken = text(tags, "EXIF:DateTimeOriginal").filter(is_clock).or(text(tags, "EXIF:CreateDate").filter(is_clock));
    let ours = facts.taken.map(|taken| {
        let (date, clock) = (taken.at.date(), taken.at.time());
        let (hour, minute, second) = clock.as_hms();
        format!("{:04}:{:02}:{:02} {hour:02}:{minute:02}:{second:02}", date.year(), u8::from(date.month()), date.day())
    });
    let taken = taken.or(text(tags, "XMP:DateTimeOriginal"));
    same("taken", ours, taken.map(|text| text[..19].to_owned()));
    let near = |degrees: f64| format!("{degrees:.5}");
    let is_somewhere =
        number(tags, "Composite:GPSLatitude") != Some(0.0) || number(tags, "Composite:GPSLongitude") != Some(0.0);
    let theirs = |name: &str| number(tags, name).filter(|_| is_somewhere).map(near);
    same("latitude", facts.place.map(|place| near(place.latitude)), theirs("Composite:GPSLatitude"));
    same("longitude", facts.place.map(|place| near(place.longitude)), theirs("Composite:GPSLongitude"));
    same("title", said.title.clone(), text(tags, "XMP:Title").or(text(tags, "IPTC:ObjectName")));
    if let Some(caption) = text(tags, "XMP:Description").or(text(tags, "IPTC:Caption-Abstract")) {
        same("caption", said.caption.clone(), Some(caption));
    }
    let keywords =
        Some(list(tags, "XMP:Subject")).filter(|list| !list.is_empty()).unwrap_or(list(tags, "IPTC:Keywords"));
    same("keywords", Some(said.keywords.join("|")), Some(keywords.join("|")));
    if let Some(rating) = number(tags, "XMP:Rating").filter(|rating| (0.0..=5.0).contains(rating)) {
        same("rating", said.rating.map(|stars| stars.to_string()), Some(rating.to_string()));
    }
    same("label", said.label.clone(), text(tags, "XMP:Label"));
    let edge =
        |name: &str| ["File", "PNG", "EXIF"].iter().find_map(|group| number(tags, &format!("{group}:Image{name}")));
    if let (Some(width), Some(height)) = (edge("Width"), edge("Height")) {
        let turned = number(tags, "EXIF:Orientation").is_some_and(|number| number >= 5.0) && found.orientation >= 5
            || number(tags, "QuickTime:Rotation").is_some_and(|turn| turn as i32 % 180 != 0);
        let size = if turned { (height, width) } else { (width, height) };
        same(
            "size",
            found.size.map(|(width, height)| format!("{width}x{height}")),
            Some(format!("{}x{}", size.0, size.1)),
        );
    }
    wrong
}

#[test]
fn facts_are_exiftools() {
    let mut folders = vec![PathBuf::from("tests/pictures")];
    folders.extend(std::env::var_os("PIXELSYNC_SAMPLES").map(PathBuf::from));
    let files: Vec<PathBuf> = folders.iter().flat_map(|folder| files_below(folder)).collect();
    let known = ask_exiftool(&files);
    let mut wrong = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).expect("a file");
        let none = Tags::new();
        wrong.extend(
            differences(&bytes, known.get(file).unwrap_or(&none))
                .into_iter()
                .map(|line| format!("{}: {line}", file.display())),
        );
    }
    assert!(wrong.is_empty(), "of {} files: {wrong:#?}", files.len());
}
