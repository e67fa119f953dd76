//! The words that tell of a check, of what is checked and by whom, folded and parted by bars.

use crate::extract::token::Lexicon;
use std::sync::OnceLock;

/// The prerequisites by name.
const NAMED: &str = "prerequis|prerequi|prerequit|prerequits|prerequies|prereq|prereqs|prerequisite|prerequisites|requirements|pre requis|pre requi|\
    pre requit|pre req|pre reqs|pre requisite|pre requisites|requis technique|requis techniques|conditions techniques|preconisations techniques|exigences techniques|specifications techniques|recommandations techniques|preconisations";
/// What a workstation is checked for: two of them are its prerequisites.
const PARTS: &str = "navigateur|navigateurs|browser|firefox|chrome|edge|windows|version|versions|proxy|pare feu|firewall|flux|ports|\
    reseau|network|java|config|configuration|cookies|certificat|certificats|resolution|antivirus|debit|os";
/// The workstation itself.
pub(super) const STATION: &str = "poste|postes|pc|pcs|ordi|ordis|workstation|workstations|ordinateur|ordinateurs|station|machine|machines|configuration|config";
/// To check.
const CHECK: &str = "en revue|fait le tour|faire le tour|verifie|verifies|verifiee|verifiees|verifier|verification|verifications|verif|verifs|controle|controles|controlee|\
    controlees|controler|valide|validee|valides|validees|audite|audites|inspecte|checked|check|checks|verified|validated|controlled|conforme|conformes|\
    passe en revue|passes en revue|passer en revue|passe au crible|passes au crible|recette|recettes|recettee|recettees|recetter|revu|revus|revue|revues|examine|examines|examinee|examinees|\
    homologue|homologues|qualifie|qualifies|certifie|certifies|reverifie|reverifies|reverifiee|reverifiees|recontrole|recontroles|recontrolee|revalide|revalides|\
    ausculte|auscultes|regarde la config|regarde la configuration|regarde mon poste|regarde le poste|regarde nos postes|expertise|expertises|rechecked|inspected|reviewed|teste|testes|testee|diagnostic|diagnostique|compliant|aux normes";
/// Those whose trade it is to check workstations.
pub(super) const TRADE: &str = "dsi|dsih|dsio|dsin|dsit|dnum|dni|informatique|informaticien|informaticiens|informaticienne|technicien|techniciens|technicienne|prestataire|it";
/// Between a check and what it checks.
pub(super) const BETWEEN: &str = "cote|niveau|au|sur|le|la|les|l|mon|ma|mes|nos|notre|votre|leur|leurs|ce|cet|ces|tous|toute|toutes|tout|du|de|des|d|n|ne|a|ont|ete|pas|bien|\
    encore|est|sont|aussi|deja|jamais|of|the|our|my|has|have|been|was|were|not|yet|t|etait|etaient|ok|bonne|bon|passe|jour|na|son|travail|config|configuration|technique|\
    techniquement|reseau|navigateur|version|versions|systeme|windows|non|fait|faire|etat|conformite|concerne|concernes|par|et|elle|il|ils|y";
/// Words that hold a negation and deny no check.
const FINE: &str = "pas de souci|pas de soucis|pas de probleme|pas de problemes|pas d anomalie|pas d anomalies|pas d ecart|aucun souci|aucun probleme|\
    aucune anomalie|aucun ecart|ne montre rien|n a rien montre|n a rien donne|ne revele rien|n a rien revele|rien trouve d anormal|sans souci|sans probleme|sans anomalie|rien a signaler|rien d anormal|rien a redire|non conforme|non conformes|\
    pas conforme|pas conformes|no issue|no problem|nothing to report|rien de particulier|rien a dire|pas seulement";
