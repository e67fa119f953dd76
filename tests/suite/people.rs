//! The people of support: their accounts and sessions, what the table of routes lets each do, and the
//! journal of what they did.

use crate::support::console::{Answered, Desk, FORM};
use crate::support::mutate::parts;
use crate::support::stores::{TestStore, at};
use std::ops::Deref;
use std::time::Duration;
use vigie::domain::account::{By, Right, Role, Roles};
use vigie::domain::audit::{Deed, Entry};
use vigie::store::{Chained, FORGOTTEN, IDLE, LONGEST, NewAccount, Store, Wanted};
use vigie::web::{self, Need};

const PASSWORD: &str = "un mot de passe long";

/// Costly: made once.
static HASH: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| web::hash_password(PASSWORD).unwrap());

fn new(name: &str, roles: &[Role]) -> NewAccount {
    NewAccount {
        name: name.to_owned(),
        display: format!("{name} <D.>"),
        roles: roles.iter().copied().collect(),
        password: Some(HASH.clone()),
        subject: None,
    }
}

async fn add(store: &Store, name: &str, roles: &[Role]) {
    let by = By::command(at(0));
    assert!(store.add_account(&new(name, roles), &by).await.unwrap());
}

#[tokio::test]
async fn an_account_is_made_once_and_keeps_its_deeds_when_it_is_disabled() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let by = By::command(at(1));
        assert_eq!(store.count_accounts().await.unwrap(), 0);
        add(store, "marie", &[Role::Agent]).await;
        assert!(
            !store
                .add_account(&new("marie", &[Role::Lead]), &by)
                .await
                .unwrap()
        );
        let (marie, hash) = store.account("marie").await.unwrap().unwrap();
        assert_eq!(hash.as_deref(), Some(HASH.as_str()));
        assert_eq!(marie.display, "marie <D.>");
        assert!(marie.has_password && marie.shortcuts && !marie.is_disabled);
        assert!(store.account("paul").await.unwrap().is_none());

        let roles: Roles = [Role::Agent, Role::Lead].into_iter().collect();
        assert!(store.set_roles("marie", roles, &by).await.unwrap());
        assert!(!store.set_roles("paul", roles, &by).await.unwrap());
        store.set_shortcuts(marie.id, false).await.unwrap();
        let (marie, _) = store.account("marie").await.unwrap().unwrap();
        assert_eq!((marie.roles, marie.shortcuts), (roles, false));

        assert!(store.disable_account("marie", &by).await.unwrap());
        assert!(!store.disable_account("marie", &by).await.unwrap());
        let accounts = store.accounts().await.unwrap();
        assert!(accounts.len() == 1 && accounts[0].is_disabled);
        assert_eq!(store.count_accounts().await.unwrap(), 0);
        assert!(store.set_roles("marie", roles, &by).await.unwrap());
        assert_eq!(store.count_accounts().await.unwrap(), 1, "back in use");

        let lines = store.journal(&Wanted::default(), 99).await.unwrap();
        let deeds: Vec<Deed> = lines.iter().rev().map(|line| line.entry.deed).collect();
        assert_eq!(
            deeds,
            [
                Deed::AccountAdded,
                Deed::AccountChanged,
                Deed::AccountDisabled,
                Deed::AccountChanged
            ]
        );
        assert!(lines.iter().all(|line| line.entry.target == "marie"));
    }
}

