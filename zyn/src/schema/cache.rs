//! One schema per type, for the life of the program.

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::{Schema, SchemaError};

type Known = HashMap<TypeId, Result<Schema, SchemaError>>;

static KNOWN: RwLock<Option<Known>> = RwLock::new(None);

pub(super) fn schema_of<T: JsonSchema + ?Sized + 'static>() -> Result<Schema, SchemaError> {
    get_or_build(TypeId::of::<T>(), || {
        let root = SchemaSettings::draft2020_12()
            .into_generator()
            .into_root_schema_for::<T>();
        Schema::from_value(&T::schema_name(), root.to_value())
    })
}

fn get_or_build(
    id: TypeId,
    build: impl FnOnce() -> Result<Schema, SchemaError>,
) -> Result<Schema, SchemaError> {
    let known = KNOWN.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(schema) = known.as_ref().and_then(|known| known.get(&id)) {
        return schema.clone();
    }
    drop(known);
    // Not under the lock: building runs code of the type.
    let built = build();
    let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    known.entry(id).or_insert(built).clone()
}
