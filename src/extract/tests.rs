//! Sentences as people write them, for all finders: what each would choose.

use super::{count, entity, person, phone, when};
use crate::domain::field::{Precision, Reading, Reason, Value};
use chrono::DateTime;

fn when_best(text: &str, date: &str) -> String {
    let base = when::Base {
        date: DateTime::parse_from_rfc3339(date).unwrap(),
        overseas: None,
    };
    when::find(text, &base)
        .iter()
        .filter(|f| f.role != when::Role::Other && f.doubt.is_none())
        .reduce(|b, n| if n.score > b.score { n } else { b })
        .map_or("nothing".into(), |f| {
            format!(
                "{}{}",
                f.at.format("%m-%dT%H:%M"),
                match f.precision {
                    Precision::Day => "d",
                    Precision::Hour => "h",
                    Precision::Minute => "m",
                }
            )
        })
}
fn phone_best(text: &str) -> String {
    phone::find(text)
        .iter()
        .reduce(|b, n| if n.score > b.score + 0.1 { n } else { b })
        .map_or("nothing".into(), |f| match &f.number {
            phone::Number::Valid(n) => n.clone(),
            _ => "wrong".into(),
        })
}
fn count_best(text: &str) -> String {
    count::find(text)
        .iter()
        .reduce(|b, n| if n.score > b.score { n } else { b })
        .map_or("nothing".into(), |f| {
            if f.doubt.is_some() {
                "vague".into()
            } else {
                format!(
                    "{}{:?}-{:?}",
                    if f.count.all { "all " } else { "" },
                    f.count.min.unwrap_or(0),
                    f.count.max.unwrap_or(0)
                )
            }
        })
}
fn entity_best(text: &str) -> String {
    entity::find(text)
        .iter()
        .reduce(|b, n| if n.score > b.score { n } else { b })
        .map_or("nothing".into(), |f| f.id.clone().unwrap())
}
fn person_best(text: &str) -> String {
    let f = person::find_in_prose(text);
    let name = f.iter().filter(|f| f.writer).find_map(|f| f.name.clone());
    let role = f
        .iter()
        .filter(|f| f.writer)
        .find_map(|f| f.role.clone().map(|r| r.0));
    format!(
        "{} | {}",
        name.unwrap_or("-".into()),
        role.unwrap_or("-".into())
    )
}

