// An option of `rank` on a question.
// It is no method there.
fn main() {
    let _ = zyn::binary("Is it late?").top(1);
}
