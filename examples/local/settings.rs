//! What the user can set. The environment is read here and nowhere else.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::LocalError;
use super::hub::Hub;

/// Where things are kept and taken from.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) cache: PathBuf,
    /// The Pythons to try, in this order.
    pub(super) pythons: Vec<OsString>,
    /// Weights that the user has already.
    pub(super) weights: Option<PathBuf>,
    /// Where the public hub is.
    pub(super) hub: Hub,
}

impl Settings {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the examples that reads it"
    )]
    pub(super) fn from_env() -> Result<Self, LocalError> {
        Self::read(|name| std::env::var_os(name))
    }

    fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, LocalError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        Ok(Self {
            cache: cache_folder(set).ok_or(LocalError::NoCacheFolder)?,
            pythons: match set("ZYN_PYTHON") {
                Some(python) => vec![python],
                None => vec!["python3".into(), "python".into()],
            },
            weights: set("ZYN_TEST_MODEL").map(PathBuf::from),
            hub: Hub::public(),
        })
    }
}

fn cache_folder(set: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(folder) = set("ZYN_CACHE") {
        return std::path::absolute(folder).ok();
    }
    let folder = |name: &str| {
        set(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    let caches = folder("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else {
            let below = if cfg!(target_os = "macos") {
                "Library/Caches"
            } else {
                ".cache"
            };
            folder("HOME").map(|home| home.join(below))
        }
    });
    caches.as_deref().map(|caches: &Path| caches.join("zyn"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(variables: &[(&str, &str)]) -> Result<Settings, LocalError> {
        Settings::read(|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_cache_folder_is_what_zyn_cache_says() {
        let settings = with(&[
            ("ZYN_CACHE", "/data/zyn"),
            ("XDG_CACHE_HOME", "/xdg"),
            ("HOME", "/home/a"),
        ]);
        assert_eq!(settings.unwrap().cache, Path::new("/data/zyn"));
    }

    #[test]
    fn the_cache_folder_is_below_xdg_cache_home() {
        let settings = with(&[("XDG_CACHE_HOME", "/xdg"), ("HOME", "/home/a")]);
        assert_eq!(settings.unwrap().cache, Path::new("/xdg/zyn"));
    }

    #[cfg(unix)]
    #[test]
    fn the_cache_folder_is_below_home_otherwise() {
        let cache = with(&[("ZYN_CACHE", ""), ("HOME", "/home/a")])
            .unwrap()
            .cache;
        assert!(
            cache.starts_with("/home/a") && cache.ends_with("zyn"),
            "{}",
            cache.display()
        );
    }

    #[test]
    fn without_a_home_the_error_names_zyn_cache() {
        let error = with(&[]).unwrap_err();
        assert!(error.to_string().contains("set ZYN_CACHE"), "{error}");
    }

    #[test]
    fn zyn_python_is_tried_alone() {
        let settings = with(&[("HOME", "/home/a"), ("ZYN_PYTHON", "/opt/python")]).unwrap();
        assert_eq!(settings.pythons, ["/opt/python"]);
    }
}