#[tokio::test]
async fn sess_02_03_a_session_ends_when_idle_when_old_and_when_its_account_does() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        add(store, "marie", &[Role::Agent]).await;
        let (marie, _) = store.account("marie").await.unwrap().unwrap();
        let begin = async |token: &str, seconds: i64| {
            store
                .begin_session(token, &marie, None, at(seconds))
                .await
                .unwrap();
        };
        let lives = async |token: &str, time| store.session(token, time).await.unwrap().is_some();
        begin("a", 0).await;
        assert!(!lives("b", at(0)).await);
        assert!(lives("a", at(0) + IDLE - Duration::from_secs(1)).await);
        // That was a use: it lives on from there.
        assert!(lives("a", at(0) + IDLE + IDLE - Duration::from_secs(2)).await);
        assert!(!lives("a", at(0) + IDLE * 4).await);
        begin("c", 0).await;
        let mut time = at(0);
        while time < at(0) + LONGEST - IDLE / 2 {
            assert!(lives("c", time).await, "{time}");
            time += IDLE / 2;
        }
        assert!(!lives("c", at(0) + LONGEST).await);

        begin("d", 50_000).await;
        store
            .begin_session("e", &marie, Some("d"), at(50_001))
            .await
            .unwrap();
        assert!(
            !lives("d", at(50_002)).await,
            "a login makes another session (SESS-01)"
        );
        assert!(lives("e", at(50_002)).await);
        assert!(store.end_session("e", &marie, at(50_003)).await.unwrap());
        assert!(!store.end_session("e", &marie, at(50_003)).await.unwrap());
        assert!(!lives("e", at(50_003)).await);
        let by = By::command(at(50_010));
        begin("f", 50_010).await;
        assert!(store.set_password("marie", &HASH, &by).await.unwrap());
        assert!(!lives("f", at(50_010)).await, "another password ends them");
        begin("g", 50_011).await;
        assert!(store.disable_account("marie", &by).await.unwrap());
        assert!(!lives("g", at(50_011)).await);
        assert!(!store.set_password("paul", &HASH, &by).await.unwrap());
    }
}

#[tokio::test]
async fn failures_in_a_row_are_counted_until_a_success_or_an_hour_later() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let counted = async |seconds: i64| store.failed_logins("a", at(seconds)).await.unwrap();
        assert_eq!(counted(0).await, None);
        store.login_failed(&["a", "b"], at(0)).await.unwrap();
        store.login_failed(&["a"], at(10)).await.unwrap();
        assert_eq!(counted(11).await, Some((2, at(10))));
        assert_eq!(counted(10 + FORGOTTEN.num_seconds()).await, None);
        store.login_succeeded("a").await.unwrap();
        assert_eq!(counted(11).await, None);
        assert_eq!(
            store.failed_logins("b", at(11)).await.unwrap(),
            Some((1, at(0)))
        );
    }
}

#[tokio::test]
async fn a_01_an_altered_or_missing_line_of_the_journal_shows() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        assert_eq!(store.check_journal().await.unwrap(), Chained::Whole(0));
        for number in 0..5 {
            let by = By::command(at(number));
            let entry = Entry::new(&by, Deed::MailReleased).target(format!("{number}\0"));
            store
                .note_deed(&entry.change(&"held", &"queued"))
                .await
                .unwrap();
        }
        assert_eq!(store.check_journal().await.unwrap(), Chained::Whole(5));
        let broken = async |sql: &'static str| {
            test.alter(sql).await;
            store.check_journal().await.unwrap()
        };
        let altered = "UPDATE audit SET before = '\"helt\"' WHERE target = '2'";
        assert!(matches!(broken(altered).await, Chained::Broken(_)));
        let back = "UPDATE audit SET before = '\"held\"' WHERE target = '2'";
        assert_eq!(broken(back).await, Chained::Whole(5));
        let last = "DELETE FROM audit WHERE target = '4'";
        assert_eq!(broken(last).await, Chained::Short);
        let within = "DELETE FROM audit WHERE target = '1'";
        assert!(matches!(broken(within).await, Chained::Broken(_)));
        let unknown = "UPDATE audit SET act = 'nothing' WHERE target = '0'";
        assert!(matches!(broken(unknown).await, Chained::Broken(_)));
    }
}

