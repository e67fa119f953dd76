use super::*;
use chrono::TimeDelta;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_510_800, 0).unwrap()
}

fn parse(text: &str) -> Query {
    Query::parse(text, Form::si_samu(), now(), chrono_tz::Europe::Paris)
}

fn terms(text: &str) -> Vec<Term> {
    let query = parse(text);
    assert_eq!(query.faults, [], "{text}");
    query.parts.into_iter().map(|part| part.term).collect()
}

fn found(words: &[&str], begins: bool) -> Term {
    Term::Words(Pattern {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        begins,
    })
}

#[test]
fn words_phrases_and_filters_are_read() {
    assert_eq!(
        terms("Écran « carte grise » du \"x"),
        [
            found(&["ecran"], true),
            found(&["carte", "grise"], false),
            found(&["du"], false),
            found(&["x"], false),
        ]
    );
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    assert_eq!(
        terms(
            "entite:samu-44 état:attente manque:telephone champ:environnement=formation \
             depuis:7j majeur:oui de:chu.example capture:non"
        ),
        [
            Term::Field(FieldName::Entity, words(&["samu", "44"])),
            Term::Status(Status::Waiting),
            Term::Lacks(Item::Field(FieldName::Phone)),
            Term::Field(FieldName::Environment, words(&["formation"])),
            Term::Since(now() - TimeDelta::days(7)),
            Term::Major(true),
            Term::From(words(&["chu", "example"])),
            Term::Screenshot(false),
        ]
    );
    assert_eq!(
        terms("champ:fonctionnalite=\"carte grise\" champ:phone manque:capture"),
        [
            Term::Field(FieldName::Feature, words(&["carte", "grise"])),
            Term::Field(FieldName::Phone, Vec::new()),
            Term::Lacks(Item::Screenshot),
        ]
    );
    for (typed, status) in [
        ("à-relire", Status::ToReview),
        ("\"en attente\"", Status::Waiting),
        ("to_call", Status::ToCall),
        ("clos", Status::Closed),
    ] {
        assert_eq!(terms(&format!("etat:{typed}")), [Term::Status(status)]);
    }
}

#[test]
fn what_is_no_filter_is_words() {
    assert_eq!(
        terms("erreur: 10:30"),
        [found(&["erreur"], true), found(&["10", "30"], false)]
    );
    assert_eq!(
        terms("https://vigie.example/d"),
        [found(&["https", "vigie", "example", "d"], false)]
    );
    assert_eq!(
        terms("\"etat:attente\""),
        [found(&["etat", "attente"], false)]
    );
    for nothing in ["", " ", "%", "_ \\ ' * ^ \0 -- ;", "\"", "« »"] {
        assert_eq!(parse(nothing), Query::default(), "{nothing:?}");
    }
}

#[test]
fn signs_of_sql_and_of_the_index_are_plain_text() {
    assert_eq!(
        terms("'; DROP TABLE x;--"),
        [
            found(&["drop"], true),
            found(&["table"], true),
            found(&["x"], false)
        ]
    );
    assert_eq!(
        terms("NEAR(a\0b) OR NOT c* ^d 100%"),
        [
            found(&["near", "a"], false),
            found(&["b"], false),
            found(&["or"], false),
            found(&["not"], true),
            found(&["c"], false),
            found(&["d"], false),
            found(&["100"], true),
        ]
    );
}

#[test]
fn an_unknown_filter_or_value_is_met_with_the_nearest_known_one() {
    let query = parse("gris etta:attente majeur:oui");
    assert_eq!(query.text(), "gris majeur:oui");
    let [fault] = &query.faults[..] else {
        panic!("{query:?}")
    };
    assert_eq!(fault.french(), "filtre inconnu\u{a0}: etta.");
    let near = fault.near().unwrap();
    assert_eq!(near.word, "etat");
    assert_eq!(near.query, "gris etat:attente majeur:oui");
    for (typed, word, query) in [
        ("etat:atente", "attente", "etat:attente"),
        ("manque:telphone", "telephone", "manque:telephone"),
        (
            "champ:environement=prod",
            "environnement",
            "champ:environnement=prod",
        ),
        ("majeur:ouai", "oui", "majeur:oui"),
    ] {
        let parsed = parse(typed);
        let near = parsed.faults[0].near().unwrap();
        assert_eq!((near.word.as_str(), near.query.as_str()), (word, query));
    }
    let far = parse("couleur:bleu");
    assert!(far.faults[0].near().is_none());
    assert!(far.faults[0].french().contains("entite, etat, manque"));
    assert!(matches!(&far.faults[0], Fault::Filter { quoted, .. } if quoted == "\"couleur:bleu\""));
    assert!(
        parse("depuis:toujours").faults[0]
            .french()
            .contains("7j, 24h")
    );
    assert_eq!(
        parse("etat:clos etat:complet").faults,
        [Fault::Twice("etat".to_owned())]
    );
    assert_eq!(
        parse("gris etat:clos").with_status(Status::Waiting),
        "gris etat:attente"
    );
    assert_eq!(
        parse("gris").with_entity("SAMU « 44 »"),
        "gris entite:\"SAMU   44  \""
    );
    assert_eq!(parse(&"a ".repeat(21)).faults, [Fault::TooMuch]);
    assert_eq!(parse(&"a".repeat(501)).faults, [Fault::TooMuch]);
}

#[test]
fn a_start_is_a_span_or_a_day() {
    let since = |typed: &str| parse(&format!("depuis:{typed}")).since();
    let day = |text: &str| Some(text.parse::<DateTime<Utc>>().unwrap());
    assert_eq!(since("24h"), Some(now() - TimeDelta::hours(24)));
    assert_eq!(since("2sem"), Some(now() - TimeDelta::days(14)));
    assert_eq!(since("3mois"), Some(now() - TimeDelta::days(90)));
    assert_eq!(since("2026-11-01"), day("2026-10-31T23:00:00Z"));
    assert_eq!(since("01/11/2026"), day("2026-10-31T23:00:00Z"));
    assert_eq!(since("hier"), day("2026-11-22T23:00:00Z"));
    for wrong in [
        "j",
        "7",
        "99999999999j",
        "999999999999999999999j",
        "7x",
        "é",
    ] {
        assert_eq!(since(wrong), None, "{wrong}");
    }
}

#[test]
fn a_reference_is_known_however_short_it_is_said() {
    let said = |prefix: Option<&str>, year, number| {
        Some(ShortReference {
            prefix: prefix.map(str::to_owned),
            year,
            number,
        })
    };
    for (text, reference) in [
        ("42", said(None, None, 42)),
        (" 26-42 ", said(None, Some(26), 42)),
        ("INC-26-00042", said(Some("INC"), Some(26), 42)),
        ("inc-26-42", said(Some("INC"), Some(26), 42)),
        ("2026-42", None),
        ("42 43", None),
        ("-42", None),
        ("", None),
        ("99999999999", None),
        ("é-42", None),
    ] {
        assert_eq!(Query::reference(text), reference, "{text}");
    }
}
