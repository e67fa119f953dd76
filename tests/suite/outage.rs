//! A database server that is away for a while (STO-04, STO-05): the service says so within its
//! promise, answers all the while, comes back by itself, and has lost nothing.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use super::support::postgres::Own;
use super::support::service::Service;
use super::support::station::{SUPPORT, Station, until};

/// Within what health must answer (N9), and ten times as much as a hang guard.
const ANSWER: Duration = Duration::from_secs(10);

/// Within what it must name a fault and its end (N9).
const NAMED: Duration = Duration::from_secs(60);

/// The port of a service's console.
fn port(service: &Service) -> u16 {
    let text = fs::read_to_string(service.folder().join("vigie.toml")).expect("it is ours");
    let (_, rest) = text
        .split_once("listen = \"127.0.0.1:")
        .expect("it listens");
    let (port, _) = rest.split_once('"').expect("it is quoted");
    port.parse().expect("a port")
}

/// What health answers; none before its port is open.
fn ready(port: u16, query: &str) -> Option<(u16, String)> {
    let asked = Instant::now();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    let request = format!(
        "GET /readyz{query} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(asked.elapsed() < ANSWER, "{:?}: {answer}", asked.elapsed());
    let status = answer.get(9..12)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some((status, body.to_owned()))
}

#[test]
fn sto_04_a_database_that_is_away_is_said_to_be_and_all_goes_on_by_itself() {
    let station = Station::start(None);
    let mut server = Own::start();
    let mut service = station.service_on(&server.url());
    let port = port(&service);
    service.start();
    until("it is ready", || {
        ready(port, "").is_some_and(|(status, _)| status == 200)
    });
    station.deliver(0..10);
    station.quiet(&service, 10);

    server.crash();
    let away = Instant::now();
    // What comes meanwhile stays in the mailbox.
    station.deliver(10..20);
    let (mut slowest, mut looks) = (Duration::ZERO, 0);
    let mut look = |query: &str| {
        let begun = Instant::now();
        let answer = ready(port, query).expect("it answers while the database is away");
        slowest = slowest.max(begun.elapsed());
        looks += 1;
        answer
    };
    until("it says that it is not ready", || look("").0 == 503);
    let named = away.elapsed();
    assert!(named < NAMED, "told after {named:?}");
    let (status, body) = look("?verbose");
    assert_eq!(status, 503);
    assert!(
        body.starts_with("the database does not "),
        "the reason in one line: {body}"
    );
    assert!(body.contains("database failed"), "{body}");
    // It stays so for as long as the database is away, whatever is asked.
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(5) {
        assert_eq!(look("").0, 503);
        assert_eq!(look("?verbose").0, 503);
    }
    assert_eq!(service.ended(), None, "the service goes on");
    assert_eq!(
        station.dovecot.messages(SUPPORT, "").len(),
        10,
        "what is not stored stays in the mailbox"
    );

    server.start_again();
    let back = Instant::now();
    until("it is ready again", || {
        ready(port, "").is_some_and(|(status, _)| status == 200)
    });
    let cleared = back.elapsed();
    assert!(cleared < NAMED, "ready again after {cleared:?}");
    station.quiet(&service, 20);
    assert!(service.stop().success());
    let verdict = station.check(&service, 20);
    assert_eq!(verdict.faults, [""; 0], "{verdict:?}");
    assert_eq!((verdict.lost, verdict.quarantined), (0, 0), "{verdict:?}");
    println!(
        "database away: said after {named:.1?}, ready {cleared:.1?} after it was back; {looks} looks, \
         the slowest {slowest:.2?}"
    );
}
