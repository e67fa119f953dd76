//! The checks of the specification on every mail: E-01 to E-06 and E-18.

use super::sample::{answered, check, samples};
use super::*;
use crate::domain::decision::Review;
use crate::domain::form::{Ask, Item};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

const KEY: [u8; 32] = [7; 32];

fn settings() -> Settings {
    Settings {
        service_name: "Support SI-Samu".to_owned(),
        phone: "0 809 100 809".to_owned(),
        from_name: "Support SI-Samu".to_owned(),
        from_address: "support@vigie.example".to_owned(),
        mailbox: "support@vigie.example".to_owned(),
        plus_address: true,
        timezone: chrono_tz::Europe::Paris,
        key: KEY,
    }
}

fn templates() -> Templates {
    Templates::load(TEMPLATES, None).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-23T08:14:00Z".parse().unwrap()
}

fn decision(template: Template, asks: &[Ask]) -> Decision {
    Decision::Reply {
        template,
        to: "claire.lebreton@samu.example".to_owned(),
        asks: asks.to_vec(),
        hold_until: now(),
        review: None,
    }
}

fn mail(template: Template, asks: &[Ask], answered: &Answered<'_>) -> Outgoing {
    let decision = decision(template, asks);
    let form = Form::si_samu();
    reply(&decision, answered, &settings(), form, &templates(), now())
        .unwrap()
        .unwrap()
}

/// Every template with every sample: text and HTML.
fn all() -> Vec<(Template, String, String)> {
    let (settings, templates, form) = (settings(), templates(), Form::si_samu());
    let mut all = Vec::new();
    for template in Template::ALL {
        for (declaration, asks) in samples(form) {
            let letter = Letter::new(template, &asks, &answered(&declaration), &settings, form);
            let (text, html) = render(template, &letter, &templates).unwrap();
            all.push((template, text, html));
        }
    }
    all
}

/// The words of an HTML part, tags dropped and entities decoded.
fn words_of_html(html: &str) -> String {
    let body = html.split_once("<body").unwrap().1;
    let mut words = String::new();
    for piece in body.split('<').skip(1) {
        words.push(' ');
        words.push_str(piece.split_once('>').map_or("", |(_, text)| text));
    }
    for (entity, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&amp;", "&"),
        ("&#x27;", "'"),
        ("&quot;", "\""),
    ] {
        words = words.replace(entity, character);
    }
    words
}

fn bare(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase()
}

#[test]
fn no_line_is_wider_than_mail_programs_bear() {
    for (template, text, _) in all() {
        for line in text.lines() {
            let most = if wrap::is_form_line(line) { 68 } else { 72 };
            assert!(line.chars().count() <= most, "{template:?} {line}");
        }
    }
    let checked = check(&templates(), &settings(), Form::si_samu()).unwrap();
    assert!(checked.columns <= 68 && checked.mails == 20, "{checked:?}");
}

#[test]
fn a_request_opens_with_its_number_and_the_telephone() {
    for (template, text, _) in all() {
        let words: Vec<&str> = text.split_whitespace().take(60).collect();
        let opening = words.join(" ");
        if template.is_request() {
            assert!(opening.contains("INC-26-00042"), "{text}");
            assert!(opening.contains("0 809 100 809"), "{text}");
        }
        if let Some((before, _)) = text.split_once("À COMPLÉTER") {
            let count = before.split_whitespace().count();
            assert!(
                count <= 90,
                "{template:?} has {count} words before its form"
            );
        }
    }
}

#[test]
fn text_and_html_say_the_same() {
    for (template, text, html) in all() {
        let text: String = text
            .lines()
            .filter(|line| !line.starts_with('>'))
            .map(|line| line.strip_prefix("  - ").unwrap_or(line))
            .collect();
        assert_eq!(bare(&text), bare(&words_of_html(&html)), "{template:?}");
    }
}

#[test]
fn the_html_part_is_small_and_loads_nothing() {
    for (template, _, html) in all() {
        assert!(html.len() <= 12_000, "{template:?} {}", html.len());
        let lower = html.to_lowercase();
        for forbidden in [
            "<img", "<script", "<link", "http:", "https:", "class=", "<b>",
        ] {
            assert!(!lower.contains(forbidden), "{template:?} {forbidden}");
        }
    }
}

