//! People counted by what each of them has, one thing after another: « mon poste et celui du
//! médecin d'à côté », « mes identifiants, ceux de Paul et ceux de Rémi »; people named one by one.

use super::super::token::{Kind, Tokens, phrase};
use super::alike::{alike_for, also_there, apposed, same_for};
use super::amount::{amount, counted};
use super::clause::spared;
use super::company::{company, name, person, titled};
use super::people::{Draft, OTHER_UNITS};
use super::with_me::same;

/// What somebody has, folded.
const THINGS: &str = "poste|compte|session|position|pc|ordi|ordinateur|ecran|ecrans|tablette|casque|bandeau|telephone|tel|portable|navigateur|login|identifiant|identifiants|acces|profil|console|machine|station|pupitre|softphone|dect|codes|postes|comptes|sessions|account|workstation|screen";

/// What stands at `at`.
pub(super) fn owned(text: &str, tokens: &Tokens, at: usize) -> Option<Draft> {
    things(text, tokens, at).or_else(|| named(text, tokens, at))
}

/// « mon poste et celui de Karim », « ma session, la sienne et celle de l'interne »
fn things(text: &str, tokens: &Tokens, at: usize) -> Option<Draft> {
    let (many, end) = listed(text, tokens, at)?;
    (many < 500 && !spared(tokens, at, end)).then(|| Draft::exact(many, many, false, end, 0.88))
}

/// Where « mon poste et celui de Karim » ends, which begins at `at` with what the writer has.
pub(in crate::extract) fn mine_and_others(text: &str, tokens: &Tokens, at: usize) -> Option<usize> {
    if !tokens.among(at, "mon|ma|mes|my") {
        return None;
    }
    let (_, end) = listed(text, tokens, at)?;
    (!spared(tokens, at, end)).then_some(end)
}

/// How many people the things that begin at `at` belong to, two or more, and where they end.
fn listed(text: &str, tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    let (mut many, mut end) = thing(text, tokens, at)?;
    let mut listed = false;
    for _ in 0..8 {
        let Some(next) = joint(tokens, end) else {
            break;
        };
        let Some((more, after)) = thing(text, tokens, next) else {
            break;
        };
        many = many.saturating_add(more);
        end = after;
        listed = true;
    }
    listed.then_some((many, end))
}

/// Behind « (le 3) », « n 12 », « 4 », which says which one it is.
fn numbered(tokens: &Tokens, end: usize) -> usize {
    let bracket = tokens.sign(end, b'(');
    let next = end + usize::from(bracket);
    let next = phrase!(tokens, next, "le poste|la position|le|la|n|no|numero").unwrap_or(next);
    match tokens.number(next, 3) {
        Some(_) if bracket && tokens.sign(next + 1, b')') => next + 2,
        Some(_) if !bracket => next + 1,
        _ => end,
    }
}

fn joint(tokens: &Tokens, at: usize) -> Option<usize> {
    if tokens.sign(at, b'+') || tokens.sign(at, b'&') {
        return Some(at + 1);
    }
    let comma = usize::from(tokens.sign(at, b','));
    let next = phrase!(
        tokens,
        at + comma,
        "et aussi|et meme|et|ainsi que|puis|comme|plus|mais aussi|and also|and"
    );
    next.or((comma > 0).then_some(at + 1))
}

