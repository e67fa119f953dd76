//! Answers typed inside our own request, as nine clients quote it (`spec/pains.md`, 24): the request
//! is the one that would really leave, the answers are what people write.

use vigie::domain::asked::Asked;
use vigie::domain::declaration::Declaration;
use vigie::domain::field::{Field, FieldName, Precision, Reading, Value};
use vigie::domain::form::{Form, Item};
use vigie::domain::outgoing::Outgoing;
use vigie::extract::{Context, answer, extract};
use vigie::mail::Email;
use vigie::reply;

use crate::answers::answered;

/// What is typed after each question, and what it says.
type Answers = &'static [(
    FieldName,
    &'static str,
    &'static [(FieldName, &'static str)],
)];

use FieldName::{
    AffectedCount, AffectedUser, DeclarantName, DeclarantRole, Entity, Environment, Feature, Phone,
    PrerequisitesChecked, Reproducible, StartedAt,
};

/// The message is of Monday 23 November 2026, 10:30; the declaration that was answered names no field.
const SETS: [Answers; 6] = [
    &[
        (Phone, "02 61 91 53 27", &[(Phone, "+33261915327")]),
        (Entity, "SAMU 44", &[(Entity, "samu-44")]),
        (
            StartedAt,
            "vendredi 20 novembre vers 9h",
            &[(StartedAt, "2026-11-20T09")],
        ),
        (Environment, "production", &[(Environment, "production")]),
        (Feature, "la cartographie", &[(Feature, "cartographie")]),
        (AffectedCount, "3", &[(AffectedCount, "3-3")]),
        (
            AffectedUser,
            "Paul Martin",
            &[(AffectedUser, "paul martin")],
        ),
        (
            PrerequisitesChecked,
            "oui",
            &[(PrerequisitesChecked, "yes")],
        ),
        (Reproducible, "à chaque fois", &[(Reproducible, "yes")]),
        (
            DeclarantName,
            "Claire Lebreton, ARM",
            &[(DeclarantName, "claire lebreton"), (DeclarantRole, "arm")],
        ),
    ],
    &[
        (
            Phone,
            "06.39.98.12.34 (mon portable)",
            &[(Phone, "+33639981234")],
        ),
        (Entity, "SAMU de Nantes", &[(Entity, "samu-44")]),
        (StartedAt, "hier 14h30", &[(StartedAt, "2026-11-22T14:30")]),
        (
            Environment,
            "en prod bien sûr",
            &[(Environment, "production")],
        ),
        (
            Feature,
            "l'onglet Intervenants",
            &[(Feature, "intervenants")],
        ),
        (AffectedCount, "6 personnes", &[(AffectedCount, "6-6")]),
        (
            AffectedUser,
            "moi-même",
            &[(AffectedUser, "claire lebreton")],
        ),
        (
            PrerequisitesChecked,
            "non pas encore",
            &[(PrerequisitesChecked, "no")],
        ),
        (
            Reproducible,
            "de temps en temps",
            &[(Reproducible, "intermittent")],
        ),
        (
            DeclarantName,
            "LEBRETON Claire - médecin régulateur",
            &[
                (DeclarantName, "claire lebreton"),
                (DeclarantRole, "medecin regulateur"),
            ],
        ),
    ],
    &[
        (
            Phone,
            "05 36 49 11 22 poste 214",
            &[(Phone, "+33536491122")],
        ),
        (Entity, "ARS Bretagne", &[(Entity, "ars-BRE")]),
        (
            StartedAt,
            "ce matin à 8h15",
            &[(StartedAt, "2026-11-23T08:15")],
        ),
        (Environment, "formation", &[(Environment, "training")]),
        (
            Feature,
            "export des statistiques",
            &[(Feature, "export des statistiques")],
        ),
        (
            AffectedCount,
            "je ne sais pas",
            &[(AffectedCount, "unknown")],
        ),
        (
            AffectedUser,
            "Mme Zoé Garnier",
            &[(AffectedUser, "zoe garnier")],
        ),
        (
            PrerequisitesChecked,
            "Oui, vérifié par notre informatique",
            &[(PrerequisitesChecked, "yes")],
        ),
        (Reproducible, "non, une seule fois", &[(Reproducible, "no")]),
        (
            DeclarantName,
            "Claire Lebreton / cadre de santé",
            &[
                (DeclarantName, "claire lebreton"),
                (DeclarantRole, "cadre de sante"),
            ],
        ),
    ],
    &[
        (Phone, "0353012020", &[(Phone, "+33353012020")]),
        (Entity, "CHU de Rennes, SAMU 35", &[(Entity, "samu-35")]),
        (StartedAt, "depuis samedi", &[(StartedAt, "2026-11-21")]),
        (Environment, "PRODUCTION", &[(Environment, "production")]),
        (
            AffectedCount,
            "une dizaine d'ARM",
            &[(AffectedCount, "10-10")],
        ),
        (
            PrerequisitesChecked,
            "aucune idée de ce que c'est",
            &[(PrerequisitesChecked, "unknown")],
        ),
        (
            Reproducible,
            "oui à tous les coups",
            &[(Reproducible, "yes")],
        ),
    ],
    // Answers that could be labels of the same question.
    &[
        (Phone, "02 61 91 53 27", &[(Phone, "+33261915327")]),
        (Environment, "production", &[(Environment, "production")]),
        (Reproducible, "systématique", &[(Reproducible, "yes")]),
    ],
    &[
        (Environment, "prod", &[(Environment, "production")]),
        (
            Reproducible,
            "toujours reproductible",
            &[(Reproducible, "yes")],
        ),
    ],
];