#[test]
fn a_start_is_chosen() {
    for (text, told) in [
        (
            "Bonjour, depuis ce matin 6h15 le bandeau téléphonique ne décroche plus.",
            "05-20T06:15m",
        ),
        (
            "Le problème est apparu hier en fin d'après-midi (17h40 environ).",
            "05-19T17:40m",
        ),
        (
            "Ca a planté à 3h du mat cette nuit, on a redémarré à 3h20 et c'est revenu à 4h.",
            "05-20T03:00h",
        ),
        (
            "Constaté le 18/05 vers 22 heures par l'équipe de nuit.",
            "05-18T22:00h",
        ),
        (
            "depuis dimanche soir 21h on n'a plus les cartes",
            "05-17T21:00h",
        ),
        ("Début : mardi 19 mai 2026 à 08 h 05", "05-19T08:05m"),
        (
            "Ça fait bien 3/4 d'heure qu'on ne reçoit plus rien",
            "05-20T09:45m",
        ),
        (
            "Nous rencontrons depuis une dizaine de minutes un souci d'affichage",
            "05-20T10:20m",
        ),
        (
            "Depuis la bascule du 12 mai les fiches ne s'impriment plus",
            "05-12T00:00d",
        ),
        (
            "L'incident s'est produit lundi à 7h50 puis à nouveau ce matin à 9h10",
            "05-18T07:50m",
        ),
        (
            "Nous avons perdu la liaison à 10h02 précises",
            "05-20T10:02m",
        ),
        (
            "Depuis 9h45, impossible d'ouvrir un DRM. Merci de rappeler avant 12h.",
            "05-20T09:45m",
        ),
        ("Portail HS depuis 10 min !!", "05-20T10:20m"),
        (
            "Since yesterday around 11pm the map is blank",
            "05-19T23:00h",
        ),
        ("it started at 7:40 this morning", "05-20T07:40m"),
        (
            "Je suis de garde jusqu'à 20h. Le module est en erreur depuis hier 22h.",
            "05-19T22:00h",
        ),
        (
            "Déjà signalé le 4 mai (ticket 2026-000712), le bug est de retour depuis hier 16h",
            "05-19T16:00h",
        ),
        (
            "ce matin vers 8 heures et quart, message d'erreur",
            "05-20T08:15m",
        ),
        ("depuis avant-hier, l'export plante", "05-18T00:00d"),
        (
            "à l'ouverture du portail ce matin à 7h, rien ne s'affichait",
            "05-20T07:00h",
        ),
        (
            "Depuis vendredi 15/05 18h30 les messages n'arrivent plus",
            "05-15T18:30m",
        ),
        ("C'est comme ça depuis samedi dernier", "05-16T00:00d"),
        (
            "le portail a cessé de répondre aux alentours de 2h30 dans la nuit de lundi à mardi",
            "05-19T02:30m",
        ),
        ("Depuis 48h nous n'avons plus d'export", "05-18T10:30h"),
        (
            "Hier à 14h tout allait bien, ce matin à 8h plus rien",
            "05-20T08:00h",
        ),
        (
            "Il est 10h25 et le portail ne répond toujours pas, ça dure depuis 9h50",
            "05-20T09:50m",
        ),
        ("le 19 au soir vers 23h", "05-19T23:00h"),
        (
            "On a eu le bug deux fois : à 8h05 et à 9h40",
            "05-20T08:05m",
        ),
        ("Depuis la nuit dernière", "05-20T00:00d"),
        ("depuis hier midi", "05-19T12:00h"),
        ("le standard est joignable de 8h à 18h", "nothing"),
        ("ouvert 24h/24 7j/7, garde de 12h", "nothing"),
        ("la session expire au bout de 15 minutes", "nothing"),
        ("version 2.14.3 installée, réponse sous 24 h", "nothing"),
        ("19.05 à 23h15 : coupure totale", "05-19T23:15m"),
        ("Apparu à minuit pile", "05-20T00:00h"),
        ("vers minuit et demi cette nuit", "05-20T00:30m"),
        ("Depuis 1 heure", "05-20T09:30h"),
        (
            "Ce soir j'ai un doute mais hier à 18h45 ça a commencé",
            "05-19T18:45m",
        ),
    ] {
        assert_eq!(when_best(text, "2026-05-20T10:30:00+02:00"), told, "{text}");
    }
}

#[test]
fn a_number_is_chosen() {
    for (text, told) in [
        ("Vous pouvez me joindre au 02.61.91.35.17", "+33261913517"),
        ("Tel : 0261913517 / 0639981234", "+33261913517"),
        (
            "Mon DECT : 02 61 91 35 18 - Standard CHU : 02 61 91 30 00",
            "+33261913518",
        ),
        (
            "Standard : 02 61 91 30 00\nLigne directe : 02 61 91 35 18",
            "+33261913518",
        ),
        ("Fax 02 61 91 30 01 Tél 02 61 91 30 02", "+33261913002"),
        (
            "Tél. : 02 61 91 30 02 - Fax : 02 61 91 30 01",
            "+33261913002",
        ),
        (
            "rappelez-moi sur le 06-39-98-12-12 svp, pas sur le fixe 02 61 91 30 02",
            "+33639981212",
        ),
        (
            "appel du patient au 06 39 98 77 88 non localisé. Pour nous joindre : 04 65 71 20 20",
            "+33465712020",
        ),
        (
            "Merci de contacter mon collègue Jean au 02 61 91 11 11 ou moi au 02 61 91 22 22",
            "+33261912222",
        ),
        ("+33 6 39 98 12 12", "+33639981212"),
        ("+33(0)639981212", "+33639981212"),
        ("0033639981212", "+33639981212"),
        ("06 39 98 12 1", "wrong"),
        ("tel 0639981", "nothing"),
        ("Secrétariat : 03 53 01 10 10 (8h-16h)", "+33353011010"),
        ("poste 4512", "wrong"),
        ("le 15 ne fonctionne plus", "nothing"),
        ("N° FINESS : 440000289, SIRET 26440013600471", "nothing"),
        ("dossier n° 2026052000123", "nothing"),
        ("DRM 26-0520-0412 bloqué", "nothing"),
        ("IP 192.168.10.25", "nothing"),
        ("CP 44093 Nantes Cedex 1", "nothing"),
        ("0692 55 44 33 (portable perso)", "+262692554433"),
        ("0262 90 12 12 ou GSM 0692 11 22 33", "+262262901212"),
        (
            "tél salle de régul 05 36 49 10 10, demandez Julie",
            "+33536491010",
        ),
        ("joignable au 05 36 49 10 10 poste 3311", "+33536491010"),
        ("(02) 61 91 35 17", "+33261913517"),
        ("02 61 91 35 17 ou 18", "+33261913517"),
        ("T : 01.99.00.12.34 | M : 06.39.98.12.34", "+33199001234"),
        ("my phone: +33 1 99 00 12 34", "+33199001234"),
        ("support 0 809 100 809 injoignable", "+33809100809"),
    ] {
        assert_eq!(phone_best(text), told, "{text}");
    }
}

