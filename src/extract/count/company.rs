//! People strung together: « moi et Morgane », « Mme Le Gall et moi-même », « pour moi et pour les
//! 2 autres ARM de nuit », « moi kev & sarah », « Mme Ndiaye et M. Kowal ».

use super::super::person;
use super::super::token::{Kind, Tokens, phrase};
use super::amount::{amount, counted};
use std::ops::Range;

/// People strung together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::extract) struct Company {
    /// How many they are.
    pub min: u32,
    /// How many they may be.
    pub max: u32,
    /// Behind the last token.
    pub end: usize,
    /// The speaker is one of them.
    pub me: bool,
    /// The tokens of each, prepositions before them left out.
    pub members: Vec<Range<usize>>,
    /// Every one of them has a name.
    pub named: bool,
    /// Where the name of the first begins, behind « le » and « ma collègue ».
    pub name: usize,
}

/// One of them.
struct Member {
    min: u32,
    max: u32,
    from: usize,
    end: usize,
    me: bool,
    /// Where the name begins.
    name: Option<usize>,
    /// A number and no more.
    bare: bool,
}

/// A job or a relation that stands for one person, folded.
const PERSONS: &str = "collegue|coll|confrere|consoeur|voisin|voisine|binome|chef|cheffe|cadre|medecin|docteur|regulateur|regulatrice|arm|parm|interne|externe|infirmier|infirmiere|ide|iade|ioa|stagiaire|\
    superviseur|superviseure|superviseuse|secretaire|responsable|coordinateur|coordinatrice|coordonnateur|coordonnatrice|assistant|assistante|remplacant|remplacante|permanencier|permanenciere|operateur|\
    operatrice|autre|pharmacien|pharmacienne|ambulancier|ambulanciere|colleague|doctor|nurse|supervisor|intern|trainee|eleve|etudiant|etudiante|praticien|praticienne|urgentiste|agent|personne|formateur|\
    formatrice|tuteur|tutrice|directeur|directrice|dispatcher|aide soignante|aide soignant|sage femme|puericultrice|referent|referente|psychiatre|pediatre|dentiste|effecteur|utilisateur|utilisatrice|gestionnaire|user|homologue|technicien|technicienne|adjoint|adjointe|collaborateur|collaboratrice|coequipier|coequipiere|co equipier|co equipiere|equipier|equipiere|camarade|copain|copine|apprenti|apprentie|alternant|alternante|patron|patronne|successeur|remplacante|partenaire|tandem|deputy|physician|call taker|call handler|clerk|receptionist|midwife|call operator|operator|assistant medical|aide";
/// What may stand behind such a word and belongs to it.
const QUALITIES: &str = "de nuit|de jour|de garde|d en face|d a cote|de regulation|du soir|du matin|de la salle|en salle|de salle|liberal|liberale|regulateur|regulatrice|de permanence|de l apres midi|d astreinte|de service|\
    en poste|de la pdsa|de la regulation|de la regul|de la cellule|du secretariat|du service|de l unite|du plateau|de la garde|du cesu|de mon equipe|de l equipe|du smur|smur|arm|medecin|referent|referente|superviseur|hospitalier|hospitaliers|liberaux|presents|presentes|present|presente|on duty|de sante|de ma vacation|du pole|du week end|du bureau|urgentiste|responsables|responsable|referents|referentes|seniors|juniors|titulaires|en stage|de la session|de la promotion|en formation|regulateurs|regulatrices|urgentistes|de bureau|chef|de mon equipe|de mon service|qui me releve|qui m a releve|que j ai releve|que je releve|qui prend ma suite|qui prend la suite|qui etait la avant moi|qui travaille a cote|assis a cote|assise a cote|du poste d a cote|du poste voisin|de l autre salle|de la releve";

/// Behind a person named by a job at `at`, and its qualities.
pub(super) fn person(tokens: &Tokens, at: usize) -> Option<usize> {
    let at = phrase!(
        tokens,
        at,
        "autre|jeune|nouvelle|nouveau|second|seconde|other"
    )
    .filter(|next| phrase!(tokens, *next, PERSONS).is_some())
    .unwrap_or(at);
    let end = phrase!(tokens, at, PERSONS)?;
    Some(qualified(tokens, end))
}

