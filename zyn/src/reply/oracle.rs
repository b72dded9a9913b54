//! What a dialect accepts decodes to what the original accepts, over random schemas; `jsonschema` is the judge of both.
//!
//! Compiled under `cfg(test)` alone. [`generate`] makes the schemas and the values, [`subset`] holds
//! what is sent to the providers' rules.

mod generate;
pub(crate) mod subset;

use fastrand::Rng;
use jsonschema::Validator;
use serde_json::{Value, json};

use super::*;
use crate::provider::Dialect;
use crate::schema::Verdict;

/// How many schemas, each in every dialect, with some values each.
fn schemas() -> u64 {
    #[allow(clippy::disallowed_methods, reason = "a test's own setting")]
    let asked = std::env::var("ZYN_SCHEMAS");
    asked.map_or(3_000, |asked| asked.parse().unwrap())
}

const VALUES: u32 = 4;

#[derive(Default, Debug)]
struct Tally {
    /// Values that the dialect accepts.
    accepted: u64,
    /// Of these, what decoded.
    decoded: u64,
    /// Of these, what broke a limit that was only in words.
    broke_words: u64,
    /// Schemas that the dialect refuses.
    refused: u64,
    /// Values of the original that the dialect accepts in its form.
    kept: u64,
    /// Values of the original that it does not.
    narrowed: u64,
}

#[test]
fn what_a_dialect_accepts_decodes_to_what_the_original_accepts() {
    let schemas = schemas();
    let mut tallies: [Tally; Dialect::ALL.len()] = Default::default();
    for seed in 0..schemas {
        let mut rng = Rng::with_seed(seed);
        let document = generate::document(&mut rng);
        let schema = Schema::from_value("Case", document.clone())
            .unwrap_or_else(|error| panic!("seed {seed}: {error}\n{document}"));
        let original = jsonschema::validator_for(&document).unwrap();
        for (dialect, tally) in Dialect::ALL.into_iter().zip(&mut tallies) {
            let Ok(rewritten) = schema.for_dialect(dialect) else {
                tally.refused += 1;
                continue;
            };
            let case = Case {
                seed,
                document: &document,
                schema: &schema,
                original: &original,
                rewritten: &rewritten,
            };
            case.run(&mut rng, tally);
        }
    }
    println!("{schemas} schemas, {VALUES} values of the dialect and of the original each");
    println!(
        "{:<14} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}",
        "", "refused", "accepted", "decoded", "in words", "kept", "narrowed"
    );
    let mut values = 0;
    for (dialect, tally) in Dialect::ALL.into_iter().zip(&tallies) {
        let Tally {
            accepted,
            decoded,
            broke_words,
            refused,
            kept,
            narrowed,
        } = tally;
        println!(
            "{:<14} {refused:>8} {accepted:>8} {decoded:>8} {broke_words:>8} {kept:>8} {narrowed:>8}",
            dialect.to_string()
        );
        assert!(*decoded > schemas, "{dialect}: {tally:?}");
        assert_eq!(*narrowed, 0, "{dialect}");
        values += accepted + kept;
    }
    println!("{values} values");
}

struct Case<'a> {
    seed: u64,
    document: &'a Value,
    schema: &'a Schema,
    original: &'a Validator,
    rewritten: &'a Rewritten,
}

impl Case<'_> {
    fn run(&self, rng: &mut Rng, tally: &mut Tally) {
        let sent: Value = serde_json::from_str(&self.rewritten.wire().json).unwrap();
        subset::assert_taken(self.rewritten.wire().dialect, &sent);
        let judge = jsonschema::validator_for(&sent).unwrap();
        let in_words = self
            .rewritten
            .verdicts()
            .iter()
            .any(|rewrite| rewrite.verdict == Verdict::Described);
        for _ in 0..VALUES {
            let answer = generate::value(rng, &sent, &sent, 5);
            if judge.is_valid(&answer) {
                self.decode(&answer, in_words, tally);
            }
        }
        if self.rewritten.wire().dialect == Dialect::Prompted {
            // No server holds a model to it, so it can forbid nothing.
            return;
        }
        for _ in 0..VALUES {
            let value = generate::value(rng, self.document, self.document, 5);
            if self.original.is_valid(&value) {
                self.write(&value, &judge, tally);
            }
        }
    }

    /// An answer that the dialect accepts.
    fn decode(&self, answer: &Value, in_words: bool, tally: &mut Tally) {
        tally.accepted += 1;
        let wire = &self.rewritten.wire().json;
        let decoded = decode(
            &answer.to_string(),
            self.schema,
            self.rewritten,
            Manner::Lenient,
            &|_| Ok(()),
        );
        match decoded {
            Ok(decoded) => {
                tally.decoded += 1;
                assert!(
                    self.original.is_valid(&decoded.value),
                    "seed {}: {}\n{wire}\n{answer}\n{}",
                    self.seed,
                    self.document,
                    decoded.canonical
                );
            }
            Err(error) => {
                tally.broke_words += 1;
                assert!(
                    in_words,
                    "seed {}: {}\n{wire}\n{answer}\n{error:?}",
                    self.seed, self.document
                );
            }
        }
    }

    /// A value of the original, as the dialect asks for it: it must be one that the dialect lets a model write.
    fn write(&self, value: &Value, judge: &Validator, tally: &mut Tally) {
        let written = filled(self.schema, value, self.rewritten.form());
        let written = match self.schema.is_wrapped() {
            true => json!({ "value": written }),
            false => written,
        };
        if judge.is_valid(&written) {
            tally.kept += 1;
            return;
        }
        tally.narrowed += 1;
        panic!(
            "seed {}: {}\n{}\n{value} as\n{written}\nis not accepted",
            self.seed,
            self.document,
            self.rewritten.wire().json
        );
    }
}
