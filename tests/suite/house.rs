//! House rules over the source tree that no lint can say: who may import whom, who alone may name a crate, the clock or
//! chance, how long a file may be, and what may lie at the top of the repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Leaf rooms: they import nothing of ours, and stand in the rows of those who may use them.
const LEAVES: [&str; 9] = [
    "text",
    "secret",
    "template",
    "http",
    "metrics",
    "wake",
    "clock",
    "tls",
    "failpoint",
];

/// Each room with the rooms it may import. `cli` may import everything, `main` only `cli`.
const ARROWS: [(&str, &[&str]); 12] = [
    ("domain", &["text"]),
    ("config", &["domain"]),
    ("media", &[]),
    ("mail", &["domain", "text", "media"]),
    ("extract", &["mail", "domain", "text"]),
    ("present", &["domain", "mail", "template"]),
    ("reply", &["domain", "template"]),
    ("store", &["domain", "text", "failpoint"]),
    (
        "mailbox",
        &["config", "domain", "http", "metrics", "tls", "failpoint"],
    ),
    (
        "transport",
        &["config", "domain", "http", "metrics", "tls", "failpoint"],
    ),
    (
        "worker",
        &[
            "desk",
            "mailbox",
            "transport",
            "store",
            "config",
            "clock",
            "wake",
            "metrics",
            "domain",
            "failpoint",
        ],
    ),
    (
        "web",
        &[
            "desk", "store", "reply", "present", "extract", "mail", "media", "domain", "config",
            "clock", "wake", "template", "secret", "http", "metrics",
        ],
    ),
];

/// What `desk` may import: every room below it.
const DESK: [&str; 17] = [
    "domain",
    "config",
    "media",
    "mail",
    "extract",
    "present",
    "reply",
    "store",
    "text",
    "secret",
    "template",
    "http",
    "metrics",
    "wake",
    "clock",
    "desk",
    "failpoint",
];

/// What only one place may name: the words, and the paths below `src` that may hold them.
const OWNERS: [(&[&str], &[&str]); 7] = [
    (&["sqlx"], &["store/"]),
    (&["async_imap"], &["mailbox/imap"]),
    (&["mail_parser"], &["mail/"]),
    (&["axum"], &["web/"]),
    (&["lettre"], &["transport/smtp", "reply/"]),
    (
        &["Utc::now", "SystemTime::now", "Local::now"],
        &["clock.rs"],
    ),
    (
        &["getrandom", "rand", "fastrand"],
        &["secret.rs", "web/auth"],
    ),
];

/// What may lie at the top of the repository.
const TOP: [&str; 13] = [
    ".ci",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "fixtures",
    "migrations",
    "packaging",
    "src",
    "tests",
];

/// The longest file, counted before its tests.
const LONGEST: usize = 400;

#[test]
fn imports_follow_the_arrows() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for source in sources("src") {
        let room = source.room();
        if matches!(room.as_str(), "lib" | "cli") || source.is_test() {
            continue;
        }
        let allowed: BTreeSet<&str> = match room.as_str() {
            "main" => BTreeSet::from(["cli"]),
            "desk" => BTreeSet::from(DESK),
            leaf if LEAVES.contains(&leaf) => BTreeSet::new(),
            other => match ARROWS.iter().find(|(name, _)| *name == other) {
                Some((_, rooms)) => rooms.iter().copied().collect(),
                None => {
                    faults.push(format!(
                        "{}:1: the room `{other}` has no row in the table of arrows",
                        source.name
                    ));
                    continue;
                }
            },
        };
        for (line, target) in source.imports() {
            seen += 1;
            if target != room && !allowed.contains(target.as_str()) {
                faults.push(format!(
                    "{}:{line}: `{room}` may not import `{target}`",
                    source.name
                ));
            }
        }
    }
    assert!(seen > 0, "no import was found: the walk is broken");
    assert_none(&faults);
}

