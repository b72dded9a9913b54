//! The program on the first page, as a stranger would run it.

use std::process::{Command, Output};

use serde_json::Value;
use zyn_tests::Server;

fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo
}

/// Runs it with these variables and no others of its kind.
fn page_one(variables: &[(&str, &str)]) -> Output {
    let mut program = cargo();
    program.args(["run", "-q", "-p", "page-one"]);
    for name in ["ZYN_MODEL", "ZYN_BASE_URL", "ZYN_API_KEY", "OPENAI_API_KEY"] {
        program.env_remove(name);
    }
    program.envs(variables.iter().copied()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const CUSTOMER: &str = r#"{"name":"Ada","email":null,"issue":"No heating"}"#;

#[test]
fn it_prints_its_reply_and_its_graph() {
    let server = Server::new([CUSTOMER, r#"{"label":"High"}"#, "A person takes over."]);
    let output = page_one(&[
        ("ZYN_MODEL", "openai/m"),
        ("ZYN_BASE_URL", &server.url()),
        ("ZYN_API_KEY", "key-of-the-server"),
    ]);
    let (said, complained) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{complained}");
    println!("{said}");
    let reply = concat!(
        r#"Reply { customer: Customer { name: "Ada", email: None, issue: "No heating" }, "#,
        r#"urgency: High, text: "A person takes over." }"#
    );
    let (first, graph) = said.split_once('\n').unwrap();
    assert_eq!(first, reply);
    assert!(graph.starts_with("flowchart TD\n  n0([\"<b>answer(ticket)</b>\"])\n"));
    for id in ["customer", "urgency", "High/text", "Low+Medium/text"] {
        assert!(graph.contains(&format!("<b>{id}</b>")), "{id}: {graph}");
    }
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md"));
    let readme = readme.unwrap();
    assert!(readme.contains(reply), "README.md shows what it prints");
    let drawn = format!("```mermaid\n{}\n```", graph.trim_matches('\n'));
    assert!(
        readme.contains(&drawn),
        "README.md draws the graph it prints: {drawn}"
    );
    let received = server.received();
    assert_eq!(received.len(), 3);
    for request in received {
        let head = request.head.to_lowercase();
        assert!(head.contains("authorization: bearer key-of-the-server"));
    }
}

#[test]
fn without_any_variable_it_says_what_to_set() {
    let output = page_one(&[]);
    let complained = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complained}");
    assert!(output.stdout.is_empty());
    for word in [
        "ZYN_MODEL",
        "provider/model",
        "OPENAI_API_KEY",
        "ZYN_BASE_URL",
    ] {
        assert!(complained.contains(word), "{word}: {complained}");
    }
    println!("{complained}");
}

#[test]
fn an_error_of_the_run_names_step_and_remedy_and_shows_no_key() {
    let server = Server::new([zyn_tests::Reply::error(401, "wrong key: canary")]);
    let output = page_one(&[
        ("ZYN_MODEL", "openai/m"),
        ("ZYN_BASE_URL", &server.url()),
        ("ZYN_API_KEY", "canary"),
    ]);
    let complained = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{complained}");
    assert!(complained.contains("customer"), "{complained}");
    assert!(
        complained.contains("did not accept the key"),
        "{complained}"
    );
    assert!(!complained.contains("canary"), "{complained}");
}

#[test]
fn its_dependencies_are_serde_tokio_and_zyn() {
    let mut metadata = cargo();
    metadata.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let output = metadata.output().unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let page_one = packages.iter().find(|it| it["name"] == "page-one").unwrap();
    let dependencies = page_one["dependencies"].as_array().unwrap();
    let mut names: Vec<_> = dependencies
        .iter()
        .map(|it| it["name"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(names, ["serde", "tokio", "zyn"]);
}
