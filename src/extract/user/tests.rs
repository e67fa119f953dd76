use super::super::cues::Cues;
use super::super::sentence::sentences;
use super::answer::{Said, read};
use super::*;
use crate::text::Folded;

fn told(text: &str) -> String {
    let folded = Folded::new(text);
    let cues = Cues::scan(folded.as_str());
    let sentences = sentences(text, &folded, &cues);
    match find(text, &sentences, Some("Claire Lebreton")) {
        Some(Found::Speaker(_)) => "me".to_owned(),
        Some(Found::Named(name, span)) => {
            assert!(text.get(span).is_some(), "{text}");
            name
        }
        None => "nobody".to_owned(),
    }
}

#[test]
fn who_is_affected_is_read_from_sentences() {
    for (text, who) in [
        ("L'alerte ne part plus. Cela ne gêne que moi.", "me"),
        ("L'alerte ne part plus. Ça n'embête que moi.", "me"),
        (
            "La fiche se ferme. Les prérequis, du chinois pour moi.",
            "nobody",
        ),
        (
            "Les comptes de nos quatre intérimaires restent en attente.",
            "nos quatre intérimaires",
        ),
        (
            "Les comptes des deux nouveaux internes (p.girardot et l.amiotte) ne passent pas.",
            "deux nouveaux internes",
        ),
        (
            "Les accès de mes trois vacataires ne marchent plus.",
            "mes trois vacataires",
        ),
        (
            "C'est pas moi qui ai le souci c'est Solène Debruyne.",
            "Solène Debruyne",
        ),
        ("Le login jdurand est refusé depuis hier.", "jdurand"),
        (
            "Compte mdupont désactivé par erreur, plus d'accès.",
            "mdupont",
        ),
        ("L'identifiant criviere ne passe plus.", "criviere"),
        ("Le compte windows est verrouillé.", "nobody"),
        ("Le compte générique est bloqué.", "nobody"),
        (
            "Session de M. Petit bloquée sur le choix du profil.",
            "M. Petit",
        ),
        ("Tablette de Mme Vidal en erreur.", "Mme Vidal"),
        (
            "Le Dr Pons me demande de vous signaler que sa session se ferme.",
            "Dr Pons",
        ),
        (
            "Le problème n'est pas chez moi mais chez Mme Bodin.",
            "Mme Bodin",
        ),
        (
            "L'utilisatrice qui a le problème c'est Mme Bodin.",
            "Mme Bodin",
        ),
        ("Ceux qui l'ont, ce sont Paul et Karim.", "Paul et Karim"),
        (
            "C'est Farida Benamara et moi qui l'avons.",
            "Farida Benamara et moi",
        ),
        (
            "Ce sont Paul Martin et Karim qui l'ont.",
            "Paul Martin et Karim",
        ),
        (
            "Le Dr Sicard n'a toujours pas accès à l'onglet odontologie.",
            "Dr Sicard",
        ),
        (
            "Machines touchées : PC-REG-01, PC-REG-02 et PC-REG-05.",
            "PC-REG-01, PC-REG-02 et PC-REG-05",
        ),
        (
            "The screen is frozen. The six dispatchers on duty all see the same thing.",
            "The six dispatchers on duty",
        ),
        (
            "Depuis 10h30 (heure de La Réunion) les alertes n'arrivent plus.",
            "nobody",
        ),
        (
            "La carte est figée pour moi et pour Morgane.",
            "moi et Morgane",
        ),
        (
            "Le bouton a disparu chez moi et chez les 2 autres ARM de nuit.",
            "moi et les 2 autres ARM de nuit",
        ),
        (
            "Le bandeau est bloqué. Concernés : moi et mon collègue Saïd.",
            "moi et mon collègue Saïd",
        ),
        (
            "Nous sommes deux à l'utiliser, Mme Le Gall et moi-même.",
            "Mme Le Gall et moi-même",
        ),
        (
            "le chat marche plus. pr tt le monde, moi kev & sarah.",
            "moi kev & sarah",
        ),
        (
            "L'historique est vide pour moi comme pour le Dr Castaing.",
            "moi et le Dr Castaing",
        ),
        ("Le compte de M. Lavergne est seul en cause.", "M. Lavergne"),
        (
            "L'utilisateur concerné est le Dr Teissèdre.",
            "Dr Teissèdre",
        ),
        (
            "Le Dr Paul Ricard ne parvient plus à signer.",
            "Paul Ricard",
        ),
        (
            "Mme Thibaudeau et M. Réveillère n'arrivent plus à ouvrir la fiche.",
            "Mme Thibaudeau et M. Réveillère",
        ),
        (
            "Sont touchés : 3 ARM, 2 médecins et la cadre de nuit. L'écran est figé.",
            "3 ARM, 2 médecins et la cadre de nuit",
        ),
        (
            "Mes collègues n'ont pas le souci, donc moi uniquement.",
            "me",
        ),
        ("L'écran reste blanc sur mon poste.", "me"),
        (
            "Plus aucune sonnerie sur mon poste et celui de Margaux seulement.",
            "mon poste et celui de Margaux",
        ),
        (
            "Le bouton reste gris sur ma session et sur celle de l'interne.",
            "ma session et sur celle de l'interne",
        ),
        (
            "le compte regul86-2 est bloqué depuis ce matin",
            "regul86-2",
        ),
        ("La carte est figée pour toute la salle.", "toute la salle"),
        (
            "Chez moi tout marche bien, la carte est grise au fond.",
            "nobody",
        ),
        (
            "Je n'arrive plus à ouvrir la fiche depuis que j'ai pris mon poste.",
            "nobody",
        ),
        (
            "Ça marche pour tout le monde, la carte est grise.",
            "nobody",
        ),
        (
            "Plus de carto, rappelez-moi ou Paul au 06 39 98 00 01",
            "nobody",
        ),
    ] {
        assert_eq!(told(text), who, "{text}");
    }
}