/// One word for what a field says.
fn said(field: &Field) -> String {
    let plain = vigie::text::fold;
    match &field.reading {
        Reading::Present(Value::Text(text)) => plain(text),
        Reading::Present(Value::Entity { name, id }) => id.clone().unwrap_or_else(|| plain(name)),
        Reading::Present(Value::Phone(number)) => number.clone(),
        Reading::Present(Value::Instant { at, precision }) => {
            let shape = match precision {
                Precision::Minute => "%Y-%m-%dT%H:%M",
                Precision::Hour => "%Y-%m-%dT%H",
                Precision::Day => "%Y-%m-%d",
            };
            at.format(shape).to_string()
        }
        Reading::Present(Value::Count(count)) => {
            format!("{}-{}", count.min.unwrap_or(0), count.max.unwrap_or(0))
        }
        Reading::Present(Value::YesNo(yes)) => (if *yes { "yes" } else { "no" }).to_owned(),
        Reading::Present(Value::Environment(value)) => format!("{value:?}").to_lowercase(),
        Reading::Present(Value::Frequency(value)) => format!("{value:?}").to_lowercase(),
        Reading::Unknown => "unknown".to_owned(),
        Reading::Missing => "missing".to_owned(),
        other => format!("{other:?}"),
    }
}

/// What reads right: articles of a feature and titles of a user aside.
fn agrees(seen: &str, wanted: &str) -> bool {
    let bare = |text: &str| {
        ["la ", "le ", "l'", "onglet ", "mme "]
            .iter()
            .fold(text.to_owned(), |text, start| {
                text.strip_prefix(start).map(str::to_owned).unwrap_or(text)
            })
    };
    seen == wanted || bare(seen) == bare(wanted) || bare(&bare(seen)) == bare(wanted)
}

/// The request that a declaration without any field gets.
fn request() -> Outgoing {
    let raw = "From: poste3@samu.example\r\nSubject: souci\r\nMessage-ID: <a1@samu.example>\r\n\
        Date: Mon, 23 Nov 2026 09:12:00 +0100\r\nContent-Type: text/plain; charset=utf-8\r\n\
        Content-Transfer-Encoding: 8bit\r\n\r\nBonjour,\r\n\r\nUn message d'erreur 500 s'affiche et tout est perdu, \
        il faudrait que ce soit gardé.\r\n";
    answered(raw.as_bytes()).1.expect("a request leaves")
}

/// The answer to the question of that number.
fn to(request: &Outgoing, answers: Answers, number: usize) -> Option<&'static str> {
    let items = request.numbers.get(number.checked_sub(1)?)?;
    answers
        .iter()
        .find(|(field, ..)| items.contains(&Item::Field(*field)))
        .map(|(_, words, _)| *words)
}

/// The number that a line of the request begins with, as `  3) Question :`.
fn number(line: &str) -> Option<usize> {
    let (number, rest) = line.trim_start().split_once(')')?;
    rest.ends_with(':').then(|| number.parse().ok()).flatten()
}

