//! Answers in short strings, to mails of ours as they are made: what each says, in the light of what
//! was asked.

use super::{Answer, answer};
use crate::domain::asked::Asked;
use crate::domain::field::{
    Count, Environment, Evidence, Field, FieldName, Fields, Frequency, Part, Precision, Reading,
    Source, Value,
};
use crate::domain::form::{Ask, Form, Item};
use crate::extract::Context;
use crate::mail::Email;
use FieldName::{
    AffectedCount as Users, AffectedUser as User, DeclarantName as Name, DeclarantRole as Role,
    Entity, Environment as Env, Feature, Phone, PrerequisitesChecked as Checked,
    Reproducible as Often, StartedAt as Start,
};

/// The text of a request for some fields, as E1 is written.
fn request(names: &[FieldName], screenshot: bool) -> String {
    let asks: Vec<Ask> = names
        .iter()
        .map(|name| Ask {
            item: Item::Field(*name),
            reason: None,
        })
        .collect();
    let mut text = "Bonjour Claire Lebreton,\n\nVotre déclaration est enregistrée sous le numéro INC-26-00042.\n\n\
        Il nous manque des réponses. Répondez à ce message en complétant\nles lignes ci-dessous. Vous ne savez pas ? Écrivez « je ne sais\n\
        pas », nous ferons sans.\n\nC’est urgent ? Appelez le 0 809 100 809 en donnant ce numéro.\n\n\nÀ COMPLÉTER\n\n"
        .to_owned();
    for (number, question) in (1..).zip(Form::si_samu().questions(&asks)) {
        text += &format!("  {number}) {} :\n\n\n", question.text);
    }
    if screenshot {
        text += "Joignez aussi une copie d’écran, sans donnée de santé et sans nom de\npersonne visible.\n\n";
    }
    text + "Ces éléments servent à savoir qui est touché et à écarter une\ncause connue.\n\n\nCE QUE NOUS AVONS COMPRIS\n\n  \
        - Établissement : SAMU de Nantes.\n  - Début : lundi 23 novembre 2026, à 9 h.\n  - Où : module cartographie, en formation.\n  \
        - Qui : 4 utilisateurs.\n  - Panne : la carte reste figée sur l'écran de chargement.\n\n\
        Une erreur ? Dites-le en une ligne dans votre réponse.\n\nLe support SI-Samu\nTéléphone : 0 809 100 809\n\n\
        Message préparé automatiquement. Votre réponse sera lue par une\npersonne du support.\n"
}

fn field(value: Value) -> Field {
    Field {
        reading: Reading::Present(value),
        evidence: None,
    }
}

/// What the ticket of all these answers holds.
fn known() -> Fields {
    let mut fields = Fields::default();
    let text = |text: &str| field(Value::Text(text.to_owned()));
    fields[Name] = text("Claire Lebreton");
    fields[Entity] = field(Value::Entity {
        name: "SAMU de Nantes".to_owned(),
        id: Some("samu-44".to_owned()),
    });
    fields[Start] = field(Value::Instant {
        at: "2026-11-23T09:00:00+01:00".parse().unwrap(),
        precision: Precision::Hour,
    });
    fields[Env] = field(Value::Environment(Environment::Training));
    fields[Feature] = text("module cartographie");
    fields[Users] = field(Value::Count(Count {
        min: Some(4),
        max: Some(4),
        all: false,
    }));
    fields[FieldName::Description] = text("la carte reste figée sur l'écran de chargement");
    fields
}

fn mail(body: &str) -> String {
    format!(
        "From: Claire LEBRETON <c.lebreton@chu-nantes.example>\nTo: Support <support@si-samu.example>\n\
         Subject: Re: carto [INC-26-00042]\nDate: Tue, 24 Nov 2026 11:00:00 +0100\nMessage-ID: <r1@chu-nantes.example>\n\
         In-Reply-To: <INC-26-00042.1.220a51b82bd63389@si-samu.example>\nMIME-Version: 1.0\n\
         Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{body}"
    )
}

