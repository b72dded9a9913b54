use super::samples::ALL;

#[test]
fn look() {
    for g in ALL {
        let dir = std::path::Path::new("/tmp/graphpics");
        std::fs::write(dir.join(format!("{}.mmd", g.name)), g.mermaid()).unwrap();
        std::fs::write(dir.join(format!("{}.dot", g.name)), g.dot()).unwrap();
        std::fs::write(dir.join(format!("{}.svg", g.name)), g.svg()).unwrap();
    }
}