fn mail(request: &Outgoing, kind: &str, body: &str) -> String {
    format!(
        "From: poste3@samu.example\r\nTo: support@vigie.example\r\nSubject: Re: {}\r\n\
         In-Reply-To: {}\r\nDate: Mon, 23 Nov 2026 10:30:00 +0100\r\nMIME-Version: 1.0\r\n\
         Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{body}",
        request.subject, request.message_id
    )
}

const ATTRIBUTION: &str =
    "Le lun. 23 nov. 2026 à 10:02, Support SI-Samu <support@vigie.example> a écrit :";
const OUTLOOK: &str = "De : Support SI-Samu <support@vigie.example>\nEnvoyé : lundi 23 novembre 2026 10:02\n\
    À : Claire Lebreton <c.lebreton@samu.example>\nObjet : Votre déclaration\n";
const ZIMBRA: &str = "----- Mail original -----\nDe: \"Support SI-Samu\" <support@vigie.example>\n\
    À: \"Claire Lebreton\" <c.lebreton@samu.example>\nEnvoyé: Lundi 23 Novembre 2026 10:02:03\nObjet: Votre déclaration\n";
const NOTES: &str = "De :\tSupport SI-Samu <support@vigie.example>\nPour :\tClaire Lebreton/SAMU@SAMU\n\
    Date :\t23/11/2026 10:02\nObjet :\tVotre déclaration\n";

/// The text part with each line quoted by `mark`, answers on lines of their own behind `answer`.
fn below(request: &Outgoing, answers: Answers, mark: &str, answer: &str) -> String {
    let mut text = String::new();
    for line in request.text.lines() {
        text += &format!("{mark}{line}\n");
        if let Some(words) = number(line).and_then(|number| to(request, answers, number)) {
            text += &format!("{answer}{words}\n");
        }
    }
    text
}

/// The text part with answers behind the colon.
fn behind(request: &Outgoing, answers: Answers, mark: &str) -> String {
    let mut text = String::new();
    for line in request.text.lines() {
        let words = number(line).and_then(|number| to(request, answers, number));
        text += &format!("{mark}{line} {}\n", words.unwrap_or_default());
    }
    text
}

/// The HTML part, each question's end replaced by what `typed` makes of it and its answer.
fn page(request: &Outgoing, answers: Answers, typed: impl Fn(&str, &str) -> String) -> String {
    let html = reply::html(&request.mime).unwrap();
    let body = html.split_once("<body").map_or(html.as_str(), |(_, body)| {
        body.split_once('>').map_or(body, |(_, body)| body)
    });
    let mut page = String::new();
    let end = "</strong></p><p><br></p>";
    let mut pieces = body.split(end).peekable();
    while let Some(piece) = pieces.next() {
        page += piece;
        if pieces.peek().is_some() {
            let question = piece.rsplit("<strong>").next().unwrap_or_default();
            let words = question
                .split_once(')')
                .and_then(|(number, _)| number.parse().ok())
                .and_then(|number| to(request, answers, number));
            page += &words.map_or_else(|| end.to_owned(), |words| typed(end, words));
        }
    }
    page.replace("</body></html>", "")
}

