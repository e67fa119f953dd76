//! What people do from a dossier's page: each act is a form, answered by a page that shows what came of
//! it, and leaves one line in the journal.

use crate::pipeline::{Line, mail};
use crate::support::console::{Answered, Desk};
use crate::support::stores::TestStore;
use vigie::domain::audit::Deed;
use vigie::domain::field::{FieldName, Reading, Reason, Value, ValueOrigin};
use vigie::domain::incident::{Incident, Reference, Status};
use vigie::domain::outgoing::MailState;
use vigie::store::{Chained, Wanted};
use vigie::web;

const CLAIRE: &str = "From: Claire Lebreton <c.lebreton@chu-nantes.example>\r\n";
const HUGO: &str = "From: Hugo Garnier <h.garnier@autre.example>\r\n";

/// A declaration that lacks the telephone and the function, and the same lines more.
fn form(name: &str, more: &str) -> String {
    format!(
        "Bonjour,\r\n\r\nNom et prénom : {name}\r\nÉtablissement : SAMU de Nantes\r\n\
         Date et heure de début : 24/11/2026 09:00\r\nEnvironnement : production\r\n\
         Fonctionnalité : cartographie\r\nNombre d'utilisateurs : 4\r\n{more}\
         Description : la carte reste grise, on ne voit plus les moyens engagés.\r\n"
    )
}

fn name(number: u32) -> Reference {
    Reference::new("INC", 2026, number)
}

/// Two tickets and a console over them, at a time when their requests still wait.
struct Room {
    line: Line,
    desk: Desk,
}

impl Room {
    async fn open() -> Self {
        Self::with("Téléphone : 02 61 91 00 1\r\n").await
    }

    async fn with(more: &str) -> Self {
        let mut line = Line::with(TestStore::sqlite().await, "").await;
        line.receive(&mail(1, CLAIRE, &form("Claire Lebreton", more)))
            .await;
        line.process(1).await;
        line.receive(&mail(2, HUGO, &form("Hugo Garnier", "")))
            .await;
        line.process(2).await;
        let open = (web::Access::Open, web::Reach::default());
        let desk = Desk::open(line.store(), line.parts.clone(), 60, open).await;
        Self { line, desk }
    }

    async fn ticket(&self, number: u32) -> Incident {
        let incident = self.line.store().incident(&name(number)).await;
        incident.unwrap().unwrap()
    }

    /// Sends a form of the first ticket's page.
    async fn send(&self, to: &str, fields: &str) -> Answered {
        let page = format!("/d/{}", name(1));
        self.desk.send(&page, &format!("{page}{to}"), fields).await
    }

    /// Decides about the telephone, as one saw it.
    async fn decide(&self, fields: &str) -> Answered {
        self.send("/champ/phone", fields).await
    }

    /// The mail of the first ticket that has not left.
    async fn waits(&self) -> String {
        let mails = self.line.mails().await;
        let of_one = mails.into_iter().filter(|mail| mail.reference == name(1));
        let mut waiting = of_one.filter(|mail| mail.state == MailState::Queued);
        waiting.next_back().expect("one waits").text
    }

    async fn journal(&self) -> Vec<Deed> {
        let lines = self.line.store().journal(&Wanted::default(), 99).await;
        lines
            .unwrap()
            .iter()
            .rev()
            .map(|line| line.entry.deed)
            .collect()
    }
}

fn value(incident: &Incident, name: FieldName) -> &Reading {
    &incident.fields[name].reading
}

fn phone(number: &str) -> Reading {
    Reading::Present(Value::Phone(number.to_owned()))
}

#[tokio::test]
async fn a_corrected_field_is_the_agents_and_the_waiting_request_asks_for_it_no_more() {
    let room = Room::open().await;
    let asked = room.line.mails().await;
    assert!(
        asked[0].text.contains("il manque un chiffre"),
        "{}",
        asked[0].text
    );
    let page = room.desk.get(&format!("/d/{}?champ=phone", name(1))).await;
    assert!(
        page.text().contains("value=\"02 61 91 00 1\""),
        "what was read is to be mended"
    );
    let done = room.decide("acte=valeur&valeur=0261910012").await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(
        done.location(),
        format!("/d/{}?fait=champ.phone#f-5", name(1))
    );
    let ticket = room.ticket(1).await;
    assert_eq!(ticket.origins[&FieldName::Phone], ValueOrigin::Agent);
    assert_eq!(*value(&ticket, FieldName::Phone), phone("+33261910012"));
    let waits = room.waits().await;
    assert!(!waits.contains("Téléphone où vous joindre"), "{waits}");
    let page = room
        .desk
        .get(done.location().split('#').next().unwrap())
        .await;
    assert!(page.text().contains("Téléphone : enregistré."));
    assert!(page.text().contains("02 61 91 00 12"));
    assert!(
        page.text()
            .contains("corrigé : Téléphone <span class=\"quiet\">· Ce poste</span>"),
        "{}",
        page.text()
    );
    assert_eq!(room.journal().await, [Deed::FieldCorrected]);
}

