// A newtype takes the schema of what it holds; it needs no name for the one field.
use zyn::prelude::*;

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
struct Topics(#[extract(validate = some)] Vec<String>);

#[derive(Serialize, Deserialize, JsonSchema, Extract)]
#[serde(transparent)]
struct Wrapped {
    #[extract(validate = some)]
    topics: Vec<String>,
}

fn some(topics: &[String]) -> Result<(), &'static str> {
    if topics.is_empty() {
        return Err("there must be one");
    }
    Ok(())
}

fn main() {
    assert_eq!(Topics(Vec::new()).violations()[0].path, "");
    assert_eq!(Wrapped { topics: Vec::new() }.violations()[0].path, "");
    assert_eq!(Topics(vec!["rain".to_owned()]).to_prompt(), r#"["rain"]"#);
}