/// Steps over « de nuit », « d'en face ».
pub(in crate::extract) fn qualified(tokens: &Tokens, at: usize) -> usize {
    let mut at = at;
    for _ in 0..2 {
        match phrase!(tokens, at, QUALITIES) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// The people strung together from token `at` on: two or more, or one with a name. `answer`: the
/// words answer a label, so that commas and small letters are enough.
pub(in crate::extract) fn company(
    text: &str,
    tokens: &Tokens,
    at: usize,
    answer: bool,
) -> Option<Company> {
    // « C'est Farida et moi »: the verb is no part of the name.
    let at = phrase!(tokens, at, "c est|ce sont|c etait").unwrap_or(at);
    let first = member(text, tokens, at, answer, answer, false)?;
    if first.me && commanded(tokens, first.from) {
        return None;
    }
    let mut company = Company {
        min: first.min,
        max: first.max,
        end: first.end,
        me: first.me,
        members: std::iter::once(first.from..first.end).collect(),
        named: first.name.is_some(),
        name: first.name.unwrap_or(first.from),
    };
    // « pour moi et ludo »: only people can follow.
    let open = answer
        || first.me && at > 0 && tokens.among(at - 1, "pour|chez|pr")
        || first.me && tokens.among(at, "pour|chez|pr");
    // Where the words end that a comma alone does not carry on.
    let mut sure = company.clone();
    for _ in 0..12 {
        let me = company.me && company.members.len() == 1;
        let (next, comma) = match joint(tokens, company.end) {
            Some(joint) => joint,
            // « moi kev & sarah »
            None if me => (company.end, true),
            None => break,
        };
        // « au moins 3, moi et mes deux voisins »: the number is all of them.
        if comma && company.members.len() == 1 && first.bare {
            break;
        }
        let next = hedged(tokens, next);
        let next = of_another(text, tokens, next).unwrap_or(next);
        let inside = joint(tokens, next).is_none();
        let Some(more) = member(
            text,
            tokens,
            next,
            answer,
            open,
            inside && (company.me || answer),
        ) else {
            break;
        };
        // « Nathalie Prat, notre ARM de nuit »: the same person's job.
        let apposed = comma
            && company.members.len() == 1
            && company.named
            && more.name.is_none()
            && !more.me
            && tokens.among(next, "notre|mon|ma")
            && joint(tokens, more.end).is_none();
        if more.me && company.me || apposed {
            break;
        }
        company.min = company.min.saturating_add(more.min);
        company.max = company.max.saturating_add(more.max);
        company.end = more.end;
        company.me |= more.me;
        company.named &= more.name.is_some();
        company.members.push(more.from..more.end);
        if !comma {
            sure = company.clone();
        }
    }
    let mut company = if answer { company } else { sure };
    if company.members.len() > 1 {
        company.end = placed(tokens, company.end);
    }
    (company.members.len() > 1 || company.named && !company.me).then_some(company)
}

/// Steps over « a priori », « apparemment »: how sure the writer is of the next.
fn hedged(tokens: &Tokens, at: usize) -> usize {
    phrase!(
        tokens,
        at,
        "a priori|apparemment|visiblement|sans doute|probablement|semble t il|il semble|peut etre|je crois|je pense|il parait|parait il|vraisemblablement|manifestement|maintenant|depuis peu|a ce qu il parait|apparently|probably|maybe"
    )
    .map_or(at, |end| if tokens.sign(end, b',') { end + 1 } else { end })
}

/// « … et de Corinne », « … et celui de Paul »: the name behind.
fn of_another(text: &str, tokens: &Tokens, at: usize) -> Option<usize> {
    let next = phrase!(
        tokens,
        at,
        "de|d|celui de|celui d|celle de|celle d|ceux de|ceux d|celui du|sur celui de|sur celui d|sur celle de|sur celle d"
    )?;
    let next = tokens.skip_joints(next);
    name(text, tokens, next).map(|_| next)
}

/// Behind « sur le poste 1 », which says where one of them sits.
fn placed(tokens: &Tokens, at: usize) -> usize {
    phrase!(
        tokens,
        at,
        "sur le poste|sur la position|sur le pc|sur l ecran|sur la console|sur le pupitre|sur poste|au poste|a la position|en position|poste|position|on workstation|at desk"
    )
    .filter(|number| tokens.number(*number, 3).is_some())
    .map_or(at, |number| number + 1)
}

/// Where the next of them begins, and whether only a comma led there.
fn joint(tokens: &Tokens, at: usize) -> Option<(usize, bool)> {
    let mut next = placed(tokens, at);
    // « Mme Perraud (ARM) et moi »
    if tokens.sign(next, b'(') {
        let close = (next + 1..next + 7).find(|at| tokens.sign(*at, b')'))?;
        next = close + 1;
    }
    if tokens.sign(next, b'+') || tokens.sign(next, b'&') {
        return Some((next + 1, false));
    }
    if let Some(next) = phrase!(
        tokens,
        next,
        "et aussi|et egalement|et puis|et|ainsi que|plus|and also|and|comme pour|comme chez|que pour|que chez|de meme que|puis|ni chez|ni pour|ni"
    ) {
        // « comme pour » keeps its preposition out of the member.
        return Some((next, false));
    }
    if tokens.sign(next, b',') {
        return match phrase!(
            tokens,
            next + 1,
            "et aussi|et|ainsi que|puis|plus|ni chez|ni pour|ni|and"
        ) {
            Some(next) => Some((next, false)),
            None => Some((next + 1, true)),
        };
    }
    None
}

fn member(
    text: &str,
    tokens: &Tokens,
    at: usize,
    answer: bool,
    open: bool,
    loose: bool,
) -> Option<Member> {
    let at = phrase!(tokens, at, "de|du|d")
        .map(|next| tokens.skip_joints(next))
        .filter(|next| titled(tokens, *next).is_some())
        .unwrap_or(at);
    let at = phrase!(tokens, at, "pour|chez|pr|par|sur|avec|aussi|egalement|meme|for|to|on|with|a|aussi bien chez|aussi bien pour|autant pour|autant chez")
        .filter(|next| !tokens.ends_line(*next))
        .unwrap_or(at);
    if let Some(end) = phrase!(tokens, at, "moi meme|moi|myself|me|bibi") {
        return Some(Member {
            min: 1,
            max: 1,
            from: at,
            end,
            me: true,
            name: None,
            bare: false,
        });
    }
    // « les 2 autres ARM de nuit », « 2 collègues », « 2 autres »
    if let Some((min, max, end)) = amount(tokens, at)
        && !tokens.is(at, &["un", "une", "a"])
    {
        let unit = counted(tokens, end)
            .map(|end| qualified(tokens, end))
            .or_else(|| phrase!(tokens, end, "autres|others|autre|otres"))
            .or_else(|| (answer && phrase!(tokens, end, "h|min|fois").is_none()).then_some(end));
        return unit.map(|unit| Member {
            min,
            max,
            from: at,
            end: unit,
            me: false,
            name: None,
            bare: unit == end,
        });
    }
    let determined = phrase!(
        tokens,
        at,
        "mon|ma|un|une|le|la|l|notre|cette|ce|my|a|the|our|un de mes|une de mes|un autre|une autre|l autre|another|un des|une des|deuxieme"
    );
    if let Some(next) = determined {
        let next = tokens.skip_joints(next);
        if let Some(end) = person(tokens, next) {
            // « ma collègue Inès »
            let name = name(text, tokens, end);
            return Some(Member {
                min: 1,
                max: 1,
                from: at,
                end: name.unwrap_or(end),
                me: false,
                name: name.map(|_| end),
                bare: false,
            });
        }
        // « notre régulatrice Mme Roy » is read above; « un autre » is one more.
        if tokens.is(at, &["un", "une", "l", "another"])
            && tokens.is(next - 1, &["autre", "another"])
        {
            return Some(Member {
                min: 1,
                max: 1,
                from: at,
                end: next,
                me: false,
                name: None,
                bare: false,
            });
        }
        if !tokens.is(at, &["le", "la", "ma", "un"]) {
            return None;
        }
    }
    let from = if tokens.is(at, &["le", "la"]) && titled(tokens, at + 1).is_some() {
        at + 1
    } else {
        at
    };
    let end = name(text, tokens, from)
        .or_else(|| capital(text, tokens, from, loose))
        .or_else(|| loosely(tokens, from, loose, open))?;
    Some(Member {
        min: 1,
        max: 1,
        from: at,
        end,
        me: false,
        name: Some(from),
        bare: false,
    })
}

/// Behind a title: « Dr », « M. », « Mme ».
pub(in crate::extract) fn titled(tokens: &Tokens, at: usize) -> Option<usize> {
    let title = tokens.among(
        at,
        "dr|docteur|docteure|mme|madame|mlle|mademoiselle|mr|monsieur|pr|professeur|prof|mrs|ms|doctor|dre|drs|mmes",
    ) || tokens.is(at, &["m", "mm"])
        && tokens
            .get(at + 1)
            .is_some_and(|t| t.kind == Kind::Sign(b'.') || t.kind == Kind::Word && t.spaced);
    title.then(|| {
        if tokens.sign(at + 1, b'.') {
            at + 2
        } else {
            at + 1
        }
    })
}

/// Behind a name, title included: « le Dr Castaing », « Morgane », « Inès Vayssade ».
pub(in crate::extract) fn name(text: &str, tokens: &Tokens, at: usize) -> Option<usize> {
    let start = titled(tokens, at);
    let from = start.unwrap_or(at);
    person::name_end(text, tokens, from, start.is_some())
}

/// A capitalised word that only a name can be where it stands: « chez moi et Kéram ».
fn capital(text: &str, tokens: &Tokens, at: usize, loose: bool) -> Option<usize> {
    let word = text.get(tokens.span(at, at + 1))?;
    let mut letters = word.chars();
    let plain = loose
        && letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(char::is_lowercase)
        && !tokens.among(at, STOP);
    plain.then_some(at + 1)
}

/// A word in small letters that can only be a name where it stands: « moi kev & sarah ».
fn loosely(tokens: &Tokens, at: usize, loose: bool, answer: bool) -> Option<usize> {
    let word = tokens.word(at);
    let plain = loose && word.len() > 2 && counted(tokens, at).is_none() && !tokens.among(at, STOP);
    let next = at + 1;
    let closed = answer
        && (tokens.ends_line(next)
            || matches!(
                tokens.get(next).map(|t| t.kind),
                Some(Kind::Sign(b',' | b'.' | b')' | b'+' | b'&'))
            )
            || tokens.is(next, &["et"]));
    let between = tokens.sign(next, b'&') || tokens.sign(next, b'+');
    (plain && (closed || between)).then_some(next)
}

/// Words that are no name.
const STOP: &str = "ils|elle|elles|nous|vous|les|des|aux|mes|nos|ses|vos|son|que|qui|quoi|quand|pour|cela|c'est|sur|dans|aussi|tous|tout|toute|toutes|impossible|toujours|rien|the|all|est|sont|fait|\
    marche|plus|pas|mais|donc|car|depuis|hier|chez|avec|sans|par|merci|cordialement|bonjour|seul|seule|uniquement|seulement|meme|pareil|idem|encore|deja|apres|avant|ici|autre|autres|collegue|collegues|personne|sinon|\
    parfois|puis|alors|bien|peut|etre|poste|compte|session|equipe|salle|regulation|samu|smur|service|oui|non|voila|svp|urgent|compris|comprise|inclus|incluse|apparemment|normalement|quelques|plusieurs|certains|beaucoup|everyone|nobody|also|too|only";

/// « rappelez-moi et … », « contactez moi ou … »: not said of who is affected.
fn commanded(tokens: &Tokens, at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else {
        return false;
    };
    if tokens.sign(before, b'-') && tokens.glued(at) && tokens.glued(before) {
        return true;
    }
    tokens.among(
        before,
        "rappelez|rappeler|appelez|contactez|dites|prevenez|repondez|expliquez|laissez|envoyez|ecrivez|joignez|demandez|joindre|contacter|selon|entre|apres|avant|avec|call|contact|tell|vers|envers|contre|sans|dis|appelle|rappelle|chez-moi|pardonnez|excusez|donnez|confirmez|recontactez",
    )
}
