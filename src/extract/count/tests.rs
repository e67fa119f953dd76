use super::*;

fn show(count: Count) -> String {
    match (count.min, count.max) {
        (Some(min), Some(max)) if count.all => format!("all {min}-{max}"),
        (Some(min), Some(max)) => format!("{min}-{max}"),
        _ if count.all => "all".to_owned(),
        _ => "none".to_owned(),
    }
}

fn answered(text: &str) -> String {
    match answer(text).map(|answer| answer.reading) {
        Some(Reading::Present(Value::Count(count))) => show(count),
        Some(Reading::Unclear(Reason::VagueCount { .. })) => "vague".to_owned(),
        None => "nothing".to_owned(),
        other => format!("{other:?}"),
    }
}

fn best(text: &str) -> String {
    find(text)
        .iter()
        .reduce(|best, next| if next.score > best.score { next } else { best })
        .map_or("nothing".to_owned(), |found| {
            if found.doubt.is_some() {
                "vague".to_owned()
            } else {
                show(found.count)
            }
        })
}

#[test]
fn an_answer_is_read() {
    for (text, told) in [
        ("6", "6-6"),
        ("deux", "2-2"),
        ("10 à 12", "10-12"),
        ("4 à 5", "4-5"),
        ("4 ou 5", "4-5"),
        ("4-5", "4-5"),
        ("quatre ou cinq", "4-5"),
        ("entre 5 et 10", "5-10"),
        ("une dizaine", "10-10"),
        ("une quinzaine environ", "15-15"),
        ("une demi-douzaine", "6-6"),
        ("environ 20", "20-20"),
        ("5 utilisateurs", "5-5"),
        ("Les 5 ARM de la salle", "5-5"),
        ("3 ARM + 2 médecins", "5-5"),
        ("3 ARM et 2 médecins", "5-5"),
        ("3 + 2", "5-5"),
        ("4 postes sur 6", "4-4"),
        ("4/6", "4-4"),
        ("moi", "1-1"),
        ("moi uniquement", "1-1"),
        ("1 (moi)", "1-1"),
        ("un seul", "1-1"),
        ("une personne", "1-1"),
        ("moi et Sabrina", "2-2"),
        ("moi + 2 collègues", "3-3"),
        ("ma collègue et moi", "2-2"),
        ("tous", "all"),
        ("Tous les postes", "all"),
        ("tout le monde", "all"),
        ("toute la salle", "all"),
        ("tout le monde, on est 6", "all 6-6"),
        ("tous les ARM (12)", "all 12-12"),
        ("plusieurs", "vague"),
        ("quelques-uns", "vague"),
        ("beaucoup", "vague"),
        ("3 users", "3-3"),
        ("all of us", "all"),
        ("only me", "1-1"),
        ("vingt-deux", "22-22"),
        ("?", "nothing"),
        ("je ne sais pas", "nothing"),
    ] {
        assert_eq!(answered(text), told, "{text}");
    }
}

