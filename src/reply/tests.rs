//! The checks of the specification on every mail: E-01 to E-06 and E-18.

use super::sample::{act, all, answered, check, closing, full, samples};
use super::*;
use crate::domain::decision::Review;
use crate::domain::form::{Ask, Item};
use chrono::{NaiveTime, Weekday};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

const KEY: [u8; 32] = [7; 32];
const CLAIRE: &str = "claire.lebreton@samu.example";

pub(super) fn settings() -> Settings {
    Settings {
        service_name: "Support SI-Samu".to_owned(),
        phone: "0 809 100 809".to_owned(),
        from_name: "Support SI-Samu".to_owned(),
        from_address: "support@vigie.example".to_owned(),
        mailbox: "support@vigie.example".to_owned(),
        plus_address: true,
        timezone: chrono_tz::Europe::Paris,
        hours: Hours::default(),
        escalation: None,
        known_domains: Vec::new(),
        next_news: None,
        key: KEY,
    }
}

pub(super) fn templates() -> Templates {
    Templates::load(TEMPLATES, None).unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-23T08:14:00Z".parse().unwrap()
}

fn decision(template: Template, asks: &[Ask]) -> Decision {
    Decision::Reply {
        template,
        to: CLAIRE.to_owned(),
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

/// Every template with every sample, of a desk that says little and of one that says all.
fn every() -> Vec<(Template, String, String)> {
    let (settings, templates, form) = (settings(), templates(), Form::si_samu());
    let mut every = all(&templates, &settings, form).unwrap();
    every.extend(all(&templates, &full(&settings), form).unwrap());
    every
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
fn e_01_no_line_is_wider_than_mail_programs_bear() {
    for (template, text, _) in every() {
        for line in text.lines() {
            let most = if wrap::is_form_line(line) { 68 } else { 72 };
            assert!(line.chars().count() <= most, "{template:?} {line}");
        }
    }
    let checked = check(&templates(), &settings(), Form::si_samu()).unwrap();
    assert!(checked.columns <= 68 && checked.mails == 92, "{checked:?}");
}

#[test]
fn e_01_a_first_request_opens_with_its_number_and_the_telephone() {
    for (template, text, _) in every() {
        let words: Vec<&str> = text.split_whitespace().take(60).collect();
        let opening = words.join(" ");
        assert!(opening.contains("INC-26-00042"), "{text}");
        if matches!(template, Template::E1 | Template::E1b | Template::E1c) {
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
fn e_02_text_and_html_say_the_same() {
    for (template, text, html) in every() {
        let text: String = text
            .lines()
            .filter(|line| !line.starts_with('>'))
            .map(|line| line.strip_prefix("  - ").unwrap_or(line))
            .collect();
        assert_eq!(bare(&text), bare(&words_of_html(&html)), "{template:?}");
    }
}

#[test]
fn e_03_the_html_part_is_small_and_loads_nothing() {
    for (template, _, html) in every() {
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
fn e_05_no_mail_reproaches_or_presses() {
    for (template, text, _) in every() {
        let own_words: Vec<&str> = text.lines().filter(|line| !line.starts_with('>')).collect();
        let lower = own_words.join(" ").to_lowercase();
        for forbidden in [
            "relance",
            "merci de votre compréhension",
            "incident majeur",
            "!",
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
fn e_06_each_form_line_survives_the_joining_of_lines() {
    for (template, text, _) in every() {
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
fn e_18_a_suspected_outage_gets_no_form_and_one_number_of_the_support() {
    for (_, text, _) in every()
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

/// The mail about a sample, as a desk sends it that says all that can be said.
fn sampled(template: Template, sample: usize, settings: &Settings) -> Outgoing {
    let form = Form::si_samu();
    let (declaration, asks) = samples(form).remove(sample);
    let closing = closing(sample);
    let references = ["0@samu.example".to_owned()];
    let answered = Answered {
        references: &references,
        act: act(template, CLAIRE, &closing),
        ..answered(&declaration)
    };
    let decision = decision(template, &asks);
    reply(&decision, &answered, settings, form, &templates(), now())
        .unwrap()
        .unwrap()
}

fn snapshot(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/suite/snapshots");
    std::fs::read_to_string(format!("{folder}/{name}")).unwrap_or_default()
}

/// Mails that differ from what was reviewed, whole.
fn unlike(name: &str, made: &str) -> Option<String> {
    (made != snapshot(name)).then(|| format!("{name}\n{made}"))
}

#[test]
fn each_mail_leaves_whole_as_reviewed() {
    let mut faults = Vec::new();
    for (template, sample) in [
        (Template::E1, 2),
        (Template::E3, 2),
        (Template::E4, 2),
        (Template::E9, 2),
        (Template::E9b, 2),
        (Template::E10, 2),
    ] {
        let mail = sampled(template, sample, &settings());
        let raw = String::from_utf8(mail.mime).unwrap().replace("\r\n", "\n");
        faults.extend(unlike(&format!("{}.eml", template.as_str()), &raw));
        assert_eq!(mail.subject, "Re: pb carto ce matin [INC-26-00042]");
        let token = mark::reply_address(&KEY, "support@vigie.example", "INC-26-00042").unwrap();
        assert!(raw.contains(&format!("Reply-To: <{token}>\n")));
        assert!(mail.envelope_from.starts_with("support+b.INC-26-00042."));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn each_mail_reads_as_reviewed() {
    let mut faults = Vec::new();
    let (little, all) = (settings(), full(&settings()));
    for (template, sample, settings, name) in [
        (Template::E1, 2, &little, "E1.txt"),
        (Template::E1, 1, &little, "E1-screenshot.txt"),
        (Template::E1b, 3, &little, "E1b.txt"),
        (Template::E1c, 1, &little, "E1c.txt"),
        (Template::E1c, 1, &all, "E1c-known.txt"),
        (Template::E1d, 2, &little, "E1d.txt"),
        (Template::E2, 0, &little, "E2.txt"),
        (Template::E2, 0, &all, "E2-promise.txt"),
        (Template::E3, 2, &little, "E3.txt"),
        (Template::E3, 1, &little, "E3-screenshot.txt"),
        (Template::E3, 3, &little, "E3-everything.txt"),
        (Template::E4, 2, &little, "E4.txt"),
        (Template::E4, 1, &little, "E4-screenshot.txt"),
        (Template::E9, 0, &little, "E9.txt"),
        (Template::E9, 1, &little, "E9-least.txt"),
        (Template::E9, 3, &little, "E9-endless.txt"),
        (Template::E9b, 0, &little, "E9b.txt"),
        (Template::E10, 0, &little, "E10.txt"),
    ] {
        let text = sampled(template, sample, settings).text;
        faults.extend(unlike(name, &text));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn e_04_the_headers_say_who_wrote_and_what_is_answered() {
    for template in Template::ALL {
        let mail = sampled(template, 2, &settings());
        let raw = String::from_utf8(mail.mime).unwrap();
        let head = raw.split_once("\r\n\r\n").unwrap().0;
        let value = |name: &str| {
            let values: Vec<&str> = head
                .split("\r\n")
                .filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .collect();
            assert!(values.len() < 2, "{template:?} {name} twice");
            values.first().copied()
        };
        let auto_submitted = match template.as_str() {
            "E4" => Some("auto-generated"),
            "E9" | "E9b" | "E10" => None,
            _ => Some("auto-replied"),
        };
        assert_eq!(value("Auto-Submitted"), auto_submitted, "{template:?}");
        assert_eq!(value("X-Auto-Response-Suppress"), Some("OOF, AutoReply"));
        assert_eq!(value("In-Reply-To"), Some("<1@samu.example>"));
        assert_eq!(value("References"), Some("<0@samu.example>"));
        assert!(head.contains("References: <0@samu.example>\r\n <1@samu.example>\r\n"));
        assert_eq!(value("Content-Language"), Some("fr"));
        assert_eq!(value("Precedence"), None);
        assert_eq!(value("Cc"), None);
    }
}

#[test]
fn only_a_mail_with_a_form_maps_its_numbers() {
    for template in Template::ALL {
        let mail = sampled(template, 3, &settings());
        let lines = mail.text.lines().filter(|line| wrap::is_form_line(line));
        assert_eq!(mail.numbers.len(), lines.count(), "{template:?}");
        assert_eq!(mail.numbers.is_empty(), !template.has_form());
    }
}

#[test]
fn e_18_the_second_number_is_told_to_a_known_domain_alone() {
    let (declaration, _) = samples(Form::si_samu()).remove(1);
    let said = |settings: &Settings, to: &str, at: &str| {
        let decision = Decision::Reply {
            template: Template::E1c,
            to: to.to_owned(),
            asks: Vec::new(),
            hold_until: at.parse().unwrap(),
            review: None,
        };
        let form = Form::si_samu();
        let at = at.parse().unwrap();
        let answered = answered(&declaration);
        let mail = reply(&decision, &answered, settings, form, &templates(), at);
        let text = mail.unwrap().unwrap().text;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let all = full(&settings());
    let monday = "2026-11-23T08:14:00Z";
    let known = said(&all, CLAIRE, monday);
    assert!(known.contains("01 99 00 00 03 (équipe N3, jusqu’à 18 h ce jour)"));
    assert!(known.contains("un mot à support-n3@desk.example."));
    let night = said(&all, CLAIRE, "2026-11-23T19:00:00Z");
    assert!(night.contains("06 39 98 00 01 (astreinte, jusqu’au mardi 24 novembre à 9 h)"));
    let dawn = said(&all, CLAIRE, "2026-11-23T06:00:00Z");
    assert!(dawn.contains("06 39 98 00 01 (astreinte, jusqu’à 9 h ce jour)"));
    for (settings, to) in [
        (&all, "a@sub.samu.example"),
        (&all, "a@othersamu.example"),
        (&all, "a@chu.example"),
        (&settings(), CLAIRE),
    ] {
        let unknown = said(settings, to, monday);
        assert!(unknown.contains("le support au 0 809 100 809."), "{to}");
        assert!(!unknown.contains("99 00"), "{to} {unknown}");
    }
    for text in [known, night, dawn] {
        assert!(!text.to_lowercase().contains("incident majeur"));
    }
}

/// What E2 says of the next news, if anything.
fn promised(declaration: &Declaration, settings: &Settings, at: &str) -> Option<String> {
    let decision = decision(Template::E2, &[]);
    let at = at.parse().unwrap();
    let answered = answered(declaration);
    let form = Form::si_samu();
    let mail = reply(&decision, &answered, settings, form, &templates(), at);
    let text = mail.unwrap().unwrap().text;
    let said = text
        .split_once("Prochaine nouvelle de notre part\u{a0}: ")?
        .1;
    let paragraph = said.split("\n\n").next()?;
    Some(paragraph.replace(['\n', '\u{a0}'], " "))
}

/// A promise of the end of the day was made for the next opening, and one that the half hour led past
/// the end of a day for an hour at which nobody is at work.
#[test]
fn the_next_news_is_never_promised_for_past_closing() {
    let (declaration, _) = samples(Form::si_samu()).remove(0);
    let desk = |worked, (open, close): (&str, &str), days: Option<Weekday>| {
        let at = |text: &str| text.parse::<NaiveTime>().unwrap();
        let usual = Hours::default();
        Settings {
            next_news: Some(worked),
            hours: Hours {
                open: at(open),
                close: at(close),
                days: days.map_or(usual.days.clone(), |day| vec![day]),
                ..usual
            },
            ..settings()
        }
    };
    let usual = ("09:00:00", "18:00:00");
    let (four, day) = (Worked::Hours(4), Worked::Days(1));
    for (settings, at, said) in [
        // Late in the afternoon: up to the end of the day, and from there on in the next.
        (
            desk(four, usual, None),
            "2026-11-23T12:31:00Z",
            "lundi 23 novembre avant 18 h.",
        ),
        (
            desk(four, usual, None),
            "2026-11-23T13:00:00Z",
            "lundi 23 novembre avant 18 h.",
        ),
        (
            desk(four, usual, None),
            "2026-11-23T13:00:01Z",
            "mardi 24 novembre avant 9 h 30.",
        ),
        (
            desk(four, usual, None),
            "2026-11-23T16:59:59Z",
            "mardi 24 novembre avant 13 h.",
        ),
        // Exactly at closing, and after it.
        (
            desk(four, usual, None),
            "2026-11-23T17:00:00Z",
            "mardi 24 novembre avant 13 h.",
        ),
        (
            desk(four, usual, None),
            "2026-11-23T21:40:00Z",
            "mardi 24 novembre avant 13 h.",
        ),
        // On a Friday, and on the eve of a holiday.
        (
            desk(four, usual, None),
            "2026-11-27T13:00:00Z",
            "vendredi 27 novembre avant 18 h.",
        ),
        (
            desk(four, usual, None),
            "2026-11-27T16:10:00Z",
            "lundi 30 novembre avant 12 h 30.",
        ),
        (
            desk(four, usual, None),
            "2026-11-10T16:00:00Z",
            "jeudi 12 novembre avant 12 h.",
        ),
        (
            desk(four, usual, None),
            "2026-12-24T16:45:00Z",
            "lundi 28 décembre avant 13 h.",
        ),
        // A day from outside of hours is over with the day.
        (
            desk(day, usual, None),
            "2026-11-28T10:00:00Z",
            "lundi 30 novembre avant 18 h.",
        ),
        (
            desk(day, usual, None),
            "2026-11-23T08:14:00Z",
            "mardi 24 novembre avant 9 h 30.",
        ),
        // A desk that closes between two half hours.
        (
            desk(four, ("09:00:00", "17:45:00"), None),
            "2026-11-23T12:40:00Z",
            "lundi 23 novembre avant 17 h 45.",
        ),
        (
            desk(four, ("09:00:00", "23:59:00"), None),
            "2026-11-23T18:50:00Z",
            "lundi 23 novembre avant 23 h 59.",
        ),
        // Over a weekend on which the clock changes, and within the night in which it does.
        (
            desk(four, usual, None),
            "2026-10-23T14:30:00Z",
            "lundi 26 octobre avant 11 h 30.",
        ),
        (
            desk(four, usual, None),
            "2027-03-26T15:30:00Z",
            "mardi 30 mars avant 11 h 30.",
        ),
        (
            desk(
                Worked::Hours(1),
                ("00:00:00", "06:00:00"),
                Some(Weekday::Sun),
            ),
            "2027-03-27T23:45:00Z",
            "dimanche 28 mars avant 3 h.",
        ),
        (
            desk(
                Worked::Hours(3),
                ("00:00:00", "06:00:00"),
                Some(Weekday::Sun),
            ),
            "2026-10-24T22:10:00Z",
            "dimanche 25 octobre avant 2 h 30.",
        ),
    ] {
        assert_eq!(
            promised(&declaration, &settings, at).as_deref(),
            Some(said),
            "{at}"
        );
    }
}

#[test]
fn the_next_news_is_promised_where_the_desk_does_and_on_the_half_hour() {
    let (declaration, _) = samples(Form::si_samu()).remove(0);
    let promise = |settings: &Settings, at: &str| promised(&declaration, settings, at);
    let all = full(&settings());
    for (at, promised) in [
        ("2026-11-23T08:31:00Z", "lundi 23 novembre avant 14 h."),
        ("2026-11-23T08:14:00Z", "lundi 23 novembre avant 13 h 30."),
        ("2026-11-23T08:30:00Z", "lundi 23 novembre avant 13 h 30."),
        ("2026-11-23T08:30:00.5Z", "lundi 23 novembre avant 14 h."),
        ("2026-11-27T15:40:00Z", "lundi 30 novembre avant 12 h."),
    ] {
        assert_eq!(promise(&all, at).as_deref(), Some(promised), "{at}");
    }
    assert_eq!(promise(&settings(), "2026-11-23T08:31:00Z"), None);
}

#[test]
fn a_reminder_says_who_calls_whom() {
    let said = |sample| {
        sampled(Template::E4, sample, &settings())
            .text
            .replace('\u{a0}', " ")
    };
    let known = said(2).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(known.contains("INC-26-00042 (module cartographie) attend toujours"));
    assert!(known.contains("Sinon, une personne du support vous appellera."));
    let unknown = said(1).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(unknown.contains("sans nom de personne visible. Sans elle,"));
    assert!(unknown.contains("Sinon, appelez-nous au 0 809 100 809."));
}

#[test]
fn what_an_agent_typed_cannot_become_markup_or_a_header() {
    let mail = sampled(Template::E9, 3, &settings());
    let html = mime::html(&mail.mime).unwrap();
    assert!(html.contains("rétabli&lt;b&gt;") && !html.contains("<b>"));
    assert!(html.len() <= 12_000);
}

#[test]
fn every_mail_can_be_previewed() {
    for template in Template::ALL {
        let (settings, form) = (full(&settings()), Form::si_samu());
        let mail = preview(template, &settings, form, &templates(), now());
        let mail = mail.unwrap().unwrap();
        assert_eq!(mail.template, template);
        assert_eq!(mail.to, CLAIRE);
        assert_eq!(mail.numbers.is_empty(), !template.has_form());
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