#[test]
fn a_count_is_chosen() {
    for (text, told) in [
        ("Nous sommes 3 dans ce cas", "3-3"),
        ("trois ARM sont concernés", "3-3"),
        ("Cela touche l'ensemble des régulateurs", "all 0-0"),
        ("Seul mon poste est concerné", "1-1"),
        ("Je suis la seule à avoir ce souci", "1-1"),
        ("personne n'arrive à se connecter", "all 0-0"),
        ("2 postes sur 8 sont HS", "2-2"),
        ("Une vingtaine d'utilisateurs impactés", "20-20"),
        ("5 à 6 ARM bloqués", "5-6"),
        ("un médecin et deux ARM n'ont plus accès", "3-3"),
        ("Impacte toute l'équipe de nuit (7 personnes)", "all 7-7"),
        ("Tous mes collègues ont pareil", "all 0-0"),
        ("Plusieurs collègues ont le même problème", "vague"),
        ("Quelques ARM seulement", "vague"),
        ("ma collègue et moi sommes bloquées", "2-2"),
        ("mes 3 collègues et moi", "4-4"),
        ("pas mal d'utilisateurs râlent", "vague"),
        ("on est deux à avoir ça", "2-2"),
        ("c'est que sur mon poste", "1-1"),
        ("ça touche les 12 positions de travail", "12-12"),
        ("tous les PC de la salle", "all 0-0"),
        ("au moins 8 agents", "8-8"),
        ("30 appels en attente et 12 dossiers bloqués", "nothing"),
        ("j'ai essayé sur deux navigateurs", "nothing"),
        ("erreur 500 puis erreur 503, 3 fois de suite", "nothing"),
        ("the two doctors on duty cannot log in", "2-2"),
        ("everyone is affected", "all 0-0"),
        ("la moitié des postes", "vague"),
        ("10 users impacted", "10-10"),
        ("Nous sommes tous touchés", "all 0-0"),
        ("aucun ARM ne peut décrocher", "all 0-0"),
    ] {
        assert_eq!(count_best(text), told, "{text}");
    }
}

#[test]
fn an_entity_is_resolved() {
    for (text, told) in [
        ("Samu du Finistère", "samu-29"),
        ("SAMU Centre 15 de Quimper", "samu-29"),
        ("CRRA 76", "samu-76"),
        ("CRRA du Havre", "samu-76"),
        ("ici le SAMU 13 à Marseille", "samu-13"),
        ("SAMU67", "samu-67"),
        ("SAMU de Haute-Garonne", "samu-31"),
        ("samu de l'Hérault", "samu-34"),
        ("SAMU du Puy-de-Dôme", "samu-63"),
        ("Samu de Clermont-Ferrand", "samu-63"),
        ("SAMU 2B BASTIA", "samu-2B"),
        ("ARS Grand Est", "ars-GES"),
        ("ARS ARA", "ars-ARA"),
        ("ARS Nouvelle-Aquitaine", "ars-NAQ"),
        ("SAMU-Centre 15 CHU Dijon", "samu-21"),
        ("SAMU de Paris (75)", "samu-75"),
        ("SAMU 92 Garches", "samu-92"),
        ("SAMU de Mayotte", "samu-976"),
        ("Samu de la Guyane", "samu-973"),
        ("SAMU de Nouvelle-Calédonie", "samu-988"),
        ("le portail SI-SAMU est HS au SAMU 44", "samu-44"),
        ("le SAMU du Nord", "samu-59"),
        ("SMUR de Redon", "nothing"),
        ("SAMU/CRRA 54 Nancy", "samu-54"),
        ("Samu de Seine-et-Marne", "samu-77"),
        ("SAMU de l'Aisne à Laon", "samu-02"),
        ("S.A.M.U. 44", "samu-44"),
        ("Centre de régulation du SAMU 85", "samu-85"),
        ("Samu Centre 15 - 49", "samu-49"),
        ("SAMU du 2A", "samu-2A"),
        ("Samu d'Ille et Vilaine", "samu-35"),
    ] {
        assert_eq!(entity_best(text), told, "{text}");
    }
}

