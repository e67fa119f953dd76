//! E-01 with the longest that a mail can have to say: a form of fourteen lines, names of sixty
//! characters, a name that is there and empty.

use super::sample::{act, answered, closing, everything, full, samples};
use super::tests::{settings, templates};
use super::*;
use crate::domain::field::{FieldName, Reading, Value};
use crate::domain::form::Ask;
use chrono::DateTime;
use letter::Writing;

/// Of people and of services: sixty characters each.
const LONG: &str = "Ségolène-Marguerite de La Rochefoucauld-Kerguelen du Plessis";
const UNBROKEN: &str = "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaf";
const SERVICE: &str = "Support du système d’information de la régulation d’urgence.";

const ADDRESS: &str = "s.rochefoucauld@samu.example";

/// The form with name and role on lines of their own: thirteen questions, and the screenshot.
fn fourteen() -> Form {
    let definition = include_str!("../domain/form/si-samu.toml");
    let (before, role) = definition.split_once("name = \"declarant_role\"").unwrap();
    let role = role.replacen(
        "\"Votre nom, prénom et fonction\"",
        "\"Votre fonction dans le service\"",
        2,
    );
    Form::parse(&format!("{before}name = \"declarant_role\"{role}")).unwrap()
}

struct Made {
    what: String,
    template: Template,
    text: String,
}

/// Every template for each of these names, with no, long and much missing, of a desk with a short
/// name that says little and of one with a long name that says all.
fn every() -> Vec<Made> {
    let (form, templates) = (fourteen(), templates());
    let long_desk = Settings {
        service_name: SERVICE.to_owned(),
        ..full(&settings())
    };
    let mut made = Vec::new();
    for settings in [&settings(), &long_desk] {
        for name in [LONG, UNBROKEN, "", " \u{a0}\t", "-"] {
            for (number, (mut declaration, asks)) in samples(&form).into_iter().enumerate() {
                for field in [FieldName::DeclarantName, FieldName::AffectedUser] {
                    let value = Value::Text(name.to_owned());
                    declaration.fields[field].reading = Reading::Present(value);
                }
                for template in Template::ALL {
                    if template.has_form() && asks.is_empty() {
                        continue;
                    }
                    let closing = closing(number);
                    let answered = Answered {
                        from_name: name,
                        from_address: ADDRESS,
                        act: act(template, ADDRESS, &closing),
                        ..answered(&declaration)
                    };
                    let letter = letter(template, &asks, &answered, settings, &form);
                    let (text, _) = render(template, &letter, &templates).unwrap();
                    let what = format!("{template:?}, {name:?}, sample {number}:\n{text}");
                    made.push(Made {
                        what,
                        template,
                        text,
                    });
                }
            }
        }
    }
    made
}

fn letter(
    template: Template,
    asks: &[Ask],
    answered: &Answered<'_>,
    settings: &Settings,
    form: &Form,
) -> Letter {
    let now: DateTime<Utc> = "2026-11-23T08:14:00Z".parse().unwrap();
    let writing = Writing {
        template,
        to: ADDRESS,
        asks,
        now,
        leaves_at: now,
    };
    Letter::new(&writing, answered, settings, form)
}

#[test]
fn e_01_extreme_data_keeps_every_line_within_what_mail_programs_bear() {
    assert_eq!((LONG.chars().count(), UNBROKEN.chars().count()), (60, 60));
    assert_eq!(SERVICE.chars().count(), 60);
    let mut forms = 0;
    for Made { what, text, .. } in every() {
        for line in text.lines() {
            let is_form = wrap::is_form_line(line);
            let most = if is_form { 68 } else { 72 };
            assert!(line.chars().count() <= most, "{line}\n{what}");
            forms += usize::from(is_form);
        }
    }
    assert!(forms > 500, "{forms} lines of forms");
}

#[test]
fn e_01_a_form_of_fourteen_lines_has_them_all() {
    let form = fourteen();
    let asks = everything(&form, true);
    assert_eq!(asks.len(), 14);
    let whole: Vec<Made> = every();
    let mut seen = 0;
    for Made { what, text, .. } in &whole {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| wrap::is_form_line(line))
            .collect();
        if lines.len() < 13 {
            continue;
        }
        seen += 1;
        for (number, line) in (1..).zip(&lines) {
            assert!(line.starts_with(&format!("  {number}) ")), "{line}\n{what}");
        }
        assert_eq!(lines.len(), 13, "{what}");
        assert!(text.contains("une copie d’écran"), "{what}");
    }
    // Four templates with a form, two samples that lack all, five names, two desks.
    assert_eq!(seen, 4 * 2 * 5 * 2);
}

#[test]
fn e_01_extreme_data_leaves_number_and_telephone_at_the_top_and_ninety_words_before_the_form() {
    for Made {
        what,
        template,
        text,
    } in every()
    {
        let words: Vec<&str> = text.split_whitespace().collect();
        let opening = words[..words.len().min(60)].join(" ");
        assert!(opening.contains("INC-26-00042"), "{what}");
        // E1d says first what was deleted (experience, 3.2), as it is worded there.
        let tells = matches!(template, Template::E1 | Template::E1b | Template::E1c);
        assert!(!tells || opening.contains("0 809 100 809"), "{what}");
        let first = text.lines().position(wrap::is_form_line);
        let before = text.lines().take(first.unwrap_or_default());
        let count: usize = before.map(|line| line.split_whitespace().count()).sum();
        assert!(count <= 90, "{count} words before the form: {what}");
    }
}

#[test]
fn e_01_a_long_name_is_greeted_whole_and_an_empty_one_not_at_all() {
    let (form, templates) = (fourteen(), templates());
    for (name, greeting) in [
        (LONG, format!("Bonjour {LONG},")),
        (UNBROKEN, format!("Bonjour {UNBROKEN},")),
        ("", "Bonjour,".to_owned()),
        (" \u{a0}\t", "Bonjour,".to_owned()),
        ("-", "Bonjour,".to_owned()),
    ] {
        let (mut declaration, asks) = samples(&form).remove(3);
        declaration.fields[FieldName::DeclarantName].reading =
            Reading::Present(Value::Text(name.to_owned()));
        let answered = Answered {
            from_name: name,
            from_address: ADDRESS,
            ..answered(&declaration)
        };
        let letter = letter(Template::E1, &asks, &answered, &settings(), &form);
        let (text, html) = render(Template::E1, &letter, &templates).unwrap();
        let opening = text.split_once("\n\n").unwrap().0.replace('\n', " ");
        assert_eq!(opening, greeting);
        assert!(html.contains(&greeting), "{html}");
    }
}
