//! Lines that no person wrote: legal notices, « pensez à l'environnement », antivirus footers,
//! banners of the mail gateway, footers of phones, scanners and web clients.

use super::Raw;
use crate::mail::LineRole;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Phrases of notices, folded. Each is long enough that nobody writes it about an incident.
const NOTICES: [&str; 59] = [
    "informations contenues dans ce m",
    "informations contenues dans ce c",
    "susceptibles d'etre confidentiel",
    "susceptible d'etre confidentiel",
    "toute diffusion non autorisee",
    "ce message peut contenir des informations",
    "pensez a l'environnement",
    "pensons a l'environnement",
    "penser a l'environnement",
    "respectez l'environnement",
    "protegeons l'environnement",
    "consider the environment",
    "think before you print",
    "n'imprimez ce",
    "n'imprimez que",
    "avant d'imprimer",
    "est confidentiel et destine",
    "message est confidentiel",
    "mail est confidentiel",
    "courriel est confidentiel",
    "message et toutes les pieces jointes",
    "message et ses pieces jointes",
    "message (et toutes ses pieces jointes",
    "message ainsi que les pieces jointes",
    "message ainsi que ses pieces jointes",
    "message, ainsi que",
    "courriel et ses pieces jointes",
    "courriel et toutes les pieces",
    "mail et ses pieces jointes",
    "courriel est destine exclusivement",
    "message est destine exclusivement",
    "message est etabli a l'intention",
    "etablis a l'intention exclusive",
    "l'intention exclusive de",
    "usage exclusif d",
    "informations confidentielles",
    "information confidentielle",
    "avez recu par erreur",
    "recevez ce message par erreur",
    "recevez ce courriel par erreur",
    "recu ce message par erreur",
    "recu ce courriel par erreur",
    "recu ce mail par erreur",
    "pas le destinataire",
    "pas destinataire de ce",
    "utilisation non autorisee est interdite",
    "diffusion ou reproduction",
    "decline toute responsabilite",
    "soumis au secret",
    "intended recipient",
    "intended solely",
    "this e-mail and any",
    "this email and any",
    "this message and any attachments",
    "received this e-mail in error",
    "received this email in error",
    "messages electroniques sont susceptibles d'alteration",
    "messages electroniques etant susceptibles",
    "reglement general sur la protection des donnees",
];

/// What antivirus programs write below the words.
const ANTIVIRUS: [&str; 12] = [
    "absence de virus dans",
    "garanti sans virus",
    "sans virus.",
    "virus-free",
    "verifie par mailscanner",
    "verifie par un antivirus",
    "analyse par un antivirus",
    "pour des virus ou des polluriels",
    "scanned by",
    "rien de suspect n'a ete trouve",
    "found to be clean",
    "checked for viruses",
];

/// Banners that gateways write above the words; they begin the line, or nearly.
const BANNERS: [&str; 27] = [
    "vient de l'exterieur",
    "vient d'un expediteur externe",
    "exterieur a l'etablissement",
    "externe au chu",
    "external:",
    "[externe]",
    "[ext]",
    "[external]",
    "courriel externe",
    "mail externe",
    "message externe",
    "e-mail externe",
    "expediteur externe",
    "provient de l'exterieur",
    "provient d'un expediteur externe",
    "provient d'une adresse externe",
    "provient d'internet",
    "en provenance de l'exterieur",
    "externe a l'etablissement",
    "externe a votre organisation",
    "originated from outside",
    "external sender",
    "external email",
    "ne cliquez pas sur les liens",
    "ne cliquez sur aucun lien",
    "n'ouvrez pas les pieces jointes",
    "vous n'obtenez pas souvent d'e-mail",
];

/// How the footers of phones, web clients and scanners begin.
const DEVICES: [&str; 24] = [
    "envoye de mon",
    "envoye depuis mon",
    "envoye depuis l'",
    "envoye depuis outlook",
    "envoye depuis yahoo",
    "envoye depuis proton",
    "envoye a partir de",
    "envoye avec",
    "envoye via",
    "envoye par mon",
    "expedie de mon",
    "expedie depuis",
    "telecharger outlook",
    "telechargez outlook",
    "obtenez outlook",
    "obtenir outlook",
    "get outlook for",
    "sent from my",
    "sent from outlook",
    "sent from mail",
    "sent with",
    "yahoo mail",
    "provenance : courrier",
    "veuillez excuser ma brievete",
];

/// What lines hold that scanners and apps write.
const MACHINES: [&str; 24] = [
    "courriel k-9",
    "- ne pas repondre",
    "numerisation effectuee",
    "date de numerisation",
    "ne pas repondre a cette adresse",
    "ne pas repondre a ce message",
    "ne pas repondre a ce mail",
    "ne pas repondre a ce courriel",
    "merci de ne pas repondre",
    "this e-mail was sent from",
    "scanned from a",
    "scan date",
    "le document joint a ete numerise",
    "document numerise",
    "ce document a ete numerise",
    "nombre de pages",
    "consulter l'incident",
    "consulter le ticket",
    "nombre d'elements associes",
    "ref:msg",
    "ne repondez pas a ce",
    "la boite n'est pas lue",
    "pour repondre, utilisez",
    "veuillez ne pas repondre",
];

