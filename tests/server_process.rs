//! The program as people and service managers meet it: started, killed, stopped, refused, and with its database gone.
#![cfg(not(target_arch = "wasm32"))]

mod process;
mod serving;

use std::{
    fs,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use pixelsync::server::db;
use pixelsync_postgres::Postgres;
use process::{signal, until};
use serving::{DATA, PAGE, Place, Server, http, http::Answer, refusal, serve, serve_anywhere};

/// What "at once" may take on a slow machine; a stop that waits for somebody takes longer.
const SOON: Duration = Duration::from_secs(10);

#[test]
fn a_newcomer_has_a_gallery() {
    let place = Place::empty();
    let server = Server::start(serve_anywhere(&place.data));
    assert!(server.is_healthy());
    let page = server.get("/", PAGE);
    assert_eq!(page.status, 200);
    assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")), "{page:?}");
    assert!(page.body.contains("<html"), "{page:?}");
    place.put("a.png");
    server.until_names(&["a.png"]);
}

#[test]
fn a_killed_server_goes_on_where_it_was() {
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    place.put("a.png");
    place.put("b.png");
    server.until_names(&["a.png", "b.png"]);
    // in the midst of taking in, for all we know
    place.put("c.png");
    server.kill();
    place.put("d.png");
    fs::rename(place.data.join("pictures/b.png"), place.data.join("pictures/e.png")).expect("a rename");

    let server = Server::start(serve_anywhere(&place.data));
    server.until_names(&["a.png", "c.png", "d.png", "e.png"]);
    assert!(server.is_healthy());
}

#[test]
fn a_server_that_is_killed_while_it_develops_loses_nothing_and_leaves_no_halves() {
    let place = Place::with_cluster();
    let mut server = Server::start(serve_anywhere(&place.data));
    let names: Vec<String> = (0..30).map(|number| format!("{number:02}.png")).collect();
    names.iter().for_each(|name| place.put_large(name));
    for done in [1, 8, 20] {
        let developed = |states: Vec<String>| states.iter().filter(|state| *state == "ok").count();
        until("some pictures", || server.states().map(developed).is_some_and(|now| now >= done));
        server.kill();
        server = Server::start(serve_anywhere(&place.data));
    }
    until("all pictures", || server.states().is_some_and(|states| states == vec!["ok"; names.len()]));
    assert_eq!(fs::read_dir(place.data.join("derivatives/unfinished")).expect("a folder").count(), 0);
    let made: Vec<_> = walkdir::WalkDir::new(place.data.join("derivatives"))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .collect();
    assert_eq!(made.len(), 2 * names.len());
    for file in made {
        let bytes = fs::read(file.path()).expect("a derivative");
        let is_whole_webp = bytes.get(4..8) == Some(&(bytes.len() as u32 - 8).to_le_bytes()[..]);
        assert!(is_whole_webp || bytes.ends_with(b"\xff\xd9"), "{}", file.path().display());
    }
}

#[test]
fn a_server_that_is_told_to_stop_leaves_nothing_running() {
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    let postmaster = place.postmaster().expect("PostgreSQL");
    let mut stream = live_stream(&server).expect("a live stream");
    // as browsers open them ahead of time
    let unused = TcpStream::connect(server.address).expect("a connection");
    let begun = Instant::now();
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < SOON, "it took {:?}: {log}", begun.elapsed());
    assert!(!signal(postmaster, "0"), "PostgreSQL still runs");
    assert_eq!(place.postmaster(), None, "PostgreSQL did not end in order");
    stream.read_to_end(&mut Vec::new()).expect("the stream ends");
    drop(unused);
}

#[test]
fn whoever_is_slow_does_not_keep_a_server_from_stopping() {
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    let mut half = TcpStream::connect(server.address).expect("a connection");
    half.write_all(b"GET / HTTP/1.1\r\nHost: ").expect("half of a question");
    let mut upload = TcpStream::connect(server.address).expect("a connection");
    let head = format!("POST /upload HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000\r\n", server.address);
    write!(upload, "{head}Content-Type: multipart/form-data; boundary=edge\r\n\r\n--edge\r\n")
        .expect("half of an upload");
    // answered after both were taken on
    assert!(server.is_healthy());
    let begun = Instant::now();
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < 2 * SOON, "it took {:?}: {log}", begun.elapsed());
    assert_eq!(place.postmaster(), None, "PostgreSQL did not end in order");
}

