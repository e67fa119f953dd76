//! The binary as a person runs it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use vigie::mail::Email;

const VIGIE: &str = env!("CARGO_BIN_EXE_vigie");

fn command(folder: &Path) -> Command {
    let mut command = Command::new(VIGIE);
    command
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Hang guards only: nothing here measures speed.
const LONG: Duration = Duration::from_secs(60);

/// A folder with a configuration that needs no network.
fn installed(more: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for inner in ["new", "cur", "tmp"] {
        fs::create_dir_all(folder.path().join("mailbox").join(inner)).unwrap();
    }
    let configuration = format!(
        "[service]\nname = \"Aide\"\nphone = \"01 99 00 12 34\"\n\
         [mailbox]\nurl = \"maildir:mailbox\"\n\
         [smtp]\nurl = \"dir:sent\"\nfrom = \"Aide <aide@samu.example>\"\n\
         [storage]\ndatabase = \"sqlite:vigie.db\"\n{more}"
    );
    fs::write(folder.path().join("vigie.toml"), configuration).unwrap();
    folder
}

#[test]
fn without_a_word_it_says_what_can_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0));
    let said = text(&output.stdout);
    assert!(said.starts_with("vigie "), "{said}");
    for word in ["vigie demo", "vigie serve", "vigie check"] {
        assert!(said.contains(word), "{said}");
    }
}

/// Code 8 was given, and no help named it.
#[test]
fn the_help_names_each_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let help = text(&run(folder.path(), &["--help"]).stdout);
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let codes: Vec<&str> = codes
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert_eq!(codes, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "130"]);
    assert!(
        help.contains("8  what it acts on changed meanwhile: look again"),
        "{help}"
    );
}

#[test]
fn help_of_every_command_begins_with_an_example_and_fits_80_columns() {
    let folder = tempfile::tempdir().unwrap();
    let top = text(&run(folder.path(), &["--help"]).stdout);
    let (_, list) = top.split_once("Commands:\n").unwrap();
    let (list, _) = list.split_once("\n\n").unwrap();
    let mut commands: Vec<Vec<&str>> = list
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| vec![name])
        .collect();
    assert!(commands.len() >= 7, "{top}");
    commands.push(Vec::new());
    for act in ["list", "release", "resend", "cancel", "resume"] {
        commands.push(vec!["outbox", act]);
    }
    for act in ["accept", "refuse"] {
        commands.push(vec!["ticket", act]);
    }
    for name in commands {
        let mut arguments = name.clone();
        arguments.push("--help");
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(0), "{name:?}");
        let help = text(&output.stdout);
        assert!(help.starts_with("Example: vigie"), "{name:?}: {help}");
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{name:?}: {line}");
        }
        assert!(!help.contains('\u{1b}'), "colour without a terminal");
    }
}

#[test]
fn a_value_that_nobody_proposed_can_be_neither_accepted_nor_refused() {
    let folder = installed("");
    let mail = "From: a@chu.example\nSubject: carto\n\nLa carte reste grise.\n";
    std::fs::write(folder.path().join("mailbox/new/a"), mail).unwrap();
    let vigie = |arguments: &[&str]| {
        let configured = [arguments, &["--config", "vigie.toml"]].concat();
        run(folder.path(), &configured)
    };
    assert_eq!(vigie(&["poll"]).status.code(), Some(0));
    let exported = text(&vigie(&["export", "tickets", "--format", "ndjson"]).stdout);
    let ticket: serde_json::Value = serde_json::from_str(&exported).unwrap();
    let reference = ticket["reference"].as_str().unwrap();
    for (reference, said) in [
        (reference, "no other value waits for phone"),
        ("XYZ-26-00001", "there is no ticket XYZ-26-00001"),
    ] {
        for act in ["accept", "refuse"] {
            let output = vigie(&["ticket", act, reference, "phone"]);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            assert!(text(&output.stderr).contains(said), "{output:?}");
        }
    }
}

