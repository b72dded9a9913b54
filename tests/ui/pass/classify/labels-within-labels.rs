// Labels that are divided into labels, at two depths and with names of their own.
use zyn::prelude::*;

#[derive(Debug, PartialEq, Classify)]
#[serde(rename_all = "lowercase")]
enum Refund {
    Full,
    Partial,
}

#[derive(Debug, PartialEq, Classify)]
enum Billing {
    Refund(Refund),
    Invoice,
}

#[derive(Debug, PartialEq, Classify)]
enum Topic {
    #[serde(rename = "Money")]
    Billing(Billing),
    Other,
}

// one label that is divided is a choice
#[derive(Debug, PartialEq, Classify)]
enum Money {
    Billing(Billing),
}

fn main() {
    let topic = Topic::Billing(Billing::Refund(Refund::Full));
    assert_eq!(topic.label(), "Money/Refund/full");
    assert_eq!(Topic::from_label("Money/Refund/full"), Some(topic));
    assert_eq!(Topic::from_label("Money/Refund"), None);
    assert_eq!(Topic::from_label("Other"), Some(Topic::Other));
    assert_eq!(Topic::LABELS[0].within.len(), 2);
    assert_eq!(Money::Billing(Billing::Invoice).label(), "Billing/Invoice");
}