fn read(names: &[FieldName], body: &str) -> Answer {
    let mut asked = Asked::of_text(&request(names, true), Form::si_samu());
    let mut ticket = known();
    for name in names {
        ticket[*name] = Field::default();
    }
    asked.known = ticket;
    let raw = mail(body);
    let email = Email::parse(raw.as_bytes());
    let context = Context {
        received_at: "2026-11-24T10:00:00Z".parse().unwrap(),
        own_addresses: &[],
        mark: "INC",
        key: None,
    };
    let read = answer(&email, Form::si_samu(), &context, &asked);
    for (name, field) in read.declaration.fields.iter() {
        if let Some(Evidence {
            part: Some(Part::Text),
            span,
            raw,
            source,
            ..
        }) = &field.evidence
        {
            assert_eq!(
                email.body.text.get(span.clone()),
                Some(raw.as_str()),
                "{name} of {body:?}"
            );
            assert_ne!(*source, Source::Agent);
        }
    }
    read
}

/// A field's reading in a few words.
fn shown(field: &Field) -> String {
    match &field.reading {
        Reading::Present(value) => match value {
            Value::Text(text) | Value::Phone(text) => text.clone(),
            Value::Entity { name, id } => id.clone().unwrap_or_else(|| name.clone()),
            Value::Instant { at, precision } => at
                .format(if *precision == Precision::Day {
                    "%m-%d"
                } else {
                    "%m-%dT%H:%M"
                })
                .to_string(),
            Value::Environment(Environment::Production) => "prod".to_owned(),
            Value::Environment(Environment::Training) => "training".to_owned(),
            Value::Count(count) => match (count.min, count.max) {
                (Some(min), Some(max)) if min == max => min.to_string(),
                (Some(min), Some(max)) => format!("{min}-{max}"),
                _ => "all".to_owned(),
            },
            Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
            Value::Frequency(Frequency::Yes) => "always".to_owned(),
            Value::Frequency(Frequency::No) => "never".to_owned(),
            Value::Frequency(Frequency::Intermittent) => "sometimes".to_owned(),
        },
        other => other.state().to_owned(),
    }
}

