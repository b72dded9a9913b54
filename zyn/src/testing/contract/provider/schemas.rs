use serde_json::{Value, json};

use super::super::Found;
use super::ask::{
    WAYS, Way, ask_for, attempt, document, document_as, found, labels, request, taken,
};
use crate::provider::{Dialect, Failure, Provider};
use crate::schema::Schema;

pub(super) async fn a_document_with_fields_fits_its_schema(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let parcel = json!({
        "type": "object",
        "properties": {
            "code": { "type": "string", "description": "What is printed on it." },
            "grams": { "type": "integer" },
            "price": { "type": "number" },
            "fragile": { "type": "boolean" },
        },
        "required": ["code", "grams", "price", "fragile"],
    });
    fits(provider, "Parcel", parcel, "Make up a parcel.").await
}

pub(super) async fn a_document_within_a_document_fits_its_schema(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let order = json!({
        "type": "object",
        "properties": {
            "customer": {
                "type": "object",
                "properties": {
                    "name": { "type": "string" },
                    "email": { "type": ["string", "null"] },
                },
                "required": ["name"],
            },
            "lines": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "article": { "type": "string" },
                        "count": { "type": "integer" },
                    },
                    "required": ["article", "count"],
                },
            },
            "remark": { "type": ["string", "null"] },
        },
        "required": ["customer", "lines"],
    });
    let question = "Make up a customer's order of two articles, without an address or a remark.";
    fits(provider, "Order", order, question).await
}

pub(super) async fn a_list_fits_its_schema(provider: &dyn Provider) -> Result<(), Found> {
    let towns = json!({ "type": "array", "items": { "type": "string" } });
    fits(provider, "Towns", towns, "Name three towns.").await
}

pub(super) async fn a_label_is_one_of_its_set(provider: &dyn Provider) -> Result<(), Found> {
    let urgency = labels("Urgency", &["Low", "High"])?;
    let question = request("How urgent is this? My heating is out.");
    document(provider, &urgency, question, Way::Call).await?;
    Ok(())
}

/// Escaped on the way there, and read again on the way back.
pub(super) async fn a_label_of_any_characters_comes_back_as_it_is(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let marks = labels(
        "Mark",
        &["größer – «ja» 🦀", "a \"quoted\" word", "C:\\temp"],
    )?;
    let question = request("Take one of the labels, whichever you like.");
    document(provider, &marks, question, Way::Call).await?;
    Ok(())
}

/// What no server takes is asked for so, and what it has refused.
pub(super) async fn a_schema_in_the_prompt_alone_is_answered(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let answer = labels("Answer", &["yes", "no"])?;
    for way in WAYS {
        let prompted = answer.for_dialect(Dialect::Prompted)?;
        let question = request("Is water wet?");
        document_as(provider, &answer, prompted, question, way).await?;
    }
    Ok(())
}

/// Or every request with it costs two.
pub(super) async fn a_schema_that_was_refused_is_not_taken_again(
    provider: &dyn Provider,
) -> Result<(), Found> {
    let taste = labels("Taste", &["sweet", "sour"])?;
    let rewritten = taken(provider, &taste)?;
    let mut question = request("How does a lemon taste?");
    ask_for(&mut question, &taste, &rewritten, provider);
    let kind = match attempt(provider, &question, Way::Call).await {
        Ok(_) => return Ok(()),
        Err(error) if error.kind != Failure::SchemaRefused => return Err(found(Way::Call, error)),
        Err(error) => error.kind,
    };
    let sent = rewritten.wire();
    if sent.dialect == Dialect::Prompted {
        let found = format!("{kind:?} where no schema was sent");
        return Err(Found(found));
    }
    if provider.profile().dialect == sent.dialect && provider.takes(sent) {
        let found = "it has refused a schema, and says that it takes it";
        return Err(Found(found.to_owned()));
    }
    Ok(())
}

async fn fits(
    provider: &dyn Provider,
    name: &str,
    schema: Value,
    question: &str,
) -> Result<(), Found> {
    let schema = Schema::from_value(name, schema)?;
    document(provider, &schema, request(question), Way::Call).await?;
    Ok(())
}