#[test]
fn the_writer_is_chosen() {
    for (text, told) in [
        (
            "Bonjour, Julie Marchand, ARM au SAMU 44, je n'arrive plus à ouvrir un dossier",
            "Julie Marchand | ARM",
        ),
        (
            "Bonjour, je m'appelle Karim Bensaïd et je suis cadre de santé",
            "Karim Bensaïd | cadre de santé",
        ),
        ("ici Jean-Marc, régulateur au 35", "Jean-Marc | régulateur"),
        (
            "Je suis médecin régulateur au SAMU 21",
            "- | médecin régulateur",
        ),
        ("plus rien ne marche. Cdt, Fatou", "Fatou | -"),
        ("Merci. Dr Paul Henry", "Paul Henry | -"),
        ("portail HS, merci. P. Lemoine ARM", "P. Lemoine | ARM"),
        (
            "En tant que référent SI-SAMU, je vous signale",
            "- | référent SI-SAMU",
        ),
        ("Ma collègue Sandrine ne peut plus se connecter", "- | -"),
        ("Le Dr Petit ne peut plus se connecter", "- | -"),
        ("Bonjour, c'est Nadia de la régul 59", "Nadia | -"),
        (
            "This is Dr Adam Novak, emergency physician in Metz",
            "Adam Novak | emergency physician",
        ),
        (
            "Sophie, infirmière de régulation au SAMU 31",
            "Sophie | infirmière de régulation",
        ),
        ("L'écran de Carto Fusion est vide", "- | -"),
        ("Bonjour Madame, Monsieur, la carte est blanche", "- | -"),
        ("Bonjour Yohann, peux-tu regarder ?", "- | -"),
        ("la carte IGN de Bouguenais est vide", "- | -"),
    ] {
        assert_eq!(person_best(text), told, "{text}");
    }
}