/// How many people what stands at `at` belongs to, and where it ends.
pub(super) fn thing(text: &str, tokens: &Tokens, at: usize) -> Option<(u32, usize)> {
    // « moi, et le poste d'à côté »
    if let Some(end) = phrase!(tokens, at, "moi|chez moi|pour moi")
        && joint(tokens, end).is_some_and(|next| tokens.among(next, "le|la|l|celui|celle|les|ceux"))
    {
        return Some((1, end));
    }
    let at = phrase!(tokens, at, "sur|chez|depuis|avec|on|from").unwrap_or(at);
    if let Some(next) = phrase!(tokens, at, "mon|ma|mes|son|sa|my|his|her") {
        return phrase!(tokens, next, THINGS).map(|end| (1, numbered(tokens, end)));
    }
    if let Some(end) = phrase!(
        tokens,
        at,
        "le sien|la sienne|les siens|le mien|la mienne|celui d a cote|celle d a cote|celui d en face|celle d en face|celui voisin|celle voisine|le poste voisin|la position voisine|le poste d a cote|la position d a cote|le poste d en face|his|hers|mine"
    ) {
        return Some((1, end));
    }
    // « mon poste et le poste 3 », « ma session et la position 12 »
    if let Some(next) = phrase!(
        tokens,
        at,
        "le poste|la position|l ecran|la tablette|la console|le pc|le pupitre|au poste|poste|position"
    ) && tokens.number(next, 3).is_some()
        && !tokens.among(next + 1, OTHER_UNITS)
    {
        return Some((1, next + 1));
    }
    // « mon poste et celui de Xan »: whatever word with a capital stands there.
    if let Some(owner) = phrase!(tokens, at, "celui de|celle de|celui d|celle d") {
        let owner = tokens.skip_joints(owner);
        let capital = text
            .get(tokens.span(owner, owner + 1))
            .is_some_and(|word| word.starts_with(char::is_uppercase));
        if capital && titled(tokens, owner).is_none() {
            return Some((1, name(text, tokens, owner).unwrap_or(owner + 1)));
        }
    }
    let of = phrase!(tokens, at, "celui|celle|ceux|celles").or_else(|| {
        let next = phrase!(tokens, at, "le|la|l|les")?;
        phrase!(tokens, tokens.skip_joints(next), THINGS)
    })?;
    let owner = phrase!(tokens, of, "de la|de l|du|des|de|d")?;
    let article = !tokens.is(owner - 1, &["de", "d"]);
    let owner = tokens.skip_joints(owner);
    if let Some(people) = company(text, tokens, owner, false).filter(|people| people.named) {
        return Some((people.min, people.end));
    }
    if let Some(end) = name(text, tokens, owner) {
        return Some((1, end));
    }
    let owned = phrase!(
        tokens,
        owner,
        "mon|ma|notre|mes|nos|un|une|son|sa|un de mes|une de mes|l autre|my|the"
    );
    if let Some(owned) = owned.or(article.then_some(owner)) {
        if let Some((min, max, after)) = amount(tokens, owned)
            && min == max
            && let Some(end) = counted(tokens, after)
        {
            return Some((min, end));
        }
        // « mon ordi et celui de l'accueil »
        return person(tokens, owned)
            .or_else(|| {
                phrase!(tokens, owned, "accueil|secretariat|fond|standard|pharmacie")
                    .filter(|_| article)
            })
            .map(|end| (1, end));
    }
    None
}

/// « … chez Mme Boyer et M. Cadet », « Karim et Julie ne voient plus … »: as many as are named.
fn named(text: &str, tokens: &Tokens, at: usize) -> Option<Draft> {
    // « pareil pour Luc et Manon », « idem chez Julie et Karim »
    let alike = alike_for(tokens, at);
    if let Some(next) = alike
        && let Some(people) = company(text, tokens, next, false)
        && people.named
        && !people.me
        && !spared(tokens, at, people.end)
    {
        return Some(Draft::exact(
            people.min + 1,
            people.max + 1,
            false,
            people.end,
            0.7,
        ));
    }
    if let Some((others, end)) = alike.and_then(|next| same_for(tokens, next)) {
        return (!spared(tokens, at, end))
            .then(|| Draft::exact(others + 1, others + 1, false, end, 0.7));
    }
    if let Some((others, end)) = also_there(text, tokens, at) {
        return (!spared(tokens, at, end))
            .then(|| Draft::exact(others + 1, others + 1, false, end, 0.68));
    }
    let led = phrase!(
        tokens,
        at,
        "chez|pour|pr|concerne|touche|impacte|bloque|concernent|touchent"
    );
    let people = company(text, tokens, led.unwrap_or(at), false)?;
    if !people.named || people.me {
        return None;
    }
    // « Luc et Manon ont eu pareil »: as the writer has.
    let behind = apposed(tokens, people.end);
    let alike = same(tokens, behind)
        .or_else(|| have_the_same(tokens, people.end).filter(|_| is_of_mine(tokens, at)))
        .filter(|_| led.is_none());
    if let Some(end) = alike.filter(|_| !spared(tokens, at, people.end)) {
        return Some(Draft::exact(
            people.min + 1,
            people.max + 1,
            false,
            end,
            0.7,
        ));
    }
    if people.members.len() < 2 {
        return None;
    }
    let suffers = (people.end..people.end + 4)
        .take_while(|at| !matches!(tokens.get(*at).map(|t| t.kind), Some(Kind::Line | Kind::Sign(b'.'))))
        .any(|at| {
            phrase!(
                tokens,
                at,
                "ne voient|ne recoivent|ne peuvent|ne parviennent|n arrivent|n ont plus|qui l ont|qui ont le|qui ont ce|qui ont la|qui sont touches|qui sont concernes|qui sont bloques|qui n ont|n entendent|n accedent|sont bloques|sont bloquees|sont touches|sont touchees|sont concernes|sont concernees|se font|se retrouvent|subissent|ont le meme|ont la meme|ont ce|ont aussi|ont egalement|ont perdu|m ont signale|nous ont signale|m ont remonte|nous ont remonte|ont signale|me signalent|nous signalent|me remontent|se plaignent|s en plaignent|ont rencontre|ont constate|are blocked|cannot|can t"
            )
            .is_some()
        });
    let fits = (led.is_some() || suffers) && !spared(tokens, at, people.end);
    fits.then(|| Draft::exact(people.min, people.max, false, people.end, 0.68))
}