#[tokio::test]
async fn what_is_no_number_comes_back_with_what_is_wrong_and_nothing_is_kept() {
    let room = Room::open().await;
    let before = room.ticket(1).await;
    let done = room.decide("acte=valeur&valeur=02+61+%3Cb%3E").await;
    assert_eq!(done.status, 422);
    let text = done.text();
    assert!(
        text.contains("<title>Erreur : Téléphone · INC-26-00001"),
        "{text}"
    );
    assert!(
        text.contains("value=\"02 61 &lt;b&gt;\""),
        "what was typed is there"
    );
    assert!(text.contains("Il faut un numéro à dix chiffres"));
    assert_eq!(room.ticket(1).await, before);
    assert!(room.journal().await.is_empty());
}

#[tokio::test]
async fn w_22_who_saves_second_sees_both_values_and_overwrites_nothing() {
    let room = Room::open().await;
    let page = room.desk.get(&format!("/d/{}?champ=phone", name(1))).await;
    let seen = page.body.split_once("name=\"vu\" value=\"").unwrap().1;
    let seen = seen.split('"').next().unwrap().to_owned();
    assert_eq!(seen.len(), 16);
    let first = room
        .decide(&format!("acte=valeur&valeur=0261910012&vu={seen}"))
        .await;
    assert_eq!(first.status, 303);
    let second = room
        .decide(&format!("acte=valeur&valeur=0261910099&vu={seen}"))
        .await;
    assert_eq!(second.status, 409);
    let text = second.text();
    assert!(
        text.contains("Quelqu’un d’autre a changé ce champ entre-temps."),
        "{text}"
    );
    assert!(text.contains("Il y a maintenant : 02 61 91 00 12."));
    assert!(text.contains("value=\"0261910099\""));
    let kept = room.ticket(1).await;
    assert_eq!(*value(&kept, FieldName::Phone), phone("+33261910012"));
}

#[tokio::test]
async fn a_field_is_confirmed_unusable_or_not_known() {
    let room = Room::with("Téléphone : 02 61 91 00 12\r\n").await;
    let done = room
        .decide("acte=inexploitable&motif=c%27est+le+standard")
        .await;
    assert_eq!(done.status, 303);
    let ticket = room.ticket(1).await;
    let words = "c'est le standard".to_owned();
    assert_eq!(
        *value(&ticket, FieldName::Phone),
        Reading::Unclear(Reason::Judged { words })
    );
    let text = room.waits().await;
    assert!(text.contains("Téléphone (c'est le standard)"), "{text}");
    let long = room
        .decide(&format!("acte=inexploitable&motif={}", "a".repeat(61)))
        .await;
    assert_eq!(long.status, 422);
    assert_eq!(room.decide("acte=inconnu").await.status, 303);
    let ticket = room.ticket(1).await;
    assert_eq!(*value(&ticket, FieldName::Phone), Reading::Unknown);
    assert_eq!(
        room.decide("acte=juste").await.status,
        422,
        "there is no value to confirm"
    );
    assert_eq!(
        room.decide("acte=valeur&valeur=0261910012&telephone=1")
            .await
            .status,
        303
    );
    let ticket = room.ticket(1).await;
    assert_eq!(ticket.origins[&FieldName::Phone], ValueOrigin::Phone);
    assert_eq!(room.decide("acte=juste").await.status, 303);
    assert_eq!(
        room.journal().await,
        [
            Deed::FieldUnusable,
            Deed::FieldUnknown,
            Deed::FieldCorrected,
            Deed::FieldConfirmed
        ]
    );
    assert_eq!(
        room.line.store().check_journal().await.unwrap(),
        Chained::Whole(4)
    );
    assert_eq!(
        room.send("/champ/nothing", "acte=inconnu").await.status,
        404
    );
}