/// The replies of nine clients with the same answers.
fn replies(request: &Outgoing, answers: Answers) -> Vec<(&'static str, String)> {
    let html = |body: String| mail(request, "text/html", &body);
    let plain = |body: String| mail(request, "text/plain", &body);
    let header = OUTLOOK
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('\n', "<br>");
    let outlook = page(request, answers, |_, words| {
        format!("</strong> <span style=\"color:#C00000\">{words}</span></p><p>&nbsp;</p>")
    });
    let owa = page(request, answers, |_, words| {
        format!("</strong></p><p>{words}</p>")
    });
    let gmail = page(request, answers, |_, words| {
        format!(
            "</strong></p></blockquote><div>{words}</div><blockquote class=\"gmail_quote\" style=\"border-left:1px solid #ccc\">"
        )
    });
    let mut numbered = String::from("Bonjour,\n\n");
    for number in 1..=request.numbers.len() {
        if let Some(words) = to(request, answers, number) {
            numbered += &format!("{number}) {words}\n");
        }
    }
    vec![
        (
            "outlook",
            html(format!(
                "<p class=MsoNormal>Bonjour, mes réponses en rouge.</p><div style=\"border-top:solid #E1E1E1 1.0pt\"><p class=MsoNormal>{header}</p></div>{outlook}"
            )),
        ),
        (
            "owa",
            html(format!(
                "<div>Bonjour, voir ci-dessous</div><hr tabindex=\"-1\"><div id=\"divRplyFwdMsg\">{header}</div>{owa}"
            )),
        ),
        (
            "gmail",
            plain(format!(
                "{ATTRIBUTION}\n\n{}",
                below(request, answers, "> ", "\n")
            )),
        ),
        (
            "gmail html",
            html(format!(
                "<div class=\"gmail_quote\"><div class=\"gmail_attr\">{}<br></div><blockquote class=\"gmail_quote\" style=\"border-left:1px solid #ccc\">{gmail}</blockquote></div>",
                ATTRIBUTION.replace('<', "&lt;").replace('>', "&gt;")
            )),
        ),
        (
            "thunderbird",
            plain(format!(
                "Le 23/11/2026 à 10:02, Support SI-Samu a écrit :\n{}",
                below(request, answers, "> ", "")
            )),
        ),
        (
            "iphone",
            plain(format!(
                "Réponses dans le texte\n\nEnvoyé de mon iPhone\n\n> {ATTRIBUTION}\n> \n{}",
                below(request, answers, "> ", "> ")
            )),
        ),
        (
            "zimbra",
            plain(format!(
                "Bonjour,\n\n{ZIMBRA}\n{}",
                below(request, answers, "", "")
            )),
        ),
        (
            "notes",
            plain(format!(
                "Bonjour,\n\n\n\n{NOTES}\n\n{}",
                behind(request, answers, "")
            )),
        ),
        (
            "prose",
            plain(format!(
                "{numbered}\nClaire\n\n{ATTRIBUTION}\n\n{}",
                below(request, &[], "> ", "")
            )),
        ),
    ]
}

/// How many of the answers are read of `all`, and which are not.
fn misread(read: impl Fn(&Outgoing, &Email<'_>) -> Declaration) -> (usize, Vec<String>) {
    let request = request();
    let (mut all, mut faults) = (0, Vec::new());
    for (index, answers) in SETS.into_iter().enumerate() {
        for (client, raw) in replies(&request, answers) {
            let declaration = read(&request, &Email::parse(raw.as_bytes()));
            for (of, typed, wanted) in answers {
                // What the declaration gave is not asked, so nothing was typed.
                if !request
                    .numbers
                    .iter()
                    .flatten()
                    .any(|item| *item == Item::Field(*of))
                {
                    continue;
                }
                for (field, wanted) in *wanted {
                    all += 1;
                    let seen = said(&declaration.fields[*field]);
                    if !agrees(&seen, wanted) {
                        faults.push(format!(
                            "{client}, set {index}: {field}: {typed:?} read as {seen}, not {wanted}"
                        ));
                    }
                }
            }
        }
    }
    println!(
        "{} of {all} answers inside our request read\n{}",
        all - faults.len(),
        faults.join("\n")
    );
    assert!(all >= 200, "only {all} answers");
    (all, faults)
}

fn context(own_addresses: &[String]) -> Context<'_> {
    Context {
        received_at: "2026-11-23T09:31:00Z".parse().unwrap(),
        own_addresses,
        mark: "INC",
        key: None,
    }
}

#[test]
fn answers_inside_our_request_are_read() {
    let own = ["support@vigie.example".to_owned()];
    let (all, faults) = misread(|_, email| extract(email, Form::si_samu(), &context(&own)));
    let told = faults.join("\n");
    assert!(
        faults.len() * 20 <= all,
        "{} of {all} not read:\n{told}",
        faults.len()
    );
}

#[test]
fn answers_inside_our_request_are_all_read_where_it_is_known() {
    let own = ["support@vigie.example".to_owned()];
    // Of a mail whose text is not kept, the form's own questions are known.
    for keep in [true, false] {
        let (_, faults) = misread(|request, email| {
            let asked = Asked {
                numbers: request.numbers.clone(),
                text: if keep {
                    request.text.clone()
                } else {
                    String::new()
                },
                ..Asked::default()
            };
            answer(email, Form::si_samu(), &context(&own), &asked).declaration
        });
        assert!(
            faults.is_empty(),
            "text known: {keep}\n{}",
            faults.join("\n")
        );
    }
}
