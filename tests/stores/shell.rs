//! The commands that the documentation gives to read a stored session with ordinary tools.

use std::path::Path;
use std::process::Command;

use zyn::Message;

use crate::place::Place;

pub const SQLITE: &str = include_str!("../../zyn/src/session/store/sqlite/mod.rs");

/// The command of the documentation that begins with `start`.
pub fn documented(text: &'static str, start: &str) -> &'static str {
    let mut lines = text.lines().map(|line| line.trim_start_matches("/// "));
    lines.find(|line| line.starts_with(start)).unwrap()
}

async fn a_conversation(place: &Place) {
    let store = place.open().await;
    let mut branch = store.load("ticket-7", None).await.unwrap();
    branch.session.append(Message::system("Be brief."));
    branch.session.append(Message::user("Where is it?"));
    branch.commit_to(&*store).await.unwrap();
    branch
        .session
        .replace(1, Message::user("Where is my parcel?"))
        .unwrap();
    branch.session.append(Message::assistant("It's \"here\"."));
    branch.commit_to(&*store).await.unwrap();
}

/// What both shells print for it.
const PRINTED: [&str; 3] = [
    r#"system|{"system":"Be brief."}"#,
    r#"user|{"user":"Where is my parcel?"}"#,
    r#"assistant|{"assistant":"It's \"here\"."}"#,
];

#[tokio::test]
async fn the_sqlite_shell_prints_a_conversation_by_the_documented_command() {
    if Command::new("sqlite3").arg("--version").output().is_err() {
        let required = std::env::var("ZYN_SQLITE3").is_ok_and(|value| value == "required");
        assert!(
            !required,
            "there is no `sqlite3`: `apt-get install sqlite3`"
        );
        eprintln!("skipped: there is no `sqlite3` here; `apt-get install sqlite3`");
        return;
    }
    let place = Place::file();
    a_conversation(&place).await;
    let address = place.address();
    let shell = Command::new("sh")
        .args(["-c", documented(SQLITE, "sqlite3 ")])
        .current_dir(Path::new(&address).parent().unwrap())
        .output()
        .unwrap();
    let printed = String::from_utf8(shell.stdout).unwrap();
    assert_eq!(printed.lines().collect::<Vec<_>>(), PRINTED);
}

#[cfg(feature = "postgres")]
#[tokio::test(flavor = "multi_thread")]
async fn the_postgres_shell_prints_a_conversation_by_the_documented_command() {
    const POSTGRES: &str = include_str!("../../zyn/src/session/store/postgres/mod.rs");
    let Some(server) = crate::postgres::Server::start() else {
        return;
    };
    let environment = server.environment();
    let place = Place::Server(server);
    a_conversation(&place).await;
    // without the frame that `psql` draws round a table
    let command = documented(POSTGRES, "psql ").replace("psql ", "psql --no-psqlrc -At ");
    let shell = Command::new("sh")
        .args(["-c", &command])
        .envs(environment)
        .output()
        .unwrap();
    let printed = String::from_utf8(shell.stdout).unwrap();
    assert_eq!(printed.lines().collect::<Vec<_>>(), PRINTED);
}
