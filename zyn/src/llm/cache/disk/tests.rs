//! Tests: compiled under `cfg(test)` alone, so a panic here is a failed test.

use std::pin::pin;
use std::process::Command;
use std::task::{Context, Poll, Waker};

use super::super::key::Keyed;
use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let name = format!("zyn-cache-{:032x}", fastrand::u128(..));
        Self(std::env::temp_dir().join(name))
    }

    fn disk(&self) -> Disk {
        Disk::new(self.0.clone()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap();
        let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn key(number: u64) -> Key {
    let mut key = Keyed::new();
    key.number(number);
    key.key()
}

#[tokio::test]
async fn an_answer_is_there_for_another_handle() {
    let folder = Folder::new();
    let text = "{\"a\":\"line\\n\"}";
    folder.disk().keep(key(1), text.into(), None).await;
    let other = folder.disk();
    assert_eq!(other.find(key(1), None).await.as_deref(), Some(text));
    assert_eq!(other.find(key(2), None).await, None);
    assert_eq!(folder.names(), [format!("{}.jsonl", key(1))]);
}

#[tokio::test]
async fn what_is_kept_last_is_found() {
    let folder = Folder::new();
    let disk = folder.disk();
    disk.keep(key(1), "a longer one".into(), None).await;
    disk.keep(key(1), "short".into(), None).await;
    assert_eq!(disk.find(key(1), None).await.as_deref(), Some("short"));
    assert_eq!(folder.names().len(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error_at_once() {
    let folder = Folder::new();
    fs::create_dir(&folder.0).unwrap();
    let file = folder.0.join("file");
    fs::write(&file, "").unwrap();
    assert!(Disk::new(file).is_err());
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_may_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    folder.disk().keep(key(1), "a".into(), None).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    assert_eq!(mode(&folder.disk().path(key(1))), 0o600);
}

#[test]
fn each_file_that_is_no_answer_is_told_apart_and_none_is_taken() {
    let folder = Folder::new();
    let disk = folder.disk();
    let (path, now) = (disk.path(key(1)), clock::wall());
    keep(&path, key(1), now, "{\"answer\":true}").unwrap();
    let whole = fs::read_to_string(&path).unwrap();
    let found = |text: &str| {
        fs::write(&path, text).unwrap();
        find(&path, key(1), now, None)
    };
    assert_eq!(found(&whole).unwrap().as_deref(), Some("{\"answer\":true}"));
    for end in 0..whole.len() {
        let broken = found(&whole[..end]).unwrap_err();
        assert!(matches!(broken, Broken::Foreign | Broken::CutOff), "{end}");
    }
    let (version, own) = ("\"zyn_cache\":1", key(1).to_string());
    for (text, broken) in [
        (String::new(), Broken::Foreign),
        ("\n\n".to_owned(), Broken::Foreign),
        ("null\n{}\n".to_owned(), Broken::Foreign),
        ("[".repeat(100_000), Broken::Foreign),
        (format!("{}\n\n", "[".repeat(100_000)), Broken::Foreign),
        (
            whole.replace(version, "\"zyn_cache\":2"),
            Broken::Version(2),
        ),
        (whole.replace(&own, &key(2).to_string()), Broken::OtherKey),
        (format!("{whole}{whole}"), Broken::CutOff),
        (whole.replace("true", "false"), Broken::CutOff),
    ] {
        assert_eq!(found(&text), Err(broken));
    }
    fs::write(&path, [0xff, 0xfe]).unwrap();
    let unreadable = Broken::Unreadable(ErrorKind::InvalidData);
    assert_eq!(find(&path, key(1), now, None), Err(unreadable));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let broken = find(&path, key(1), now, None);
    assert!(matches!(broken, Err(Broken::Unreadable(_))));
}

#[tokio::test]
async fn a_broken_file_is_no_answer_and_makes_room_for_one() {
    let folder = Folder::new();
    let disk = folder.disk();
    fs::write(disk.path(key(1)), "half an ans").unwrap();
    assert_eq!(disk.find(key(1), None).await, None);
    disk.keep(key(1), "whole".into(), None).await;
    assert_eq!(disk.find(key(1), None).await.as_deref(), Some("whole"));
}

#[tokio::test]
async fn what_cannot_be_written_is_not_kept_and_leaves_nothing() {
    let folder = Folder::new();
    let disk = folder.disk();
    // a folder stands where the file would
    fs::create_dir(disk.path(key(1))).unwrap();
    fs::write(disk.path(key(1)).join("full"), "").unwrap();
    disk.keep(key(1), "a".into(), None).await;
    assert_eq!(disk.find(key(1), None).await, None);
    assert_eq!(folder.names().len(), 1);
    disk.keep(key(2), "b".into(), None).await;
    assert_eq!(disk.find(key(2), None).await.as_deref(), Some("b"));
}

#[test]
fn an_answer_is_old_by_the_time_of_day_and_one_from_the_future_is_too() {
    let at = |minutes: u32| UNIX_EPOCH + 1_000 * MINUTE + minutes * MINUTE;
    let millis = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let old = |kept, now, most| is_old(millis(kept), now, most);
    let hour = Some(60 * MINUTE);
    assert!(!old(at(0), at(59), hour));
    assert!(old(at(0), at(60), hour));
    assert!(!old(at(0), at(600), None));
    // the clock was set back a little, or by a lot
    assert!(!old(at(1), at(0), hour));
    assert!(old(at(2), at(0), hour));
    assert!(is_old(u64::MAX, at(0), hour));
    assert!(old(at(0), at(0), Some(Duration::ZERO)));
    assert!(!is_old(u64::MAX, at(0), None));
}

#[tokio::test]
async fn an_old_answer_is_not_found() {
    let folder = Folder::new();
    let disk = folder.disk();
    let kept = clock::wall() - 10 * MINUTE;
    keep(&disk.path(key(1)), key(1), kept, "a").unwrap();
    assert_eq!(disk.find(key(1), Some(10 * MINUTE)).await, None);
    let found = disk.find(key(1), Some(11 * MINUTE)).await;
    assert_eq!(found.as_deref(), Some("a"));
    assert_eq!(disk.find(key(1), None).await, found);
}

#[test]
fn what_is_old_or_was_left_is_swept_and_nothing_else() {
    let folder = Folder::new();
    let disk = folder.disk();
    let now = clock::wall();
    let (old, fresh) = (disk.path(key(1)), disk.path(key(2)));
    let (left, written) = (
        folder.0.join(format!("{}.00.tmp", key(3))),
        folder.0.join(format!("{}.01.tmp", key(3))),
    );
    let others = ["notes.jsonl", "0123.tmp", "x.txt"].map(|name| folder.0.join(name));
    let all = [&old, &fresh, &left, &written].into_iter().chain(&others);
    for path in all {
        fs::write(path, "").unwrap();
        let is_fresh = [&fresh, &written].contains(&path);
        let age = if is_fresh { MINUTE } else { 2 * ABANDONED };
        let file = File::options().write(true).open(path).unwrap();
        file.set_modified(now - age).unwrap();
    }
    let has = |paths: &[&PathBuf]| paths.iter().map(|it| it.exists()).collect::<Vec<_>>();
    sweep(&folder.0, now, None);
    assert_eq!(
        has(&[&old, &fresh, &left, &written]),
        [true, true, false, true]
    );
    sweep(&folder.0, now, Some(ABANDONED));
    assert_eq!(
        has(&[&old, &fresh, &left, &written]),
        [false, true, false, true]
    );
    assert!(others.iter().all(|it| it.exists()));
}

#[tokio::test]
async fn the_first_answer_that_is_kept_sweeps_the_folder() {
    let folder = Folder::new();
    let disk = folder.disk();
    let left = folder.0.join(format!("{}.00.tmp", key(3)));
    fs::write(&left, "").unwrap();
    let file = File::options().write(true).open(&left).unwrap();
    file.set_modified(clock::wall() - 2 * ABANDONED).unwrap();
    disk.keep(key(1), "a".into(), None).await;
    // nobody waits for it, so this does; ten seconds are for a machine that is busy
    for _ in 0..1_000 {
        if !left.exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it is still there");
}

#[tokio::test]
async fn to_clear_it_leaves_what_is_not_its_own() {
    let folder = Folder::new();
    let disk = folder.disk();
    disk.keep(key(1), "a".into(), None).await;
    fs::write(folder.0.join("notes.jsonl"), "").unwrap();
    disk.clear().await.unwrap();
    assert_eq!(disk.find(key(1), None).await, None);
    assert_eq!(folder.names(), ["notes.jsonl"]);
}

#[test]
fn without_a_runtime_it_reads_and_writes_where_it_is_called() {
    let folder = Folder::new();
    let disk = folder.disk();
    let mut context = Context::from_waker(Waker::noop());
    let kept = pin!(disk.keep(key(1), "a".into(), None)).poll(&mut context);
    assert!(kept.is_ready());
    let found = pin!(disk.find(key(1), None)).poll(&mut context);
    assert_eq!(found, Poll::Ready(Some("a".into())));
    let cleared = pin!(disk.clear()).poll(&mut context);
    assert!(matches!(cleared, Poll::Ready(Ok(()))));
    assert!(folder.names().is_empty());
}

/// Processes or handles make no difference: nothing is shared but the folder.
#[test]
fn whoever_writes_at_the_same_time_each_answer_is_read_as_a_whole() {
    let folder = Folder::new();
    let path = folder.disk().path(key(1));
    let answer = |letter: char| letter.to_string().repeat(100_000);
    keep(&path, key(1), UNIX_EPOCH, &answer('a')).unwrap();
    std::thread::scope(|threads| {
        for letter in 'b'..'f' {
            let path = &path;
            threads.spawn(move || {
                for _ in 0..50 {
                    keep(path, key(1), UNIX_EPOCH, &answer(letter)).unwrap();
                }
            });
        }
        for _ in 0..200 {
            let found = find(&path, key(1), UNIX_EPOCH, None).unwrap().unwrap();
            let letter = found.chars().next().unwrap();
            assert_eq!(*found, answer(letter));
        }
    });
    assert_eq!(folder.names().len(), 1);
}

#[test]
fn an_event_tells_of_what_cannot_be_read_or_written() {
    // In one process, tests that run beside this one decide whether an event is recorded.
    let mut child = Command::new(std::env::current_exe().unwrap());
    let test = "llm::cache::disk::tests::events_of_this_process";
    let output = child.args(["--ignored", "--exact", "--nocapture", test]);
    let said = output.output().unwrap().stdout;
    let said = String::from_utf8_lossy(&said);
    for event in [
        "an answer that is kept cannot be used; the model is asked zyn.cache.problem=it is of version 7",
        "an answer cannot be kept zyn.cache.problem=",
    ] {
        assert!(said.contains(event), "{event}\n{said}");
    }
    assert!(!said.contains("canary"), "{said}");
}

#[tokio::test]
#[ignore = "wants the log for itself: `cargo test -p zyn --lib llm::cache` runs it in a process of its own, by the test above"]
async fn events_of_this_process() {
    tracing_subscriber::fmt().with_ansi(false).init();
    let folder = Folder::new();
    let disk = folder.disk();
    let head = format!(r#"{{"zyn_cache":7,"key":"{}","kept":0,"bytes":6}}"#, key(1));
    fs::write(disk.path(key(1)), format!("{head}\ncanary\n")).unwrap();
    assert_eq!(disk.find(key(1), None).await, None);
    fs::create_dir(disk.path(key(2))).unwrap();
    fs::write(disk.path(key(2)).join("full"), "").unwrap();
    disk.keep(key(2), "canary".into(), None).await;
}
