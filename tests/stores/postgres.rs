//! A PostgreSQL server of the tests' own, and what can go wrong with one.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use sqlx::{Connection, PgConnection};
use zyn::Message;
use zyn::store::{PostgresStore, SessionStore, StoreError};

/// A server on a free port of this machine, with an empty database in a folder that goes with it.
pub struct Server {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Server {
    /// `None` if PostgreSQL is not installed; then it says so, or fails if `ZYN_POSTGRES` is `required`.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            let how = "PostgreSQL is not installed: `apt-get install postgresql`, or have `initdb` in the PATH";
            let required = std::env::var("ZYN_POSTGRES").is_ok_and(|value| value == "required");
            assert!(!required, "{how}");
            eprintln!("skipped on PostgreSQL: {how}");
            return None;
        };
        let folder = output(as_its_user("mktemp").args(["-d", "/tmp/zyn-postgres.XXXXXX"]));
        let server = Self {
            programs,
            folder: folder.trim().into(),
            port: free_port(),
        };
        let initdb = server.programs.join("initdb");
        output(
            as_its_user(initdb)
                .args([
                    "-U",
                    "postgres",
                    "-A",
                    "trust",
                    "-E",
                    "UTF8",
                    "--locale=C",
                    "--no-sync",
                ])
                .arg("-D")
                .arg(server.data()),
        );
        server.restart();
        Some(server)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server, or starts it again after it was killed.
    pub fn restart(&self) {
        let (port, folder) = (self.port, self.folder.display());
        let options = format!("-c listen_addresses=127.0.0.1 -p {port} -k {folder}");
        let log = self.folder.join("log");
        let started = self
            .pg_ctl()
            .args(["-w", "-o", &options, "-l"])
            .arg(&log)
            .arg("start")
            .output()
            .unwrap();
        assert!(
            started.status.success(),
            "{}",
            std::fs::read_to_string(log).unwrap()
        );
    }