#[tokio::test]
async fn the_journal_is_asked_by_ticket_person_and_deed() {
    for test in [TestStore::sqlite().await, TestStore::postgres().await] {
        let store = &test.store;
        let ticket = "INC-26-00001".parse().unwrap();
        let by = By::command(at(0));
        let of = |deed| Entry::new(&by, deed);
        store
            .note_deed(&of(Deed::Merged).on(&ticket))
            .await
            .unwrap();
        store.note_deed(&of(Deed::LoggedIn)).await.unwrap();
        store.note_deed(&of(Deed::Merged)).await.unwrap();
        let count = async |wanted: Wanted| store.journal(&wanted, 9).await.unwrap().len();
        assert_eq!(count(Wanted::default()).await, 3);
        let reference = Some(ticket);
        assert_eq!(
            count(Wanted {
                reference,
                ..Wanted::default()
            })
            .await,
            1
        );
        let deed = Some(Deed::Merged);
        assert_eq!(
            count(Wanted {
                deed,
                ..Wanted::default()
            })
            .await,
            2
        );
        let who = Some("commande".to_owned());
        assert_eq!(
            count(Wanted {
                who,
                ..Wanted::default()
            })
            .await,
            3
        );
        let who = Some("marie".to_owned());
        assert_eq!(
            count(Wanted {
                who,
                ..Wanted::default()
            })
            .await,
            0
        );
        let newest = store.journal(&Wanted::default(), 1).await.unwrap();
        let before = Some(newest[0].id);
        assert_eq!(
            count(Wanted {
                before,
                ..Wanted::default()
            })
            .await,
            2
        );
    }
}

/// A console with its store.
struct Own {
    desk: Desk,
    test: TestStore,
}

