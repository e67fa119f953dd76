//! Words that lead to a person: to the writer, or to somebody else.

use super::super::token::Lexicon;
use std::sync::LazyLock;

/// Words that introduce the writer; parted by bars.
pub(super) static INTRODUCES: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "je ne suis que la|je ne suis que le|je ne suis que l|je ne suis qu une|je ne suis qu un|je suis une|je suis un|je suis le|je suis la|je suis l|je suis|je m appelle|moi c est|c est|ici|mon nom est|mon nom|my name is|i am|i m|this is|je soussigne|",
        "je soussignee|signe|ici le|ici la|ici l|moi|je suis sa|je suis son|je suis leur|je suis une des|je suis un des|je suis l une des|je suis l un des|je suis la nouvelle|je suis le nouveau|je suis ici|je suis ici la|je suis ici le|i am one of the|i am their|i am his|i am her|i m their|i am your|i am on duty as|i am covering as|i am covering tonight as|i m covering as|i m covering tonight as|i m covering today as|i am covering today as|i am working as|i m working as|i am here as|i m here as|i am acting as|i am on duty tonight as|i am the|i am a|i am an|i m a|i m an|i m the|en tant que|en tant qu|je me presente|je me nomme|de la part de|nom prenom|",
        "c|cest|c moi|cest moi|moi c|moi cest|ici c est|ici c|ici cest|chui|jsuis|j suis|je sui|chuis|je m apelle|je mapelle|j m appelle|jmappelle|je mappelle|mon nom c est|mon nom cest|",
        "en qualite de|en qualite d|en ma qualite de|en ma qualite d|je travaille comme|je bosse comme|j bosse comme|jbosse comme|je bosse en tant que|je travaille en tant que|je suis en poste comme|je suis actuellement|i work as a|i work as an|i work as the|this is the|here is|",
        "je suis votre|je suis votre nouveau|je suis votre nouvelle|je suis aussi|je suis nouvel|je suis nouvelle|je suis nouveau|je suis donc|je suis moi meme|je suis simple|je suis juste|je suis jeune|nous sommes|",
        "je suis le seul|je suis la seule|je suis l unique|je suis seul|je suis seule|je suis tout seul|je suis toute seule|je suis le seul et unique|je suis l autre|je suis le second|je suis la seconde|je suis le deuxieme|je suis la deuxieme|sono|sono la|sono il|sono una|sono un|soy|soy la|soy el|soy una|soy un|suis|suis le|suis la|suis l|i am the only|i m the only"
    ))
});
/// Words before a person that make them somebody else.
pub(super) static THIRD: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::new(concat!(
        "du|de|par|avec|pour|chez|a|au|aux|d|ma|mon|nos|notre|son|sa|ses|mes|leur|et|collegue|confrere|consoeur|voir|contacter|demande|un|une|le|la|l|des|les|",
        "behalf|of|instead|for|appelle|appeler|rappeler|joindre|demander|autre|entre|avec|via|selon|deux|trois|chaque|cet|ce|cette|aucun|tous|toutes|plusieurs|sur|comme|sans"
    ))
});
