use super::StoreError;

/// What ends a transaction: the server, a race, or the store's own refusal.
pub(super) enum Failure {
    Sql(sqlx::Error),
    LostRace(LostRace),
    Refused(StoreError),
}

/// The session went away while the transaction ran, which its lock rules out.
#[derive(Debug, thiserror::Error)]
#[error("the session was dropped by another transaction")]
pub(super) struct LostRace;

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

/// What a failure means to who waits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// The server has rolled back, because of another transaction.
    LostRace,
    /// It passes, and what was asked may be done or not.
    Unavailable,
    /// It does not pass by itself.
    Lasting,
}

impl Kind {
    /// What the code of a server's error means.
    fn of_code(code: &str) -> Self {
        match code {
            // serialisation failure, deadlock, lock not available
            "40001" | "40P01" | "55P03" => Self::LostRace,
            // cancelled, idle in a transaction or in one for too long, not yet promoted; no room for a connection
            "57014" | "25P03" | "25P04" | "25006" | "53300" => Self::Unavailable,
            // the database was dropped
            "57P04" => Self::Lasting,
            // the connection broke; the server is going, or coming
            _ if code.starts_with("08") || code.starts_with("57P") => Self::Unavailable,
            _ => Self::Lasting,
        }
    }
}

impl Failure {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::LostRace(_) => Kind::LostRace,
            Self::Sql(sqlx::Error::Database(error)) => error
                .code()
                .map_or(Kind::Lasting, |code| Kind::of_code(&code)),
            Self::Sql(
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed,
            ) => Kind::Unavailable,
            Self::Sql(_) | Self::Refused(_) => Kind::Lasting,
        }
    }
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        let kind = failure.kind();
        match (failure, kind) {
            (Failure::Refused(error), _) => error,
            (Failure::LostRace(error), _) => Self::busy(error),
            (Failure::Sql(error), Kind::LostRace) => Self::busy(error),
            (Failure::Sql(error), Kind::Unavailable) => Self::unavailable(error),
            (Failure::Sql(error), Kind::Lasting) => Self::backend(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_of_the_server_is_lost_or_passes_or_lasts() {
        for (codes, kind) in [
            (&["40001", "40P01", "55P03"][..], Kind::LostRace),
            (
                &[
                    "57014", "25P03", "25P04", "25006", "53300", "08006", "57P01", "57P03",
                ],
                Kind::Unavailable,
            ),
            (
                &[
                    "53000", "53100", "53200", "53400", "57P04", "25001", "23505", "42P01", "3D000",
                ],
                Kind::Lasting,
            ),
        ] {
            for code in codes {
                assert_eq!(Kind::of_code(code), kind, "{code}");
            }
        }
    }
}
