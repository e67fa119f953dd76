use super::*;

fn shown(name: Option<&str>, role: Option<&str>) -> String {
    format!("{} | {}", name.unwrap_or("-"), role.unwrap_or("-"))
}

fn answered(text: &str) -> String {
    let named = answer(text);
    shown(
        named.name.as_ref().map(|(name, _)| name.as_str()),
        named.role.as_ref().map(|(role, _)| role.as_str()),
    )
}

fn writer(text: &str) -> String {
    let found = find_in_prose(text);
    let name = found
        .iter()
        .filter(|found| found.writer)
        .find_map(|found| found.name.as_deref());
    let role = found
        .iter()
        .filter(|found| found.writer)
        .find_map(|found| found.role.as_ref().map(|(role, _)| role.as_str()));
    shown(name, role)
}

fn signed(text: &str) -> String {
    from_signature(text).map_or("nothing".to_owned(), |found| {
        shown(
            found.name.as_deref(),
            found.role.as_ref().map(|(role, _)| role.as_str()),
        )
    })
}

#[test]
fn an_answer_gives_name_and_role() {
    for (text, told) in [
        ("LEBRETON Claire, ARM", "Claire Lebreton | ARM"),
        ("Claire Lebreton - ARM", "Claire Lebreton | ARM"),
        ("Claire LEBRETON (ARM)", "Claire Lebreton | ARM"),
        (
            "Mme PUYO Sandra, secrétaire médicale",
            "Sandra Puyo | secrétaire médicale",
        ),
        ("Dr Guillaume SAUVAGET", "Guillaume Sauvaget | -"),
        (
            "Dr Kamel Aït-Saadi, médecin régulateur (mail tapé par sa secrétaire V. Dufresnoy)",
            "Kamel Aït-Saadi | médecin régulateur",
        ),
        (
            "BEAUVAIS RÉGINE ARM DE NUIT",
            "Régine Beauvais | ARM de nuit",
        ),
        (
            "CARON Ludovic, correspondant technique SI-SAMU",
            "Ludovic Caron | correspondant technique SI-SAMU",
        ),
        (
            "GAUDRY Aurélien, responsable du centre de services",
            "Aurélien Gaudry | responsable du centre de services",
        ),
        (
            "Oudinot Pascal médecin régulateur",
            "Pascal Oudinot | médecin régulateur",
        ),
        ("...Delphine ROCHE ARM...", "Delphine Roche | ARM"),
        (
            "Benhaddou Yasmina, ARM référente",
            "Yasmina Benhaddou | ARM référente",
        ),
        ("Floc'h Tanguy, ARM", "Tanguy Floc'h | ARM"),
        (
            "Célia Bordin, ARM formatrice",
            "Célia Bordin | ARM formatrice",
        ),
        (
            "Arnaud Pelletan, technicien SI urgences",
            "Arnaud Pelletan | technicien SI urgences",
        ),
        (
            "LE BRIS Yohann, chef de projet",
            "Yohann Le Bris | chef de projet",
        ),
        ("LEMOINE-PASQUIER Tristan", "Tristan Lemoine-Pasquier | -"),
        ("BEAUSIRE, Thomas", "Thomas Beausire | -"),
        ("Maîtrejean Coralie", "Coralie Maîtrejean | -"),
        ("formatrice CeSU et ARM", "- | formatrice CeSU et ARM"),
        ("médecin régulateur", "- | médecin régulateur"),
        (
            "assistante de régulation médicale",
            "- | assistante de régulation médicale",
        ),
        ("IDE régulatrice", "- | IDE régulatrice"),
        ("cadre", "- | cadre"),
        ("jean dupont ide", "Jean Dupont | ide"),
        (
            "Nom : Lebreton Prénom : Claire Fonction : ARM",
            "Claire Lebreton | ARM",
        ),
        (
            "de La Tour Henri, cadre de santé",
            "Henri de La Tour | cadre de santé",
        ),
        ("TALLEC Nolwenn, élève ARM", "Nolwenn Tallec | élève ARM"),
        (
            "Hugo Marchal (Service desk analyst)",
            "Hugo Marchal | Service desk analyst",
        ),
        (
            "Pauline Estève, interne en médecine d'urgence",
            "Pauline Estève | interne en médecine d'urgence",
        ),
        (
            "Dr Yann Caradec, chirurgien-dentiste",
            "Yann Caradec | chirurgien-dentiste",
        ),
        (
            "Oriane Vidal, administratrice de garde",
            "Oriane Vidal | administratrice de garde",
        ),
        (
            "Bakary Traoré, opérateur de soins non programmés",
            "Bakary Traoré | opérateur de soins non programmés",
        ),
        ("Belhadj Farid, ARM", "Farid Belhadj | ARM"),
        ("Marzin-Leclerc Huguette", "Huguette Marzin-Leclerc | -"),
        ("Soizic Martin", "Soizic Martin | -"),
        ("Etcheto Maddi, formatrice", "Maddi Etcheto | formatrice"),
        ("...", "- | -"),
    ] {
        assert_eq!(answered(text), told, "{text}");
    }
}