#[test]
fn loop_03_outbox_resume_closes_the_circuit_and_says_since_when_it_was_open() {
    // One mail in all: the second breaks the limit.
    let folder = installed("[replies]\nmax_total = 1\nhold = \"1h\"\n");
    for (name, words) in [
        ("a", "La carte reste grise."),
        ("b", "Le bandeau reste vide."),
    ] {
        let mail = format!("From: {name}@chu.example\nSubject: carto\n\n{words}\n");
        std::fs::write(folder.path().join("mailbox/new").join(name), mail).unwrap();
    }
    let polled = command(folder.path())
        .args(["poll", "--config", "vigie.toml"])
        .env("VIGIE__MAILBOX__ANSWER_FROM", "2020-01-01")
        .output()
        .unwrap();
    assert_eq!(polled.status.code(), Some(0), "{polled:?}");
    let said = |arguments: &[&str]| {
        let output = run(
            folder.path(),
            &[arguments, &["--config", "vigie.toml"]].concat(),
        );
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        text(&output.stdout) + &text(&output.stderr)
    };
    assert!(said(&["outbox", "list"]).contains("all_limit"));
    let resumed = said(&["outbox", "resume"]);
    assert!(resumed.contains("mails leave again"), "{resumed}");
    assert!(resumed.contains("all_limit"), "{resumed}");
    assert!(said(&["outbox", "resume"]).contains("were not stopped"));
}

#[test]
fn a_wrong_word_is_met_with_the_nearest_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["chek"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("'check'"));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_wrong_configuration_is_one_line_with_its_place_and_code_3() {
    for (more, said) in [
        (
            "[web]\nlisen = \"127.0.0.1:1\"\n",
            "vigie.toml:12: unknown key web.lisen (did you mean web.listen?)",
        ),
        (
            "[promise]\nnext_news = \"4 h\"\n",
            "vigie.toml:12: promise.next_news: write \"1 business day\" or \"4 business hours\"",
        ),
        (
            "[log]\nlevel = 3\n",
            "vigie.toml:12: log.level must be a text in quotes",
        ),
        (
            "[replies]\nmax_per_ticket = \"three\"\n",
            "vigie.toml:12: replies.max_per_ticket must be a whole number from 0",
        ),
    ] {
        let folder = installed(more);
        for arguments in [
            ["poll", "--config", "vigie.toml"],
            ["serve", "--config", "vigie.toml"],
        ] {
            let output = run(folder.path(), &arguments);
            assert_eq!(output.status.code(), Some(3), "{more}");
            let error = text(&output.stderr);
            assert_eq!(error.trim_end(), format!("vigie: {said}"));
        }
        assert!(!folder.path().join("vigie.db").exists(), "nothing was made");
    }
}

#[test]
fn without_a_configuration_it_says_how_to_make_one() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["serve", "--config", "nowhere.toml"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).starts_with("vigie: nowhere.toml: cannot read"));
    let sample = run(folder.path(), &["config", "--default"]);
    assert_eq!(sample.status.code(), Some(0));
    assert!(text(&sample.stdout).contains("To production in five steps"));
}

#[test]
fn a_missing_secret_names_its_file_and_a_readable_one_is_a_warning() {
    let folder = installed("");
    let path = folder.path().join("vigie.toml");
    let imap = fs::read_to_string(&path).unwrap().replace(
        "url = \"maildir:mailbox\"",
        "url = \"imap://127.0.0.1:1\"\nuser = \"u\"\npassword_file = \"password\"",
    );
    fs::write(&path, imap).unwrap();
    let missing = run(folder.path(), &["check", "--config", "vigie.toml"]);
    assert_eq!(missing.status.code(), Some(3));
    let said = text(&missing.stdout);
    assert!(said.contains("FAILED  secrets"), "{said}");
    assert!(
        said.contains("vigie.toml:7: mailbox.password_file"),
        "{said}"
    );

    let secret = folder.path().join("password");
    fs::write(&secret, "hunter2-hunter2\n").unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o644)).unwrap();
    let readable = run(folder.path(), &["config", "--config", "vigie.toml"]);
    assert_eq!(readable.status.code(), Some(0));
    let readable = run(folder.path(), &["check", "--config", "vigie.toml"]);
    assert!(text(&readable.stderr).contains("warning: vigie.toml:7: mailbox.password_file"));
    // Nobody listens on port 1: unreachable, and the secret is in no output.
    assert_eq!(readable.status.code(), Some(4));
    for stream in [&readable.stdout, &readable.stderr] {
        assert!(!text(stream).contains("hunter2"));
    }
}