#[test]
fn what_has_one_owner_is_named_nowhere_else() {
    let mut faults = Vec::new();
    for source in sources("src") {
        let path = source.name.trim_start_matches("src/");
        for (words, homes) in OWNERS {
            if homes.iter().any(|home| path.starts_with(home)) {
                continue;
            }
            for word in words {
                // A crate is named by a path that begins with it, a function by its whole path.
                let wanted = if word.contains("::") {
                    (*word).to_owned()
                } else {
                    format!("{word}::")
                };
                for line in source.lines_with(&wanted) {
                    faults.push(format!(
                        "{}:{line}: `{word}` belongs to src/{}",
                        source.name,
                        homes.join(", src/")
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn a_file_is_short_before_its_tests() {
    let mut faults = Vec::new();
    for source in sources("src").iter().filter(|source| !source.is_test()) {
        let lines = source
            .raw
            .lines()
            .take_while(|line| line.trim() != "#[cfg(test)]")
            .count();
        if lines > LONGEST {
            faults.push(format!(
                "{}:{lines}: {lines} lines before its tests, {LONGEST} at most",
                source.name
            ));
        }
    }
    assert_none(&faults);
}

#[test]
fn every_file_opens_with_what_it_is_for() {
    let mut faults = Vec::new();
    for source in sources("src")
        .into_iter()
        .chain(sources("tests"))
        .chain(sources("benches"))
    {
        let first = source.raw.lines().next().unwrap_or_default();
        // `tests.rs` beside a module says it by its name.
        let says = first.starts_with("//! ") && first.len() > 8;
        if !source.is_test() && !says {
            faults.push(format!(
                "{}:1: opens without a `//!` line that says what it is for",
                source.name
            ));
        }
    }
    assert_none(&faults);
}

#[test]
fn a_folder_of_code_has_a_mod_rs_and_no_twin_file() {
    let mut faults = Vec::new();
    for entry in WalkDir::new(root().join("src")).min_depth(1) {
        let path = entry.expect("the tree is readable").into_path();
        if !path.is_dir() {
            continue;
        }
        let holds_code = fs::read_dir(&path)
            .expect("the folder is readable")
            .any(|file| {
                file.is_ok_and(|file| file.path().extension().is_some_and(|ending| ending == "rs"))
            });
        if holds_code && !path.join("mod.rs").is_file() {
            faults.push(format!("{}:1: the folder has no mod.rs", relative(&path)));
        }
        if path.with_extension("rs").is_file() {
            faults.push(format!(
                "{}.rs:1: stands beside a folder of its name; move it to mod.rs",
                relative(&path)
            ));
        }
    }
    assert_none(&faults);
}

#[test]
fn both_databases_have_the_same_migrations() {
    let names = |database: &str| -> BTreeSet<String> {
        fs::read_dir(root().join("migrations").join(database))
            .expect("the folder of migrations exists")
            .map(|file| {
                file.expect("readable")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect()
    };
    let (sqlite, postgres) = (names("sqlite"), names("postgres"));
    assert!(!sqlite.is_empty(), "migrations/sqlite:1: no migration");
    let alone: Vec<String> = sqlite.symmetric_difference(&postgres).cloned().collect();
    assert_none(
        &alone
            .iter()
            .map(|name| format!("migrations/{name}:1: exists for one database only"))
            .collect::<Vec<_>>(),
    );
}

#[test]
fn the_top_of_the_repository_holds_only_what_was_agreed() {
    let ignored: Vec<String> = fs::read_to_string(root().join(".gitignore"))
        .expect(".gitignore exists")
        .lines()
        .map(|line| line.trim_matches('/').to_owned())
        .collect();
    let faults: Vec<String> = fs::read_dir(root())
        .expect("the repository is readable")
        .map(|entry| {
            entry
                .expect("readable")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name != ".git" && !TOP.contains(&name.as_str()) && !ignored.contains(name))
        .map(|name| {
            format!(
                "{name}:1: nothing but {} may lie at the top",
                TOP.join(", ")
            )
        })
        .collect();
    assert_none(&faults);
}

#[test]
fn nothing_is_left_open_or_skipped() {
    // Written in two halves, so that this file doesn't accuse itself.
    let open = [
        concat!("#[ig", "nore"),
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
    ];
    let notes = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
    ];
    let mut faults = Vec::new();
    for source in sources("src")
        .into_iter()
        .chain(sources("tests"))
        .chain(sources("benches"))
    {
        for word in open {
            faults.extend(
                source
                    .lines_with(word)
                    .into_iter()
                    .map(|line| format!("{}:{line}: {word}", source.name)),
            );
        }
        for (number, line) in source.raw.lines().enumerate() {
            if line.contains("//") && notes.iter().any(|note| line.contains(note)) {
                faults.push(format!(
                    "{}:{}: a note to come back",
                    source.name,
                    number + 1
                ));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn every_dependency_has_its_reason_and_is_used() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("Cargo.toml exists");
    let code: String = ["src", "tests", "benches"]
        .iter()
        .flat_map(|folder| sources(folder))
        .map(|source| source.code)
        .collect();
    let mut faults = Vec::new();
    let (mut section, mut before) = ("", "");
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            section = line;
        }
        if matches!(section, "[dependencies]" | "[dev-dependencies]")
            && !line.starts_with('#')
            && let Some((name, _)) = line.split_once(" = ")
        {
            if !before.starts_with("# ") {
                faults.push(format!(
                    "Cargo.toml:{}: `{name}` has no reason above it",
                    number + 1
                ));
            }
            // kamadak-exif is the one crate whose library has another name than its package.
            let library = if name == "kamadak-exif" {
                "exif".to_owned()
            } else {
                name.replace('-', "_")
            };
            if !code.contains(&format!("{library}::")) && !code.contains(&format!("use {library};"))
            {
                faults.push(format!(
                    "Cargo.toml:{}: `{name}` is used nowhere",
                    number + 1
                ));
            }
        }
        before = line;
    }
    assert_none(&faults);
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let machine = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/Us", "ers/"),
    ];
    let mut faults = Vec::new();
    for folder in [
        "src",
        "tests",
        "benches",
        "migrations",
        "packaging",
        ".ci",
        "README.md",
        "Cargo.toml",
    ] {
        for entry in WalkDir::new(root().join(folder))
            .into_iter()
            // What npm brings is not ours, nor in git.
            .filter_entry(|entry| entry.file_name() != "node_modules")
            .flatten()
            .filter(|entry| entry.file_type().is_file())
        {
            let Ok(text) = fs::read_to_string(entry.path()) else {
                continue;
            };
            for (number, line) in text.lines().enumerate() {
                if machine.iter().any(|path| line.contains(path)) {
                    faults.push(format!(
                        "{}:{}: a path of one machine",
                        relative(entry.path()),
                        number + 1
                    ));
                }
            }
        }
    }
    assert_none(&faults);
}

/// A source file: as it stands, and with comments and the insides of literals blanked out.
struct Source {
    name: String,
    raw: String,
    code: String,
}

impl Source {
    /// The room: the first folder or file below `src`.
    fn room(&self) -> String {
        let below = self.name.trim_start_matches("src/");
        below
            .split('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs")
            .to_owned()
    }

    /// Whether the file holds a module's unit tests and nothing that ships.
    fn is_test(&self) -> bool {
        self.name.starts_with("src/")
            && (self.name.ends_with("/tests.rs") || self.name.contains("/tests/"))
    }

    /// Each room imported, with its line: after `crate::`, after `vigie::` (in `main`), in the braces of either, and
    /// after as many `super::` as lead to the crate's root. Unit tests may build on what they like.
    fn imports(&self) -> Vec<(usize, String)> {
        let shipped = &self.code[..self
            .code
            .find("#[cfg(test)]\nmod ")
            .unwrap_or(self.code.len())];
        let below = self
            .name
            .trim_start_matches("src/")
            .trim_end_matches(".rs")
            .trim_end_matches("/mod");
        let climb = "super::".repeat(below.split('/').count());
        let mut found = Vec::new();
        for start in ["crate::", "vigie::", climb.as_str()] {
            for (at, _) in shipped.match_indices(start) {
                let goes_on = shipped[..at].ends_with(|before: char| {
                    before.is_alphanumeric() || before == '_' || before == ':'
                });
                if goes_on {
                    continue;
                }
                let line = shipped[..at].lines().count().max(1);
                let rest = &shipped[at + start.len()..];
                found.extend(heads(rest).into_iter().map(|room| (line, room)));
            }
        }
        found
    }

    /// The lines (from 1) whose code holds a word that doesn't go on to the left.
    fn lines_with(&self, word: &str) -> Vec<usize> {
        let joined = |before: &str| {
            before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_')
        };
        self.code
            .lines()
            .enumerate()
            .filter(|(_, line)| line.match_indices(word).any(|(at, _)| !joined(&line[..at])))
            .map(|(number, _)| number + 1)
            .collect()
    }
}

/// The first names of a path, or of each path of a `{…}` group.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)]
            .into_iter()
            .filter(|head| !head.is_empty())
            .collect();
    };
    let (mut depth, mut start, mut found) = (0_i32, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                found.push(name(&group[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(name(&group[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    found.retain(|head| !head.is_empty() && head != "self");
    found
}

/// Blanks comments and the insides of string and character literals, keeping every line where it was.
fn blank(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut wipe = |from: usize, to: usize| {
        for byte in &mut out[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    };
    let find =
        |from: usize, what: &str| text[from..].find(what).map_or(bytes.len(), |at| from + at);
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let word_before =
            at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
        let end = if rest.starts_with(b"//") {
            find(at, "\n")
        } else if rest.starts_with(b"/*") {
            (find(at, "*/") + 2).min(bytes.len())
        } else if rest[0] == b'r' && !word_before && raw_hashes(&rest[1..]).is_some() {
            let hashes = raw_hashes(&rest[1..]).unwrap_or_default();
            let opening = at + 2 + hashes;
            let end = find(opening, &format!("\"{}", "#".repeat(hashes)));
            (end + 1 + hashes).min(bytes.len())
        } else if rest[0] == b'"' {
            let mut end = at + 1;
            while end < bytes.len() && bytes[end] != b'"' {
                end += if bytes[end] == b'\\' { 2 } else { 1 };
            }
            (end + 1).min(bytes.len())
        } else if rest[0] == b'\'' {
            // A character, not a lifetime: it closes within one (escaped) character.
            let tail = &text[at + 1..];
            let length = match tail.strip_prefix('\\') {
                Some(escaped) => escaped
                    .char_indices()
                    .skip(1)
                    .find(|(_, letter)| *letter == '\'')
                    .map(|(close, _)| close + 1),
                None => tail
                    .chars()
                    .next()
                    .map(char::len_utf8)
                    .filter(|width| tail[*width..].starts_with('\'')),
            };
            match length {
                Some(length) => at + length + 2,
                None => at + 1,
            }
        } else {
            at + 1
        };
        if end > at + 1 {
            wipe(at, end.min(bytes.len()));
        }
        at = end;
    }
    String::from_utf8(out).expect("whole characters are blanked")
}

/// How many `#` open the raw string that stands here, if one does.
fn raw_hashes(after_r: &[u8]) -> Option<usize> {
    let hashes = after_r.iter().take_while(|byte| **byte == b'#').count();
    (after_r.get(hashes) == Some(&b'"')).then_some(hashes)
}

/// Every Rust file below a folder of the repository.
fn sources(folder: &str) -> Vec<Source> {
    let mut found: Vec<Source> = WalkDir::new(root().join(folder))
        .into_iter()
        .flatten()
        .filter(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "rs")
        })
        .map(|entry| {
            let raw = fs::read_to_string(entry.path()).expect("sources are UTF-8");
            Source {
                name: relative(entry.path()),
                code: blank(&raw),
                raw,
            }
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root())
        .unwrap_or(path)
        .to_string_lossy()
        .into_owned()
}

#[track_caller]
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn the_reader_of_sources_is_not_fooled_by_literals_and_groups() {
    let source = Source {
        name: "src/store/db.rs".to_owned(),
        raw: String::new(),
        code: blank(concat!(
            "use crate::{domain::{Field, Form}, text};\nlet a = '\"'; // crate::web\n",
            "let b = \"crate::mail\"; let c = r#\"crate::\"x\"#; fn f<'a>(x: &'a str) { super::super::desk::act() }\n",
            "#[cfg(test)]\nmod tests { use crate::worker; }\n",
        )),
    };
    let rooms: Vec<String> = source
        .imports()
        .into_iter()
        .map(|(line, room)| format!("{line} {room}"))
        .collect();
    assert_eq!(rooms, ["1 domain", "1 text", "3 desk"]);
}
