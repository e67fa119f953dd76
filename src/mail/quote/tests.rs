use super::*;
use crate::mail::{Body, Email};

#[derive(Debug, PartialEq)]
struct Seen {
    own: String,
    blocks: Vec<(BlockKind, String)>,
}

fn body(raw: &str) -> Body {
    Email::parse(raw.as_bytes()).body
}

fn seen(raw: &str) -> Seen {
    let body = body(raw);
    let own: Vec<&str> = body
        .lines
        .iter()
        .filter(|line| line.role == LineRole::Own)
        .map(|line| &body.text[line.span.clone()])
        .collect();
    let blocks = body
        .blocks
        .iter()
        .map(|b| {
            (
                b.kind,
                b.from
                    .as_ref()
                    .map(|f| {
                        if f.address.is_empty() {
                            f.name.clone()
                        } else {
                            f.address.clone()
                        }
                    })
                    .unwrap_or_default(),
            )
        })
        .collect();
    Seen {
        own: own.join("|"),
        blocks,
    }
}

const HEAD: &str = "From: Claire Lebreton <claire@chu.example>\nTo: support@support.invalid\nContent-Type: text/plain; charset=utf-8\n";

#[test]
fn attributions_of_clients_introduce_quoted_words() {
    for attribution in [
        "Le 12/05/2025 à 11:02, Nadège Rullier <n@chu.example> a écrit :",
        "Le lun. 12 mai 2025 à 11:02, Nadège Rullier <n@chu.example> a\nécrit :",
        "On Tue, Jan 27, 2026 at 4:18 PM Nadège Rullier <n@chu.example>\nwrote:",
        "Le 30 mars 2025 08:05:04 GMT+02:00, Nadège Rullier <n@chu.example> a écrit :",
        "> Le 2 janv. 2026 à 08:40, Nadège Rullier <n@chu.example> a écrit :\n>",
    ] {
        let raw = format!(
            "{HEAD}Subject: Re: fiche\n\nvoici\n\n{attribution}\n> Tiens\n> Déclarant : ...\nmoi\n> Entité : ...\nSAMU 86\n"
        );
        let seen = seen(&raw);
        assert_eq!(seen.own, "voici|moi|SAMU 86", "{attribution}");
        assert_eq!(
            seen.blocks,
            [(BlockKind::Quoted, "n@chu.example".into())],
            "{attribution}"
        );
    }
}

#[test]
fn header_blocks_of_outlook_introduce_what_follows() {
    for block in [
        "De : Paul Martin <paul@chu.example>\nEnvoyé : lundi 12 janvier 2026 17:03\nÀ : Claire Lebreton\nObjet : carto",
        "________________________________\nDe : Paul Martin <paul@chu.example>\nEnvoyé : lundi 12 janvier 2026 17:03\nÀ : Claire Lebreton\nObjet : carto",
        "-----Message d'origine-----\nDe : Paul Martin [mailto:paul@chu.example]\nEnvoyé : lundi 12 janvier 2026 17:03\nÀ : Claire Lebreton\nObjet : carto",
        "From: Paul Martin <paul@chu.example>\nSent: Monday, January 12, 2026 5:03 PM\nTo: Claire Lebreton\nSubject: carto",
        "*De :* Paul Martin <paul@chu.example>\n*Envoyé :* lundi 12 janvier 2026 17:03\n*À :* Claire Lebreton\n*Objet :* carto",
        "----- Mail transféré -----\nDe: \"Paul Martin\" <paul@chu.example>\nÀ: \"Claire\" <claire@chu.example>\nEnvoyé: Lundi 12 Janvier 2026 17:03:00\nObjet: carto",
        "-------- Message transféré --------\nSujet : carto\nDate : Mon, 12 Jan 2026 17:03:00 +0100\nDe : Paul Martin <paul@chu.example>\nPour : claire@chu.example",
        "---------- Forwarded message ---------\nDe : Paul Martin <paul@chu.example>\nDate: lun. 12 janv. 2026 à 17:03\nSubject: carto\nTo: <claire@chu.example>",
        "Début du message réexpédié :\n\nDe: Paul Martin <paul@chu.example>\nObjet: carto\nDate: 12 janvier 2026 à 17:03:00 UTC+1\nÀ: claire@chu.example",
    ] {
        let raw = format!(
            "{HEAD}Subject: TR: carto\n\nvoir dessous\n\n{block}\n\nBonjour,\n\nla carte est blanche\n\nPaul\n"
        );
        let body = body(&raw);
        assert_eq!(
            seen(&raw).own,
            "voir dessous|la carte est blanche",
            "{block}"
        );
        assert_eq!(body.blocks.len(), 1, "{block}");
        assert_eq!(body.blocks[0].kind, BlockKind::Forwarded, "{block}");
        assert_eq!(
            body.blocks[0].from.as_ref().unwrap().address,
            "paul@chu.example",
            "{block}"
        );
        assert_eq!(body.blocks[0].subject.as_deref(), Some("carto"), "{block}");
        assert_eq!(
            body.blocks[0].date.unwrap().to_rfc3339(),
            "2026-01-12T17:03:00+01:00",
            "{block}"
        );
    }
}

