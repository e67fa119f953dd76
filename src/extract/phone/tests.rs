use super::*;

fn numbers(text: &str) -> Vec<String> {
    find(text)
        .iter()
        .map(|found| match &found.number {
            Number::Valid(number) => number.clone(),
            Number::Wrong(Reason::PhoneDigits { digits, .. }) => format!("{digits} digits"),
            Number::Wrong(_) => "not callable".to_owned(),
        })
        .collect()
}

fn best(text: &str) -> String {
    match answer(text).map(|answer| answer.reading) {
        Some(Reading::Present(Value::Phone(number))) => number,
        Some(Reading::Unclear(Reason::PhoneDigits { digits, .. })) => format!("{digits} digits"),
        Some(Reading::Unclear(Reason::PhoneNotCallable { .. })) => "not callable".to_owned(),
        other => format!("{other:?}"),
    }
}

/// Of several numbers, the first among those that score best.
fn chosen(text: &str) -> String {
    find(text)
        .iter()
        .reduce(|best, next| {
            if next.score > best.score + 0.1 {
                next
            } else {
                best
            }
        })
        .map(|found| text[found.span.clone()].to_owned())
        .unwrap_or_default()
}

#[test]
fn a_french_number_is_read_in_every_writing() {
    for text in [
        "02 61 91 22 40",
        "0261912240",
        "02.61.91.22.40",
        "02-61-91-22-40",
        "02/61/91/22/40",
        "0261 91 22 40",
        "+33 (0)2 61 91 22 40",
        "+33261912240",
        "0033 2 61 91 22 40",
        "(+33) 2 61 91 22 40",
        "33 2 61 91 22 40",
        "02\u{a0}61\u{a0}91\u{a0}22\u{a0}40",
        "(0)261912240",
        "tel:+33.2.61.91.22.40",
        "02 61 91 22 40 poste 118",
        "02 61 91 22 40 9h-17h",
    ] {
        assert_eq!(best(text), "+33261912240", "{text}");
    }
}

#[test]
fn a_department_before_a_number_is_no_part_of_it() {
    for text in [
        "SAMU 01 – 02 61 91 22 40",
        "SAMU 06 - 02.61.91.22.40",
        "Coordinatrice ARM, SAMU 03 / 0261912240",
        "SAS 05 02 61 91 22 40",
        "CESU 974 - 02 61 91 22 40",
        "SDIS 09 (02 61 91 22 40)",
    ] {
        assert_eq!(best(text), "+33261912240", "{text}");
    }
}

#[test]
fn an_overseas_number_takes_its_own_code() {
    for (text, number) in [
        ("0596 97 14 05 (salle)", "+596596971405"),
        ("+590 590 89 12 34 poste 2207", "+590590891234"),
        ("0590 83 47 62", "+590590834762"),
        ("0262 90 50 00", "+262262905000"),
        ("0692.12.34.56", "+262692123456"),
        ("0269 61 80 00", "+262269618000"),
        ("0639 01 02 03", "+262639010203"),
        ("06 39 98 14 52", "+33639981452"),
        ("0694 12 34 56", "+594694123456"),
        ("00596 696 12 34 56", "+596696123456"),
        ("+262 (0)262 90 50 00", "+262262905000"),
    ] {
        assert_eq!(best(text), number, "{text}");
    }
}

