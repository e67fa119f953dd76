//! Answers to mails of ours, read with the knowledge of what each asked (`fixtures/README.md`, section
//! Answers): the fields that they bring, what the ticket then holds and still asks for, by style and
//! by field.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use vigie::cli::score::{Rate, field_right};
use vigie::desk::merge::fill;
use vigie::domain::asked::{Asked, asks_for_screenshot};
use vigie::domain::declaration::{Kind, Role};
use vigie::domain::field::{Evidence, FieldName, Fields, Part, Reading};
use vigie::domain::form::{Form, Item};
use vigie::extract::{Answer, Context, answer, extract};
use vigie::mail::Email;
use vigie::present::json::OneField;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/replies")
}

fn context(own_addresses: &[String]) -> Context<'_> {
    Context {
        received_at: "2026-11-28T09:00:00Z".parse().unwrap(),
        own_addresses,
        mark: "INC",
        key: None,
    }
}

/// One answer of the corpus, with what its ticket was when it came.
struct Case {
    name: String,
    raw: Vec<u8>,
    gold: Value,
    asked: Asked,
    /// Its mail asked for a screenshot.
    asked_for_screenshot: bool,
    /// The declaration had a screenshot.
    screenshot: bool,
}

fn cases() -> Vec<Case> {
    let form = Form::si_samu();
    let mut cases = Vec::new();
    let mut conversations: Vec<PathBuf> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    conversations.sort();
    for conversation in conversations {
        let raw = std::fs::read(conversation.join("declaration.eml")).unwrap();
        let declaration = extract(&Email::parse(&raw), form, &context(&[]));
        let told: Value =
            serde_json::from_slice(&std::fs::read(conversation.join("asked.json")).unwrap())
                .unwrap();
        let asked = Asked {
            numbers: serde_json::from_value(told["numbers"].clone()).unwrap(),
            text: std::fs::read_to_string(conversation.join("request.txt")).unwrap(),
            known: declaration.fields.clone(),
        };
        let mut files: Vec<PathBuf> = std::fs::read_dir(&conversation)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| {
                path.with_extension("gold.json").exists() && path.extension().unwrap() == "eml"
            })
            .collect();
        files.sort();
        for file in files {
            cases.push(Case {
                name: file.file_stem().unwrap().to_string_lossy().into_owned(),
                raw: std::fs::read(&file).unwrap(),
                gold: serde_json::from_slice(
                    &std::fs::read(file.with_extension("gold.json")).unwrap(),
                )
                .unwrap(),
                asked: asked.clone(),
                asked_for_screenshot: told["screenshot"].as_bool().unwrap(),
                screenshot: declaration.has_screenshot(),
            });
        }
    }
    assert!(cases.len() >= 42, "{} answers", cases.len());
    cases
}

fn shown(fields: &Fields, name: FieldName) -> Value {
    serde_json::to_value(OneField(&fields[name])).unwrap()
}

#[derive(Default)]
struct Figures {
    fields: Rate,
    merged: Rate,
    asks: Rate,
    screenshots: Rate,
    resolved: Rate,
    by_style: BTreeMap<String, Rate>,
    by_field: BTreeMap<String, Rate>,
    errors: Vec<String>,
}

fn count(rate: &mut Rate, right: bool) {
    rate.whole += 1;
    rate.part += usize::from(right);
}