#[test]
fn whose_words_a_block_holds_follows_from_author_subject_and_recipients() {
    let block = |from: &str, subject: &str| {
        format!(
            "De : {from}\nEnvoyé : lundi 12 janvier 2026 17:03\nÀ : x\nObjet : {subject}\n\nmots"
        )
    };
    for (headers, below, kind) in [
        (
            "Subject: RE: [INC-26-00042] x",
            block("Support <support@support.invalid>", "[INC-26-00042] x"),
            BlockKind::OurRequest,
        ),
        (
            "Subject: RE: x\nIn-Reply-To: <INC-26-00042.1.4f9c@support.invalid>",
            block("Support <support@support.invalid>", "x"),
            BlockKind::OurRequest,
        ),
        (
            "Subject: RE: [SI-SAMU #2026-000123] x",
            block(
                "Support <support@support.invalid>",
                "[SI-SAMU #2026-000123] x",
            ),
            BlockKind::OurRequest,
        ),
        (
            "Subject: ESCALADE x",
            block("Claire Lebreton", "x"),
            BlockKind::OwnEarlier,
        ),
        (
            "Subject: ESCALADE x",
            block("LEBRETON Claire <claire@chu.example>", "x"),
            BlockKind::OwnEarlier,
        ),
        (
            "Subject: TR: x",
            block("Paul Martin", "x"),
            BlockKind::Forwarded,
        ),
        (
            "Subject: incident carto",
            block("Paul Martin <paul@chu.example>", "x"),
            BlockKind::Forwarded,
        ),
        (
            "Subject: RE: note\nCc: Paul Martin <paul@chu.example>",
            block("Paul Martin <paul@chu.example>", "note"),
            BlockKind::Quoted,
        ),
        (
            "Subject: Re: note",
            "Le 12/05/2025 à 11:02, Paul Martin a écrit :\n> mots".into(),
            BlockKind::Quoted,
        ),
        (
            "Subject: escalade",
            "Le 12/05/2025 à 11:02, Claire Lebreton a écrit :\n> mots".into(),
            BlockKind::OwnEarlier,
        ),
    ] {
        let body = body(&format!("{HEAD}{headers}\n\nvoir\n\n{below}\n"));
        assert_eq!(body.blocks[0].kind, kind, "{headers} / {below}");
    }
}

#[test]
fn a_forward_of_a_forward_keeps_both_authors() {
    let raw = format!(
        "{HEAD}Subject: TR: TR: carto\n\nvoir\n\nDe : Sandrine Morel <s@chu.example>\nEnvoyé : dimanche 30 mars 2025 08:15\nÀ : Claire\nObjet : TR: carto\n\npeux-tu voir ?\n\nSandrine Morel\nCadre\n\nDe : FERRAND Kevin\nEnvoyé : samedi 29 mars 2025 22:10\nÀ : Sandrine\nObjet : carto\n\nla carte est blanche\n\nKevin F., ARM\n"
    );
    let body = body(&raw);
    assert_eq!(seen(&raw).own, "voir|peux-tu voir ?|la carte est blanche");
    assert_eq!(
        body.blocks.iter().map(|b| b.kind).collect::<Vec<_>>(),
        [BlockKind::Forwarded, BlockKind::Forwarded]
    );
    assert_eq!(body.lines.last().unwrap().depth, 2);
}

#[test]
fn html_quotes_are_as_deep_as_their_containers() {
    let raw = format!(
        "{}Subject: Re: [INC-26-00042] x\n\n<div>please see below</div><div class=\"gmail_quote\"><div class=\"gmail_attr\">On Tue, Jan 27, 2026 at 4:18 PM Support &lt;<a href=x>support@support.invalid</a>&gt; wrote:<br></div><blockquote class=\"gmail_quote\">Utilisateur : ...<br></blockquote><div>Dr Kowalczyk</div><blockquote class=\"gmail_quote\"><br>Nombre : ...</blockquote><div>Sorry</div></div>",
        HEAD.replace("text/plain", "text/html")
    );
    let seen = seen(&raw);
    assert_eq!(seen.own, "please see below|Dr Kowalczyk|Sorry");
    assert_eq!(
        seen.blocks,
        [(BlockKind::OurRequest, "support@support.invalid".into())]
    );
}

#[test]
fn words_that_only_look_like_headings_stay_own() {
    for text in [
        "Le médecin a tapé un texte et le logiciel a écrit une erreur :\nsession expirée",
        "De : 14h à 15h\nla carte est blanche",
        "Le 12 mars à 9h l'ARM a écrit dans le dossier, puis tout a disparu",
    ] {
        let seen = seen(&format!("{HEAD}Subject: x\n\n{text}\n"));
        assert_eq!(seen.own, text.replace('\n', "|"));
        assert!(seen.blocks.is_empty(), "{text}");
    }
}

#[test]
fn lines_cover_the_text_of_every_fixture_in_order() {
    for file in std::fs::read_dir("fixtures/mail").unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|e| e != "eml") {
            continue;
        }
        let raw = std::fs::read(&path).unwrap();
        let body = Email::parse(&raw).body;
        let mut at = 0;
        for line in &body.lines {
            assert!(line.span.start >= at, "{path:?}");
            let between = body.text.get(at..line.span.start).unwrap();
            assert!(
                between.chars().all(|c| matches!(c, '\n' | '>' | ' ')),
                "{path:?} {between:?}"
            );
            at = line.span.end;
        }
        assert_eq!(at, body.text.len(), "{path:?}");
    }
}