#[test]
fn prose_is_read() {
    for (text, told) in [
        ("Les 3 astreintes de ce soir sont concernées.", "3-3"),
        ("It fails for both shift supervisors.", "2-2"),
        ("Only Dr Vasseur is affected.", "1-1"),
        ("Seul le Dr Vasseur est touché.", "1-1"),
        (
            "Les comptes de nos quatre intérimaires restent en attente.",
            "4-4",
        ),
        ("2 seniors + 2 internes ne voient rien", "4-4"),
        (
            "plus de carto depuis 14h12 au samu 35, 4 postes sur 6, fond gris",
            "4-4",
        ),
        ("On est une dizaine dessus.", "10-10"),
        ("Tout le monde en salle, on est 6.", "all 6-6"),
        ("Ca gêne les 2 ARM de la salle.", "2-2"),
        ("la carte est blanche sur 6 postes ARM depuis 21h45", "6-6"),
        (
            "Mes deux collègues d'en face ont la même chose que moi.",
            "3-3",
        ),
        ("Les collegues marche bien, c'est seulement moi.", "1-1"),
        ("Je suis le seul touché, mon confrère y arrive", "1-1"),
        ("On est 4 à avoir le problème.", "4-4"),
        ("et on était 5 en salle à l'avoir", "5-5"),
        (
            "Cela ne le fait pas sur tous les postes, quatre ou cinq je dirais",
            "4-5",
        ),
        (
            "portail inaccessible pour toute la salle depuis 7h10",
            "all",
        ),
        ("plus personne ne se connecte", "all"),
        ("Plusieurs personnes de la salle se font éjecter", "vague"),
        ("marche plus chez moi et chez Sabrina", "2-2"),
        ("connexion refusée aux 6 comptes stagiaires", "6-6"),
        ("carto figée depuis 19h45, 3 ARM + 2 médecins", "5-5"),
        (
            "oui j'ai réessayé plusieurs fois, 3 fois sur 3, toutes les 10 secondes",
            "nothing",
        ),
        (
            "dossiers 4471 à 4478, au bout de 5 min, sur le poste 2",
            "nothing",
        ),
        ("Bonjour et bonne année à toute l'équipe", "nothing"),
        ("merci à tout le monde pour votre aide", "nothing"),
        ("Bonjour à tous les utilisateurs", "nothing"),
        (
            "il y a 2 heures, 200 lignes habituelles, tous les appels",
            "nothing",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
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
    fn any_mixture_of_its_words_is_read_without_a_panic(words in proptest::collection::vec(
        proptest::sample::select(vec!["on est", "tous", "les", "5", "ARM", "+", "et", "moi", "sur", "6", "une", "dizaine", "de", "plusieurs", "postes", "ou", "collègues", "99999", "\n"]), 0..14)) {
        let text = words.join(" ");
        let _ = (find(&text), answer(&text));
    }
}

#[test]
fn a_megabyte_is_read_in_linear_time() {
    for text in [
        "1".repeat(1_000_000),
        "a".repeat(1_000_000),
        "le ".repeat(100_000),
        "3 ARM + ".repeat(100_000),
    ] {
        let _ = find(&text);
    }
}

#[test]
fn one_person_more_is_added() {
    for (text, told) in [
        ("8 stagiaires + moi", "9-9"),
        ("3 ARM, 2 médecins et la cadre de nuit", "6-6"),
        ("deux ARM et moi", "3-3"),
        ("4 agents et le superviseur", "5-5"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn people_strung_together_are_added_up() {
    for (text, told) in [
        ("figé pour moi et pour Morgane", "2-2"),
        ("figé pour moi comme pour le Dr Castaing", "2-2"),
        ("figé pour moi et pour les 2 autres ARM de nuit", "3-3"),
        ("Nous sommes deux, Mme Le Gall et moi-même", "2-2"),
        ("on est 5 arm + 2 médecins dans ce cas", "7-7"),
        ("pr tt le monde, moi kev & sarah", "all 3-3"),
        ("ni moi ni ma collègue ne pouvons ouvrir la carte", "2-2"),
        ("mon binôme a le même souci", "2-2"),
        ("mes deux collègues ont pareil", "3-3"),
        ("rappelez-moi ou Paul, la carte est figée", "nothing"),
        (
            "la carte est figée, mon collègue n'a pas le même souci",
            "nothing",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn the_newer_number_counts_and_so_does_the_portion() {
    for (text, told) in [
        ("on est passés de 2 à 5 collègues touchés", "5-5"),
        ("On était 4 hier, on est 6 aujourd'hui à l'avoir", "6-6"),
        ("figé sur deux postes, pardon trois", "3-3"),
        (
            "Sur les 8 postes de la salle, 3 n'affichent plus la carte",
            "3-3",
        ),
        ("5 ARM présents, dont 2 avec une carte grise", "2-2"),
        (
            "on est 12 en salle mais seulement 4 ont la carte grise",
            "4-4",
        ),
        ("Plusieurs ARM sont bloqués, au moins quatre", "4-4"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn those_who_are_well_and_things_are_not_counted() {
    for text in [
        "la carte est figée, les 2 autres postes marchent",
        "mes 3 collègues n'ont pas le souci",
        "j'ai demandé à 3 collègues, ils n'ont pas le problème",
        "l'autre salle (10 postes) fonctionne",
        "ça marche pour tout le monde",
        "2 crews attendent, 12 dossiers sont perdus, la 1ère fois à 6h",
        "personne ne le reçoit",
        "personne ne peut nous répondre",
        "un accident avec 3 personnes blessées",
        "les postes de la salle 3 et 4 fichiers",
    ] {
        assert_eq!(best(text), "nothing", "{text}");
    }
}

#[test]
fn a_group_of_the_writers_is_counted_without_a_noun() {
    for (text, told) in [
        ("je parle au moins pour les 7 de ma vacation", "7-7"),
        ("donc la dizaine de régulateurs qui tournent ici", "10-10"),
        ("nous trois de matin, la carte est figée", "3-3"),
        ("3 impactés en salle", "3-3"),
        ("figé sur les postes 3, 4 et 7", "3-3"),
        ("Nb users 1, repro sometimes", "1-1"),
        ("# of users: 6 to 8", "6-8"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn not_knowing_how_many_is_told_from_not_knowing_how_often() {
    for text in [
        "Combien on est à l'avoir, aucune idée",
        "je ne sais pas combien de collègues sont touchés",
        "je ne sais pas si les autres l'ont aussi",
    ] {
        assert!(is_unknown(text), "{text}");
    }
    for text in [
        "je ne sais pas depuis combien de temps",
        "combien de fois, je ne sais pas",
        "la carte est figée pour les autres",
    ] {
        assert!(!is_unknown(text), "{text}");
    }
}

#[test]
fn everyone_may_be_numbered_behind_and_two_places_are_added() {
    for (text, told) in [
        ("tous nos comptes, une trentaine", "all 30-30"),
        ("Tous les postes de la salle (8) sont figés", "all 8-8"),
        ("all the workstations of the room, that is 7", "all 7-7"),
        ("Nous sommes 3 en salle et 4 au CODIS à le voir", "7-7"),
        ("On est deux de jour et trois de nuit", "5-5"),
        (
            "Cela touche les 8 stagiaires et leurs 2 formateurs",
            "10-10",
        ),
        ("Une quinzaine en comptant les médecins", "15-15"),
        ("On appelle donc tout le monde par téléphone", "nothing"),
        ("la fenêtre sort des postes à deux écrans", "nothing"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn each_ones_thing_counts_its_owner() {
    for (text, told) in [
        ("Mon poste et celui du medecin d'à coté pareil", "2-2"),
        (
            "sur mon écran et sur celui de Bastien les dossiers sont en double",
            "2-2",
        ),
        (
            "Mes identifiants, ceux de Paul et ceux de Rémi sont refusés",
            "3-3",
        ),
        ("ma session et la sienne se ferment", "2-2"),
        (
            "mon casque et celui de mes deux collègues sont muets",
            "3-3",
        ),
        (
            "plus de son dans les casques de Léo, Mila, Jade et Noé",
            "4-4",
        ),
        ("pas de son sur le poste 4 et le poste 7", "2-2"),
        ("L'heure est fausse au poste 3 et au poste 5", "2-2"),
        (
            "les alertes n'arrivent plus chez Mme Boyer et M. Cadet",
            "2-2",
        ),
        ("Karim et Julie ne voient plus la carte", "2-2"),
        ("mon poste marche et celui de Paul aussi", "nothing"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn the_writer_alone_is_said_in_many_ways() {
    for (text, told) in [
        ("Mes coll ont pas ca c ke sur mon poste", "1-1"),
        ("le tel sonne pas bien, c ke ds mon casque", "1-1"),
        ("slmt chez moi, la page reste blanche", "1-1"),
        ("uniquement depuis ma session", "1-1"),
        ("Je suis l'unique utilisatrice de cette fonction", "1-1"),
        ("seul le poste du chef de salle est touché", "1-1"),
        ("Il n'y a que le poste de Julie qui se fige", "1-1"),
        (
            "grisé pour les trois stagiaires alors que chez moi ça marche",
            "3-3",
        ),
        (
            "uniquement sur ma session ; les 3 collègues interrogés ont la bonne heure",
            "1-1",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn a_total_may_stand_before_or_behind_its_people() {
    for (text, told) in [
        ("au moins 3, moi et mes deux voisins", "3-3"),
        ("3, moi compris", "3-3"),
        ("4 (moi, Paul, Julie et Sonia)", "4-4"),
    ] {
        assert_eq!(answered(text), told, "{text}");
    }
    for (text, told) in [
        (
            "le bouton reste grisé pour les stagiaires. Ils sont douze.",
            "12-12",
        ),
        (
            "Les internes ne voient plus rien, en tout ils sont 8",
            "8-8",
        ),
        ("Les dossiers restent ouverts. Ils sont douze.", "nothing"),
        (
            "Nous deux de jour qui finissons et les trois de nuit",
            "5-5",
        ),
        ("Une vingtaine de collègues, voire 25, le voient", "20-25"),
        ("touche 4 postes, peut-être 5", "4-5"),
        (
            "3 essais avec 3 témoins différents, les trois pareil",
            "nothing",
        ),
        ("personne en salle ne voit plus la file", "all"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn a_number_beside_everyone_is_theirs() {
    for (text, told) in [
        ("tt le monde en salle pareil (5)", "all 5-5"),
        (
            "On est tous concernés à la régulation, environ huit.",
            "all 8-8",
        ),
        ("toute la salle est bloquée, soit 7 postes.", "all 7-7"),
        (
            "on a tous les postes de la salle touchés soit 8.",
            "all 8-8",
        ),
        (
            "Tous les postes sont muets, 5 ARM et 2 médecins à attendre.",
            "all 7-7",
        ),
        (
            "La carte est blanche chez tout le monde (6 ARM).",
            "all 6-6",
        ),
        ("Tout le monde est bloqué, 3 fois depuis ce matin.", "all"),
        ("tout le monde appelle le SMUR (15).", "all"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn one_alone_and_others_alike_are_counted() {
    for (text, told) in [
        ("c sur le poste 3 uniquement.", "1-1"),
        ("figée sur la position 12 seulement", "1-1"),
        ("La carte est figée sur le poste 4, pas les autres.", "1-1"),
        ("je suis a priori la seule à consulter cette page.", "1-1"),
        ("je dois être le seul à l'utiliser.", "1-1"),
        ("Je suis seul à la régulation ce soir.", "nothing"),
        ("Luc et Manon ont eu pareil.", "3-3"),
        ("Pareil pour Karim et Julie.", "3-3"),
        ("Julie a la même chose.", "2-2"),
        (
            "Les trois secrétaires de la PDSA et moi sommes concernées, donc quatre personnes.",
            "4-4",
        ),
        (
            "Les deux internes de la régulation et moi sommes bloqués.",
            "3-3",
        ),
        ("J'ai essayé sur les deux ordinateurs du box.", "nothing"),
        ("Testé sur 3 postes, pareil.", "3-3"),
        (
            "c'est beaucoup trop long. Les 3 positions de la salle, systématique.",
            "3-3",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn people_who_are_only_spoken_of_are_not_counted() {
    for text in [
        "J'ai appelé 3 collègues. Le portail ne s'ouvre pas.",
        "Il manque 3 médecins dans l'annuaire.",
        "La liste des 12 ARM ne s'affiche pas.",
        "2 personnes du support m'ont répondu.",
        "Testé à 14:10, rien.",
        "L'appel a été traité à trois.",
        "on a rappelé 11 personnes pour rien",
        "le minuteur sonne, 7 personnes rappelées à tort",
        "quand 2 ARM ouvrent la même affaire, elle se duplique",
        "si deux médecins se connectent, le second est refusé",
        "le planning affiche 2 médecins",
        "la liste donne 2 médecins au lieu de 4",
        "un dossier est parti à trois médecins",
        "la visio avec 3 médecins a coupé",
        "impossible d'ajouter plus de 10 personnes à une conférence",
        "on a dû mettre 2 ARM en renfort",
        "deux fiches sur les six de ma garde",
        "on a essayé avec 4 téléphones différents et deux opérateurs.",
        "les 2 autres postes de la salle sonnent normalement.",
        "mes 2 collègues du jour se connectent sans difficulté",
    ] {
        assert_eq!(best(text), "nothing", "{text}");
    }
    for (text, told) in [
        ("constaté par 4 ARM différents", "4-4"),
        ("ça arrive à 3 collègues", "3-3"),
        ("quand les 3 ARM se connectent, écran noir", "3-3"),
        (
            "12 personnes sur les 20 de la liste ne reçoivent rien",
            "12-12",
        ),
        (
            "nous on est 2 à l'avoir et brice dans l'autre salle c ok",
            "2-2",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn posts_and_accounts_named_one_by_one_are_counted() {
    for (text, told) in [
        ("Postes concernés : REG-03, REG-07 et REG-08.", "3-3"),
        ("coupures sur les postes REGUL3 et REGUL7", "2-2"),
        ("Postes: 1, 4 et 6", "3-3"),
        ("PC-REG-01, PC-REG-02 et PC-REG-05 sont muets", "3-3"),
        ("les comptes gtestud42 et m.rey n'ont plus de droits", "2-2"),
        ("les dossiers AFF-12 et AFF-13 sont vides", "nothing"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn the_writer_is_one_more_or_alone() {
    for (text, told) in [
        (
            "ça touche les cinq cadres de la cellule lits et moi-même",
            "6-6",
        ),
        ("les 4 médecins du plateau + moi", "5-5"),
        ("les trois IDE de la garde et moi sommes bloqués", "4-4"),
        (
            "j'ai demandé à mes deux voisines, elles ont le même message",
            "3-3",
        ),
        ("j'ai demandé à 2 collègues, pareil", "3-3"),
        ("vu avec mes deux voisines : idem chez elles", "3-3"),
        ("j'ai testé avec trois confrères, même résultat", "4-4"),
        ("moi, et le poste d'à côté aussi", "2-2"),
        ("mon poste slmt", "1-1"),
        ("mon écran uniqmt", "1-1"),
        ("j'étais le seul médecin à m'en servir", "1-1"),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
}

#[test]
fn people_are_counted_however_sideways_they_are_told() {
    for (text, told) in [
        ("7 sur 12 sont touchés.", "7-7"),
        ("3 sur 5 n'ont plus la carte.", "3-3"),
        ("Testé à quatre, même résultat.", "4-4"),
        ("à trois on a le même souci", "3-3"),
        (
            "Constaté par Mme Laroche et M. Petit, chacun sur son poste.",
            "2-2",
        ),
        ("Aucun de nos 84 inscrits ne reçoit l'alerte.", "84-84"),
        ("Ça touche mon poste et le poste 3.", "2-2"),
        ("c'est sur mon PC et sur le poste 5", "2-2"),
        ("ma session et la position 12 se ferment", "2-2"),
        ("moi + les 2 otres arm c pareil", "3-3"),
        ("Vu par moi, puis par Loïs et par Aurore.", "3-3"),
        ("Ni Paul, ni Sarah, ni moi ne pouvons valider", "3-3"),
        ("Sur 5 positions il y en a 4 où ça échoue.", "4-4"),
        ("Sur les huit positions, trois perdent la fenêtre.", "3-3"),
        ("Parmi nous cinq, deux seulement ont le problème.", "2-2"),
        ("Ils sont quatre à me l'avoir remonté.", "4-4"),
        ("Ça nous arrive à tous les cinq.", "all 5-5"),
        ("Le collègue qui me relève a eu exactement pareil.", "2-2"),
        ("Le 1 touche 3 ARM, le 2 toute la salle.", "3-3"),
        (
            "Personne n'y arrive, on est sept : tout mouline.",
            "all 7-7",
        ),
    ] {
        assert_eq!(best(text), told, "{text}");
    }
    for text in [
        "les 2 autres positions sonnent",
        "les 3 autres postes affichent le bandeau",
        "mes deux autres collègues reçoivent tout",
        "Hier un confrère a eu le même message, mais cela s'est débloqué tout seul.",
        "Une collègue avait eu pareil mais c'est revenu, elle c'est bon.",
        "J'ai prévenu mes 6 collègues.",
        "nous avons averti 4 médecins",
    ] {
        assert_eq!(best(text), "nothing", "{text}");
    }
    for text in [
        "Nombre de personnes touchées non connu à ce jour.",
        "Le nombre d'utilisateurs impactés n'est pas connu.",
        "On ignore combien de collègues sont touchés.",
    ] {
        assert!(is_unknown(text), "{text}");
    }
}

#[test]
fn the_same_for_others_counts_the_writer_too() {
    let best = |text: &str| {
        find(text)
            .into_iter()
            .filter(|found| found.doubt.is_none())
            .reduce(|best, next| if next.score > best.score { next } else { best })
            .map(|found| (found.count.min, found.count.all))
    };
    for (text, count) in [
        ("mm chose pr ma collegue da coté", Some((Some(2), false))),
        ("Idem chez mes deux voisins.", Some((Some(3), false))),
        ("Même souci pour 3 collègues.", Some((Some(4), false))),
        (
            "Mes collègues Julie et Karim, qui ont le même profil, obtiennent la même chose.",
            Some((Some(3), false)),
        ),
        (
            "Problème sur le poste de Martine uniquement.",
            Some((Some(1), false)),
        ),
        ("C'est le cas tous postes confondus.", Some((None, true))),
        (
            "La page ne charge plus. Personne d'autre ne se plaint.",
            None,
        ),
    ] {
        assert_eq!(best(text), count, "{text}");
    }
}