fn when_answered(text: &str) -> String {
    let base = when::Base {
        date: DateTime::parse_from_rfc3339("2026-02-03T16:20:00+01:00").unwrap(),
        overseas: None,
    };
    match when::answer(text, &base).map(|a| a.reading) {
        Some(Reading::Present(Value::Instant { at, precision })) => format!(
            "{}{}",
            at.format("%m-%dT%H:%M"),
            match precision {
                Precision::Day => "d",
                Precision::Hour => "h",
                Precision::Minute => "m",
            }
        ),
        Some(Reading::Unclear(Reason::DateInFuture { .. })) => "future".into(),
        Some(Reading::Unclear(_)) => "broad".into(),
        _ => "nothing".into(),
    }
}
fn count_answered(text: &str) -> String {
    match count::answer(text).map(|a| a.reading) {
        Some(Reading::Present(Value::Count(c))) => format!(
            "{}{:?}-{:?}",
            if c.all { "all " } else { "" },
            c.min.unwrap_or(0),
            c.max.unwrap_or(0)
        ),
        Some(_) => "vague".into(),
        None => "nothing".into(),
    }
}
fn phone_answered(text: &str) -> String {
    match phone::answer(text).map(|a| a.reading) {
        Some(Reading::Present(Value::Phone(n))) => n,
        Some(_) => "wrong".into(),
        None => "nothing".into(),
    }
}
fn person_answered(text: &str) -> String {
    let f = person::answer(text);
    format!(
        "{} | {}",
        f.name.map_or("-".into(), |n| n.0),
        f.role.map_or("-".into(), |n| n.0)
    )
}
fn entity_answered(text: &str) -> String {
    match entity::answer(text).map(|a| a.reading) {
        Some(Reading::Present(Value::Entity { name, id })) => id.unwrap_or(name),
        Some(_) => "which".into(),
        None => "nothing".into(),
    }
}
fn signed(text: &str) -> String {
    person::from_signature(text).map_or("nothing".into(), |f| {
        format!(
            "{} | {}",
            f.name.unwrap_or("-".into()),
            f.role.map_or("-".into(), |r| r.0)
        )
    })
}
#[test]
fn a_start_is_answered() {
    for (text, told) in [
        ("03/02/2026 – 15h45", "02-03T15:45m"),
        ("03/02/26 15:45", "02-03T15:45m"),
        ("le 3/2 à 15h45", "02-03T15:45m"),
        ("3 fév 15h45", "02-03T15:45m"),
        ("mardi 3 février 2026 (15h45)", "02-03T15:45m"),
        ("Ce jour, vers 15h", "02-03T15:00h"),
        ("02/02/2026 nuit", "02-02T00:00d"),
        ("lundi matin vers 8h", "02-02T08:00h"),
        ("hier dans l'après-midi", "02-02T00:00d"),
        ("depuis hier 18h", "02-02T18:00h"),
        ("à partir de 13h ce jour", "02-03T13:00h"),
        ("dès 7h ce matin", "02-03T07:00h"),
        ("samedi 31/01 à 20h10", "01-31T20:10m"),
        ("31 janvier 2026 20:10", "01-31T20:10m"),
        ("dimanche", "02-01T00:00d"),
        ("vendredi", "01-30T00:00d"),
        ("depuis la semaine dernière", "broad"),
        ("depuis plusieurs semaines", "broad"),
        ("début janvier", "broad"),
        (
            "je ne sais plus exactement, hier soir je crois",
            "02-02T00:00d",
        ),
        ("15h45 (ce jour)", "02-03T15:45m"),
        ("1545", "nothing"),
        ("15:45", "02-03T15:45m"),
        ("15 h 45 mn", "02-03T15:45m"),
        ("15H45 LE 03/02", "02-03T15:45m"),
        ("Date : 03/02/2026 Heure : 15h45", "02-03T15:45m"),
        ("03/02/2026\n15h45", "02-03T15:45m"),
        ("Jour: 02/02\nHeure: 7h", "02-02T07:00h"),
        ("le 2 au matin", "02-02T00:00d"),
        ("tout à l'heure", "02-03T00:00d"),
        ("il y a environ 1h", "02-03T15:20h"),
        ("il y a une petite demi heure", "02-03T15:50m"),
        ("04/02/2026 10h", "future"),
        ("ce soir 18h", "future"),
        ("cette nuit", "02-03T00:00d"),
        ("la nuit du 2 au 3 février vers 1h", "02-03T01:00h"),
        ("nuit de dimanche à lundi, 23h45", "02-01T23:45m"),
        ("début de garde, 8h", "02-03T08:00h"),
        ("ce matin dès la prise de poste (6h45)", "02-03T06:45m"),
        ("Feb 2nd at 9:15 pm", "02-02T21:15m"),
        ("yesterday afternoon, around 3", "02-02T15:00h"),
        ("quinze heures trente", "02-03T15:30m"),
        ("fin janvier", "broad"),
        ("2026/02/03 15:45", "02-03T15:45m"),
        ("3 février vers les 9h", "02-03T09:00h"),
        ("mercredi dernier à 11h", "01-28T11:00h"),
    ] {
        assert_eq!(when_answered(text), told, "{text}");
    }
}