/// What was asked, the answer, and what it must say of some fields.
type Case<'a> = (&'a [FieldName], &'a str, &'a [(FieldName, &'a str)]);

fn hold(cases: &[Case<'_>]) {
    let mut wrong = Vec::new();
    for (names, body, told) in cases {
        let fields = read(names, body).declaration.fields;
        for (name, expected) in *told {
            let got = shown(&fields[*name]);
            if got.to_lowercase() != expected.to_lowercase() {
                wrong.push(format!("{body:?}: {name} is {got:?}, not {expected:?}"));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn one_bare_answer_to_the_only_question() {
    hold(&[
        (&[Checked], "oui", &[(Checked, "yes")]),
        (
            &[Checked],
            "Bonjour,\n\nNon pas encore.\n\nCordialement,\nClaire",
            &[(Checked, "no")],
        ),
        (
            &[Checked],
            "Oui, vérifiés ce matin par l'informatique.\n",
            &[(Checked, "yes")],
        ),
        (&[Users], "6", &[(Users, "6")]),
        (
            &[Users],
            "Bonjour, 6 ou 7 personnes je dirais",
            &[(Users, "6-7")],
        ),
        (&[Users], "tout le monde ici", &[(Users, "all")]),
        (&[User], "Paul Martin", &[(User, "Paul Martin")]),
        (&[User], "c'est moi", &[(User, "Claire Lebreton")]),
        (
            &[User],
            "les ARM de nuit\n\nClaire",
            &[(User, "les ARM de nuit")],
        ),
        (&[Role], "ARM", &[(Role, "ARM")]),
        (
            &[Role],
            "je suis médecin régulateur",
            &[(Role, "médecin régulateur")],
        ),
        (&[Often], "toujours", &[(Often, "always")]),
        (&[Often], "oui", &[(Often, "always")]),
        (
            &[Often],
            "de temps en temps seulement",
            &[(Often, "sometimes")],
        ),
        (&[Phone], "0639981234", &[(Phone, "+33639981234")]),
        (
            &[Phone],
            "Vous pouvez me joindre au 06 39 98 12 34 jusqu'à 18h",
            &[(Phone, "+33639981234")],
        ),
        (&[Env], "la vraie, en prod", &[(Env, "prod")]),
        (&[Start], "hier vers 14h30", &[(Start, "11-23T14:30")]),
        (&[Entity], "SAMU 44", &[(Entity, "samu-44")]),
        (&[Checked], "Re,\nc fait", &[(Checked, "yes")]),
    ]);
}

#[test]
fn numbers_that_people_write_themselves() {
    hold(&[
        (
            &[User, Checked],
            "1) Paul Martin 2) oui",
            &[(User, "Paul Martin"), (Checked, "yes")],
        ),
        (
            &[User, Checked],
            "1- moi\n2- non",
            &[(User, "Claire Lebreton"), (Checked, "no")],
        ),
        (
            &[Env, Often, Checked],
            "1 : prod 2 : parfois 3 : ok",
            &[(Env, "prod"), (Often, "sometimes"), (Checked, "yes")],
        ),
        (
            &[Env, Often, Checked],
            "n°3 : je ne sais pas\nn°1 : formation",
            &[(Env, "training"), (Often, "missing"), (Checked, "unknown")],
        ),
        (
            &[Users, Often],
            "1. une dizaine\n2. à chaque fois",
            &[(Users, "10"), (Often, "always")],
        ),
        (
            &[Users, Often],
            "Pour la 1, 5 personnes. Pour la 2 c'est toujours.",
            &[(Users, "5"), (Often, "always")],
        ),
        (
            &[Often, Checked],
            "1 et 2 : oui",
            &[(Often, "always"), (Checked, "yes")],
        ),
        (
            &[Phone, Env],
            "Question 1 : 02 40 08 77 12\nQuestion 2 : production",
            &[(Phone, "+33240087712"), (Env, "prod")],
        ),
        (
            &[Users, Checked],
            "1/ 3\n2/ ?",
            &[(Users, "3"), (Checked, "unknown")],
        ),
        (
            &[Start, Env],
            "1 ) lundi 9h15\n2 ) prod",
            &[(Start, "11-23T09:15"), (Env, "prod")],
        ),
        (
            &[User, Often, Checked],
            "la première : moi, la deuxième : toujours, la troisième : aucune idée",
            &[
                (User, "Claire Lebreton"),
                (Often, "always"),
                (Checked, "unknown"),
            ],
        ),
    ]);
}

#[test]
fn answers_in_the_order_of_the_questions_and_by_their_shape() {
    hold(&[
        (
            &[Env, Often, Checked],
            "prod\ntoujours\nnon",
            &[(Env, "prod"), (Often, "always"), (Checked, "no")],
        ),
        (
            &[Env, User, Often],
            "Prod, moi, parfois",
            &[
                (Env, "prod"),
                (User, "Claire Lebreton"),
                (Often, "sometimes"),
            ],
        ),
        (
            &[Often, Checked],
            "toujours et oui",
            &[(Often, "always"), (Checked, "yes")],
        ),
        (
            &[Phone, Checked],
            "prérequis oui. Mon portable : 06 39 98 12 34",
            &[(Phone, "+33639981234"), (Checked, "yes")],
        ),
        (
            &[Env, Often, Checked, Role],
            "ARM, en prod, c systematique, prerequis jsp",
            &[
                (Env, "prod"),
                (Often, "always"),
                (Checked, "unknown"),
                (Role, "ARM"),
            ],
        ),
        (
            &[User, Checked],
            "Bonjour, c'est Paul Martin qui est concerné et les prérequis ont été vérifiés hier.",
            &[(User, "Paul Martin"), (Checked, "yes")],
        ),
        (
            &[Env, Often],
            "It's the live system, and it happens every time.",
            &[(Env, "prod"), (Often, "always")],
        ),
        (
            &[User, Checked],
            "Just me. No idea about the prerequisites.",
            &[(User, "Claire Lebreton"), (Checked, "unknown")],
        ),
        (
            &[Env, Often],
            "je ne sais pas",
            &[(Env, "unknown"), (Often, "unknown")],
        ),
        (
            &[Env, Often, Checked],
            "C'est en production. Pour le reste je ne sais pas.",
            &[(Env, "prod"), (Often, "unknown"), (Checked, "unknown")],
        ),
        (
            &[Phone, Role],
            "Merci.\n\n-- \nClaire LEBRETON\nARM\nTél : 02 40 08 77 12",
            &[(Phone, "+33240087712"), (Role, "ARM")],
        ),
        (
            &[Checked],
            "Bonjour,\n\nVoici la capture demandée.\n\nClaire Lebreton\nARM - 02 40 08 77 12",
            &[(Checked, "missing"), (Phone, "missing")],
        ),
    ]);
}

#[test]
fn answers_in_whole_sentences() {
    hold(&[
        (
            &[Env, Often, Checked],
            "Bonjour, pour répondre à vos questions : l'incident est en production, il se reproduit à chaque ouverture de dossier et la configuration du poste a bien été vérifiée par notre DSI.",
            &[(Env, "prod"), (Often, "always"), (Checked, "yes")],
        ),
        (
            &[User, Often],
            "Bonsoir,\nLes médecins régulateurs sont touchés, ça le fait une fois sur deux.\nBonne garde",
            &[(Often, "sometimes")],
        ),
        (
            &[Phone, Users],
            "Mon portable c'est le 06 39 98 12 34 et nous sommes 5 à être bloqués.",
            &[(Phone, "+33639981234"), (Users, "5")],
        ),
        (
            &[Start, Checked],
            "Depuis hier 18h30. Les prérequis, aucune idée.",
            &[(Start, "11-23T18:30"), (Checked, "unknown")],
        ),
        (
            &[Checked],
            "Oui c'est bon pour les prérequis. Sinon depuis midi on est 8.",
            &[(Checked, "yes")],
        ),
        (
            &[Often, Checked],
            "Oui pour les deux.",
            &[(Often, "always"), (Checked, "yes")],
        ),
        (
            &[User, Phone],
            "Utilisateur : Paul Martin\nTél : 02 40 08 77 12",
            &[(User, "Paul Martin"), (Phone, "+33240087712")],
        ),
        (
            &[Env, User, Checked],
            "production / moi-même / pas fait",
            &[(Env, "prod"), (User, "Claire Lebreton"), (Checked, "no")],
        ),
        (
            &[Role, Checked],
            "Cadre de santé, et oui vérifiés",
            &[(Role, "Cadre de santé"), (Checked, "yes")],
        ),
        (
            &[Feature, Users],
            "1) la cartographie\n2) 2 ou 3",
            &[(Feature, "la cartographie"), (Users, "2-3")],
        ),
        (
            &[Users],
            "Tous les ARM de la salle soit 12 personnes",
            &[(Users, "12")],
        ),
        (
            &[Start],
            "ce matin à 8h05 exactement",
            &[(Start, "11-24T08:05")],
        ),
        (&[Start], "je ne sais plus trop", &[(Start, "unknown")]),
        (&[User], "paul.martin", &[(User, "paul.martin")]),
        (
            &[Name, Role],
            "Claire Lebreton, ARM",
            &[(Name, "Claire Lebreton"), (Role, "ARM")],
        ),
        (
            &[Checked],
            "Yes, checked this morning.",
            &[(Checked, "yes")],
        ),
        (
            &[Often],
            "Non, c'est arrivé une seule fois",
            &[(Often, "never")],
        ),
        (&[Checked], "?", &[(Checked, "unknown")]),
        (&[Env], "formation ? non, production", &[(Env, "prod")]),
    ]);
}

#[test]
fn answers_of_a_second_round_that_the_reader_had_not_seen() {
    hold(&[
        (
            &[Env, Often, Checked],
            "Hello,\nprod, oui toujours, prérequis non vérifiés\nA+",
            &[(Env, "prod"), (Often, "always"), (Checked, "no")],
        ),
        (
            &[User, Often, Checked],
            "a) moi\nb) parfois\nc) oui",
            &[
                (User, "Claire Lebreton"),
                (Often, "sometimes"),
                (Checked, "yes"),
            ],
        ),
        (
            &[User],
            "Il s'agit du Dr Karim Benali",
            &[(User, "Dr Karim Benali")],
        ),
        (&[User], "Login : kbenali", &[(User, "kbenali")]),
        (
            &[Phone, Env, Role],
            "Tel 06 39 98 12 34 - production - infirmière",
            &[(Phone, "+33639981234"), (Env, "prod"), (Role, "infirmière")],
        ),
        (
            &[Checked],
            "C'est fait depuis ce matin. Et le souci a disparu, merci, vous pouvez fermer.",
            &[(Checked, "yes")],
        ),
        (
            &[Env, User],
            "en prod pour les médecins régulateurs",
            &[(Env, "prod"), (User, "les médecins régulateurs")],
        ),
        (
            &[User, Checked],
            "Personne en particulier, tout le service est touché. Prérequis : c'est la DSI qui s'en charge.",
            &[(User, "unknown"), (Checked, "unknown")],
        ),
        (
            &[Phone],
            "Même numéro que dans ma signature\n\n--\nClaire Lebreton\n02 61 91 53 27",
            &[(Phone, "+33261915327")],
        ),
        (&[Often], "Pas reproduit depuis", &[(Often, "never")]),
        (
            &[Users, User],
            "2 : Paul Roy et moi",
            &[(User, "Paul Roy et moi")],
        ),
        (
            &[Env, Often, Checked],
            "Tout est en prod, ça arrive une fois sur trois et aucune vérif n'a été faite sur le poste",
            &[(Env, "prod"), (Often, "sometimes"), (Checked, "no")],
        ),
    ]);
}

#[test]
fn who_asks_back_or_cannot_tell_is_asked_no_more() {
    hold(&[
        (
            &[Checked],
            "C'est quoi les prérequis ?",
            &[(Checked, "unknown")],
        ),
        (
            &[Checked],
            "ce n'est pas moi qui gère ça, voir avec la DSI",
            &[(Checked, "unknown")],
        ),
        (&[Users], "aucune idée", &[(Users, "unknown")]),
        (&[Users], "je ne sais pas, au moins 3", &[(Users, "3")]),
        (&[Users], "plusieurs", &[(Users, "unclear")]),
        (&[Phone], "06 39 98 12 3", &[(Phone, "unclear")]),
    ]);
}

/// Our mail as a client quotes it, with something typed behind or under some of its lines.
fn quoted(names: &[FieldName], mark: &str, typed: &[(&str, &str)]) -> String {
    let mut body = String::new();
    for line in request(names, true).lines() {
        let hit = typed
            .iter()
            .find(|(start, _)| line.trim_start().starts_with(start));
        match hit {
            Some((_, words)) if words.starts_with('\n') => {
                body += &format!("{mark}{line}\n\n{}\n\n", words.trim());
            }
            Some((_, words)) => body += &format!("{mark}{line} {words}\n"),
            None => body += &format!("{mark}{line}\n"),
        }
    }
    body
}

#[test]
fn answers_inside_our_mail_however_it_is_quoted() {
    let names = [User, Often, Checked];
    let told: &[(FieldName, &str)] = &[
        (User, "les ARM de jour"),
        (Often, "sometimes"),
        (Checked, "no"),
    ];
    let typed = [("1)", "les ARM de jour"), ("2)", "parfois"), ("3)", "non")];
    let under = [
        ("1)", "\nles ARM de jour"),
        ("2)", "\nparfois"),
        ("3)", "\nnon"),
    ];
    let lead = "Voir mes réponses ci-dessous.\n\nLe 24 nov. 2026 à 10:00, Support <support@si-samu.example> a écrit :\n\n";
    let outlook = "Voir en rouge\n\nDe : Support <support@si-samu.example>\nEnvoyé : mardi 24 novembre 2026 10:00\nÀ : Claire\nObjet : Re: carto [INC-26-00042]\n\n";
    let bodies = [
        format!("{lead}{}", quoted(&names, "> ", &typed)),
        format!("{lead}{}", quoted(&names, "> ", &under)),
        format!("{outlook}{}", quoted(&names, "", &typed)),
        format!("{outlook}{}", quoted(&names, "", &under)),
        // Without any heading, and with all lines of a paragraph joined.
        quoted(&names, "", &typed),
        format!(
            "{outlook}{}",
            quoted(&names, "", &typed)
                .replace("  1)", "*1)")
                .replace(" :", "* :")
        ),
        format!(
            "{outlook}{}",
            quoted(&names, "", &typed)
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .collect::<Vec<_>>()
                .join(" ")
        ),
    ];
    let cases: Vec<Case<'_>> = bodies
        .iter()
        .map(|body| (&names[..], body.as_str(), told))
        .collect();
    hold(&cases);
}

#[test]
fn our_own_words_are_nobodys_answer() {
    let names = [User, Phone];
    let lead = "Je regarde et je reviens vers vous.\n\nLe 24 nov. 2026 à 10:00, Support <support@si-samu.example> a écrit :\n\n";
    for body in [
        format!("{lead}{}", quoted(&names, "> ", &[])),
        quoted(&names, "", &[]),
        format!(
            "Ok\n\n-----Message d'origine-----\n{}",
            quoted(&names, "", &[])
        ),
    ] {
        let fields = read(&names, &body).declaration.fields;
        for (name, field) in fields.iter() {
            assert_eq!(
                field.reading,
                Reading::Missing,
                "{name} of {body:?}: {field:?}"
            );
        }
    }
}

#[test]
fn what_we_had_understood_is_corrected() {
    let names = [Checked];
    let lead = "Le 24 nov. 2026 à 10:00, Support <support@si-samu.example> a écrit :\n\n";
    let inside = |start: &'static str, words: &'static str| {
        format!("{lead}{}", quoted(&names, "> ", &[(start, words)]))
    };
    let bodies = [
        inside("- Qui", "6 en fait"),
        inside("- Début", "non, plutôt 15h02"),
        inside("- Où", "\npas en formation, en prod"),
        inside("- Établissement", "non, SAMU de la Vienne"),
        inside("- Qui", "oui"),
    ];
    let told: [&[(FieldName, &str)]; 5] = [
        &[(Users, "6"), (Checked, "missing")],
        &[(Start, "11-23T15:02"), (Users, "missing")],
        &[(Env, "prod"), (Feature, "missing")],
        &[(Entity, "samu-86")],
        &[(Users, "missing"), (User, "missing")],
    ];
    let mut cases: Vec<Case<'_>> = bodies
        .iter()
        .zip(told)
        .map(|(body, told)| (&names[..], body.as_str(), told))
        .collect();
    cases.extend([
        (
            &names[..],
            "Prérequis : oui. Par contre nous ne sommes pas 4 mais 6.",
            &[(Checked, "yes"), (Users, "6")][..],
        ),
        (
            &names[..],
            "oui\nErreur de ma part : ça a commencé à 8h40 et pas 9h",
            &[(Checked, "yes"), (Start, "11-23T08:40")][..],
        ),
        (
            &names[..],
            "Oui. C'est en production et non en formation.",
            &[(Checked, "yes"), (Env, "prod")][..],
        ),
    ]);
    hold(&cases);
}

#[test]
fn an_answer_may_say_that_it_is_over() {
    for (body, over) in [
        ("Résolu, merci !", true),
        (
            "1) moi\n2) oui\nMais entre-temps c'est rentré dans l'ordre, vous pouvez clore.",
            true,
        ),
        ("Ce n'est toujours pas résolu.", false),
        ("oui", false),
    ] {
        let read = read(&[User, Checked], body);
        assert_eq!(read.is_resolved(), over, "{body}");
        assert_eq!(read.resolved_by.is_some(), over, "{body}");
    }
}

#[test]
fn any_mail_gives_an_answer_and_a_long_one_in_time() {
    let names = [User, Phone, Checked];
    for body in [
        "",
        "?",
        ">",
        "> > >",
        "1)",
        "1) 2) 3)",
        "\u{feff}",
        "1)\n\n2)\n\n\n3) ok",
        "🙂",
        "-- \nClaire",
    ] {
        read(&names, body);
    }
    let line = "1) Utilisateur concerné, si ce n’est pas vous : moi et 2) non 3) \n";
    let long = line.repeat(3_000);
    read(&names, &long);
    read(&names, &long.replace('\n', " "));
}
