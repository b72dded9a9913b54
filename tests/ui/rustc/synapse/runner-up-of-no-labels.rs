// A runner-up where there are no labels.
// It is no method there.
fn main() {
    let _ = zyn::binary("Is it late?").runner_up();
}