    /// SIGKILL to the server and all its processes.
    pub fn kill(&self) {
        let pid_file = self.data().join("postmaster.pid");
        let pids = std::fs::read_to_string(&pid_file).unwrap();
        let server = pids.lines().next().unwrap();
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children"));
        let children = children.unwrap();
        // the server first, or it would see a child die and recover; its children may end by themselves before their turn
        let all: Vec<_> = [server]
            .into_iter()
            .chain(children.split_whitespace())
            .collect();
        Command::new("kill").arg("-9").args(&all).output().unwrap();
        for pid in all {
            while is_alive(pid) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        // a killed process that nobody waits for still has its number, and the next server would take it for alive
        let socket_lock = self.folder.join(format!(".s.PGSQL.{}.lock", self.port));
        for lock in [pid_file, socket_lock] {
            std::fs::remove_file(lock).unwrap();
        }
    }

    /// The variables by which `psql` finds it.
    pub fn environment(&self) -> [(&'static str, String); 4] {
        [
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", self.port.to_string()),
            ("PGUSER", "postgres".to_owned()),
            ("PGDATABASE", "postgres".to_owned()),
        ]
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn pg_ctl(&self) -> Command {
        let mut command = as_its_user(self.programs.join("pg_ctl"));
        command.arg("-D").arg(self.data());
        command
    }

    async fn connection(&self) -> PgConnection {
        PgConnection::connect(&self.url()).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.pg_ctl().args(["-m", "immediate", "stop"]).output();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// The folder of `initdb`: that of the PATH, or the newest where Debian has it.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let mut debian: Vec<_> = debian
        .map(|entry| entry.unwrap().path().join("bin"))
        .collect();
    debian.sort_by_key(|bin| bin.parent().and_then(version));
    std::env::split_paths(&path)
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("initdb").exists())
}

fn version(folder: &Path) -> Option<u32> {
    folder.file_name()?.to_str()?.parse().ok()
}

/// PostgreSQL refuses to run as root; then it runs as the user that its package has made.
fn as_its_user(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let root = output(Command::new("id").arg("-u")).trim() == "0";
    let mut command = Command::new(if root {
        "runuser".as_ref()
    } else {
        program.as_ref()
    });
    if root {
        command.args(["-u", "postgres", "--"]).arg(program);
    }
    // a folder that its user may enter
    command.current_dir("/tmp");
    command
}

fn output(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {stderr}");
    String::from_utf8(stdout).unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn is_alive(pid: &str) -> bool {
    let state = std::fs::read_to_string(format!("/proc/{pid}/stat"));
    state.is_ok_and(|stat| !stat.contains(") Z "))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_wrong_in_a_commit_leaves_no_row_and_no_lock() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = PostgresStore::connect(&server.url()).await.unwrap();
    let mut hand = server.connection().await;
    sqlx::raw_sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
         CREATE TRIGGER refuse BEFORE INSERT ON zyn_commits EXECUTE FUNCTION refuse();",
    )
    .execute(&mut hand)
    .await
    .unwrap();
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("canary"));
    let error = branch.commit_to(&store).await.unwrap_err();
    assert!(matches!(error, StoreError::Backend { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
    let rows: i64 = sqlx::query_scalar(
        "SELECT (SELECT count(*) FROM zyn_messages) + (SELECT count(*) FROM zyn_sessions)",
    )
    .fetch_one(&mut hand)
    .await
    .unwrap();
    assert_eq!(rows, 0);
    sqlx::raw_sql("LOCK TABLE zyn_commits IN ACCESS EXCLUSIVE MODE NOWAIT; DROP TRIGGER refuse ON zyn_commits;")
        .execute(&mut hand)
        .await
        .unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_is_dropped_while_it_waits_is_written_once_in_the_end() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = PostgresStore::connect(&server.url()).await.unwrap();
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    branch.commit_to(&store).await.unwrap();
    let mut hand = server.connection().await;
    let mut lock = hand.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM zyn_sessions FOR UPDATE")
        .execute(&mut *lock)
        .await
        .unwrap();
    branch.session.append(Message::user("two"));
    let waiting = tokio::time::timeout(Duration::from_millis(200), branch.commit_to(&store));
    assert!(waiting.await.is_err());
    lock.rollback().await.unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 2);
    let stored = store.load("a", None).await.unwrap();
    assert_eq!((stored.version(), stored.session.len()), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_a_newer_zyn_are_refused_by_their_number() {
    let Some(server) = Server::start() else {
        return;
    };
    PostgresStore::connect(&server.url()).await.unwrap();
    let mut hand = server.connection().await;
    sqlx::raw_sql("UPDATE zyn_schema SET version = 2")
        .execute(&mut hand)
        .await
        .unwrap();
    let error = PostgresStore::connect(&server.url()).await.unwrap_err();
    assert!(
        matches!(
            error,
            StoreError::Newer {
                found: 2,
                known: 1,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_make_no_tables_can_use_those_that_there_are() {
    let Some(server) = Server::start() else {
        return;
    };
    PostgresStore::connect(&server.url()).await.unwrap();
    let mut hand = server.connection().await;
    sqlx::raw_sql(
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC;
         CREATE ROLE app LOGIN;
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO app;",
    )
    .execute(&mut hand)
    .await
    .unwrap();
    let url = server.url().replace("postgres@", "app@");
    let store = PostgresStore::connect(&url).await.unwrap();
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    assert_eq!(branch.commit_to(&store).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_commit_that_expire_comes_between_is_not_acknowledged_and_lost() {
    let Some(server) = Server::start() else {
        return;
    };
    let store = PostgresStore::connect(&server.url()).await.unwrap();
    let mut late = store.load("a", None).await.unwrap();
    let mut branch = late.clone();
    branch.session.append(Message::user("idle"));
    branch.commit_to(&store).await.unwrap();
    let mut hand = server.connection().await;
    // opens the gap between the first statement of a first commit and the next
    sqlx::raw_sql(
        "CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END';
         CREATE TRIGGER pause AFTER INSERT ON zyn_sessions EXECUTE FUNCTION pause();",
    )
    .execute(&mut hand)
    .await
    .unwrap();
    late.session.append(Message::user("late"));
    let (committed, ()) = tokio::join!(late.commit_to(&store), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let later = std::time::SystemTime::now() + Duration::from_secs(60);
        store.expire(later).await.unwrap();
    });
    assert!(
        matches!(committed, Err(StoreError::Conflict(_))),
        "{committed:?}"
    );
    let rows: i64 = sqlx::query_scalar("SELECT count(*) FROM zyn_messages")
        .fetch_one(&mut hand)
        .await
        .unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_that_wait_too_long_are_busy_and_stop_no_reader_of_another_session() {
    let Some(server) = Server::start() else {
        return;
    };
    let patience = Duration::from_millis(1500);
    let store = PostgresStore::connect(&server.url()).await.unwrap();
    let store = store.patience(patience);
    let mut branch = store.load("a", None).await.unwrap();
    branch.session.append(Message::user("one"));
    branch.commit_to(&store).await.unwrap();
    let mut hand = server.connection().await;
    let mut lock = hand.begin().await.unwrap();
    sqlx::query("SELECT 1 FROM zyn_sessions FOR UPDATE")
        .execute(&mut *lock)
        .await
        .unwrap();
    branch.session.append(Message::user("two"));
    // more than the pool has connections
    let commits: Vec<_> = (0..15)
        .map(|_| {
            let (mut branch, store) = (branch.clone(), store.clone());
            tokio::spawn(async move { branch.commit_to(&store).await })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let other = tokio::time::timeout(Duration::from_millis(500), store.load("b", None));
    assert_eq!(other.await.unwrap().unwrap().version(), 0);
    for commit in commits {
        let waited = tokio::time::timeout(3 * patience, commit).await.unwrap();
        let error = waited.unwrap().unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
    }
    lock.rollback().await.unwrap();
    assert_eq!(branch.commit_to(&store).await.unwrap(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_not_there_is_named_and_the_password_is_not() {
    let Some(server) = Server::start() else {
        return;
    };
    let url = server.url().replace("postgres@", "postgres:canary@");
    let url = url.strip_suffix("postgres").unwrap().to_owned() + "nowhere";
    let error = PostgresStore::connect(&url).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("nowhere"), "{shown}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[tokio::test]
async fn no_error_shows_the_address_or_the_password() {
    let closed = free_port();
    for url in [
        format!("postgres://someone:canary@127.0.0.1:{closed}/canary"),
        "postgres://someone:canary@127.0.0.1:canary/canary".to_owned(),
        "canary".to_owned(),
    ] {
        let error = PostgresStore::connect(&url).await.unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("canary"), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn debug_shows_no_address() {
    let Some(server) = Server::start() else {
        return;
    };
    let url = server.url().replace("postgres@", "postgres:canary@");
    let store = PostgresStore::connect(&url).await.unwrap();
    let shown = format!("{store:?}");
    assert!(
        shown.starts_with("PostgresStore { connections: "),
        "{shown}"
    );
    assert!(!shown.contains("canary"), "{shown}");
}