#[test]
fn whoever_asks_twice_does_not_wait() {
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    let postmaster = place.postmaster().expect("PostgreSQL");
    let mut upload = TcpStream::connect(server.address).expect("a connection");
    let head = format!("POST /upload HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000\r\n", server.address);
    write!(upload, "{head}Content-Type: multipart/form-data; boundary=edge\r\n\r\n--edge\r\n")
        .expect("half of an upload");
    // answered after it was taken on
    assert!(server.is_healthy());
    assert_eq!(server.stop_at_once(), Some(130));
    until("PostgreSQL's end", || !signal(postmaster, "0"));
}

#[test]
fn whoever_waits_for_a_database_may_think_better_of_it() {
    let place = Place::empty();
    let mut command = serve_anywhere(&place.data);
    command.env("DATABASE_URL", "postgres://nobody@%2Fnowhere/nothing");
    let server = Server::start_waiting(command);
    let begun = Instant::now();
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(begun.elapsed() < SOON, "it took {:?}: {log}", begun.elapsed());
}

#[test]
fn a_killed_database_comes_back_below_a_running_server() {
    let place = Place::with_cluster();
    let mut server = Server::start(serve_anywhere(&place.data));
    place.put("a.png");
    server.until_names(&["a.png"]);
    let _stream = live_stream(&server).expect("a live stream");
    let killed = place.postmaster().expect("PostgreSQL");
    assert!(signal(killed, "KILL"));
    place.put("b.png");
    until("its health", || {
        check_patience(&server);
        place.postmaster() != Some(killed) && server.is_healthy()
    });
    server.until_names(&["a.png", "b.png"]);
    assert_eq!(server.get("/", PAGE).status, 200);
    live_again(&server);
    assert_eq!(server.ended(), None, "the server went with it");
}

#[test]
fn one_data_folder_has_one_server() {
    let place = Place::with_cluster();
    let server = Server::start(serve_anywhere(&place.data));
    let said = refusal(serve_anywhere(&place.data));
    assert!(said.contains("Another PixelSync is using"), "{said}");
    assert!(said.contains(&*place.data.to_string_lossy()), "{said}");
    assert!(server.is_healthy());

    // whoever brings a database of their own would still write into the same pictures
    let own = Place::with_cluster();
    let postgres = own.start_postgres();
    let mut command = serve_anywhere(&place.data);
    command.env("DATABASE_URL", postgres.url().as_str());
    let said = refusal(command);
    assert!(said.contains("Another PixelSync is using"), "{said}");
}

#[test]
fn what_cannot_be_is_said_at_once() {
    let place = Place::empty();
    let mut everywhere = serve(&place.data);
    everywhere.args(["--listen", "0.0.0.0:0"]);
    let said = refusal(everywhere);
    assert!(said.contains("there are no accounts yet"), "{said}");

    let other = TcpListener::bind("127.0.0.1:0")
        .and_then(|other| other.local_addr().map(|address| (other, address)))
        .expect("a port");
    let mut taken = serve(&place.data);
    taken.args(["--listen", &other.1.to_string()]);
    let said = refusal(taken);
    assert!(said.contains(&format!("{} cannot be listened on", other.1)), "{said}");
    assert!(said.contains("--listen"), "{said}");
    assert!(!place.data.exists(), "it began before it knew");

    fs::write(&place.data, "a file").expect("a file");
    let said = refusal(serve_anywhere(&place.data.join("below")));
    assert!(said.contains("cannot be made. Choose another data folder"), "{said}");
}

#[test]
fn two_servers_find_ports_of_their_own() {
    let (one, two) = (Place::with_cluster(), Place::with_cluster());
    let servers = [Server::start(serve(&one.data)), Server::start(serve(&two.data))];
    let ports = servers.each_ref().map(|server| server.address.port());
    assert!(ports.iter().all(|port| (3000..3100).contains(port)), "{ports:?}");
    assert_ne!(ports[0], ports[1]);
    assert!(servers.iter().all(Server::is_healthy));
}