#[tokio::test]
async fn a_ticket_is_validated_and_the_next_one_stands_there_with_what_was_done() {
    let room = Room::open().await;
    let done = room.send("/valider", "").await;
    assert_eq!(done.status, 303, "{}", done.body);
    assert_eq!(
        done.location(),
        format!("/d/{}?fait=etat.{}", name(2), name(1))
    );
    assert_eq!(room.ticket(1).await.status, Status::Waiting);
    let page = room.desk.get(done.location()).await;
    let text = page.text();
    assert!(text.contains("INC-26-00001 : en attente."), "{text}");
    assert!(
        text.contains("action=\"/d/INC-26-00001/rouvrir\""),
        "it can be undone"
    );
    let last = room
        .desk
        .send(
            &format!("/d/{}", name(2)),
            &format!("/d/{}/valider", name(2)),
            "",
        )
        .await;
    assert_eq!(last.location(), format!("/?fait=etat.{}", name(2)));
    let empty = room.desk.get(last.location()).await;
    assert!(empty.text().contains("Rien à relire."), "{}", empty.text());
    let back = room.send("/rouvrir", "").await;
    assert_eq!(back.location(), format!("/d/{0}?fait=etat.{0}", name(1)));
    assert_eq!(room.ticket(1).await.status, Status::ToReview);
    assert_eq!(
        room.send("/rouvrir", "").await.status,
        409,
        "it is there already"
    );
    assert_eq!(room.journal().await, [Deed::StatusChanged; 3]);
}

#[tokio::test]
async fn w_21_a_doubtful_field_is_looked_at_before_one_validates() {
    let room = Room::open().await;
    room.line.alter(
        "UPDATE incident_fields SET confidence = 0.6 WHERE name = 'feature' AND incident_id = 1",
    ).await;
    let stays = room.send("/valider", "").await;
    assert_eq!(stays.location(), format!("/d/{}?fait=doute#f-9", name(1)));
    assert_eq!(room.ticket(1).await.status, Status::ToReview);
    assert!(room.journal().await.is_empty(), "nothing is written");
    let page = room.desk.get(&format!("/d/{}?fait=doute", name(1))).await;
    assert!(page.text().contains("Un champ est à vérifier"));
    assert!(
        page.body.contains("data-unsure=\"1\" data-autofocus"),
        "it has the focus"
    );
    let sure = room.send("/champ/feature", "acte=juste").await;
    assert_eq!(sure.status, 303);
    assert_eq!(
        room.send("/valider", "").await.location(),
        format!("/d/{}?fait=etat.{}", name(2), name(1))
    );
    let insists = Room::open().await;
    insists.line.alter(
        "UPDATE incident_fields SET confidence = 0.6 WHERE name = 'feature' AND incident_id = 1",
    ).await;
    insists.send("/valider", "malgre=1").await;
    assert_eq!(insists.ticket(1).await.status, Status::Waiting);
}