#[test]
fn a_count_is_answered() {
    for (text, told) in [
        ("12 environ", "12-12"),
        ("~10", "10-10"),
        ("+ de 10", "10-10"),
        ("5/6", "5-5"),
        ("1", "1-1"),
        ("01", "1-1"),
        ("un", "1-1"),
        ("Un seul ARM", "1-1"),
        ("tout le CRRA", "all 0-0"),
        ("Toute l'équipe", "all 0-0"),
        ("tous les utilisateurs du SAMU", "all 0-0"),
        ("l'ensemble des ARM", "all 0-0"),
        ("2 (moi et un collègue)", "2-2"),
        ("moi-même", "1-1"),
        ("uniquement le mien", "1-1"),
        ("tous (environ 15)", "all 15-15"),
        ("15 (tous)", "all 15-15"),
        ("une petite dizaine", "10-10"),
        ("3 ou 4 postes", "3-4"),
        ("poste 3", "1-1"),
        ("divers", "vague"),
        ("certains ARM", "vague"),
        ("la plupart", "vague"),
        ("6 ARM et 1 médecin", "7-7"),
        ("6 ARM, 2 médecins", "8-8"),
        ("les deux médecins régulateurs", "2-2"),
        ("10-12", "10-12"),
        ("10 a 12 personnes", "10-12"),
        ("everybody", "all 0-0"),
        ("just me", "1-1"),
        ("quatre", "4-4"),
        ("Mme Durand et M. Petit", "2-2"),
        ("au moins une vingtaine", "20-20"),
    ] {
        assert_eq!(count_answered(text), told, "{text}");
    }
}

#[test]
fn a_number_is_answered() {
    for (text, told) in [
        (
            "02 61 91 44 10 (secrétariat) ou 06 39 98 44 10",
            "+33639984410",
        ),
        ("0 2 6 1 9 1 4 4 1 0", "+33261914410"),
        ("+33 02 61 91 44 10", "+33261914410"),
        ("06.39.98.44.1", "wrong"),
        ("06 39 98 44 100", "wrong"),
        ("voir signature", "nothing"),
        ("4410", "wrong"),
        ("poste interne 4410", "wrong"),
        ("02 61 91 44 10 / poste 4410", "+33261914410"),
        (
            "le fixe 02 61 91 44 10, le portable 06 39 98 44 10",
            "+33261914410",
        ),
        ("61 91 44 10", "wrong"),
        ("idem", "nothing"),
        ("02 61 91 44 10 de 8h à 18h", "+33261914410"),
        ("00 33 2 61 91 44 10", "+33261914410"),
        ("(0596) 97 14 05", "+596596971405"),
        ("0596.97.14.05", "+596596971405"),
        ("0696 97 14 05", "+596696971405"),
        ("+262 692 12 34 56", "+262692123456"),
    ] {
        assert_eq!(phone_answered(text), told, "{text}");
    }
}

#[test]
fn a_person_is_answered() {
    for (text, told) in [
        (
            "Martin DUVAL – ARM coordinateur",
            "Martin Duval | ARM coordinateur",
        ),
        ("DUVAL Martin / ARM", "Martin Duval | ARM"),
        ("M. Duval", "Duval | -"),
        ("Duval Martin ARM", "Martin Duval | ARM"),
        ("DUVAL", "Duval | -"),
        (
            "Anne-Sophie LE GALL, cadre de santé SAMU 29",
            "Anne-Sophie Le Gall | cadre de santé",
        ),
        (
            "Dr. P. Marchetti, médecin chef",
            "P. Marchetti | médecin chef",
        ),
        (
            "NGUYEN Thi Mai, interne en médecine",
            "Thi Mai Nguyen | interne en médecine",
        ),
        (
            "El Amrani Yassine (technicien informatique)",
            "Yassine El Amrani | technicien informatique",
        ),
        ("sophie bernard, arm", "Sophie Bernard | arm"),
        ("Claire L., ARM", "Claire L. | ARM"),
        ("Dupont", "Dupont | -"),
        (
            "Jean-Baptiste de Villiers, médecin",
            "Jean-Baptiste de Villiers | médecin",
        ),
        (
            "M. Rossi Paolo, ingénieur réseau",
            "Paolo Rossi | ingénieur réseau",
        ),
        (
            "permanencier auxiliaire de régulation médicale",
            "- | permanencier auxiliaire de régulation médicale",
        ),
        (
            "Infirmière de régulation / IDE",
            "- | Infirmière de régulation",
        ),
        ("Coordonnateur ambulancier", "- | Coordonnateur ambulancier"),
        ("chef de salle", "- | chef de salle"),
        ("ARM - Sophie Bernard", "Sophie Bernard | ARM"),
        (
            "Responsable informatique : Luc Morel",
            "Luc Morel | Responsable informatique",
        ),
        (
            "Luc Morel\nResponsable informatique",
            "Luc Morel | Responsable informatique",
        ),
        ("MOREL Luc Responsable SI", "Luc Morel | Responsable SI"),
        ("superviseur de régulation", "- | superviseur de régulation"),
        (
            "Assistante de régulation médicale (ARM)",
            "- | Assistante de régulation médicale",
        ),
    ] {
        assert_eq!(person_answered(text), told, "{text}");
    }
}