#[test]
fn the_writer_is_known_from_sentences() {
    for (text, told) in [
        (
            "je suis docteur Ioana Munteanu, le medecin regulateur de ce soir a SAMU 58 Nevers.",
            "Ioana Munteanu | medecin regulateur",
        ),
        (
            "Je suis Dr Dragomirescu Ionela medecin regulateur le Samu 58 Nevers.",
            "Ionela Dragomirescu | medecin regulateur",
        ),
        (
            "Bonjour c'est Frédéric Ménétrier, interne de régulation à Moulins (SAMU 03).",
            "Frédéric Ménétrier | interne de régulation",
        ),
        (
            "Bonjour, ici Claire du SAMU, la carte ne marche plus",
            "Claire | -",
        ),
        (
            "Dr Benoît Lacassagne, médecin régulateur au SAMU 47 ce soir.\nUtilisateur : dr.b",
            "Benoît Lacassagne | médecin régulateur",
        ),
        (
            "Samu 14. Tout le monde en salle, on est 6. Sylvain Lecarpentier ARM",
            "Sylvain Lecarpentier | ARM",
        ),
        (
            "On est une dizaine dessus. Amandine, ARM, Samu 45. oui j ai reessayé",
            "Amandine | ARM",
        ),
        (
            "Locum emergency physician at SAMU 06 here. Since I came on shift",
            "- | Locum emergency physician",
        ),
        ("elle doit défiler seule. jordan, poste 2214", "Jordan | -"),
        (
            "SAMU 59 LILLE - portail inaccessible, rappeler Vanhoutte au 03 53 01 59 77",
            "Vanhoutte | -",
        ),
        (
            "Je vous écris à la demande du Dr Sylvain Marlin, médecin régulateur, qui ne parvient plus",
            "- | -",
        ),
        (
            "DR VASSEUR MEDECIN REGULATEUR",
            "Vasseur | medecin regulateur",
        ),
        (
            "Merci d'avance\nQuentin Bellanger, samu 53",
            "Quentin Bellanger | -",
        ),
        (
            "Je m'appelle Fatou Diop, je suis infirmière de régulation au SAMU 33",
            "Fatou Diop | infirmière de régulation",
        ),
        ("slt c kelyan arm o samu 14, la carte rame", "Kelyan | arm"),
        ("c zorbec arm a evreux jpeu plu rien ouvrir", "Zorbec | arm"),
        ("bjr cest manon ide regul, ecran noir", "Manon | ide regul"),
        (
            "I am an emergency physician at SAMU 68. Nothing opens.",
            "- | emergency physician",
        ),
        (
            "I'm the locum regulating doctor here tonight. Nothing opens.",
            "- | locum regulating doctor",
        ),
        (
            "Dentiste de garde du secteur de Redon, je ne vois plus la fiche.",
            "- | Dentiste de garde",
        ),
        (
            "En ma qualité de cadre de permanence, je signale que rien ne s'ouvre.",
            "- | cadre de permanence",
        ),
        (
            "Rien ne s'ouvre, merci d'escalader.\nLa Directrice d'astreinte\nHôpital du Golfe",
            "- | Directrice d'astreinte",
        ),
        (
            "Plus rien ne s'ouvre.\nLe cadre de permanence",
            "- | cadre de permanence",
        ),
        (
            "Plus rien ne s'ouvre.\nLe médecin voit une page blanche.",
            "- | -",
        ),
        ("c un arm qui a vu le souci", "- | -"),
        ("c est juste arm qui manque dans la liste", "- | -"),
        ("la carte ne marche plus, c le medecin qui le dit", "- | -"),
        (
            "la carte est blanche depuis hier, voir avec M. Ansart de l'informatique",
            "- | -",
        ),
    ] {
        assert_eq!(writer(text), told, "{text}");
    }
}