static MACHINE: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(MACHINES).ok());

static PHRASES: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new(NOTICES.iter().chain(&ANTIVIRUS).chain(&BANNERS)).ok());
/// How far into a line a banner's words may begin: « ATTENTION : ce courriel externe ».
const BANNER_BEGINS: usize = 70;

/// The role of each line that no person wrote; `None` for the others.
pub(super) fn read(raws: &[Raw<'_>]) -> Vec<Option<LineRole>> {
    let mut roles: Vec<Option<LineRole>> = vec![None; raws.len()];
    let mut paragraph = 0;
    for at in 0..raws.len() {
        let raw = &raws[at];
        if raw.is_blank() {
            paragraph = at + 1;
            continue;
        }
        if roles[at].is_some() {
            continue;
        }
        if is_device(raw.text, &raw.folded) {
            roles[at] = Some(LineRole::Device);
            continue;
        }
        if is_placeholder(raw.text) {
            roles[at] = Some(LineRole::Notice);
            continue;
        }
        let found = match phrase(&raw.folded) {
            Some(Phrase::Notice) => LineRole::Notice,
            Some(Phrase::Antivirus) => LineRole::Banner,
            Some(Phrase::Banner) => {
                roles[at] = Some(LineRole::Banner);
                continue;
            }
            None => {
                // Avast and Outlook leave the target of a link alone on a line beside theirs.
                if raw.text.starts_with("<#") && raw.text.ends_with('>') {
                    roles[at] = Some(LineRole::Banner);
                }
                continue;
            }
        };
        roles[at] = Some(found);
        // Wrapped by the client: a notice goes on while its lines are long, and began where its
        // paragraph did if that reads like one.
        let wrapped = |n: usize| raws[n].folded.len() >= 50;
        let mut next = at + 1;
        while next < raws.len()
            && !raws[next].is_blank()
            && wrapped(next - 1)
            && roles[next].is_none()
        {
            roles[next] = Some(found);
            next += 1;
        }
        let opens = raws.get(paragraph).is_some_and(|r| opens_notice(&r.folded));
        if opens && (paragraph..at).all(wrapped) {
            for role in &mut roles[paragraph..at] {
                role.get_or_insert(found);
            }
        }
    }
    roles
}

enum Phrase {
    Notice,
    Antivirus,
    Banner,
}

/// The first phrase of a line that is its own: words between quotation marks are told by somebody
/// (« une fenêtre "ce message est confidentiel" s'ouvre »).
fn phrase(folded: &str) -> Option<Phrase> {
    let mut found = PHRASES
        .as_ref()?
        .find_iter(folded)
        .filter(|hit| folded[..hit.start()].matches('"').count().is_multiple_of(2))
        .filter_map(|hit| match hit.pattern().as_usize() {
            known if known < NOTICES.len() => Some(Phrase::Notice),
            known if known < NOTICES.len() + ANTIVIRUS.len() => Some(Phrase::Antivirus),
            // « … arrivent avec [EXTERNE] devant l'objet » speaks of one.
            _ => {
                let before = &folded[..hit.start()];
                let bracket = folded.as_bytes()[hit.start()] == b'[';
                let far = before.len() > BANNER_BEGINS;
                let spoken_of = bracket && before.contains(char::is_alphanumeric);
                (!far && !spoken_of).then_some(Phrase::Banner)
            }
        });
    found.next()
}

fn is_device(text: &str, folded: &str) -> bool {
    folded.len() <= 160
        && (DEVICES.iter().any(|start| folded.starts_with(start)) && !is_sentence(text, folded)
            || folded.starts_with("pages :") && folded.contains("resolution")
            || MACHINE.as_ref().is_some_and(|words| words.is_match(folded)))
}

/// « Envoyé depuis l'interface carto, l'ordre n'arrive pas »: a footer names its device or program
/// and says nothing of it.
fn is_sentence(text: &str, folded: &str) -> bool {
    const DEVICE: [&str; 16] = [
        "iphone",
        "ipad",
        "telephone",
        "smartphone",
        "mobile",
        "portable",
        "appareil",
        "tablette",
        "galaxy",
        "android",
        "blackberry",
        "phone",
        "appli ",
        "application",
        "messagerie",
        "mail",
    ];
    if !folded.starts_with("envoye") && !folded.starts_with("expedie") {
        return false;
    }
    let named = DEVICE.iter().any(|word| folded.contains(word))
        || text
            .split_whitespace()
            .skip(1)
            .any(|word| word.starts_with(|c: char| c.is_uppercase()));
    let says = [", ", " n'", " ne ", " est ", " il ", " elle ", " : "]
        .iter()
        .any(|word| folded.contains(word));
    !named || says
}

fn opens_notice(folded: &str) -> bool {
    [
        "ce message",
        "ce courriel",
        "ce mail",
        "cet e-mail",
        "this e-mail",
        "this email",
        "this message",
        "les informations",
        "l'integrite",
        "le present",
        "avis de confidentialite",
        "confidentialite",
        "disclaimer",
    ]
    .iter()
    .any(|start| folded.starts_with(start))
}

/// Outlook's plain text names pictures in brackets: `[cid:image001.png@01DB…]`.
fn is_placeholder(text: &str) -> bool {
    let mut rest = text.trim();
    let mut any = false;
    while let Some(inner) = rest
        .strip_prefix("[cid:")
        .or_else(|| rest.strip_prefix("[image:"))
    {
        let Some((_, after)) = inner.split_once(']') else {
            return false;
        };
        rest = after.trim_start();
        any = true;
    }
    any && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::super::split;
    use super::*;
    use crate::domain::field::Part;
    use crate::mail::body::Source;

    fn roles(text: &str) -> Vec<Option<LineRole>> {
        let source = Source {
            part: Part::Text,
            text: text.to_owned(),
            emphasis: Vec::new(),
            marks: Vec::new(),
            pictures: Vec::new(),
            left_out: Vec::new(),
            repaired: false,
            encrypted: false,
        };
        read(&split(&source))
    }

    #[test]
    fn notices_banners_and_footers_are_known() {
        for (line, role) in [
            (
                "Pensez à l'environnement : n'imprimez ce courriel que si c'est nécessaire.",
                Some(LineRole::Notice),
            ),
            (
                "P Pensons à l'environnement avant tout",
                Some(LineRole::Notice),
            ),
            (
                "Ce message (et toutes ses pièces jointes) est confidentiel et destiné à",
                Some(LineRole::Notice),
            ),
            (
                "This e-mail and any attachments are confidential",
                Some(LineRole::Notice),
            ),
            (
                "L'absence de virus dans ce courrier électronique a été vérifiée",
                Some(LineRole::Banner),
            ),
            ("[EXTERNE] Soyez vigilant", Some(LineRole::Banner)),
            (
                "ATTENTION : ce courriel provient de l'extérieur de l'hôpital.",
                Some(LineRole::Banner),
            ),
            (
                "CAUTION: This email originated from outside of the organization.",
                Some(LineRole::Banner),
            ),
            ("Garanti sans virus. www.avast.com", Some(LineRole::Banner)),
            (
                "<#DAB4FAD8-2DD7-40BB-A1B8-4E2AA1F9FDF2>",
                Some(LineRole::Banner),
            ),
            (
                "[cid:image001.png@01DC62D1.0B7F2E90] [cid:image002.png@x]",
                Some(LineRole::Notice),
            ),
            ("Envoyé de mon iPhone", Some(LineRole::Device)),
            ("Envoyé depuis mon Galaxy A52s", Some(LineRole::Device)),
            (
                "Obtenir Outlook pour Android<https://aka.ms/AAb9ysg>",
                Some(LineRole::Device),
            ),
            ("Sent from my Galaxy", Some(LineRole::Device)),
            (
                "Numérisation effectuée sur MFP-SAMU15-RDC",
                Some(LineRole::Device),
            ),
            (
                "Envoyé depuis Yahoo Mail pour Android",
                Some(LineRole::Device),
            ),
            (
                "Envoyé à partir de l'application Mail Orange",
                Some(LineRole::Device),
            ),
            (
                "Envoyé depuis l'interface carto, l'ordre n'arrive pas",
                None,
            ),
            ("Envoyé de mon poste il arrive", None),
            ("Envoyé avec retard, le bilan est vide", None),
            (
                "une fenêtre « ce message est confidentiel » bloque tout",
                None,
            ),
            (
                "l'écran dit \"ce message est confidentiel\" à chaque dossier",
                None,
            ),
            ("nos envois arrivent avec [EXTERNE] devant l'objet", None),
            (
                "l'antivirus affiche « absence de virus » puis se ferme",
                None,
            ),
            ("l'antivirus bloque le portail", None),
            ("un message d'erreur reçu", None),
            ("j'ai envoyé de mon poste une demande", None),
            ("le service externe ne répond plus", None),
        ] {
            assert_eq!(roles(line), [role], "{line}");
        }
    }

    #[test]
    fn a_wrapped_notice_is_whole_and_words_beside_it_stay() {
        let text = "plus de carto\n\nCe message est établi à l'attention de son destinataire, il est\nstrictement personnel. Si vous l'avez reçu par erreur, merci de\nle détruire.\n\nmerci";
        let expected = [
            None,
            None,
            Some(LineRole::Notice),
            Some(LineRole::Notice),
            Some(LineRole::Notice),
            None,
            None,
        ];
        assert_eq!(roles(text), expected);
    }
}