#[test]
fn who_is_affected_is_read_from_an_answer() {
    for (text, who) in [
        ("moi", "me"),
        ("moi-même", "me"),
        (
            "non c bien moi\nPour la capture je suis rentrée je peux pas",
            "me",
        ),
        ("oui c'est moi", "me"),
        ("moi, ARM position 3", "me"),
        ("idem", "me"),
        ("juste moi", "me"),
        ("Paul Roy (médecin régulateur)", "Paul Roy"),
        ("Dr Paul Roy, médecin régulateur", "Dr Paul Roy"),
        ("non, c'est le Dr Roy", "le Dr Roy"),
        ("moi et mon collègue Saïd", "moi et mon collègue Saïd"),
        (
            "tous ceux qui regardent la page, donc la dizaine de régulateurs qui tournent ici",
            "la dizaine de régulateurs",
        ),
        (
            "tous ceux qui regardent la page",
            "tous ceux qui regardent la page",
        ),
        (
            "tous les ARM de l'après-midi, donc 3",
            "tous les ARM de l'après-midi",
        ),
        ("Mme Perraud. Je peux la prévenir.", "Mme Perraud"),
        ("M. Kowal", "M. Kowal"),
        ("login regul80-05", "login regul80-05"),
        ("l'équipe de jour", "l'équipe de jour"),
    ] {
        let said = match read(text) {
            Said::Me => "me".to_owned(),
            Said::Named(name, span) => {
                assert!(text.get(span).is_some(), "{text}");
                name
            }
            Said::Nothing => "nothing".to_owned(),
        };
        assert_eq!(said, who, "{text}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    #[test]
    fn any_answer_is_read_without_a_panic(text in "\\PC*", words in proptest::collection::vec(
        proptest::sample::select(vec!["moi", "et", "le Dr", "Roy", ", donc ", " qui ", "\n", ". ", "non", "c'est", "ø", "(", "ARM"]), 0..12)) {
        let _ = (read(&text), told(&text), read(&words.join(" ")), told(&words.join(" ")));
    }
}

#[test]
fn a_group_that_is_struck_counts_before_the_writers_own_post() {
    for (text, who) in [
        (
            "Le planning est faux. Cela touche les 9 dentistes de garde, je le vois sur mon poste.",
            "les 9 dentistes de garde",
        ),
        (
            "La carte est figée et gêne l'ensemble des trente ARM du plateau.",
            "l'ensemble des trente ARM du plateau",
        ),
        (
            "Le bouton est grisé, ça bloque nos 6 internes depuis midi.",
            "nos 6 internes",
        ),
        (
            "La page reste blanche. Toute la salle l'a constaté.",
            "Toute la salle",
        ),
        (
            "Je vous écris pour mes collègues Julie Costa et Paul Roy, la carte est figée.",
            "Julie Costa et Paul Roy",
        ),
        ("La carte est figée. Un utilisateur : moi.", "me"),
        (
            "The export stops at line 500. It happens every time, for both shift supervisors.",
            "both shift supervisors",
        ),
        (
            "The colours are all grey. It happens every time, for all four of us.",
            "all four of us",
        ),
        (
            "The map is not loading. Our whole team is affected.",
            "Our whole team",
        ),
        (
            "The list is not refreshed. Every dispatcher sees it.",
            "Every dispatcher",
        ),
        (
            "La carte est figée. Chez tous mes collègues aussi.",
            "tous mes collègues",
        ),
        // Posts stand for who sits at them, where nobody else is named.
        (
            "La panne touche les 5 postes de la salle.",
            "les 5 postes de la salle",
        ),
        ("Le son est coupé, toute la salle vous remercie.", "nobody"),
    ] {
        assert_eq!(told(text), who, "{text}");
    }
}

#[test]
fn a_group_that_something_befalls_is_affected() {
    for (text, who) in [
        (
            "Le bouton reste grisé pour les stagiaires alors que sur mon poste il fonctionne.",
            "les stagiaires",
        ),
        (
            "Les douze élèves de la session sont bloqués. J'ai essayé sur mon poste.",
            "Les douze élèves de la session",
        ),
        (
            "Résultat : nos 4 médecins régulateurs n'ont plus la fiche. On m'a fait redémarrer mon poste.",
            "nos 4 médecins régulateurs",
        ),
        (
            "Impossible de valider pour les trois étudiants en stage.",
            "les trois étudiants en stage",
        ),
        (
            "Ça sonne dans le vide chez les gens, plus rien n'arrive.",
            "nobody",
        ),
        ("Les 4 postes ne s'allument plus.", "Les 4 postes"),
        ("Les 3 collègues n'ont pas le souci.", "nobody"),
        (
            "Je redémarre tout, la page reste blanche. On m'a fait changer mon écran.",
            "nobody",
        ),
    ] {
        assert_eq!(told(text), who, "{text}");
    }
}

#[test]
fn who_is_spoken_to_or_passes_it_on_is_not_affected() {
    for (text, who) in [
        (
            "La carte affiche une page blanche. C'est M. Roux qui a installé la mise à jour.",
            "nobody",
        ),
        (
            "Karim, ARM de jour, reste bloqué sur l'écran d'attente.",
            "Karim",
        ),
        (
            "La carte ne s'affiche plus, constaté par Mme Laroche et M. Petit.",
            "Mme Laroche et M. Petit",
        ),
        (
            "coucou Bernadette, l'annuaire ne trouve plus rien",
            "nobody",
        ),
        ("Kelly, l'annuaire ne trouve plus rien", "nobody"),
        ("Merci Paul, la carte ne s'ouvre plus", "nobody"),
        (
            "Le Dr Roy m'a dit de vous écrire : je ne peux plus signer.",
            "nobody",
        ),
        (
            "Mme Lemoine vous rappellera, la carte ne se charge plus.",
            "nobody",
        ),
        (
            "Le Dr Roy me signale qu'il ne reçoit plus les bilans.",
            "Dr Roy",
        ),
        ("c'est le compte relais29-nuit.", "relais29-nuit"),
        ("Le compte relais-nuit ne peut plus ouvrir.", "relais-nuit"),
        ("Il s'agit du compte samu44-sup2.", "samu44-sup2"),
        (
            "J'ai testé avec le compte samu44-sup2, la carte reste grise.",
            "nobody",
        ),
        (
            "Notre secrétaire Claire Costa ne voit plus le planning.",
            "Claire Costa",
        ),
        (
            "Agnès Morin, cadre, ne voit plus le planning.",
            "Agnès Morin",
        ),
        (
            "Les six médecins régulateurs travaillent à l'aveugle.",
            "Les six médecins régulateurs",
        ),
        ("Nos 4 ARM notent tout sur papier.", "Nos 4 ARM"),
        (
            "Toute la salle est concernée : le minuteur ne sonne plus.",
            "Toute la salle",
        ),
        ("Tout le service est bloqué.", "Tout le service"),
    ] {
        assert_eq!(told(text), who, "{text}");
    }
}

#[test]
fn groups_and_posts_of_which_a_fault_is_told_are_affected_where_nobody_else_is() {
    for (text, who) in [
        (
            "Une infirmière du SMUR ne peut plus valider ses fiches.",
            "Une infirmière du SMUR",
        ),
        (
            "Notre superviseur n'a plus accès au planning.",
            "Notre superviseur",
        ),
        (
            "Aucun des médecins régulateurs ne reçoit les alertes.",
            "médecins régulateurs",
        ),
        (
            "Les alertes n'arrivent plus aux médecins régulateurs.",
            "médecins régulateurs",
        ),
        ("Les alertes n'arrivent plus aux pompiers.", "nobody"),
        (
            "La carte se fige. Notre informaticien n'a rien trouvé.",
            "nobody",
        ),
        (
            "La carte se fige. Aucun agent du support ne répond.",
            "nobody",
        ),
        (
            "Après la coupure, le poste 12 reste sur la mire.",
            "poste 12",
        ),
        ("Seul le poste 4 est concerné.", "poste 4"),
        (
            "Ça concerne les agents de l'accueil, l'écran se fige.",
            "les agents de l'accueil",
        ),
        (
            "L'écran se fige, ça touche le secteur Nord.",
            "le secteur Nord",
        ),
        (
            "Les médecins régulateurs libéraux n'ont plus la main sur leur planning.",
            "Les médecins régulateurs libéraux",
        ),
        (
            "Une quinzaine de régulateurs se retrouvent déconnectés.",
            "Une quinzaine de régulateurs",
        ),
        (
            "Les médecins libéraux qui régulent la nuit ne reçoivent plus leur relevé.",
            "Les médecins libéraux",
        ),
        ("Trois médecins sont concernés.", "Trois médecins"),
        // What is asked of a post, and others who are well, are nobody.
        (
            "Tout arrive sur la position 1 au lieu de la 2, rien ailleurs.",
            "nobody",
        ),
        (
            "La carte est figée, les autres médecins n'ont rien.",
            "nobody",
        ),
        (
            "Les pompiers n'ont plus de nouvelles, la carte est figée.",
            "nobody",
        ),
        (
            "La carte est figée. Impossible à reproduire sur mon poste.",
            "nobody",
        ),
    ] {
        assert_eq!(told(text), who, "{text}");
    }
}