#[test]
fn who_is_only_to_be_called_is_told_apart() {
    for (text, contact) in [
        (
            "Contact unique : M. Denis Morvan, cadre de la régulation",
            true,
        ),
        ("Votre interlocuteur : Denis Morvan, technicien", true),
        ("Personne à joindre : Sonia Le Guen, ARM", true),
        ("Denis Morvan, cadre de la régulation", false),
        ("Je n'ai plus la carte. Sonia Le Guen, ARM", false),
    ] {
        let found = find_in_prose(text);
        assert_eq!(
            found.first().map(|found| found.contact),
            Some(contact),
            "{text}"
        );
    }
}

#[test]
fn a_header_tells_the_order_of_a_name_that_nothing_else_tells() {
    for (name, known, told) in [
        ("Zorbec Ylwen", "Ylwen Zorbec", Some("Ylwen Zorbec")),
        ("Kermadec Örwan", "Orwan Kermadec", Some("Örwan Kermadec")),
        ("Tabarin Zephy", "Zephy TABARIN", Some("Zephy Tabarin")),
        ("Claire Zorbec", "Zorbec Claire", None),
        ("Zorbec Ylwen", "Ylwen Tabarin", None),
        ("Zorbec", "Ylwen Zorbec", None),
    ] {
        assert_eq!(
            in_order_of(name, known).as_deref(),
            told,
            "{name} / {known}"
        );
    }
}

#[test]
fn a_signature_gives_name_and_role() {
    for (text, told) in [
        (
            "Le Directeur de garde\nHôpital du Golfe",
            "- | Directeur de garde",
        ),
        ("La cheffe de service\nSAMU 12", "- | cheffe de service"),
        (
            "Armelle Tanguy\nDirectrice de garde",
            "Armelle Tanguy | Directrice de garde",
        ),
        (
            "Josu Etcheverry\nEnseignant CESU 64",
            "Josu Etcheverry | Enseignant CESU",
        ),
        (
            "Thomas BEAUSIRE\nRéférent SI-SAMU - Direction du numérique\nCHRU Val de Loire",
            "Thomas Beausire | Référent SI-SAMU",
        ),
        (
            "Véronique Lemoyne\nCadre de santé, SAMU 94\nBureau 01 99 00 94 51",
            "Véronique Lemoyne | Cadre de santé",
        ),
        (
            "Dr Hélène MUGNIER\nResponsable médicale du SAMU 74\nCH du Grand Lac",
            "Hélène Mugnier | Responsable médicale",
        ),
        (
            "Vefa KERMARREC\nTechnicien d'information médicale\nDIM - CH Golfe et Rhuys",
            "Vefa Kermarrec | Technicien d'information médicale",
        ),
        (
            "Nicole DÉSIRÉ\nSecrétaire médicale\nSAMU 972 - SMUR",
            "Nicole Désiré | Secrétaire médicale",
        ),
        (
            "Damien FAUCHERAND\nMédecin responsable de garde – SAMU 69",
            "Damien Faucherand | Médecin responsable de garde",
        ),
        (
            "Gérard Ménard\nCorrespondant informatique - SAMU 17",
            "Gérard Ménard | Correspondant informatique",
        ),
        (
            "Yamina Cherfaoui, infirmière de régulation\n+33 (0)4 65 71 42 08",
            "Yamina Cherfaoui | infirmière de régulation",
        ),
        (
            "Maïtena Etcheverry-Sallaberry\nAssistante de régulation médicale\nSAMU 64",
            "Maïtena Etcheverry-Sallaberry | Assistante de régulation médicale",
        ),
        ("Kevin", "Kevin | -"),
        ("L. Puig", "L. Puig | -"),
        ("R. Goasdoué", "R. Goasdoué | -"),
        (
            "Cordialement,\nDelphine ROCHE\nCRRA 15 - CHU du Furan",
            "Delphine Roche | -",
        ),
        (
            "Aurélien GAUDRY – Centre de services – GIP Informatique Beauce-Santé",
            "Aurélien Gaudry | -",
        ),
        ("SAMU 23\nCHU de Nulle-Part", "nothing"),
    ] {
        assert_eq!(signed(text), told, "{text}");
    }
}