#[test]
fn an_entity_is_answered() {
    for (text, told) in [
        ("SAMU", "which"),
        ("CHU de Rennes", "CHU de Rennes"),
        ("Samu 35 / CHU de Rennes", "samu-35"),
        ("CHU de Rennes - SAMU 35", "samu-35"),
        ("SAMU de Rennes (35)", "samu-35"),
        ("CH de Pau", "CH de Pau"),
        ("ARS", "which"),
        ("ARS IDF", "ars-IDF"),
        ("notre SAMU", "which"),
        ("SAMU 35, Rennes", "samu-35"),
        ("Régulation SAMU 35", "samu-35"),
        ("ARS Océan Indien", "ARS Océan Indien"),
        ("SAMU - SMUR 35", "samu-35"),
        ("Hôpital de Redon", "Hôpital de Redon"),
        ("GCS e-santé Bretagne", "GCS e-santé Bretagne"),
        ("35", "samu-35"),
        ("Département 35", "samu-35"),
        ("SAMU (35)", "samu-35"),
        ("samu d'ille-et-vilaine", "samu-35"),
    ] {
        assert_eq!(entity_answered(text), told, "{text}");
    }
}

#[test]
fn a_signature_is_read() {
    for (text, told) in [
        (
            "Cordialement\n\nMarie-Pierre Lacoste\nAssistante de Régulation Médicale\nSAMU 40",
            "Marie-Pierre Lacoste | Assistante de Régulation Médicale",
        ),
        ("Jérôme T.\nARM", "Jérôme T. | ARM"),
        ("Equipe ARM de nuit\nSAMU 12", "nothing"),
        ("La régulation du SAMU 12", "nothing"),
        (
            "Docteur S. MERCIER\nPH urgentiste\nPôle Urgences",
            "S. Mercier | PH urgentiste",
        ),
        (
            "Lucie M - IDE régulatrice SAMU 11",
            "Lucie M | IDE régulatrice",
        ),
        (
            "A. BENOIT\nIngénieur d'application - DSI\nGHT du Littoral",
            "A. Benoit | Ingénieur d'application",
        ),
        ("Bien à toi,\nNico", "nothing"),
        (
            "KAYA Elif | Cadre de santé | SAMU 67",
            "Elif Kaya | Cadre de santé",
        ),
        ("Support informatique\nCH de Digne", "nothing"),
        ("Dr Jean Valentin", "Jean Valentin | -"),
        ("Sandrine", "Sandrine | -"),
        (
            "Tél : 02 61 91 10 10\nYves Le Floch\nTechnicien SIC",
            "Yves Le Floch | Technicien SIC",
        ),
    ] {
        assert_eq!(signed(text), told, "{text}");
    }
}

#[test]
fn the_part_of_the_portal_is_named_with_what_it_is_of() {
    use super::cues::Cues;
    use super::{feature, sentence};
    use crate::text::Folded;
    for (text, named) in [
        (
            "L'export de la liste de garde se coupe à la page 2",
            "export de la liste de garde",
        ),
        (
            "le chat avec les ambulanciers perd les accents, erreur",
            "chat avec les ambulanciers",
        ),
        (
            "l'envoi des SMS de géolocalisation échouait, erreur 12",
            "envoi des SMS de géolocalisation",
        ),
        ("le bandeau ne marche plus depuis ce matin", "bandeau"),
        (
            "Pas moyen de dupliquer un horaire depuis hier",
            "dupliquer un horaire",
        ),
        (
            "Since this morning my text macros do not expand",
            "text macros",
        ),
        (
            "Les affaires restent bloquées dans la corbeille « à traiter »",
            "corbeille « à traiter »",
        ),
        ("Le directeur de garde est bloqué", "nothing"),
        ("Aucun rappel, rien ne marche", "nothing"),
        (
            "Votre adresse est inaccessible d'ici, impossible",
            "nothing",
        ),
    ] {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        let sentences = sentence::sentences(text, &folded, &cues);
        let found = feature::find(text, &folded, &sentences, "");
        let found = found.map_or("nothing", |found| &text[found.span]);
        if named == "nothing" {
            assert!(
                !matches!(found, "garde" | "rappel" | "adresse" | "adresse est"),
                "{text}: {found}"
            );
        } else {
            assert_eq!(found, named, "{text}");
        }
    }
}

