//! A provider for each way to break a rule. Compiled under `cfg(test)` alone, so a panic here is a failed test.

mod but;
mod makers;
mod table;

use super::{RULES, provider_contract};

#[tokio::test]
async fn each_rule_is_broken_by_those_who_break_nothing_else() {
    let broken = table::broken();
    let covered: Vec<_> = broken.iter().map(|(rule, _)| *rule).collect();
    let rules: Vec<_> = RULES.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(covered, rules);
    for (rule, providers) in broken {
        for (number, provider) in providers.iter().enumerate() {
            let outcome = provider_contract(provider).await;
            let broken = outcome.expect_err(rule);
            let rules: Vec<_> = broken.breaches.iter().map(|breach| breach.rule).collect();
            assert_eq!(rules, [rule], "provider {number}: {broken}");
        }
    }
}