#[test]
fn a_header_gives_a_persons_name_only() {
    for (display, address, told) in [
        (
            "BEAUSIRE, Thomas",
            "t.beausire@chru.example",
            Some("Thomas Beausire"),
        ),
        (
            "MUNTEANU Ioana",
            "i.munteanu@ch.example",
            Some("Ioana Munteanu"),
        ),
        ("Caron Ludovic", "l.caron@ch.example", Some("Ludovic Caron")),
        (
            "Dragomirescu Ionela",
            "ionela.dragomirescu@ch.example",
            Some("Ionela Dragomirescu"),
        ),
        (
            "Kevin",
            "kevin.lhermitte@chu.example",
            Some("Kevin Lhermitte"),
        ),
        (
            "Joëlle VIRASSAMY",
            "joelle.virassamy@chu.example",
            Some("Joëlle Virassamy"),
        ),
        (
            "Yohann LE BRIS",
            "y.lebris@grades.example",
            Some("Yohann Le Bris"),
        ),
        ("Tanguy Floc'h", "t.floch@ch.example", Some("Tanguy Floc'h")),
        (
            "Fiona O'Connell",
            "f.oconnell.md@mail.example",
            Some("Fiona O'Connell"),
        ),
        (
            "ETCHEVERRY-SALLABERRY Maïtena",
            "m.etcheverry@ch.example",
            Some("Maïtena Etcheverry-Sallaberry"),
        ),
        ("", "claire.lebreton@chu.example", Some("Claire Lebreton")),
        ("Dr Anne Petit", "a.petit@chu.example", Some("Anne Petit")),
        ("SAMU 23 REGULATION", "regul.samu23@ch.example", None),
        ("reg57", "reg57@chr.example", None),
        ("Centre 15 Lille", "centre15@chu.example", None),
        ("Secretariat SAMU 972", "secr.samu@chu.example", None),
        ("Intranet", "ne-pas-repondre@intranet.example", None),
        ("Régulation 15", "regul15@ch.example", None),
        ("Salle regulation 972", "regul972@chu.example", None),
        ("", "mfp-samu15-rdc@ch.example", None),
        (
            "kevin.lhermitte@chu.example",
            "kevin.lhermitte@chu.example",
            None,
        ),
    ] {
        assert_eq!(
            from_header(display, address).as_deref(),
            told,
            "{display} {address}"
        );
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { failure_persistence: None, ..proptest::prelude::ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in "\\PC*") {
        for found in find_in_prose(&text) {
            proptest::prop_assert!(text.get(found.span.clone()).is_some());
        }
        let _ = (answer(&text), from_signature(&text), from_header(&text, &text));
    }

    #[test]
    fn any_mixture_of_its_words_is_read_without_a_panic(words in proptest::collection::vec(
        proptest::sample::select(vec!["Dr", "Claire", "LEBRETON", ",", "ARM", "je suis", "ici", "de", "L.", "médecin", "régulateur", "-", "(", ")", "\n", "'", "et", "d'", "É"]), 0..14)) {
        let text = words.join(" ");
        let _ = (answer(&text), from_signature(&text), from_header(&text, "a.b@c"), find_in_prose(&text));
        let text = words.concat();
        let _ = (answer(&text), from_signature(&text), from_header(&text, "a.b@c"), find_in_prose(&text));
    }
}

#[test]
fn a_megabyte_is_read_in_linear_time() {
    for text in [
        "1".repeat(1_000_000),
        "a".repeat(1_000_000),
        "le ".repeat(100_000),
        "Claire ".repeat(30_000),
        "ici Dr ".repeat(30_000),
    ] {
        let _ = (find_in_prose(&text), from_signature(&text), answer(&text));
    }
}

#[test]
fn a_job_may_open_a_sentence_or_be_corrected() {
    for (text, told) in [
        (
            "Ingénieur biomédical, je relaie une difficulté.",
            "- | Ingénieur biomédical",
        ),
        (
            "Infirmière de garde ce samedi, je tiens le poste 2.",
            "- | Infirmière de garde",
        ),
        (
            "Médecin généraliste installée à Étampes, j'ai constaté une panne.",
            "- | Médecin généraliste",
        ),
        (
            "Théo Lemarchand, auxiliaire... pardon ARM depuis juin",
            "Théo Lemarchand | ARM",
        ),
        ("Médecin injoignable, je rappelle plus tard.", "- | -"),
        ("Interne prévenu, je continue.", "- | -"),
    ] {
        assert_eq!(writer(text), told, "{text}");
    }
}

#[test]
fn an_address_turns_a_surname_that_stands_first() {
    for (name, address, turned) in [
        ("Abdou Faïza", "f.abdou@ch.example", Some("Faïza Abdou")),
        ("Le-Gall Yann", "y.legall@ch.example", Some("Yann Le-Gall")),
        ("Roy Paul", "p_roy@ch.example", Some("Paul Roy")),
        ("Faïza Abdou", "f.abdou@ch.example", None),
        ("Paul Martin", "martin.paul@ch.example", None),
    ] {
        assert_eq!(
            in_order_of_address(name, address).as_deref(),
            turned,
            "{name}"
        );
    }
}

#[test]
fn a_deputy_keeps_whose_and_a_job_may_lead_the_name() {
    for (text, told) in [
        (
            "Lucile CHASSAING\nAdjointe au responsable de salle, SAMU 24",
            "Lucile Chassaing | Adjointe au responsable de salle",
        ),
        (
            "Valérie Noël\nAdjointe au chef de service, SAMU 51",
            "Valérie Noël | Adjointe au chef de service",
        ),
        (
            "Nadège Simonet\nadjointe à la cadre de régulation du SAMU 87",
            "Nadège Simonet | adjointe à la cadre de régulation",
        ),
    ] {
        assert_eq!(signed(text), told, "{text}");
    }
    for (text, told) in [
        (
            "pas de son depuis 10h. ARM Jérémy Blot",
            "Jérémy Blot | ARM",
        ),
        (
            "Rien ne s'ouvre.\nCadre de nuit Sonia Le Guen, poste 12",
            "Sonia Le Guen | Cadre de nuit",
        ),
        ("Médecin Dupont ne voit plus la fiche.", "- | -"),
    ] {
        assert_eq!(writer(text), told, "{text}");
    }
}

#[test]
fn a_writer_is_told_from_one_told_of() {
    for (text, who) in [
        ("la carte rame. karim arm 06 39 98 12 01", "Karim | arm"),
        (
            "plante depuis 14h30, léa boucher arm samu 86",
            "Léa Boucher | arm",
        ),
        (
            "RAPPELER NADIA FERCHAUX ARM AU 06 39 98 12 02",
            "Nadia Ferchaux | ARM",
        ),
        (
            "La main courante se vide.\nMme RABIER Colette\nSecrétariat du SAMU 18",
            "Colette Rabier | -",
        ),
    ] {
        assert_eq!(writer(text), who, "{text}");
    }
    for text in [
        "Mme Pinchon Aurélie (ARM) n'a plus accès à la carte",
        "Julie Roux, ARM, est bloquée depuis 9h",
    ] {
        let told = find_in_prose(text);
        assert!(told.iter().all(|found| !found.writer), "{text}");
    }
}

#[test]
fn a_job_is_told_of_all_or_by_the_post() {
    for (text, told) in [
        (
            "On est deux ARM ce matin et la carte ne s'affiche plus.",
            "- | ARM",
        ),
        (
            "Nous, ARM du SAMU 71, ne voyons plus les dossiers.",
            "- | ARM",
        ),
        (
            "J'ai pris mon poste d'ARM à 7h, la carte est figée.",
            "- | ARM",
        ),
        (
            "As a dispatcher in Nice I cannot open any file.",
            "- | dispatcher",
        ),
        (
            "On est deux, un ARM et un médecin, la carte est figée.",
            "- | -",
        ),
        (
            "On est deux ARM et un médecin, la carte est figée.",
            "- | -",
        ),
    ] {
        assert_eq!(writer(text), told, "{text}");
    }
}

#[test]
fn a_name_closes_the_words_before_a_number() {
    for (text, told) in [
        (
            "La carte est figée.\nJ. Durand 03 83 12 34 56",
            "J. Durand | -",
        ),
        ("La carte est figée.\nNadia 0612345678", "Nadia | -"),
        (
            "la carte est figée.\nnadia benali 0612345678",
            "Nadia Benali | -",
        ),
        (
            "La carte est figée.\nJean-Marc H. 0594 39 51 88 ou gsm 0694 21 07 63",
            "Jean-Marc H. | -",
        ),
        ("La carte est figée.\nUrgence 03 83 12 34 56", "- | -"),
    ] {
        assert_eq!(writer(text), told, "{text}");
    }
}

#[test]
fn a_signature_may_lead_with_the_job_or_the_farewell() {
    for (text, told) in [
        ("ARM Claire Lebreton\nSAMU 44", "Claire Lebreton | ARM"),
        ("Cordialement Nadia Benali", "Nadia Benali | -"),
        ("paul", "Paul | -"),
        ("Nadia Benali 06 12 34 56 78", "Nadia Benali | -"),
    ] {
        assert_eq!(signed(text), told, "{text}");
    }
}