/// Whether « mes collègues », « ma voisine » stands right before the people at `at`.
fn is_of_mine(tokens: &Tokens, at: usize) -> bool {
    let titled = (at.saturating_sub(1)..at).any(|at| tokens.among(at, "mmes|mm|drs|mrs"));
    let noun = at.saturating_sub(1 + usize::from(titled));
    noun > 0
        && tokens.among(
            noun,
            "collegues|collegue|confreres|confrere|consoeurs|consoeur|voisins|voisines|homologues",
        )
        && tokens.among(noun - 1, "mes|nos|mon|ma|my")
        || tokens.among(at, "mes|mon|ma|nos|my")
}

/// What two people may have alike without a fault.
pub(super) const NO_TROUBLE: &str = "dossier|dossiers|patient|patiente|appel|appels|appelant|numero|fiche|vehicule|planning|role|droits|secteur|navigateur|bureau|file|record";

/// « …, qui ont le même profil, obtiennent la même troncature »: where that ends.
fn have_the_same(tokens: &Tokens, end: usize) -> Option<usize> {
    let relative = tokens.sign(end, b',') && tokens.is(end + 1, &["qui", "who"]);
    let from = if relative {
        (end + 2..end + 16).find(|at| tokens.sign(*at, b','))? + 1
    } else {
        end
    };
    let next = phrase!(
        tokens,
        from,
        "obtiennent|obtient|ont|a|rencontrent|rencontre|constatent|constate|observent|observe|voient|voit|subissent|subit|get|have|see"
    )?;
    phrase!(
        tokens,
        next,
        "exactement le meme|exactement la meme|le meme|la meme|les memes|the same"
    )
    // « le médecin a le même dossier que moi » tells of no trouble.
    .filter(|end| !tokens.among(*end, NO_TROUBLE))
}

/// « ke ds mon casque », « uniquement depuis ma session », « slmt chez moi »: the writer's own alone.
pub(super) fn only_mine(tokens: &Tokens, at: usize) -> Option<usize> {
    // « mon poste slmt », « mon ecran uniqmt », « ma session à moi, c tout »
    if let Some(next) = phrase!(tokens, at, "mon|ma|mes|my")
        && let Some(next) = phrase!(tokens, next, THINGS)
    {
        let next = tokens.number(next, 4).map_or(next, |_| next + 1);
        let next = if tokens.sign(next, b',') {
            next + 1
        } else {
            next
        };
        return phrase!(
            tokens,
            next,
            "slmt|slmnt|seulmt|seulmnt|seulemt|seulment|seulement|uniqmt|uniqt|uniqut|uniquemt|uniqement|uniquement|exclusivement|et c tout|c tout|et cest tout|cest tout|et rien d autre|only"
        );
    }
    let next = phrase!(
        tokens,
        at,
        "que|ke|k|q|uniquement|uniqt|uniqut|seulement|seulmt|slmt|seulmnt|juste|exclusivement|rien que|rien ke|only|just"
    )?;
    let placed = phrase!(
        tokens,
        next,
        "sur|chez|dans|ds|depuis|a partir de|pour|pr|avec|on|in|from"
    );
    let next = placed.unwrap_or(next);
    if let Some(end) = phrase!(tokens, next, "moi|le mien|la mienne|mes|mine")
        .filter(|end| placed.is_some() || *end == next + 2)
    {
        return (!tokens.is(end - 1, &["mes"])).then_some(end);
    }
    let next = phrase!(tokens, next, "mon|ma|mes|mon propre|ma propre|my")?;
    phrase!(
        tokens,
        next,
        "poste|compte|session|position|pc|ordi|ordinateur|ecran|ecrans|tablette|casque|bandeau|telephone|tel|portable|navigateur|login|identifiant|identifiants|acces|profil|console|machine|station|pupitre|clavier|softphone|dect|account|workstation|screen|computer|headset"
    )
}