#[test]
fn no_mail_reproaches_presses_or_promises() {
    for (template, text, _) in all() {
        let own_words: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
        let lower = own_words.join(" ").to_lowercase();
        for forbidden in [
            "relance",
            "merci de votre compréhension",
            "incident majeur",
            "!",
            "prochaine nouvelle",
        ] {
            assert!(!lower.contains(forbidden), "{template:?} {forbidden}");
        }
        let mut words = lower.split(|c: char| !c.is_alphabetic());
        assert!(
            !words.any(|word| word == "rappel" || word == "rappels"),
            "{template:?}"
        );
    }
}

#[test]
fn each_form_line_survives_the_joining_of_lines() {
    for (template, text, _) in all() {
        // Outlook joins a line to the one before it where neither is blank.
        let mut joined: Vec<String> = Vec::new();
        let mut previous_is_blank = true;
        for line in text.lines() {
            match joined.last_mut() {
                Some(last) if !previous_is_blank && !line.is_empty() => {
                    last.push(' ');
                    last.push_str(line);
                }
                _ => joined.push(line.to_owned()),
            }
            previous_is_blank = line.is_empty();
        }
        for line in text.lines().filter(|line| wrap::is_form_line(line)) {
            assert!(
                joined.iter().any(|joined| joined == line),
                "{template:?} {line}"
            );
            assert!(line.ends_with("\u{a0}:"), "{line}");
        }
    }
}

#[test]
fn a_suspected_outage_gets_no_form_and_one_number() {
    for (_, text, _) in all()
        .into_iter()
        .filter(|(template, ..)| *template == Template::E1c)
    {
        assert!(!text.lines().any(wrap::is_form_line), "{text}");
        assert_eq!(text.matches("0\u{a0}809\u{a0}100\u{a0}809").count(), 1);
        assert!(text.contains("Votre message est placé en tête de notre liste."));
    }
}

#[test]
fn every_number_knows_its_items() {
    let form = Form::si_samu();
    let (declaration, asks) = samples(form).pop().unwrap();
    let mail = mail(Template::E1b, &asks, &answered(&declaration));
    assert_eq!(mail.numbers.len(), 12);
    let items: usize = mail.numbers.iter().map(Vec::len).sum();
    assert_eq!(items, 13);
    assert!(
        !mail
            .numbers
            .iter()
            .flatten()
            .any(|item| *item == Item::Screenshot)
    );
    assert!(
        mail.text
            .contains("\n\n  12) Votre nom, prénom et fonction\u{a0}:\n\n")
    );
}

#[test]
fn only_the_writer_is_greeted_by_name() {
    let (declaration, asks) = samples(Form::si_samu()).remove(2);
    for (from_name, from_address, greeted) in [
        ("Claire Lebreton", "x@samu.example", true),
        ("LEBRETON Claire (SAMU 44)", "x@samu.example", true),
        ("", "c.lebreton@samu.example", true),
        ("", "clebreton@samu.example", true),
        ("Paul Martin", "paul.martin@samu.example", false),
        ("SAMU 44", "regulation@samu.example", false),
        ("", "", false),
    ] {
        let answered = Answered {
            from_name,
            from_address,
            ..answered(&declaration)
        };
        let text = mail(Template::E1, &asks, &answered).text;
        let first = text.lines().next().unwrap();
        let expected = if greeted {
            "Bonjour Claire Lebreton,"
        } else {
            "Bonjour,"
        };
        assert_eq!(first, expected, "{from_name} {from_address}");
    }
}

#[test]
fn an_unverified_sender_gets_none_of_their_words_quoted() {
    let (declaration, asks) = samples(Form::si_samu()).remove(2);
    let verified = answered(&declaration);
    assert_eq!(
        mail(Template::E1, &asks, &verified)
            .text
            .matches("\n> ")
            .count(),
        2
    );
    let unverified = Answered {
        sender_is_verified: false,
        ..verified
    };
    assert!(!mail(Template::E1, &asks, &unverified).text.contains("\n> "));
}

