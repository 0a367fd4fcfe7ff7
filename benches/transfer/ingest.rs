//! Photographs from the first byte of the first to its tile, and until all small pictures of all are there: ours and a server as seed
//! 000 describes it.

use std::{ffi::OsStr, io::Cursor, sync::Mutex, thread, time::Instant};

use anyhow::{Context, Result, ensure};
use image::{ImageEncoder, codecs::jpeg::JpegEncoder};
use serde_json::Value;

use crate::{
    database::fresh_database,
    figure::{Figure, percentile},
    line::{Line, share},
    peer::Peer,
    photograph::photograph,
    program::{Program, data_folder},
    upload::{File, upload},
    wait::wait,
};

const LINES: usize = 3;
/// Others are the same picture with another comment in it.
const DIFFERENT: u32 = 20;
const QUALITY: u8 = 92;
/// The first tile is seen once on each start, so there are several.
const STARTS: usize = 5;
const AT_START: usize = 6;

struct Times {
    first_tile_s: f64,
    all_ready_s: f64,
}

pub(crate) fn measure(photographs: u32, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let files = files(photographs)?;
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let some = &files[..AT_START.min(files.len())];
        others.push(theirs(some).context("the peer failed")?.first_tile_s);
        own.push(ours(some)?.first_tile_s);
    }
    let (own, others) = (percentile(&mut own, 0.5), percentile(&mut others, 0.5));
    tell(Figure::told("first_tile", own * 1000.0, "ms").beside(others * 1000.0));
    tell(Figure::below("first_tile_to_express", own / others, "x", 1.0).beside(1.0));
    let (theirs, ours) = (theirs(&files).context("the peer failed")?.all_ready_s, ours(&files)?.all_ready_s);
    tell(Figure::told("all_ready", ours, "s").beside(theirs));
    tell(Figure::below("all_ready_to_express", ours / theirs, "x", 1.0).beside(1.0));
    Ok(())
}

fn files(photographs: u32) -> Result<Vec<File>> {
    let different: Vec<Vec<u8>> = thread::scope(|scope| {
        let cores = [0, 1].map(|part| {
            scope.spawn(move || {
                (0..DIFFERENT).filter(|number| number % 2 == part).map(encoded).collect::<Result<Vec<_>>>()
            })
        });
        let mut all = Vec::new();
        for core in cores {
            all.extend(core.join().map_err(|_| anyhow::anyhow!("no photographs"))??);
        }
        Ok::<_, anyhow::Error>(all)
    })?;
    let commented = |number: u32| {
        let mut file = different[(number % DIFFERENT) as usize].clone();
        // behind the first marker: a comment of four bytes
        file.splice(2..2, [0xff, 0xfe, 0, 6].into_iter().chain(number.to_be_bytes()));
        File::of(file)
    };
    Ok((0..photographs).map(commented).collect())
}

fn encoded(number: u32) -> Result<Vec<u8>> {
    let (picture, mut bytes) = (photograph(number), Cursor::new(Vec::new()));
    let (width, height) = picture.dimensions();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).write_image(
        &picture,
        width,
        height,
        image::ExtendedColorType::Rgb8,
    )?;
    Ok(bytes.into_inner())
}

fn ours(files: &[File]) -> Result<Times> {
    let data = data_folder()?;
    let program = Program::start(data.path(), None, &[])?;
    let begun = Instant::now();
    let first = Mutex::new(None);
    share(LINES, program.address, files, |line, file| {
        let image = upload(line, "/uploads", file)?;
        if let Ok(mut first) = first.lock()
            && first.is_none()
        {
            // answered when it is there
            let tile = line.ask("GET", &format!("/images/{image}/thumbnail"), "", b"")?;
            ensure!(tile.status == 200, "no tile: {}", tile.status);
            *first = Some(begun.elapsed().as_secs_f64());
        }
        Ok(())
    })?;
    let mut line = Line::to(program.address)?;
    wait(|| {
        let images: Vec<Value> = serde_json::from_slice(&line.ask("GET", "/images", "", b"")?.body)?;
        Ok(images.len() == files.len() && images.iter().all(|image| image["state"] == "ok"))
    })?;
    let first = first.lock().ok().and_then(|first| *first).context("no first tile")?;
    Ok(Times { first_tile_s: first, all_ready_s: begun.elapsed().as_secs_f64() })
}

fn theirs(files: &[File]) -> Result<Times> {
    let folder = data_folder()?;
    let database = tokio::runtime::Runtime::new()?.block_on(fresh_database("transfer_peer"))?;
    let peer = Peer::start("express-server.mjs", &[folder.path().as_os_str(), OsStr::new(&database)])?;
    let begun = Instant::now();
    let mut seen = None;
    thread::scope(|scope| {
        let looking = scope.spawn(|| -> Result<f64> {
            let mut line = Line::to(peer.address)?;
            wait(|| Ok(ready(&mut line)? > 0))?;
            ensure!(line.ask("GET", "/thumbs/1", "", b"").is_ok_and(|tile| !tile.body.is_empty()), "no tile");
            Ok(begun.elapsed().as_secs_f64())
        });
        share(LINES, peer.address, files, |line, file| {
            let mut body = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n".to_vec();
            body.extend(&file.bytes);
            body.extend(b"\r\n--edge--\r\n");
            let done = line.ask("POST", "/upload", "Content-Type: multipart/form-data; boundary=edge\r\n", &body)?;
            ensure!(done.status == 201, "{} {}", done.status, String::from_utf8_lossy(&done.body));
            Ok(())
        })?;
        seen = Some(looking.join().map_err(|_| anyhow::anyhow!("nobody looked"))??);
        Ok::<_, anyhow::Error>(())
    })?;
    let mut line = Line::to(peer.address)?;
    wait(|| Ok(ready(&mut line)? == files.len() as u64))?;
    Ok(Times { first_tile_s: seen.context("no first tile")?, all_ready_s: begun.elapsed().as_secs_f64() })
}

fn ready(line: &mut Line) -> Result<u64> {
    let answer: Value = serde_json::from_slice(&line.ask("GET", "/derived", "", b"")?.body)?;
    answer["ready"].as_u64().context("no number")
}