#[test]
fn somebodys_own_database_may_go_and_come() {
    let (own, place) = (Place::with_cluster(), Place::empty());
    let postgres = own.start_postgres();
    let mut command = serve_anywhere(&place.data);
    command.env("DATABASE_URL", postgres.url().as_str());
    let mut server = Server::start(command);
    assert!(!place.data.join("postgres").exists(), "a second database was made");
    place.put("a.png");
    server.until_names(&["a.png"]);

    postgres.stop().expect("PostgreSQL stops");
    for path in ["/", "/health", "/images", "/sync/events"] {
        let answer = server.get(path, PAGE);
        assert_eq!((answer.status, path), (503, path), "{answer:?}");
        check_away(&answer, path);
    }
    place.put("b.png");

    let postgres = own.start_postgres();
    until("its health", || server.is_healthy());
    server.until_names(&["a.png", "b.png"]);
    assert_eq!(server.ended(), None, "the server ended");
    let (code, log) = server.stop();
    assert_eq!(code, Some(0), "{log}");
    assert!(signal(postgres.pid(), "0"), "it ended what it did not start");
}

#[test]
fn a_newer_catalogue_is_left_alone() {
    let place = Place::with_cluster();
    let postgres = place.start_postgres();
    write_newer_schema(&postgres);
    postgres.stop().expect("PostgreSQL stops");
    let said = refusal(serve_anywhere(&place.data));
    assert!(said.contains("written by a newer PixelSync"), "{said}");
    assert!(said.contains("99990101000000"), "{said}");
    assert_eq!(place.postmaster(), None, "PostgreSQL did not end in order");
}

/// Measured, not judged: how long somebody waits who starts it again.
#[test]
fn a_restart_is_timed() {
    let place = Place::with_cluster();
    Server::start(serve_anywhere(&place.data)).stop();
    let times: Vec<String> = (0..3)
        .map(|_| {
            let begun = Instant::now();
            let server = Server::start(serve_anywhere(&place.data));
            assert_eq!(server.get("/", PAGE).status, 200);
            let time = begun.elapsed();
            server.stop();
            format!("{} ms", time.as_millis())
        })
        .collect();
    // past the harness, which would keep it to itself
    writeln!(io::stderr(), "from the start on an existing cluster to the first page: {}", times.join(", "))
        .expect("stderr");
}

/// A live stream that has given its first sign; None where it ended before, because the feed has nothing to draw from.
fn live_stream(server: &Server) -> Option<TcpStream> {
    let mut stream = http::open(server.address, "/sync/events", "text/event-stream").expect("a stream");
    let mut text = String::new();
    while !text.contains("event: hb") {
        let mut some = [0; 1024];
        let length = stream.read(&mut some).expect("a sign");
        if length == 0 {
            return None;
        }
        text.push_str(&String::from_utf8_lossy(&some[..length]));
    }
    Some(stream)
}

/// Pages are answered a moment before the feed has sealed again.
fn live_again(server: &Server) {
    until("a live stream", || live_stream(server).is_some());
}

/// While the database is gone, everyone is either served or told to come back.
fn check_patience(server: &Server) {
    thread::scope(|scope| {
        for (path, accept) in [("/", PAGE), ("/images", DATA), ("/health", DATA)] {
            scope.spawn(move || {
                let answer = server.get(path, accept);
                if answer.status != 200 {
                    check_away(&answer, path);
                }
            });
        }
    });
}

fn check_away(answer: &Answer, path: &str) {
    assert_eq!(answer.status, 503, "{path}: {answer:?}");
    assert!(answer.header("retry-after").is_some(), "{path}: {answer:?}");
    assert!(answer.body.contains("database is away"), "{path}: {answer:?}");
}

fn write_newer_schema(postgres: &Postgres) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let pool = db::pool(postgres.url().as_str()).expect("a database address");
        db::schema::migrate(&pool).await.expect("the schema");
        let sql = "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
                   values (99990101000000, 'of a time to come', true, '', 0)";
        sqlx::query(sql).execute(&pool).await.expect("a row");
        pool.close().await;
    });
}