#[test]
fn the_origin_of_every_value_is_told_and_the_strongest_wins() {
    let folder = installed("[web]\nlisten = \"127.0.0.1:1\"\n");
    let line = |command: &mut Command| {
        let output = command
            .args(["config", "--config", "vigie.toml"])
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0));
        let all = text(&output.stdout);
        all.lines()
            .find(|line| line.starts_with("web.listen"))
            .unwrap()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(
        line(&mut command(folder.path())),
        "web.listen = \"127.0.0.1:1\" # vigie.toml:12"
    );
    assert_eq!(
        line(command(folder.path()).env("VIGIE__WEB__LISTEN", "127.0.0.1:2")),
        "web.listen = \"127.0.0.1:2\" # environment VIGIE__WEB__LISTEN"
    );
}

#[test]
fn check_tries_everything_and_json_says_the_same() {
    let folder = installed("");
    let output = run(folder.path(), &["check", "--config", "vigie.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    let said = text(&output.stdout);
    let names = [
        "configuration",
        "secrets",
        "templates",
        "clock",
        "database",
        "mailbox",
        "sending",
    ];
    for name in names {
        assert!(said.contains(&format!("  ok      {name}")), "{said}");
    }
    let output = run(
        folder.path(),
        &["check", "--config", "vigie.toml", "--json"],
    );
    let objects: Vec<serde_json::Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(objects.len(), names.len());
    assert!(objects.iter().all(|object| object["ok"] == true));
    assert!(
        !folder.path().join("vigie.db").exists(),
        "check makes no database"
    );
}

#[test]
fn check_tries_whom_the_alarm_would_call_and_calls_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let open = listener.local_addr().unwrap().port();
    let closed = {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap();
        gone.local_addr().unwrap().port()
    };
    for (port, is_there) in [(open, true), (closed, false)] {
        let folder = installed(&format!(
            "[alarm]\nto = \"ops@samu.example\"\nsmtp_url = \"smtp://127.0.0.1:{closed}\"\n\
             webhook = \"http://127.0.0.1:{port}/x\"\nwebhook_secret_file = \"secret\"\n\
             webhook_private = [\"127.0.0.1\"]\n"
        ));
        let secret = folder.path().join("secret");
        fs::write(&secret, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let output = run(folder.path(), &["check", "--config", "vigie.toml"]);
        let said = text(&output.stdout);
        assert_eq!(output.status.code(), Some(4), "{said}");
        assert!(said.contains("FAILED  alarm mail"), "{said}");
        assert!(said.contains("check [alarm] smtp_url"), "{said}");
        let word = if is_there {
            "ok      webhook"
        } else {
            "FAILED  webhook"
        };
        assert!(said.contains(word), "{said}");
        let offline = run(
            folder.path(),
            &["check", "--offline", "--config", "vigie.toml"],
        );
        assert_eq!(offline.status.code(), Some(0), "nobody is tried");
    }
    // It was connected to, and heard nothing.
    let (mut stream, _) = listener.accept().unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"");
}

#[test]
fn a_damaged_database_is_code_5() {
    let folder = installed("");
    fs::write(
        folder.path().join("vigie.db"),
        "this is no database, is it? ".repeat(200),
    )
    .unwrap();
    for arguments in [
        vec!["poll", "--config", "vigie.toml"],
        vec!["export", "messages", "--config", "vigie.toml"],
        vec!["check", "--config", "vigie.toml"],
    ] {
        let output = run(folder.path(), &arguments);
        assert_eq!(output.status.code(), Some(5), "{arguments:?}");
    }
}

#[test]
fn a_message_is_polled_exported_and_counted_once() {
    let folder = installed("");
    let message =
        "From: C <c@chu.example>\nSubject: x\nMessage-ID: <1@chu.example>\n\nça marche pas\n";
    fs::write(folder.path().join("mailbox/new/1.a.host"), message).unwrap();
    for new in [1, 0] {
        let output = run(folder.path(), &["poll", "--json", "--config", "vigie.toml"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((&said["new"], &said["messages"]), (&new.into(), &1.into()));
    }
    let output = run(
        folder.path(),
        &["export", "messages", "--config", "vigie.toml"],
    );
    let rows = text(&output.stdout);
    assert_eq!(rows.lines().count(), 1);
    let row: serde_json::Value = serde_json::from_str(&rows).unwrap();
    assert_eq!(row["message_id"], "1@chu.example");
    assert!(row["uid"].is_null());
    let csv = run(
        folder.path(),
        &[
            "export",
            "tickets",
            "--format",
            "csv",
            "--config",
            "vigie.toml",
        ],
    );
    assert!(text(&csv.stdout).starts_with("reference,status,kind,received_at,"));
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path())
        .args(["config", "--default"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut error = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut error)
        .unwrap();
    let code = child.wait().unwrap().code();
    assert!(matches!(code, Some(0 | 141)), "{code:?} {error}");
    assert!(error.is_empty(), "{error}");
}

#[test]
fn serve_logs_lines_of_json_and_stops_when_told() {
    let folder = installed("[web]\nlisten = \"127.0.0.1:0\"\n");
    let mut child = command(folder.path())
        .args(["serve", "--no-send", "--config", "vigie.toml"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut events = Vec::new();
    for line in lines.by_ref() {
        let object: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        events.push(object["event"].as_str().unwrap().to_owned());
        if events.iter().any(|event| event == "service.started")
            && events.iter().any(|event| event == "web.listening")
        {
            break;
        }
    }
    signal(child.id(), "TERM");
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert!(rest.iter().any(|line| line.contains("service.stopping")));
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_demonstration_answers_takes_what_is_dropped_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running(
        command(folder.path())
            .args(["demo", "--port", "18080"])
            .args(["--now", "2026-11-23T09:33:00+01:00"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let mut said = String::new();
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines();
    for line in lines.by_ref() {
        let line = line.unwrap();
        said.push_str(&line);
        said.push('\n');
        if line.starts_with("Ctrl-C") {
            break;
        }
    }
    assert!(said.contains("26 messages read in"), "{said}");
    for step in [
        "no login, this machine only\n",
        "26 messages, Maildir\n",
        "each mail as an .eml file\n",
        "  1. Open the console: each ticket shows what was read, and in which words.\n",
        "  2. Drop a message into vigie-demo/mailbox/new/: read within 2 s.\n",
        "  3. Answer as a declarant: vigie demo reply INC-26-",
        "  4. See what would leave: ls vigie-demo/sent\n",
    ] {
        assert!(said.contains(step), "{step}: {said}");
    }
    let root = folder.path().join("vigie-demo");
    // Whoever suspects an outage is told both numbers: on call at that hour.
    let outage = fs::read_dir(root.join("sent")).unwrap().find_map(|mail| {
        let mail = fs::read(mail.unwrap().path()).unwrap();
        let text = Email::parse(&mail).body.text;
        text.contains("en tête de notre liste").then_some(text)
    });
    let outage = outage.expect("an E1c leaves").replace('\u{a0}', " ");
    assert!(outage.contains("0 809 100 809"), "{outage}");
    assert!(outage.contains("06 37 00 84 99"), "{outage}");
    assert!(
        outage.contains("(astreinte, jusqu’à 9 h ce jour)"),
        "{outage}"
    );
    let (_, rest) = said.split_once("http://127.0.0.1:").unwrap();
    let port: u16 = rest.split('/').next().unwrap().parse().unwrap();
    until("the console answers", || get(port, "/").contains("INC-"));
    let dropped = "From: C <c@chu.example>\nSubject: carte\nMessage-ID: <new@chu.example>\n\n\
                   La cartographie ne marche pas.\n";
    fs::write(root.join("mailbox/tmp/9.new.host"), dropped).unwrap();
    fs::rename(
        root.join("mailbox/tmp/9.new.host"),
        root.join("mailbox/new/9.new.host"),
    )
    .unwrap();
    until("what is dropped is listed", || {
        get(port, "/messages").contains("c@chu.example")
    });
    until("its answer leaves, though the clock stands still", || {
        let mut sent = fs::read_dir(root.join("sent")).unwrap();
        sent.any(|mail| {
            fs::read_to_string(mail.unwrap().path())
                .is_ok_and(|mail| mail.contains("c@chu.example"))
        })
    });
    let (_, step) = said.split_once("vigie demo reply ").unwrap();
    let reference = step.lines().next().unwrap();
    let path = format!("/d/{reference}");
    let filed = || get(port, &path).matches("aria-labelledby=\"m-").count();
    let before = filed();
    let answered = run(
        folder.path(),
        &["demo", "reply", reference, "--style", "gmail"],
    );
    let told = text(&answered.stdout);
    assert_eq!(answered.status.code(), Some(0), "{told}");
    assert!(told.contains(&format!("answers {reference}.1")), "{told}");
    until("the answer is filed on its ticket", || filed() > before);
    let nobody = run(folder.path(), &["demo", "reply", "INC-26-99999"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(text(&nobody.stderr).contains("no request about INC-26-99999 has left"));
    signal(running.0.id(), "INT");
    assert_eq!(running.0.wait().unwrap().code(), Some(0));
    assert!(!root.exists(), "the folder is removed");
    let gone = run(folder.path(), &["demo", "reply", reference]);
    assert_eq!(gone.status.code(), Some(2), "{}", text(&gone.stderr));
}

#[test]
fn the_demonstration_refuses_a_folder_of_others() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("vigie-demo")).unwrap();
    fs::write(folder.path().join("vigie-demo/letter.txt"), "x").unwrap();
    let output = run(folder.path(), &["demo"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("was not made by vigie demo"));
    assert!(folder.path().join("vigie-demo/letter.txt").exists());
}

fn signal(process: u32, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &process.to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

/// A process that ends with its test, also with one that fails.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn until(what: &str, is_done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_done() {
        assert!(begun.elapsed() < LONG, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The page's text; empty while nothing answers.
fn get(port: u16, path: &str) -> String {
    use std::io::Write as _;
    let mut page = String::new();
    let Ok(mut stream) = std::net::TcpStream::connect(("127.0.0.1", port)) else {
        return page;
    };
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(request.as_bytes());
    let _ = stream.read_to_string(&mut page);
    page
}

/// Where the fixtures lie.
const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");

#[test]
fn a_page_is_written_for_one_message_and_never_over_what_is_none_of_ours() {
    let folder = tempfile::tempdir().unwrap();
    let message = folder.path().join("a.eml");
    fs::copy(format!("{FIXTURES}/demo/03-en-phrases.eml"), &message).unwrap();
    fs::create_dir(folder.path().join("inner")).unwrap();
    fs::write(folder.path().join("old.html"), "old").unwrap();
    for out in ["new.html", "old.html"] {
        let output = run(folder.path(), &["parse", "--page", out, "a.eml"]);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert!(output.stdout.is_empty());
        let page = fs::read_to_string(folder.path().join(out)).unwrap();
        assert!(
            page.starts_with("<!doctype html>") && page.contains("id=\"ev-1\""),
            "{page}"
        );
    }
    let output = run(folder.path(), &["parse", "--page", "-", "a.eml"]);
    assert!(text(&output.stdout).starts_with("<!doctype html>"));
    for (arguments, why) in [
        (
            &["parse", "--page", "x.html", "a.eml", "a.eml"][..],
            "but 2 are named",
        ),
        (&["parse", "--page", "inner", "a.eml"], "it is no file"),
        (
            &["parse", "--page", "a.eml", "a.eml"],
            "it is the message itself",
        ),
        (
            &["parse", "--page", "x.html", "--json", "a.eml"],
            "cannot be used with",
        ),
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(why),
            "{}",
            text(&output.stderr)
        );
    }
    assert!(!folder.path().join("x.html").exists());
    let kept = fs::read(&message).unwrap();
    assert!(kept.starts_with(b"From: ") || !kept.starts_with(b"<!doctype"));
}

#[test]
fn another_desks_form_is_tried_without_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let form = format!("{FIXTURES}/forms/mairie.toml");
    let messages = format!("{FIXTURES}/forms/mairie");
    let output = run(
        folder.path(),
        &["score", "--form", &form, "--json", &messages],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let score: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(score["fields"]["system"].is_number(), "{score}");
    assert!(
        score["calibration"].as_array().unwrap().len() >= 5,
        "{score}"
    );
    let message = format!("{messages}/01-formulaire-rempli.eml");
    let output = run(folder.path(), &["parse", "--form", &form, &message]);
    let parsed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(parsed["fields"]["inventory_number"]["value"], "VB-04521");
    let output = run(folder.path(), &["parse", "--form", &message, &message]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
}

#[test]
fn what_was_just_read_has_nothing_to_reparse() {
    let folder = installed("");
    for name in ["01-formulaire-complet", "03-en-phrases"] {
        let from = format!("{FIXTURES}/demo/{name}.eml");
        fs::copy(from, folder.path().join("mailbox/new").join(name)).unwrap();
    }
    let with = |arguments: &[&str]| {
        let mut all = vec!["--config", "vigie.toml"];
        all.extend(arguments);
        run(folder.path(), &all)
    };
    assert_eq!(with(&["poll"]).status.code(), Some(0));
    for arguments in [
        &["reparse"][..],
        &["reparse", "--apply", "--json"],
        &["reparse", "--since", "2020-01-01"],
    ] {
        let output = with(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
        assert!(
            text(&output.stderr).contains("0 differences"),
            "{}",
            text(&output.stderr)
        );
    }
    let output = with(&["reparse", "--since", "hier"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}

#[test]
fn tickets_are_validated_closed_and_taken_up_again_from_the_command_line() {
    let folder = installed("[replies]\nmode = \"off\"\n");
    let mail = "From: a@chu.example\nSubject: carto\n\nLa carte reste grise.\n";
    fs::write(folder.path().join("mailbox/new/a"), mail).unwrap();
    let vigie = |arguments: &[&str]| {
        let output = run(
            folder.path(),
            &[arguments, &["--config", "vigie.toml"]].concat(),
        );
        (output.status.code(), text(&output.stderr))
    };
    assert_eq!(vigie(&["poll"]).0, Some(0));
    let exported = run(
        folder.path(),
        &["export", "tickets", "--config", "vigie.toml"],
    );
    let first: serde_json::Value =
        serde_json::from_str(text(&exported.stdout).lines().next().unwrap()).unwrap();
    let reference = first["reference"].as_str().unwrap().to_owned();
    for (act, said) in [
        (&["validate"][..], "to_call"),
        (&["close", "--unreached"], "closed, no mail: off"),
        (&["reopen"], "to_review"),
        (
            &["close", "--now", "la carte s’affiche de nouveau"],
            "closed",
        ),
        (&["reopen"], "to_review"),
        (&["set-aside"], "set_aside"),
    ] {
        let (code, told) = vigie(&[&["ticket"], act, &[&reference]].concat());
        assert_eq!(code, Some(0), "{told}");
        assert!(told.contains(&format!("{reference}: {said}")), "{told}");
    }
    let (code, told) = vigie(&["ticket", "close", "--silent", &reference]);
    assert_eq!(code, Some(1));
    assert!(told.contains("is set_aside: it can't be closed"), "{told}");
    let (code, told) = vigie(&["ticket", "close", "INC-26-99999"]);
    assert_eq!(code, Some(2), "it says neither what holds nor why: {told}");
    let (code, told) = vigie(&["ticket", "close", "--silent", "INC-26-99999"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("INC-26-99999: no such ticket"), "{told}");
}

#[test]
fn an_account_is_made_listed_changed_and_taken_away() {
    let folder = installed("");
    let here = folder.path();
    fs::write(here.join("password"), "un mot de passe long\nrest\n").unwrap();
    fs::write(here.join("short"), "court\n").unwrap();
    let vigie = |arguments: &str| {
        let mut all = vec!["user"];
        all.extend(arguments.split(' '));
        all.extend(["--config", "vigie.toml"]);
        let output = run(here, &all);
        (
            output.status.code(),
            text(&output.stdout),
            text(&output.stderr),
        )
    };
    let (code, _, said) =
        vigie("add Marie --role agent --role responsable --password-file password");
    assert_eq!(
        (code, said.as_str()),
        (Some(0), "marie: agent responsable\n")
    );
    let (code, listed, _) = vigie("list");
    assert_eq!(
        (code, listed.as_str()),
        (Some(0), "marie  agent responsable  Marie\n")
    );
    for (arguments, exit, fault) in [
        (
            "add marie --role agent --password-file password",
            1,
            "there is an account marie already",
        ),
        ("add paul --role agent", 2, "--password-file"),
        (
            "add paul --role agent --password-file short",
            2,
            "at least 12 characters",
        ),
        (
            "add p/l --role agent --password-file password",
            2,
            "1 to 64 letters",
        ),
        (
            "add paul --role chef --password-file password",
            2,
            "agent, responsable",
        ),
        ("role paul --role agent", 1, "there is no account paul"),
        ("disable paul", 1, "there is no account paul"),
    ] {
        let (code, _, said) = vigie(arguments);
        assert_eq!(code, Some(exit), "{arguments}: {said}");
        assert!(said.contains(fault), "{arguments}: {said}");
    }
    assert_eq!(vigie("role marie --role lecture").0, Some(0));
    assert_eq!(vigie("reset marie --password-file password").0, Some(0));
    assert_eq!(vigie("disable marie").0, Some(0));
    let (_, listed, _) = vigie("list --json");
    let account: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(account["roles"], serde_json::json!(["lecture"]));
    assert_eq!(account["disabled"], true);
    let checked = run(
        here,
        &["check", "--offline", "--audit", "--config", "vigie.toml"],
    );
    let checked = text(&checked.stdout);
    assert!(checked.contains("ok      journal"), "{checked}");
    assert!(checked.contains("4 lines, each chained"), "{checked}");
}
