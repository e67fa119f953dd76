//! Pages and mails as a browser shows them: what axe finds, what moves, what is asked of others, what a
//! click leads to. The scenarios stand in `tests/browser/scenarios`.

use crate::support::browser::{Demo, shared};
use serde_json::{Map, Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

/// Pages of the demonstration: the lists, nineteen dossiers, each kind of page beside one, search,
/// messages, health, quarantine, two that are not there.
const PAGES: usize = 47;

/// Those of a demonstration without samples.
const EMPTY: usize = 12;

const DOSSIERS: usize = 19;

const MAILS: [&str; 10] = [
    "E1", "E1b", "E1c", "E1d", "E2", "E3", "E4", "E9", "E9b", "E10",
];

/// Values longer than a line of a phone, without a blank, in every field that is said back.
const LONG: &str = "From: \"Marie-Antoinette de La Tour d’Auvergne-Lauraguais-Montmorency\" <m.a@chu.example>\n\
    Subject: pb\nMessage-ID: <long@chu.example>\nContent-Type: text/plain; charset=utf-8\n\n\
    Nom : Marie-Antoinette de La Tour d’Auvergne-Lauraguais-Montmorency\nFonction : ARM\n\
    Entité : SAMUQUIPORTEUNNOMSANSAUCUNBLANCETQUINETIENTPASDANSLALARGEURDUNTELEPHONE\n\
    Numéro de téléphone : 02 61 91 00 12\nDate et heure de début : 23/11/2026 09:00\n\
    Environnement : production\nNombre d’utilisateurs impactés : 10\nReproductible : oui\n\
    Fonctionnalité : carto_graphie_dont_le_nom_ne_finit_pas_avant_tres_longtemps_et_encore_un_peu_plus\n\
    Description : la carte affiche ERREUR_QUI_NE_FINIT_PAS_AVANT_TRES_LONGTEMPS_ET_ENCORE_UN_PEU_PLUS_LOIN\n";

/// The HTML part of what `vigie reply` writes.
fn html(arguments: &[&str], input: &str) -> String {
    let mut reply = Command::new(env!("CARGO_BIN_EXE_vigie"))
        .args(["reply", "--html", "--now", "2026-11-23T09:33:00+01:00"])
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    reply
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    let output = reply.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn e_03_every_mail_passes_axe_fits_a_phone_and_needs_no_style_and_nobody_else() {
    let mut mails: Map<String, Value> = MAILS
        .iter()
        .map(|name| ((*name).to_owned(), json!(html(&["--sample", name], ""))))
        .collect();
    let long = html(&["-"], LONG);
    assert!(long.contains("QUINETIENTPAS"), "{long}");
    mails.insert("long".to_owned(), json!(long));
    let count = mails.len();
    let told = shared().run(None, "mails", &json!({ "mails": mails }));
    told.holds("axe-alone", 2 * count);
    told.holds("axe-in-a-reader", 2 * count);
    told.holds("contrast", 2 * count);
    told.holds("no-side-scroll", 4 * count);
    told.holds("bytes", count);
    told.holds("no-element", count);
    told.holds("no-address", count);
    told.holds("same-without-styles", count);
    told.holds("no-request", 1);
    assert_eq!(told.facts().len(), 9);
}

#[test]
fn w_01_w_08_axe_finds_nothing_on_any_page_in_either_scheme_and_nobody_else_is_asked() {
    let shared = shared();
    let told = shared.pages();
    told.holds("axe", 2 * PAGES);
    told.holds("no-foreign-request", 1);
    told.holds("nothing-refused", 1);
    let empty = Demo::start(&["--empty"]);
    let told = shared.run(Some(&empty), "pages", &Value::Null);
    for fact in ["axe", "no-side-scroll", "landmarks", "skip-links"] {
        told.holds(fact, EMPTY);
    }
    told.holds("no-foreign-request", 1);
}

#[test]
fn w_02_every_pair_of_colours_that_is_used_has_contrast_in_both_schemes() {
    let told = shared().pages();
    told.holds("text", 2 * 13);
    told.holds("border", 2 * 6);
    told.holds("named", 2);
}

#[test]
fn w_13_no_page_scrolls_sideways_at_any_width() {
    shared().pages().holds("no-side-scroll", 4 * PAGES);
}

#[test]
fn w_29_every_page_says_what_it_is_and_lets_one_skip_to_its_parts() {
    let told = shared().pages();
    for fact in ["language", "own-title", "one-h1", "landmarks", "skip-links"] {
        told.holds(fact, PAGES);
    }
}

#[test]
fn w_09_w_11_pages_are_light_and_nothing_in_them_moves() {
    let told = shared().pages();
    told.holds("first-visit", DOSSIERS);
    told.holds("html", DOSSIERS);
    for fact in ["css", "js", "still", "nodes"] {
        told.holds(fact, PAGES);
    }
}

#[test]
fn w_20_a_number_leads_from_the_row_to_its_words_and_from_the_words_to_the_row() {
    let shared = shared();
    let told = shared.run(Some(&shared.demo), "evidence", &Value::Null);
    told.holds("numbers-in-pairs", DOSSIERS);
    told.holds("row-to-mark", 200);
    told.holds("mark-to-row", 200);
}

#[test]
fn w_03_w_06_w_21_a_ticket_is_worked_through_by_single_letters() {
    // What is done changes it: a demonstration of its own.
    let demo = Demo::start(&[]);
    let told = shared().run(Some(&demo), "keys", &Value::Null);
    for fact in [
        "the-first-row",
        "opened",
        "the-first-doubt",
        "doubt-first",
        "confirmed",
        "validated",
        "undone",
        "opens-a-form",
        "left",
        "seek",
    ] {
        told.holds(fact, 1);
    }
    told.holds("typed-letters-are-no-keys", 2);
}