pub(super) const DENY: &str = "pas|non|jamais|rien|aucun|aucune|personne|sans|ni|not|never|no|nobody|hasn|haven|wasn|weren|negatif|nan|n t|pa";
/// Still to come.
const LATER: &str = "pas eu le temps|pas regarde|pas encore de retour|pas de retour|pas eu de retour|j attends|pas eu l occasion|a faire|a prevoir|a planifier|a verifier|a controler|reste a|restent a|reste a faire|en cours|en attente|sera|seront|va verifier|vont verifier|\
    on attend le passage|on attend la dsi|on attend l informatique|on attend que|attendons le passage|attendons la dsi|attendons l informatique|attendons que|va controler|va etre|vont etre|va passer|doit passer|doit verifier|doit etre|doivent etre|demain|la semaine prochaine|prevu|prevue|prevus|to do|pending|\
    will be|on va|je vais|plus tard|juste redemarre|seulement redemarre|simplement redemarre|redemarre seulement|uniquement redemarre";
const FINISHED: &str = "oui|yes|ok|ouais|fait|faits|faite|faites|realise|realisee|realises|realisees|effectue|effectuee|effectues|done|ras|bon|bons|bonne|bonnes|nickel|\
    impeccable|conforme|conformes|correct|corrects|a jour|en ordre|en regle|aux normes|respecte|respectes|respectees|respecter|respectent|remplissons|respectons|satisfaisons|repondons|satisfait|satisfaits|rempli|\
    remplis|remplit|repond|repondent|repondaient|repondait|remplissent|c est le cas|satisfont|tout va bien|good|passe|passes|passee|passees|au vert|dans le vert|vu|vus|vue|affirmatif|bien sur|evidemment|fine|met|complete|completed|reunis|en place|coche|coches|cochee|cochees|regardes|regardee|regardees|deroule|deroulee|deroules|suivi|suivie|suivis|signe|signee|signees|conform";
const IGNORANCE: &str = "quels prerequis|quel prerequis|quels pre requis|du chinois|de l hebreu|charabia|du jargon|pas d avis|aucun avis|sans avis|pas d opinion|me prononcer|nous prononcer|me prononce pas|pas en etat de repondre|hors de ma competence|hors de mes competences|pas de ma competence|pas de mes competences|pas su repondre|pas su dire|peux pas vous dire|peux pas dire|pas dire si|saurais dire|pas su quoi|la liste|pas compris|pas connaissance|connais pas|ne connait pas|c est quoi|qu est ce que|kesako|\
    ne me parle pas|me parle pas|me dit rien|ne me dit rien|pas de quoi|ne vois pas|vois pas|sais pas|sait pas|savons pas|aucune idee|j ignore|ignore|\
    il faudrait demander|faut demander|ignorons|ignorent|a demander|demandez a|demander a|je laisse|ne saurais|saurais pas|pas competent|pas competente|en mesure de|\
    pas l information|pas d information|pas d info|pas l info|no idea|don t know|dont know|do not know|not sure|what are|what is|inconnu|inconnue|pas mon domaine|\
    pas de mon ressort|pas de mon domaine|nsp|incapable de|je suppose|sais plus|recouvrent|recouvre|n y connais|y connais rien|pas trop|voir avec|voyez avec|\
    a voir avec|pas informaticien|pas informaticienne|pas au courant|nous est inconnu|veut dire|signifie";

/// The lists, taken apart.
pub(super) struct Words {
    pub named: Lexicon,
    pub parts: Lexicon,
    pub check: Lexicon,
    pub fine: Lexicon,
    pub later: Lexicon,
    pub finished: Lexicon,
    pub ignorance: Lexicon,
}

/// The lists of this room.
pub(super) fn words() -> &'static Words {
    static WORDS: OnceLock<Words> = OnceLock::new();
    WORDS.get_or_init(|| Words {
        named: Lexicon::new(NAMED),
        parts: Lexicon::new(PARTS),
        check: Lexicon::new(CHECK),
        fine: Lexicon::new(FINE),
        later: Lexicon::new(LATER),
        finished: Lexicon::new(FINISHED),
        ignorance: Lexicon::new(IGNORANCE),
    })
}
