//! What the writer and the tests share.

use zyn::store::{SessionStore, SqliteStore, StoreError};

/// Opens the store at `place`: a URL is a PostgreSQL server, everything else is a file.
pub async fn open(place: &str) -> Result<Box<dyn SessionStore>, StoreError> {
    #[cfg(feature = "postgres")]
    if place.starts_with("postgres://") {
        return Ok(Box::new(zyn::store::PostgresStore::connect(place).await?));
    }
    Ok(Box::new(SqliteStore::open(place).await?))
}