impl Figures {
    fn one(&mut self, case: &Case) {
        let form = Form::si_samu();
        let email = Email::parse(&case.raw);
        let read = answer(&email, form, &context(&[]), &case.asked);
        assert_eq!(
            read,
            answer(&email, form, &context(&[]), &case.asked),
            "{} is read anew otherwise",
            case.name
        );
        assert!(
            matches!(read.declaration.kind, Kind::Reply | Kind::Escalation),
            "{}",
            case.name
        );
        spans(&case.name, &email, &read);
        let fields = &read.declaration.fields;
        let style = case.gold["style"].as_str().unwrap().to_owned();
        for (name, gold) in case.gold["fields"].as_object().unwrap() {
            let got = shown(fields, FieldName::parse(name).unwrap());
            let right = field_right(FieldName::parse(name).unwrap(), &got, gold);
            count(&mut self.fields, right);
            count(self.by_style.entry(style.clone()).or_default(), right);
            count(self.by_field.entry(name.clone()).or_default(), right);
            if !right {
                self.errors
                    .push(format!("{} {name}: gold {gold} got {got}", case.name));
            }
        }
        let mut ticket = case.asked.known.clone();
        fill(&mut ticket, fields);
        for (name, gold) in case.gold["merged"].as_object().unwrap() {
            let field = FieldName::parse(name).unwrap();
            // What contradicts the ticket stands beside the old value until a person decides.
            let right = match gold.get("proposed").filter(|proposed| proposed.is_object()) {
                Some(proposed) => {
                    let mut proposed = proposed.clone();
                    proposed["state"] = json!("present");
                    field_right(field, &shown(fields, field), &proposed)
                }
                None => field_right(field, &shown(&ticket, field), gold),
            };
            count(&mut self.merged, right);
            if !right {
                self.errors.push(format!(
                    "{} merged {name}: gold {gold} got {}",
                    case.name,
                    shown(&ticket, field)
                ));
            }
        }
        let shot = read
            .declaration
            .attachments
            .iter()
            .any(|one| one.role == Role::Screenshot);
        count(
            &mut self.screenshots,
            case.gold["screenshot"].as_bool().unwrap() == shot,
        );
        let resolved = case.gold["resolved"].as_bool().unwrap();
        count(&mut self.resolved, resolved == read.is_resolved());
        if resolved != read.is_resolved() {
            self.errors.push(format!(
                "{} resolved: gold {resolved} got {:?}",
                case.name, read.resolved_by
            ));
        }
        let mut asks: Vec<String> = form
            .ask_for(&ticket, case.screenshot || shot)
            .into_iter()
            // The requests were made by an earlier reader: what they did not ask for is no matter here.
            .filter(|ask| match ask.item {
                Item::Field(name) => case.asked.asks_for(name),
                Item::Screenshot => true,
            })
            .map(|ask| ask.item.as_str().to_owned())
            .collect();
        let mut gold: Vec<String> =
            serde_json::from_value(case.gold["still_asked"].clone()).unwrap();
        asks.sort();
        gold.sort();
        count(&mut self.asks, asks == gold);
        if asks != gold {
            self.errors.push(format!(
                "{} still asked: gold {gold:?} got {asks:?}",
                case.name
            ));
        }
        // What was neither asked nor told by the label is shown, for a look.
        for (name, field) in fields.iter() {
            let told = case.gold["fields"].get(name.as_str()).is_some();
            if !told && field.reading != Reading::Missing {
                self.errors.push(format!(
                    "{} brings {name} too: {}",
                    case.name,
                    shown(fields, name)
                ));
            }
        }
    }
}

/// Evidence stands where it says, on character boundaries.
fn spans(name: &str, email: &Email<'_>, read: &Answer) {
    let fields = read.declaration.fields.iter();
    let all = fields
        .filter_map(|(_, field)| field.evidence.as_ref())
        .chain(read.resolved_by.as_ref());
    for evidence in all {
        let Evidence {
            part, span, raw, ..
        } = evidence;
        let whole = match part {
            Some(Part::Text | Part::Html) => email.body.text.as_str(),
            Some(Part::Subject) => email.subject.as_str(),
            _ => continue,
        };
        assert_eq!(
            whole.get(span.clone()),
            Some(raw.as_str()),
            "{name} at {span:?}"
        );
        assert!((0.0..=1.0).contains(&evidence.confidence), "{name}");
    }
}

#[test]
fn answers_are_read_by_what_was_asked() {
    let mut figures = Figures::default();
    for case in cases() {
        figures.one(&case);
    }
    for error in &figures.errors {
        println!("{error}");
    }
    let percent = |rate: &Rate| rate.percent().unwrap_or(100.0);
    for (style, rate) in figures.by_style.iter().chain(&figures.by_field) {
        println!(
            "{style:22} {:3} of {:3}  {:.1} %",
            rate.part,
            rate.whole,
            percent(rate)
        );
    }
    for (what, rate, floor) in [
        ("fields", &figures.fields, 97.0),
        ("merged", &figures.merged, 97.0),
        ("still asked", &figures.asks, 90.0),
        ("screenshots", &figures.screenshots, 97.0),
        ("resolved", &figures.resolved, 97.0),
    ] {
        println!(
            "{what:22} {:3} of {:3}  {:.1} %",
            rate.part,
            rate.whole,
            percent(rate)
        );
        assert!(
            percent(rate) >= floor,
            "{what}: {:.1} % of {}",
            percent(rate),
            rate.whole
        );
    }
}

#[test]
fn what_a_mail_asked_is_told_by_its_text() {
    for case in cases() {
        let asked = Asked::of_text(&case.asked.text, Form::si_samu());
        assert_eq!(asked.numbers, case.asked.numbers, "{}", case.name);
        let screenshot = asks_for_screenshot(&case.asked.text, Form::si_samu());
        assert_eq!(screenshot, case.asked_for_screenshot, "{}", case.name);
        let items = asked.numbers.iter().flatten();
        assert!(items.clone().all(|item| *item != Item::Screenshot));
    }
}

#[test]
fn a_person_tries_an_answer_on_the_command_line() {
    let conversation = folder().join("03");
    let run = |request: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_vigie"))
            .args(["parse", "--json", "--answers"])
            .arg(conversation.join(request))
            .arg(conversation.join("a-03-outlook-bleu.eml"))
            .output()
            .unwrap()
    };
    let told = run("request.eml");
    assert!(told.status.success(), "{told:?}");
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["kind"], "reply");
    assert_eq!(told["fields"]["affected_user"]["value"], "Delphine Roche");
    assert_eq!(told["fields"]["prerequisites_checked"]["value"], "yes");
    assert_eq!(told["resolved"], false);
    // A mail without numbers asks for nothing.
    let refused = run("a-03-outlook-bleu.gold.json");
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
}