/// « je suis a priori la seule », « je dois être le seul », « j'ai l'impression d'être la seule »:
/// the writer alone, the words hedged.
pub(super) fn alone(tokens: &Tokens, at: usize) -> Option<usize> {
    // « Mme Lenoir ne voit plus les bilans, elle est la seule »
    if let Some(end) = phrase!(
        tokens,
        at,
        "elle est la seule|il est le seul|elle serait la seule|il serait le seul|she is the only one|he is the only one"
    ) {
        let closed = !tokens
            .get(end)
            .is_some_and(|token| token.kind == Kind::Word);
        return if closed {
            Some(end)
        } else {
            phrase!(
                tokens,
                end,
                "a l avoir|a avoir|a rencontrer|a constater|dans ce cas|touche|touchee|concerne|concernee|bloque|bloquee|impacte|impactee"
            )
        };
    }
    if let Some(end) = only_one(tokens, at) {
        return Some(end);
    }
    let mut next = phrase!(
        tokens,
        at,
        "je suis|j etais|jetais|j suis|je serais|je dois etre|je pense etre|je crois etre|je semble etre|j ai l impression d etre|il semble que je sois|il semblerait que je sois|je suis sans doute|chui|chuis|jsuis|i am|i m|i seem to be|i think i am"
    )?;
    for _ in 0..3 {
        match phrase!(
            tokens,
            next,
            "a priori|apparemment|visiblement|a ma connaissance|pour l instant|pour le moment|manifestement|probablement|sans doute|peut etre|semble t il|je crois|je pense|actuellement|toujours|bien|donc|en fait|apparently|probably"
        ) {
            Some(after) => next = after,
            None if tokens.sign(next, b',') => next += 1,
            None => break,
        }
    }
    const USES: &str = "a m en servir|a l utiliser|a les utiliser|a utiliser|a l avoir|a avoir|a faire|a travailler|a y acceder|a y avoir|a le faire|a la faire|a les faire|a exploiter|a saisir|a tenir|a gerer|a suivre|touche|touchee|concerne|concernee|impacte|impactee|bloque|bloquee|using|to use";
    let end = phrase!(
        tokens,
        next,
        "le seul|la seule|seul|seule|the only one|the only"
    )?;
    // « j'étais le seul médecin à m'en servir »
    if let Some(after) = counted(tokens, end).or_else(|| person(tokens, end)) {
        return phrase!(tokens, after, USES);
    }
    (!tokens.is(end - 1, &["only"])).then_some(end)
}

/// « Seul le Dr Vasseur est touché », « only Dr Vasseur is affected »: one other alone.
fn only_one(tokens: &Tokens, at: usize) -> Option<usize> {
    const STRUCK: &str = "est touche|est touchee|est concerne|est concernee|est impacte|est impactee|est bloque|est bloquee|a le probleme|a le souci|a ce probleme|a ce souci|is affected|is concerned|is impacted|is blocked|has the problem|has this problem|has the issue|has it";
    const TITLES: &str = "dr|docteur|dre|m|mr|mme|mrs|ms|monsieur|madame|mlle|miss|pr";
    let next = phrase!(tokens, at, "seul|seule|seulement|uniquement|only")?;
    let next = phrase!(tokens, next, "le|la|l|the|our|my|mon|ma|notre").unwrap_or(next);
    let from = if tokens.among(next, TITLES) {
        next + 1
    } else {
        person(tokens, next)?
    };
    (from..from + 5).find_map(|at| phrase!(tokens, at, STRUCK))
}