#[test]
fn a_request_leaves_whole_as_reviewed() {
    let form = Form::si_samu();
    let (declaration, asks) = samples(form).remove(2);
    let references = ["0@samu.example".to_owned()];
    let answered = Answered {
        references: &references,
        ..answered(&declaration)
    };
    let mail = mail(Template::E1, &asks, &answered);
    let raw = String::from_utf8(mail.mime.clone())
        .unwrap()
        .replace("\r\n", "\n");
    assert_eq!(raw, include_str!("../../tests/suite/snapshots/E1.eml"));
    assert_eq!(mail.subject, "Re: pb carto ce matin [INC-26-00042]");
    let token = mark::reply_address(&KEY, "support@vigie.example", "INC-26-00042").unwrap();
    assert!(raw.contains(&format!("Reply-To: <{token}>\n")));
    assert!(mail.envelope_from.starts_with("support+b.INC-26-00042."));
}

#[test]
fn the_other_mails_read_as_reviewed() {
    let form = Form::si_samu();
    let samples = samples(form);
    for (template, sample, snapshot) in [
        (
            Template::E1,
            2,
            include_str!("../../tests/suite/snapshots/E1.txt"),
        ),
        (
            Template::E1,
            1,
            include_str!("../../tests/suite/snapshots/E1-screenshot.txt"),
        ),
        (
            Template::E1b,
            3,
            include_str!("../../tests/suite/snapshots/E1b.txt"),
        ),
        (
            Template::E1c,
            1,
            include_str!("../../tests/suite/snapshots/E1c.txt"),
        ),
        (
            Template::E2,
            0,
            include_str!("../../tests/suite/snapshots/E2.txt"),
        ),
    ] {
        let (declaration, asks) = &samples[sample];
        let text = mail(template, asks, &answered(declaration)).text;
        assert_eq!(text, snapshot, "{template:?} {sample}\n{text}");
    }
}

#[test]
fn without_plus_addresses_the_envelope_is_bare() {
    let (declaration, asks) = samples(Form::si_samu()).remove(2);
    let settings = Settings {
        plus_address: false,
        ..settings()
    };
    let decision = decision(Template::E1, &asks);
    let answered = answered(&declaration);
    let mail = reply(
        &decision,
        &answered,
        &settings,
        Form::si_samu(),
        &templates(),
        now(),
    );
    let mail = mail.unwrap().unwrap();
    assert_eq!(mail.envelope_from, "support@vigie.example");
    assert!(!String::from_utf8(mail.mime).unwrap().contains("\nReply-To"));
}

#[test]
fn a_replay_gives_the_same_bytes() {
    let (declaration, asks) = samples(Form::si_samu()).remove(3);
    let hash = |mail: Outgoing| HEXLOWER.encode(&Sha256::digest(&mail.mime));
    let once = hash(mail(Template::E1b, &asks, &answered(&declaration)));
    assert_eq!(
        once,
        hash(mail(Template::E1b, &asks, &answered(&declaration)))
    );
}

#[test]
fn a_silent_decision_makes_no_mail() {
    let reason = crate::domain::decision::Suppressed::Bounce;
    let (declaration, _) = samples(Form::si_samu()).remove(0);
    let decision = Decision::Silent { reason };
    let answered = answered(&declaration);
    let mail = reply(
        &decision,
        &answered,
        &settings(),
        Form::si_samu(),
        &templates(),
        now(),
    );
    assert_eq!(mail.unwrap(), None);
}

#[test]
fn a_held_mail_says_why() {
    let (declaration, asks) = samples(Form::si_samu()).remove(2);
    let decision = Decision::Reply {
        template: Template::E1,
        to: "a@samu.example".to_owned(),
        asks,
        hold_until: now(),
        review: Some(Review::ReplyToElsewhere),
    };
    let answered = answered(&declaration);
    let mail = reply(
        &decision,
        &answered,
        &settings(),
        Form::si_samu(),
        &templates(),
        now(),
    );
    assert_eq!(
        mail.unwrap().unwrap().review,
        Some(Review::ReplyToElsewhere)
    );
}