#[tokio::test]
async fn a_ticket_is_set_aside_closed_merged_and_taken_apart() {
    let room = Room::open().await;
    let page = room.desk.get(&format!("/d/{}/doublon", name(1))).await;
    assert!(
        page.text().contains("value=\"INC-26-00002\""),
        "{}",
        page.text()
    );
    let merged = room
        .send("/rattacher", "autre=INC-26-00002&prevenir=1")
        .await;
    assert_eq!(
        merged.location(),
        format!("/d/{}?fait=etat.{}", name(2), name(1))
    );
    assert_eq!(room.ticket(1).await.status, Status::Merged);
    let said = room.desk.get(merged.location()).await;
    assert!(
        said.text().contains("action=\"/d/INC-26-00001/separer\""),
        "{}",
        said.text()
    );
    let stub = room.desk.get(&format!("/d/{}", name(1))).await;
    assert!(stub.text().contains("Rattaché au dossier"));
    let page = format!("/d/{}", name(1));
    let apart = room.desk.send(&page, &format!("{page}/separer"), "").await;
    assert_eq!(apart.status, 303, "{}", apart.body);
    assert_eq!(room.send("/separer", "").await.status, 409);
    assert_eq!(
        room.send("/rattacher", "autre=INC-26-00001").await.status,
        409,
        "with itself"
    );
    assert_eq!(room.send("/rattacher", "autre=%3Cb%3E").await.status, 409);
    let told = room.send("/distinguer", "autre=INC-26-00002").await;
    assert_eq!(
        told.location(),
        format!("/d/{}?fait=distinct.INC-26-00002", name(1))
    );
    assert_eq!(
        room.send("/clore", "comment=ecrire&maintenant=+")
            .await
            .status,
        409
    );
    let closed = room
        .send(
            "/clore",
            "comment=ecrire&maintenant=tout+marche&cause=&fait=",
        )
        .await;
    assert_eq!(closed.status, 303, "{}", closed.body);
    assert_eq!(room.ticket(1).await.status, Status::Closed);
    let mails = room.line.mails().await;
    assert!(mails.last().unwrap().text.contains("tout marche"));
    assert_eq!(room.send("/rouvrir", "").await.status, 303);
    assert_eq!(room.send("/ecarter", "").await.status, 303);
    assert_eq!(room.ticket(1).await.status, Status::SetAside);
    assert_eq!(
        room.journal().await,
        [
            Deed::Merged,
            Deed::Split,
            Deed::FoundDistinct,
            Deed::StatusChanged,
            Deed::StatusChanged,
            Deed::StatusChanged
        ]
    );
}

#[tokio::test]
async fn a_waiting_mail_is_taken_back_or_let_go_from_the_page() {
    let room = Room::open().await;
    let page = room.desk.get(&format!("/d/{}", name(1))).await;
    assert!(
        page.text()
            .contains("action=\"/d/INC-26-00001/envois/1/annuler\""),
        "{}",
        page.text()
    );
    let gone = room.send("/envois/1/annuler", "").await;
    assert_eq!(
        gone.location(),
        format!("/d/{}?fait=envoi.1#envois", name(1))
    );
    assert_eq!(
        room.send("/envois/1/liberer", "").await.status,
        409,
        "it was taken back"
    );
    assert_eq!(room.send("/envois/7/annuler", "").await.status, 404);
    assert_eq!(room.send("/envois/1/manger", "").await.status, 404);
    assert_eq!(room.journal().await, [Deed::MailCancelled]);
}

#[tokio::test]
async fn what_is_done_to_a_ticket_that_is_not_there_is_not_found() {
    let room = Room::open().await;
    let home = format!("/d/{}", name(1));
    for path in ["valider", "ecarter", "rouvrir", "separer", "champ/phone"] {
        let done = room
            .desk
            .send(&home, &format!("/d/INC-26-00099/{path}"), "acte=inconnu")
            .await;
        assert_eq!(done.status, 404, "{path}");
    }
    assert!(room.journal().await.is_empty());
}

#[tokio::test]
async fn the_journal_shows_who_did_what_and_what_it_was_before() {
    let room = Room::open().await;
    room.decide("acte=valeur&valeur=0261910012").await;
    room.send("/valider", "").await;
    let page = room.desk.get("/journal").await;
    let text = page.text();
    assert!(
        text.contains("<td role=\"cell\">champ corrigé : Téléphone</td>"),
        "{text}"
    );
    assert!(text.contains("<td role=\"cell\">état changé</td>"));
    assert!(text.contains("<td role=\"cell\">Ce poste</td>"));
    assert!(text.contains("+33261910012"));
    assert!(
        text.find("état changé</td>") < text.find("champ corrigé : Téléphone"),
        "newest first"
    );
    let one = room.desk.get("/journal?quoi=status_changed").await.text();
    assert!(!one.contains("champ corrigé : Téléphone"));
    assert!(one.contains("<option value=\"status_changed\" selected>"));
    let nobody = room.desk.get("/journal?qui=%3Cb%3E").await.text();
    assert!(nobody.contains("Rien de tel.") && nobody.contains("value=\"&lt;b&gt;\""));
    let of_two = room.desk.get(&format!("/d/{}/journal", name(2))).await;
    assert!(of_two.text().contains("Rien de tel."));
    let of_one = room.desk.get(&format!("/d/{}/journal", name(1))).await;
    assert!(of_one.text().contains("état changé</td>"));
    assert_eq!(room.desk.get("/d/INC-26-00099/journal").await.status, 404);
}