#[test]
fn digits_too_few_or_too_many_are_told() {
    for (text, told) in [
        ("mon num 02 61 91 53 4", "9 digits"),
        ("03 53 01 62 4", "9 digits"),
        ("026191534", "9 digits"),
        ("02 61 91 53 422", "11 digits"),
        ("+33 2 61 91 53 4", "9 digits"),
        ("poste 2214", "not callable"),
        ("2214", "not callable"),
        ("6 39 98 14 52", "9 digits"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn other_numbers_are_not_telephones() {
    for text in [
        "RPPS 10100000373",
        "N° FINESS 640000999",
        "FINESS : 010000999",
        "n° du dossier 25-0402-117",
        "le 12/03/2026 à 14h30",
        "SIRET 267 500 452 00011",
        "adresse 10.12.34.156",
        "ticket I250331_00017",
        "(ticket 2026-001877)",
        "INC-26-00042",
        "dossiers 4471 à 4478",
        "04.11.2025 13:22:08",
        "sur 6 postes, 4 postes sur 6",
        "le poste n°4",
    ] {
        assert_eq!(numbers(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn of_several_numbers_the_declarants_own_wins() {
    for (text, number) in [
        (
            "le n° de la tablette 06 39 98 65 90 ne prend pas les appels, faites le 06 39 98 65 07",
            "06 39 98 65 07",
        ),
        (
            "Le 02 61 91 37 00 ne reçoit pas d'appel, composez le 02 61 91 37 44",
            "02 61 91 37 44",
        ),
        (
            "Standard 02 61 91 37 00, le numéro où me trouver : 02 61 91 37 44",
            "02 61 91 37 44",
        ),
        ("RAPPELEZ MOI AU 0465713318 PAS AU STANDARD", "0465713318"),
        (
            "Secrétariat 02 61 91 37 00, ma ligne directe 02 61 91 37 44",
            "02 61 91 37 44",
        ),
        (
            "Tél. direct : 05 36 49 64 22 | Secrétariat : 05 36 49 64 00 | Fax : 05 36 49 64 01",
            "05 36 49 64 22",
        ),
        (
            "Bureau 01 99 00 94 51 / Port. 06 39 98 94 51 / Secrétariat 01 99 00 94 50",
            "01 99 00 94 51",
        ),
        ("T. 05 36 49 09 31 - F. 05 36 49 09 99", "05 36 49 09 31"),
        (
            "05 36 49 17 08 - télécopie 05 36 49 17 09",
            "05 36 49 17 08",
        ),
        (
            "Mon portable : 06 39 98 47 11 (ne pas appeler le secrétariat, fermé)",
            "06 39 98 47 11",
        ),
        (
            "appelez-moi sur mon portable 06 39 98 10 67. Ma collègue Sandrine (secrétariat, 04 65 71 03 20)",
            "06 39 98 10 67",
        ),
        (
            "Le standard est au 02 61 91 00 00, mais je suis au 02 61 91 00 14",
            "02 61 91 00 14",
        ),
        (
            "Le numéro du SAMU est 02 61 91 15 15, moi c'est le 06 39 98 11 22",
            "06 39 98 11 22",
        ),
        (
            "En cas d'urgence : 0 809 100 809. Mon fixe 04 65 71 34 52",
            "04 65 71 34 52",
        ),
        (
            "ne pas appeler le 02 61 91 10 10, plutôt le 02 61 91 10 11",
            "02 61 91 10 11",
        ),
    ] {
        assert_eq!(chosen(text), number, "{text}");
    }
}

#[test]
fn two_numbers_in_a_row_are_two() {
    assert_eq!(
        numbers("02 61 91 28 35 06 39 98 47 11"),
        ["+33261912835", "+33639984711"]
    );
    assert_eq!(
        numbers("02 61 91 28 35 / 06 39 98 47 11"),
        ["+33261912835", "+33639984711"]
    );
    assert_eq!(
        numbers("0261912835/0639984711"),
        ["+33261912835", "+33639984711"]
    );
}

#[test]
fn a_foreign_number_is_judged_by_the_library() {
    assert_eq!(best("+32 2 555 12 12"), "+3225551212");
    assert_eq!(best("+41 22 379 00 00"), "+41223790000");
    assert_eq!(best("+1 555"), "not callable");
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        for found in find(&text) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
        let _ = answer(&text);
    }

    #[test]
    fn any_run_of_digits_is_read_without_a_panic(text in "[0-9 +().\\-/é(\n]{0,80}") {
        for found in find(&text) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
        let _ = answer(&text);
    }
}

#[test]
fn a_megabyte_of_digits_is_read_in_linear_time() {
    for text in [
        "0".repeat(1_000_000),
        "06 ".repeat(400_000),
        "+33".repeat(300_000),
        "02 61 91 28 35 ".repeat(60_000),
    ] {
        let _ = find(&text);
    }
}

#[test]
fn a_number_goes_on_behind_the_lines_end() {
    for text in [
        "Vous pouvez me joindre au 06\n39 98 00 01.",
        "Appelez-moi au 06.39.98\n.00.01",
        "mon numéro : 06 39 98 00\n01",
    ] {
        assert_eq!(numbers(text), ["+33639980001"], "{text}");
    }
    for text in [
        "pour tout le SAMU 06\n04 65 71 06 11",
        "SAMU 44\n04 65 71 06 11",
        "Portail HS SAMU 44 0465710611",
    ] {
        assert_eq!(numbers(text), ["+33465710611"], "{text}");
    }
}

#[test]
fn an_extension_is_where_somebody_is_called() {
    let unclear = |text: &str| {
        find(text)
            .iter()
            .any(|found| matches!(found.number, Number::Wrong(_)))
    };
    for text in [
        "Vous pouvez me contacter au 2347, je suis là jusqu'à 17h30.",
        "je suis joignable au 4512",
        "rappelez-moi au 45 12",
        "en interne faites le 6120",
    ] {
        assert!(unclear(text), "{text}");
    }
    for text in [
        "nous sommes au 2347 appels cette année",
        "joignable le 12 à 9h",
        "me joindre au 15",
        "je ne peux plus ouvrir le 4512",
    ] {
        assert!(!unclear(text), "{text}");
    }
}

#[test]
fn the_number_that_is_preferred_is_called() {
    for text in [
        "06 39 98 79 12 de préférence, sinon mon poste 05 36 49 79 40",
        "Mon fixe 05 36 49 79 40, mais plutôt le 06 39 98 79 12",
        "05 36 49 79 40, de préférence le 06 39 98 79 12",
        "Tél perso 06 39 98 79 12, le 05 36 49 79 40 ne passe plus",
        "Je ne suis plus au 05 36 49 79 40 mais au 06 39 98 79 12",
        "Pour moi 06 39 98 79 12 ; pour le Dr Roy 05 36 49 79 40",
        "06 39 98 79 12 (l'ancien 05 36 49 79 40 ne marche plus)",
        "06 39 98 79 12 (secrétariat : 05 36 49 79 40)",
        "06 39 98 79 12 (standard du CH 05 36 49 79 40, 24h/24)",
        "Mon cabinet est au 05 36 49 79 40 mais je n'y suis pas avant mardi, préférez mon portable : 06 39 98 79 12",
        "Cabinet 05 36 49 79 40 (répondeur jusqu'à lundi)\nportable ce soir 06 39 98 79 12",
        "06 39 98 79 12\n(secrétariat de direction : 05 36 49 79 40)",
        "Mon bureau est le 05 36 49 79 40 mais appelez plutôt sur le portable 06 39 98 79 12",
        "cabinet 05 36 49 79 40 (fermé) - mobile 06 39 98 79 12",
        "le SMS à l'appelant reste en attente. SAMU 68. Christelle ARM 06 39 98 79 12",
    ] {
        assert_eq!(chosen(text), "06 39 98 79 12", "{text}");
    }
}

#[test]
fn the_one_to_be_asked_later_is_not_the_declarant() {
    for text in [
        "Je suis au 06 39 98 69 40, après 18h voir plutôt le Dr Grondin 06 39 98 55 02",
        "Je réponds au 06 39 98 69 40 ; ensuite demander Mme Pages au 06 39 98 55 02",
        "moi 06 39 98 69 40, sinon appelez ma cadre Nadia Roy 06 39 98 55 02",
        "au 06 39 98 69 40. En mon absence voir directement avec le médecin du jour 06 39 98 55 02",
    ] {
        assert_eq!(chosen(text), "06 39 98 69 40", "{text}");
    }
    assert_eq!(
        chosen("standard 02 61 91 22 00, demander le poste de la salle : 02 61 91 22 40"),
        "02 61 91 22 40"
    );
}