#[test]
fn the_person_affected_is_the_one_that_the_words_mean() {
    use super::cues::Cues;
    use super::{sentence, user};
    use crate::text::Folded;
    for (text, named) in [
        (
            "Il s'agit de Mme Verdier et de M. Costa.",
            "Mme Verdier et M. Costa",
        ),
        ("Il s'agit du poste de Mme Quint, pas du mien.", "Quint"),
        ("Le volet reste vide pour Dr Irène Malet.", "Irène Malet"),
        ("L'écran est figé chez M. Paul Verdier", "Paul Verdier"),
        ("Rien à voir avec Mme Verdier.", "nothing"),
    ] {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        let sentences = sentence::sentences(text, &folded, &cues);
        let found = match user::find(text, &sentences, Some("Anne Legrand")) {
            Some(user::Found::Named(name, _)) => name,
            Some(user::Found::Speaker(_)) => "speaker".into(),
            None => "nothing".into(),
        };
        assert!(found.ends_with(named), "{text}: {found}");
    }
}

#[test]
fn a_description_holds_no_title_number_or_signature() {
    use super::cues::Cues;
    use super::excerpt::Excerpt;
    use super::{description, sentence};
    use crate::text::Folded;
    let names: Vec<String> = ["jean", "noel", "zimer"].map(str::to_owned).into();
    for (text, kept) in [
        ("Chère équipe,\nla carte est figée", "la carte est figée"),
        (
            "DECLARATION D'INCIDENT\nla carte est figée\njnz",
            "la carte est figée",
        ),
        (
            "quelle est l'erreur, quel comportement était-il attendu ?\nla carte est figée",
            "la carte est figée",
        ),
        (
            "la carte est figée\nTel. 02 61 91 00 01, le 02 61 91 00 02 étant bloqué",
            "la carte est figée",
        ),
    ] {
        let folded = Folded::new(text);
        let cues = Cues::scan(folded.as_str());
        let sentences = sentence::sentences(text, &folded, &cues);
        let words = Excerpt::of(crate::domain::field::Part::Text, text, 0..text.len());
        let found = description::of_sentences(&words, &sentences, &names).unwrap();
        assert_eq!(found.text, kept);
    }
}

#[test]
fn a_holiday_stands_between_a_day_and_its_hour() {
    for text in [
        "lundi de Pâques à 13:40",
        "lundi de Pâques vers 13h40",
        "lundi férié, 13 h 40",
    ] {
        assert_eq!(
            when_best(text, "2026-04-07T08:44:59+02:00"),
            "04-06T13:40m",
            "{text}"
        );
    }
}

#[test]
fn a_display_name_that_is_the_address_gives_its_name() {
    for (display, address, name) in [
        (
            "dylan.carlier",
            "dylan.carlier@ch-x.example",
            "Dylan Carlier",
        ),
        (
            "claire.roussel",
            "claire.roussel@chu-y.example",
            "Claire Roussel",
        ),
        (
            "Julien.Marchand",
            "julien.marchand@ch-z.example",
            "Julien Marchand",
        ),
    ] {
        assert_eq!(
            person::from_header(display, address).as_deref(),
            Some(name),
            "{display}"
        );
    }
}

#[test]
fn english_hours_are_read_with_a_point() {
    for (text, told) in [
        ("since yesterday evening around 7.30 pm", "02-24T19:30m"),
        ("it began yesterday at 4.15 p.m.", "02-24T16:15m"),
        ("down since 6.45 am today", "02-25T06:45m"),
    ] {
        assert_eq!(when_best(text, "2026-02-25T08:03:10+01:00"), told, "{text}");
    }
}