impl Deref for Own {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

async fn open(access: web::Access, reach: web::Reach) -> Own {
    let test = TestStore::sqlite().await;
    let desk = Desk::open(&test.store, parts(), 600, (access, reach)).await;
    Own { desk, test }
}

async fn with_accounts() -> Own {
    open(web::Access::Accounts, web::Reach::default()).await
}

/// The cookie header of somebody who logs in.
async fn session_of(desk: &Desk, name: &str) -> String {
    let answered: Answered = desk.login(name, PASSWORD, "").await;
    assert_eq!(answered.status, 303, "{}", answered.body);
    answered.cookie()
}

/// A path that the pattern fits.
fn example(pattern: &str) -> String {
    pattern
        .replace("{reference}", "INC-26-00001")
        .replace("{number}", "1")
        .replace("{field}", "phone")
        .replace("{act}", "annuler")
}

#[tokio::test]
async fn authz_01_each_route_lets_in_whom_it_declares_and_nobody_else() {
    let desk = with_accounts().await;
    let store = &desk.test.store;
    for role in Role::ALL {
        add(store, role.as_str(), &[role]).await;
    }
    assert!(desk.routes.len() > 10, "the table is walked");
    for route in &desk.routes {
        let path = example(route.path);
        let Need::Right(right) = route.need else {
            continue;
        };
        let nobody = desk.ask(route.method, &path, FORM, "").await;
        match route.method {
            "GET" => {
                assert_eq!(nobody.status, 303, "{route:?}");
                let login = nobody.header("location").unwrap();
                assert!(login.starts_with("/connexion"), "{route:?}: {login}");
            }
            _ => assert_eq!(nobody.status, 401, "{route:?}"),
        }
        for role in Role::ALL {
            let cookie = session_of(&desk, role.as_str()).await;
            let may = [role].into_iter().collect::<Roles>().may(right);
            let headers = format!("{FORM}{cookie}");
            let status = desk.ask(route.method, &path, &headers, "").await.status;
            // A form without its token is refused whoever sends it.
            let refused = status == 403;
            assert_eq!(
                refused,
                !may || route.method == "POST",
                "{route:?} {role:?}: {status}"
            );
        }
    }
    for (path, right) in [("/", Right::Read), ("/sante", Right::Anyone)] {
        let declared = desk.routes.iter().find(|route| route.path == path);
        assert_eq!(declared.unwrap().need, Need::Right(right), "{path}");
    }
}

#[tokio::test]
async fn csrf_01_a_form_without_the_sessions_token_or_from_elsewhere_changes_nothing() {
    let desk = with_accounts().await;
    add(&desk.test.store, "marie", &[Role::Agent]).await;
    let cookie = session_of(&desk, "marie").await;
    let token = desk.ask("GET", "/", &cookie, "").await.token();
    let other = session_of(&desk, "marie").await;
    let elsewhere = desk.ask("GET", "/", &other, "").await.token();
    assert_ne!(token, elsewhere, "each session has its own");
    let right = format!("jeton={token}");
    for (headers, body) in [
        (FORM.to_owned(), String::new()),
        (FORM.to_owned(), format!("jeton={elsewhere}")),
        ("Content-Type: text/plain\r\n".to_owned(), right.clone()),
        (
            "Content-Type: application/json\r\n".to_owned(),
            right.clone(),
        ),
        (
            format!("{FORM}Origin: https://evil.example\r\n"),
            right.clone(),
        ),
        (format!("{FORM}Origin: null\r\n"), right.clone()),
        (
            format!("{FORM}Sec-Fetch-Site: cross-site\r\n"),
            right.clone(),
        ),
    ] {
        let headers = format!("{headers}{cookie}");
        let answered = desk.ask("POST", "/deconnexion", &headers, &body).await;
        assert_eq!(answered.status, 403, "{headers}{body}");
    }
    assert_eq!(
        desk.ask("GET", "/", &cookie, "").await.status,
        200,
        "still in"
    );
    // So browsers send our own forms, since our pages ask for no referrer.
    let headers = format!("{FORM}Origin: null\r\nSec-Fetch-Site: same-origin\r\n{cookie}");
    let answered = desk.ask("POST", "/deconnexion", &headers, &right).await;
    assert_eq!(answered.status, 303);
    assert_eq!(
        desk.ask("GET", "/", &cookie, "").await.status,
        303,
        "logged out"
    );
}

#[tokio::test]
async fn sess_03_the_cookie_is_for_this_host_and_for_no_script() {
    for (public, name, secure) in [
        (None, "vigie", false),
        (Some("https://vigie.example"), "__Host-vigie", true),
    ] {
        let reach = web::Reach {
            public: public.map(str::to_owned),
            proxies: Vec::new(),
        };
        let desk = open(web::Access::Accounts, reach).await;
        add(&desk.test.store, "marie", &[Role::Agent]).await;
        let answered = desk.login("marie", PASSWORD, "").await;
        let set = answered.header("set-cookie").unwrap();
        let (pair, attributes) = set.split_once("; ").unwrap();
        let (given, value) = pair.split_once('=').unwrap();
        assert_eq!(given, name);
        assert_eq!(value.len(), 43, "256 bits");
        let expected = match secure {
            true => "Path=/; HttpOnly; SameSite=Lax; Secure",
            false => "Path=/; HttpOnly; SameSite=Lax",
        };
        assert_eq!(attributes, expected);
        let strict = answered.header("strict-transport-security");
        assert_eq!(strict.is_some(), secure, "HDRS-01");
        let kept = desk.test.store.session(value, at(600)).await.unwrap();
        assert!(kept.is_none(), "the store knows its hash only");
    }
}

#[tokio::test]
async fn brute_01_wrong_passwords_and_unknown_names_are_answered_alike_and_made_to_wait() {
    let desk = with_accounts().await;
    add(&desk.test.store, "marie", &[Role::Agent]).await;
    let wrong = desk.login("marie", "un autre mot de passe", "").await;
    let unknown = desk.login("paul", "un autre mot de passe", "").await;
    assert_eq!((wrong.status, unknown.status), (422, 422));
    assert_eq!(wrong.body.replace("marie", "paul"), unknown.body);
    assert!(wrong.body.contains("Nom ou mot de passe inconnu."));
    for _ in 0..4 {
        assert_eq!(
            desk.login("marie", "un autre mot de passe", "")
                .await
                .status,
            422
        );
    }
    // Even the right one waits now: else the answer would tell which it was.
    let waits = desk.login("marie", PASSWORD, "").await;
    assert_eq!(waits.status, 429);
    assert!(waits.body.contains("Trop d’essais."));
    assert_eq!(
        desk.login("paul", PASSWORD, "").await.status,
        422,
        "others go on"
    );
}

#[tokio::test]
async fn a_disabled_account_is_an_unknown_one() {
    let desk = with_accounts().await;
    let store = &desk.test.store;
    add(store, "marie", &[Role::Agent]).await;
    let cookie = session_of(&desk, "marie").await;
    store
        .disable_account("marie", &By::command(at(1)))
        .await
        .unwrap();
    assert_eq!(desk.ask("GET", "/", &cookie, "").await.status, 303);
    assert_eq!(desk.login("marie", PASSWORD, "").await.status, 422);
}

#[tokio::test]
async fn after_a_login_one_goes_where_one_wanted_to_and_nowhere_else() {
    let desk = with_accounts().await;
    add(&desk.test.store, "marie", &[Role::Agent]).await;
    let asked = desk.ask("GET", "/messages?avant=7", "", "").await;
    let login = asked.header("location").unwrap();
    assert_eq!(login, "/connexion?suite=%2Fmessages%3Favant%3D7");
    let page = desk.ask("GET", login, "", "").await;
    assert!(
        page.body
            .contains("name=\"suite\" value=\"&#x2f;messages?avant=7\""),
        "{}",
        page.body
    );
    let to = async |next: &str| {
        let answered = desk
            .login("marie", PASSWORD, &format!("&suite={next}"))
            .await;
        answered.header("location").unwrap().to_owned()
    };
    assert_eq!(to("/messages?avant=7").await, "/messages?avant=7");
    assert_eq!(to("//evil.example").await, "/");
    assert_eq!(to("https://evil.example").await, "/");
}

#[tokio::test]
async fn what_was_typed_when_the_session_ended_is_given_back_after_the_login() {
    let desk = with_accounts().await;
    add(&desk.test.store, "marie", &[Role::Agent]).await;
    let typed = "jeton=old&motif=%3Cb%3Elong+texte";
    let ended = desk.ask("POST", "/deconnexion", FORM, typed).await;
    assert_eq!(ended.status, 401);
    assert!(ended.body.contains("Ce que vous aviez saisi est gardé"));
    let more = format!(
        "&suite=/d/INC-26-00001&saisie={}",
        "motif%3D%253Cb%253Elong%2Btexte"
    );
    let back = desk.login("marie", PASSWORD, &more).await;
    assert_eq!(back.status, 200);
    assert!(
        back.body.contains("&lt;b&gt;long texte</textarea>"),
        "{}",
        back.body
    );
    assert!(!back.body.contains("old"));
    // Somebody else's form is not put into their hands.
    let forged = format!("{FORM}Origin: https://evil.example\r\n");
    let ended = desk.ask("POST", "/deconnexion", &forged, typed).await;
    assert!(!ended.body.contains("saisie"));
}

#[tokio::test]
async fn before_the_first_account_the_login_says_how_one_is_made() {
    let desk = with_accounts().await;
    let page = desk.ask("GET", "/connexion", "", "").await;
    assert!(page.body.contains("vigie user add NOM --role responsable"));
    add(&desk.test.store, "marie", &[Role::Agent]).await;
    let page = desk.ask("GET", "/connexion", "", "").await;
    assert!(!page.body.contains("vigie user add"));
}

#[tokio::test]
async fn an_open_console_asks_nobody_and_its_forms_have_tokens_all_the_same() {
    let desk = open(web::Access::Open, web::Reach::default()).await;
    for route in desk.routes.iter().filter(|route| route.method == "POST") {
        if matches!(route.need, Need::Right(_)) {
            let answered = desk
                .ask("POST", &example(route.path), FORM, "jeton=x")
                .await;
            assert_eq!(answered.status, 403, "{route:?}");
        }
    }
    assert_eq!(desk.ask("GET", "/", "", "").await.status, 200);
}

#[tokio::test]
async fn figures_are_given_to_this_machine_and_not_under_the_public_name() {
    let reach = web::Reach {
        public: Some("https://vigie.example".to_owned()),
        proxies: Vec::new(),
    };
    let own = open(web::Access::Accounts, reach).await;
    for (host, status) in [
        ("127.0.0.1", 200),
        ("vigie.example", 404),
        ("evil.example", 421),
    ] {
        let answered = own.ask_as(host, "GET", "/metrics", "", "").await;
        assert_eq!(answered.status, status, "{host}");
    }
    let login = own
        .ask_as("vigie.example", "GET", "/connexion", "", "")
        .await;
    assert_eq!(login.status, 200);
}
