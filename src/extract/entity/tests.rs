use super::*;

fn best(text: &str) -> String {
    find(text)
        .iter()
        .reduce(|best, next| if next.score > best.score { next } else { best })
        .map_or("nothing".to_owned(), |found| {
            format!("{} = {}", found.name, found.id.as_deref().unwrap_or("null"))
        })
}

fn answered(text: &str) -> String {
    match answer(text).map(|answer| answer.reading) {
        Some(Reading::Present(Value::Entity { name, id })) => {
            format!("{name} = {}", id.unwrap_or_else(|| "null".to_owned()))
        }
        Some(Reading::Unclear(Reason::WhichEntity { .. })) => "which".to_owned(),
        None => "nothing".to_owned(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_samu_is_resolved_in_every_writing() {
    for (text, told) in [
        ("SAMU 44", "SAMU 44 = samu-44"),
        ("samu44", "samu44 = samu-44"),
        ("SAMU-44", "SAMU-44 = samu-44"),
        ("SAMU n° 44", "SAMU n° 44 = samu-44"),
        ("Samu du 74", "Samu du 74 = samu-74"),
        ("SAMU 2A", "SAMU 2A = samu-2A"),
        ("SAMU 6", "SAMU 6 = samu-06"),
        ("SAMU de Nantes", "SAMU de Nantes = samu-44"),
        ("SAMU de l'Oise", "SAMU de l'Oise = samu-60"),
        ("SAMU DE L’OISE", "SAMU DE L’OISE = samu-60"),
        (
            "Samu des Alpes-Maritimes",
            "Samu des Alpes-Maritimes = samu-06",
        ),
        ("Samu des Côtes d'Armor", "Samu des Côtes d'Armor = samu-22"),
        ("Samu d’Arras (62)", "Samu d’Arras (62) = samu-62"),
        ("Samu de Saint-Etienne", "Samu de Saint-Etienne = samu-42"),
        ("samu de St Brieuc", "samu de St Brieuc = samu-22"),
        ("SAMU 22 St-Brieuc", "SAMU 22 St-Brieuc = samu-22"),
        ("SAMU 58 Nevers", "SAMU 58 Nevers = samu-58"),
        ("SAMU 86 (Poitiers)", "SAMU 86 (Poitiers) = samu-86"),
        (
            "SAMU 971, Pointe-à-Pitre",
            "SAMU 971, Pointe-à-Pitre = samu-971",
        ),
        ("CHU, SAMU 86", "SAMU 86 = samu-86"),
        ("centre 15 de Lille", "centre 15 de Lille = samu-59"),
        ("CRRA 15 du Rhône", "CRRA 15 du Rhône = samu-69"),
        (
            "SAMU - Centre 15 de Lyon",
            "SAMU - Centre 15 de Lyon = samu-69",
        ),
        ("SAMU 37 - Centre 15", "SAMU 37 = samu-37"),
        ("SAMU/SMUR 38", "SAMU/SMUR 38 = samu-38"),
        ("SAMU du CHU de Rouen", "SAMU du CHU de Rouen = samu-76"),
        ("Samu du Val-de-Marne", "Samu du Val-de-Marne = samu-94"),
        ("SAMU de la Réunion", "SAMU de la Réunion = samu-974"),
        ("SAMU La Rochelle", "SAMU La Rochelle = samu-17"),
        ("SAMU du Mans", "SAMU du Mans = samu-72"),
        ("Centre 15 du Calvados", "Centre 15 du Calvados = samu-14"),
        ("CESU 64", "CESU 64 = samu-64"),
        ("CESU de la Sarthe", "CESU de la Sarthe = samu-72"),
        ("SAMU 76A", "SAMU 76A = samu-76"),
        ("la régul 80 Amiens", "régul 80 Amiens = samu-80"),
        ("régulation de Lille", "régulation de Lille = samu-59"),
        ("the SAMU in Limoges (87)", "SAMU in Limoges (87) = samu-87"),
        ("SAMU 988", "SAMU 988 = samu-988"),
        ("SAMU de Nouméa", "SAMU de Nouméa = samu-988"),
        ("SAMU 975", "SAMU 975 = samu-975"),
        ("SAMU 978 Saint-Martin", "SAMU 978 Saint-Martin = samu-978"),
        (
            "SAMU de Saint-Barthélemy",
            "SAMU de Saint-Barthélemy = samu-977",
        ),
        ("SAMU de la Hte-Savoie", "SAMU de la Hte-Savoie = samu-74"),
        (
            "SAMU de Bourgoin-Jallieu",
            "SAMU de Bourgoin-Jallieu = samu-38",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn an_agency_is_resolved_by_its_region() {
    for (text, told) in [
        ("ARS PdL", "ARS PdL = ars-PDL"),
        ("ARS Pays de la Loire", "ARS Pays de la Loire = ars-PDL"),
        ("l'ARS de Bretagne", "ARS de Bretagne = ars-BRE"),
        (
            "Agence régionale de santé Île-de-France",
            "Agence régionale de santé Île-de-France = ars-IDF",
        ),
        (
            "ARS Provence-Alpes-Côte d'Azur",
            "ARS Provence-Alpes-Côte d'Azur = ars-PACA",
        ),
        ("ARS Hauts-de-France", "ARS Hauts-de-France = ars-HDF"),
        ("ARS Grand-Est", "ARS Grand-Est = ars-GES"),
        (
            "Agence Régionale de Santé Bourgogne-Franche-Comté",
            "Agence Régionale de Santé Bourgogne-Franche-Comté = ars-BFC",
        ),
        (
            "Agence régionale de santé de La Réunion",
            "Agence régionale de santé de La Réunion = ars-REU",
        ),
        ("ARS Océan Indien - La Réunion", "nothing"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn what_names_no_samu_is_left() {
    for text in [
        "le SI-Samu ne marche pas",
        "portail SI Samu inaccessible",
        "le SAMU ne répond plus",
        "CHU de Nantes",
        "mon compte REGUL-07",
        "compte regul07",
        "régulation 3 postes",
        "la régulation de nuit",
        "régulation 15",
        "CRRA 15 - CHU du Furan",
        "plus de SMUR du 38 ni du 74",
        "le samu depuis 14h12",
        "SAMU 4 postes sur 6 bloqués",
        "Centre 15",
    ] {
        assert_eq!(best(text), "nothing", "{text}");
    }
}

#[test]
fn the_declarants_own_goes_before_a_neighbours() {
    for (text, told) in [
        (
            "Je suis chargée de mission soins non programmés à l'ARS Normandie, pour les SAMU 14 et 61 c'est faux",
            "ARS Normandie = ars-NOR",
        ),
        (
            "Je suis gestionnaire à l'ARS Bretagne. Les chiffres des SAMU 22, 29 et 35 sont faux.",
            "ARS Bretagne = ars-BRE",
        ),
        (
            "Les appels des SAMU 14 et 61 sont perdus. Nous sommes deux médecins au SAMU 50.",
            "SAMU 50 = samu-50",
        ),
        (
            "les renforts demandés au SAMU 19 n'arrivent plus. Clara Roy, ARM au SAMU de Limoges",
            "SAMU de Limoges = samu-87",
        ),
        (
            "on reçoit les appels du SAMU 01. Ici le SAMU 69",
            "SAMU 69 = samu-69",
        ),
        (
            "l'ARM du SAMU 71 ne voit rien. Paul Vidal, SAMU de Dijon",
            "SAMU de Dijon = samu-21",
        ),
        ("jsui o samu 02 a laon", "samu 02 a laon = samu-02"),
        (
            "transfert de dossier vers le SAMU 79 depuis le nôtre, SAMU 86",
            "SAMU 86 = samu-86",
        ),
        (
            "les collègues du SAMU 73 ne voient rien, nous au SAMU 74 non plus",
            "SAMU 74 = samu-74",
        ),
        ("médecin régulateur au SAMU 47 ce soir", "SAMU 47 = samu-47"),
        (
            "Locum emergency physician at SAMU 06 here",
            "SAMU 06 = samu-06",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn an_answer_is_kept_as_written() {
    for (text, told) in [
        ("SAMU 33", "SAMU 33 = samu-33"),
        ("régulation, SAMU 21", "SAMU 21 = samu-21"),
        ("CH Golfe et Rhuys", "CH Golfe et Rhuys = null"),
        ("Nantes", "Nantes = null"),
        ("le SAMU", "which"),
        ("Samu", "which"),
        ("centre 15", "which"),
        ("44", "44 = samu-44"),
        (
            "...Samu de Saint-Etienne...",
            "Samu de Saint-Etienne = samu-42",
        ),
        ("...", "nothing"),
        ("", "nothing"),
    ] {
        assert_eq!(answered(text), told, "{text}");
    }
}

#[test]
fn every_department_is_known_by_its_number_and_its_name() {
    let table = include_str!("gazetteer.txt");
    for line in table.lines().filter(|line| line.starts_with("samu-")) {
        let mut parts = line.split(';');
        let id = parts.next().unwrap_or_default();
        let number = id.trim_start_matches("samu-");
        let names = parts.next().unwrap_or_default();
        let name = names.split(',').next().unwrap_or_default();
        for text in [
            format!("SAMU {number}"),
            format!("SAMU {name}"),
            format!("SAMU du {name}"),
        ] {
            let found = find(&text);
            assert_eq!(
                found.first().and_then(|found| found.id.as_deref()),
                Some(id),
                "{text}"
            );
        }
    }
    assert_eq!(
        table
            .lines()
            .filter(|line| line.starts_with("samu-"))
            .count(),
        107
    );
    assert_eq!(
        table
            .lines()
            .filter(|line| line.starts_with("ars-"))
            .count(),
        18
    );
}

#[test]
fn a_room_is_no_entity() {
    for text in [
        "Bâtiment C > SMUR > Bureau des cadres",
        "Bât. B, 2e étage",
        "Salle de débriefing",
        "3e étage",
    ] {
        assert!(is_location(text), "{text}");
    }
    for text in [
        "SAMU 44",
        "CH du Golfe",
        "Hôpital Nord, bâtiment B",
        "Nantes",
    ] {
        assert!(!is_location(text), "{text}");
    }
}

#[test]
fn overseas_entities_have_their_zone() {
    assert_eq!(zone("samu-972"), Some(America::Martinique));
    assert_eq!(zone("ars-REU"), Some(Indian::Reunion));
    assert_eq!(zone("samu-44"), None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        for found in find(&text) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
        if let Some(answer) = answer(&text) {
            proptest::prop_assert!(text.get(answer.span).is_some());
        }
    }
}

#[test]
fn a_megabyte_is_read_in_linear_time() {
    for text in [
        "1".repeat(1_000_000),
        "a".repeat(1_000_000),
        "samu de ".repeat(120_000),
        "samu 44 ".repeat(120_000),
    ] {
        let _ = find(&text);
    }
}

#[test]
fn the_first_entity_of_a_long_text_is_found_line_by_line() {
    for text in [
        "",
        "Bonjour,\n> la carte est figée\n",
        "Bonjour,\nle SI-SAMU est lent au SAMU 974\nSAMU 44\n",
        "Le centre est fermé.\nARS Bretagne, puis SAMU 56",
        "agence régionale de santé Occitanie",
        "> C15 de Lille\n> S.A.M.U. de Rouen",
        "la régul de Lille\r\nCESU 35",
        "SAMU\n44 personnes\nCRRA 29",
        "SAMU 2\nh 30, SAMU 85",
    ] {
        let all = find(text);
        assert_eq!(
            first(text),
            all.first().and_then(|found| found.id.clone()),
            "{text}"
        );
    }
}

#[test]
fn a_correction_denies_the_other_samu() {
    for (text, told) in [
        (
            "vous avez noté SAMU 68 mais nous sommes le SAMU 88",
            "SAMU 88 = samu-88",
        ),
        (
            "Nous sommes le SAMU 49, pas le SAMU 44",
            "SAMU 49 = samu-49",
        ),
        ("c'est le SAMU 12 et non le SAMU 21", "SAMU 12 = samu-12"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}
